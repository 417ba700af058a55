"""Loading: facts in the pixels the model sees, any step when asked for, holes for the broken."""

import io
import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from size import LIMITS, config

from qvl.chat.tokenizer import Tokenizer
from qvl.data.lessons import Lessons, conversation
from qvl.data.loader import Loader
from qvl.data.plan import Deal, Plan
from qvl.data.records import Clip, Facts, Picture, Record, Turn
from qvl.data.shards import Shard, write
from qvl.data.skips import TooManySkipped
from qvl.data.stock import Source, stocks
from qvl.inputs import Limits, lesson
from qvl.messages import Text, message
from qvl.sample import Batch
from qvl.tokens import IGNORE
from tests.films import film
from tests.records import BOX, boxes, picture, prose

NANO = Path(__file__).resolve().parents[2] / "checkpoints" / "nano"


@pytest.fixture(scope="module")
def encode():
    tokenizer = Tokenizer.load(NANO)
    return Lessons(tokenizer, config(tokenizer), LIMITS)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    shards = []
    for i in range(3):
        rows = [boxes(f"b{i}-{j}", 10 * i + j) for j in range(5)]
        write(folder / f"b-{i}.tar", rows)
        shards.append(folder / f"b-{i}.tar")
    write(folder / "t.tar", [prose(f"t-{j}", f"Number {j}. " * (j + 1)) for j in range(7)])
    areas = (28 * 28 * 6, 28 * 28 * 12)
    return (
        Source("boxes", tuple(shards), 2.0, max_pixels=areas),
        Source("texts", (folder / "t.tar",), 1.0, loss_weight=0.5),
    )


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


@pytest.fixture(scope="module")
def plan(encode, sources):
    return Plan(stocks(sources, encode, 300), Deal(4, seed=3))


def same(one: Batch, other: Batch) -> bool:
    """Bit for bit."""
    values = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Batch)]
    flat = [(a, b) if isinstance(a, tuple) else ((a,), (b,)) for a, b in values]
    return all(
        len(a) == len(b)
        and all(
            x.equal(y) if isinstance(x, torch.Tensor) else x == y for x, y in zip(a, b, strict=True)
        )
        for a, b in flat
    )


def read(sources, name: str):
    """A record by its name, the slow way."""
    held, _, key = name.partition("/")
    paths = next(source.shards for source in sources if source.name == held)
    return next(s.keyed(key) for s in map(Shard, paths) if key in s.numbers)


def test_batches_are_their_samples_encoded_one_by_one(encode, sources, plan):
    load = Loader(plan, encode)
    for step in range(3):
        for pack, batch in zip(plan.share(step), load(step), strict=True):
            asked = plan.asked(pack)
            samples = [
                replace(encode(read(sources, a.name), a.reading), name=a.name, weight=a.weight)
                for a in asked
            ]
            assert same(batch, Batch.of(samples))
            assert sum(batch.lengths) == pack.tokens <= 300
            assert batch.names == tuple(a.name for a in asked)
            weights = {"boxes": 1.0, "texts": 0.5}
            assert batch.weights == tuple(weights[n.split("/")[0]] for n in batch.names)


def test_any_step_can_be_asked_for(encode, sources, plan):
    load = Loader(plan, encode)
    whole = [load(step) for step in range(10)]
    fresh = Loader(Plan(stocks(sources, encode, 300), Deal(4, seed=3)), encode)
    for step in (9, 3, 4, 0, 7):
        assert all(map(same, fresh(step), whole[step]))


def test_ranks_have_the_packs_of_one_rank_between_them(encode, plan):
    whole = sorted(batch.names for batch in Loader(plan, encode)(2))
    for ranks in (2, 4):
        shares = [Loader(plan, encode, rank=r, ranks=ranks)(2) for r in range(ranks)]
        assert sorted(batch.names for share in shares for batch in share) == whole


def test_processes_make_the_same_batches(encode, plan):
    alone, load = Loader(plan, encode), Loader(plan, encode, workers=2)
    for step in (0, 1, 2, 6):
        assert all(map(same, load(step), alone(step)))
    load.close()


def test_a_process_that_dies_is_an_error_and_no_wait(encode, plan):
    load = Loader(plan, encode, workers=1)
    load(0)
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match=r"died on a pack of step \d+ \(\d+ samples: "):
        for step in range(1, 20):
            load(step)
    load.close()


NO_GUARD = """
from qvl.data.ahead import ahead
for made in ahead(bytes(8 << 20).count, iter([b"a"]), 1):
    pass
"""


def test_a_process_that_cannot_start_is_an_error_and_no_wait(tmp_path):
    """A program without a guard is run again in each process, which then may start none."""
    path = tmp_path / "program.py"
    path.write_text(NO_GUARD)
    env = {**os.environ, "PYTHONPATH": str(NANO.parents[1])}
    done = subprocess.run(
        [sys.executable, path], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1 and "a process that works ahead died on its start" in done.stderr


def broken(key: str, held: bytes) -> Record:
    turns = (Turn("user", (Picture("0.png"),)), Turn("assistant", (Text("A mug."),)))
    return Record(key, "f", turns, {"0.png": held}, "MIT", ("made:x",))


@pytest.fixture
def holed(encode, tmp_path):
    """Sixty samples, two that do not fit and are known of, three that break when they are read."""
    path, file = tmp_path / "a.tar", io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "png")
    rows = [prose(f"t-{i}", f"Number {i}.") for i in range(60)]
    rows += [boxes("kind", rows=({"label": "a"},)), prose("long", "word " * 400)]
    rows += [broken("bomb", file.getvalue()), broken("cut", picture()[:300])]
    rows += [prose("bits", "Damaged later.")]
    write(path, rows)
    found = stocks([Source("set", (path,))], encode, 300)
    held = bytearray(path.read_bytes())
    held[held.index(b"Damaged")] ^= 1
    path.write_bytes(held)
    return found


def test_what_cannot_be_a_sample_is_told_before_training(holed):
    (stock,) = holed
    assert len(stock) == 62
    told = {name: (kind, why) for name, kind, why in stock.left_out()}
    assert set(told) == {"set/kind", "set/long", "set/bomb"}
    assert told["set/long"][0] == "long" and "more than a pack of 300" in told["set/long"][1]
    assert told["set/kind"][0] == "broken" and "claims" in told["set/bomb"][1]
    assert stock.told()["samples"] == 62 and stock.told()["broken"] == 2


def test_what_breaks_leaves_a_hole_and_moves_nothing(encode, holed):
    plan = Plan(holed, Deal(2, seed=1))
    load, names = Loader(plan, encode, max_skip_rate=0.5), []
    for step in range(10):
        for pack, batch in zip(plan.share(step), load(step), strict=True):
            planned = [asked.name for asked in plan.asked(pack)]
            left = [name for name in planned if name not in ("set/cut", "set/bits")]
            assert [name for name in batch.names if name] == left
            names += planned
    lost = sum(name in ("set/cut", "set/bits") for name in names)
    assert lost == load.skips.by_set["set"] == len(load.skips.fresh) > 2
    reasons = {each.name: each.reason for each in load.skips.fresh}
    assert "broken" in reasons["set/cut"] and "bits.json at byte" in reasons["set/bits"]
    strict = Loader(plan, encode, max_skip_rate=0.01)
    with pytest.raises(TooManySkipped, match=r"samples are skipped, at most 1\.0% may be: "):
        for step in range(10):
            strict(step)


def test_a_pack_of_which_nothing_can_be_read_is_one_token_without_label(encode, tmp_path):
    path = tmp_path / "a.tar"
    write(path, [broken("cut", picture()[:300])])
    plan = Plan(stocks([Source("set", (path,))], encode, 60), Deal(1))
    (batch,) = Loader(plan, encode)(0)
    assert batch.lengths == (1,) and batch.labels.tolist() == [IGNORE]
    assert batch.weights == (0.0,) and not batch.grid_thw


def test_costs_that_are_not_those_of_the_sample_are_told(encode, tmp_path):
    path = tmp_path / "a.tar"
    write(path, [prose("t", "A short answer.")])
    plan = Plan(stocks([Source("set", (path,))], encode, 60), Deal(1))
    load = Loader(plan, replace(encode, schema="plain"))
    load(0)
    assert "were counted; delete the file of costs" in load.skips.fresh[0].reason


def test_sets_that_make_no_sense(encode, tmp_path):
    path = tmp_path / "a.tar"
    write(path, [prose("t", "word " * 400)])
    with pytest.raises(ValueError, match="set has no sample that fits 60 tokens"):
        stocks([Source("set", (path,))], encode, 60)
    with pytest.raises(ValueError, match="two sets are called 'set'"):
        stocks([Source("set", (path,))] * 2, encode, 60)
    with pytest.raises(ValueError, match="'a/b'; give it a name without a slash"):
        Source("a/b", (path,))
    with pytest.raises(ValueError, match=r"b\.tar is no shard"):
        stocks([Source("set", (tmp_path / "b.tar",))], encode, 60)
