"""Loading: facts in the pixels the model sees, packs that go on exactly, broken media skipped."""

import io
from itertools import islice
from pathlib import Path

import pytest
import torch
from PIL import Image
from size import LIMITS, config

from qvl.chat.tokenizer import Tokenizer
from qvl.data.cursor import dealt, start
from qvl.data.lessons import Lessons, conversation
from qvl.data.loader import Part, Skipped, Source, TooManySkipped, packs
from qvl.data.records import Clip, Facts, Picture, Record, Turn
from qvl.data.shards import write
from qvl.inputs import Limits, lesson
from qvl.messages import Text, message
from qvl.tokens import IGNORE
from tests.films import film
from tests.records import BOX, boxes, picture, prose

NANO = Path(__file__).resolve().parents[2] / "checkpoints" / "nano"


@pytest.fixture(scope="module")
def encode():
    tokenizer = Tokenizer.load(NANO)
    return Lessons(tokenizer, config(tokenizer), LIMITS)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    shards = []
    for i in range(3):
        rows = [boxes(f"b{i}-{j}", 10 * i + j) for j in range(5)]
        write(folder / f"b-{i}.tar", rows)
        shards.append(folder / f"b-{i}.tar")
    write(folder / "t.tar", [prose(f"t-{j}", f"Number {j}. " * (j + 1)) for j in range(7)])
    return (Part(tuple(shards), 2.0), Part((folder / "t.tar",), 1.0))


def told(pack) -> tuple:
    return pack.numbers, pack.cursor, pack.batch.input_ids.tolist(), pack.batch.lengths


def seen_size(image, encode, limits):
    """What the model sees of a picture, as the door to the model tells it."""
    asked = (message("user", image),)
    return lesson(asked, encode.tokenizer, encode.config, limits).media[0].processed_size


def test_facts_are_written_in_the_pixels_that_the_model_sees(encode):
    limits = Limits(28 * 28, 28 * 28 * 4)  # 112x84 becomes 56x28 or so
    said = conversation(boxes(), limits)[1].content[0]
    assert isinstance(said, Text)
    width, height = seen_size(Image.new("RGB", (112, 84)), encode, limits)
    left, top, right, bottom = (
        round(v * s / o)
        for v, s, o in zip(BOX["box"], (width, height) * 2, (112, 84) * 2, strict=True)
    )
    assert (width, height) != (112, 84)
    assert f"[{left}, {top}, {right}, {bottom}]" in said.text


def test_a_pictures_own_limits_count_for_its_facts(encode):
    shown = Picture("0.png", min_pixels=200_000)
    turns = (Turn("user", (shown,)), Turn("assistant", (Facts("boxes", [BOX], of="0.png"),)))
    record = Record("a", "f", turns, {"0.png": picture()}, "MIT", ("made:x",))
    image, said = (m.content[0] for m in conversation(record, LIMITS))
    width, height = seen_size(image, encode, LIMITS)
    assert width * height >= 200_000
    assert f"[{round(10 * width / 112)}, {round(12 * height / 84)}, " in said.text


def test_clips_are_shown(encode):
    user = Turn("user", (Clip("0.mp4", fps=2.0),))
    turns = (user, Turn("assistant", (Text("It moves."),)))
    sample = encode(Record("a", "f", turns, {"0.mp4": film(30)}, "MIT", ("made:x",)))
    assert sample.grid_thw[0][0] >= 1 and (sample.labels != IGNORE).any()


def test_a_pack_is_its_samples(encode, parts):
    source = Source(parts, encode, 300, seed=3)
    for pack in islice(packs(source, start()), 6):
        samples = [source(n) for n in pack.numbers]
        assert not any(isinstance(each, Skipped) for each in samples)
        ids = torch.cat([each.input_ids for each in samples])
        assert torch.equal(pack.batch.input_ids, ids)
        assert sum(pack.batch.lengths) <= 300


def test_any_pack_can_be_gone_on_from(encode, parts):
    source = Source(parts, encode, 300, seed=3)
    whole = [told(pack) for pack in islice(packs(source, start(1, 2)), 12)]
    for i in (0, 4, 9):
        again = packs(Source(parts, encode, 300, seed=3), whole[i][1])
        assert [told(pack) for pack in islice(again, 12 - i - 1)] == whole[i + 1 :]


def test_processes_give_the_same_packs(encode, parts):
    source = Source(parts, encode, 300, seed=3)
    alone = [told(pack) for pack in islice(packs(source, start()), 12)]
    assert [told(pack) for pack in islice(packs(source, start(), workers=2), 12)] == alone


def test_other_numbers_of_ranks_read_the_same_samples_once(encode, parts):
    source = Source(parts, encode, 300, seed=3)
    trained, held = [], []
    for rank, steps in ((0, 4), (1, 4)):
        *_, last = seen = list(islice(packs(source, start(rank, 2)), steps))
        trained += [n for pack in seen for n in pack.numbers]
        held.append(last.cursor)
    for cursor in dealt(held, 3):
        *_, last = seen = list(islice(packs(source, cursor), 9))
        trained += [n for pack in seen for n in pack.numbers]
        trained += [n for waiting in last.cursor.bins for n in waiting]
    assert len(trained) == len(set(trained))
    assert set(range(max(c.next for c in held))) <= set(trained)


def broken(key: str, held: bytes) -> Record:
    turns = (Turn("user", (Picture("0.png"),)), Turn("assistant", (Text("A mug."),)))
    return Record(key, "f", turns, {"0.png": held}, "MIT", ("made:x",))


def test_broken_samples_are_skipped_with_reasons(encode, tmp_path):
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "png")
    rows = [prose(f"t-{i}", f"Number {i}.") for i in range(60)]
    rows += [
        broken("cut", picture()[:300]),
        broken("bomb", file.getvalue()),
        boxes("kind", rows=({"label": "a"},)),
        prose("long", "word " * 400),
    ]
    write(tmp_path / "a.tar", rows)
    source = Source((Part((tmp_path / "a.tar",)),), encode, 300)
    skipped = []
    for pack in packs(source, start(), max_skip_rate=0.5):
        skipped += pack.skipped
        if pack.cursor.read >= 120:
            break
    assert {each.where.split()[-1] for each in skipped} == {"cut", "bomb", "kind", "long"}
    assert pack.cursor.skipped in (len(skipped), len(skipped) + 1)
    said = " ".join(each.reason for each in skipped)
    assert "claims" in said and "more than a pack of 300" in said and "not as they should" in said
    with pytest.raises(TooManySkipped, match=r"samples are skipped, at most 1\.0% may be: "):
        for _ in packs(source, start(), max_skip_rate=0.01):
            pass


def test_damaged_bytes_are_skipped(encode, tmp_path):
    path = tmp_path / "a.tar"
    index = write(path, [prose(f"t-{i}", f"Number {i}.") for i in range(4)])
    held = bytearray(path.read_bytes())
    held[index.entries[2].members[0].offset + 5] ^= 1
    path.write_bytes(held)
    source = Source((Part((path,)),), encode, 300)
    found = [made for made in map(source, range(4)) if isinstance(made, Skipped)]
    assert len(found) == 1 and "t-2.json at byte" in found[0].reason
