"""Copies: planted ones are found and nothing else is, whatever the order of the runs."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from qvl.data import dedup, sidecar
from qvl.data.exact import digest_of, labels_of, normal
from qvl.data.minhash import grams_of, signature, words_of
from qvl.data.near import joined, picture_pairs
from qvl.data.phash import NONE, phash
from qvl.data.prints import Prints
from tests.planted import pictures, scores, texts
from tests.records import boxes, picture, prose


def prints(rows, folder, name="a") -> Prints:
    path = folder / f"{name}.parquet"
    sidecar.write([sidecar.row(record) for record in rows], path)
    return Prints.read([path])


def test_words_are_what_people_call_words():
    assert len(words_of("Hello, hello  world-wide 3.5")) == 6
    assert words_of("Hello")[0] == words_of("hello")[0] == words_of("ＨＥＬＬＯ")[0]
    assert words_of("ab")[0] != words_of("ba")[0]
    assert len(words_of("北京 abc")) == 3
    assert len(words_of("नमस्ते दुनिया")) == 2
    assert len(words_of("")) == len(words_of(" - ... ")) == 0
    assert len(grams_of("a b c")) == 1 and len(grams_of("a b c d e f")) == 2


def test_signatures_tell_how_much_is_shared():
    rng = np.random.default_rng(0)
    for share in (0.2, 0.5, 0.9):
        one, other = ([f"w{i}" for i in rng.integers(10**9, size=800)] for _ in range(2))
        common = [f"c{i}" for i in range(int(800 * share / (1 - share)))]
        a, b = (" ".join([*common, *words]) for words in (one, other))
        sets = [set(grams_of(text).tolist()) for text in (a, b)]
        true = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
        assert np.mean(signature(a) == signature(b)) == pytest.approx(true, abs=0.13)


@pytest.mark.parametrize("changed", [0.01, 0.02])
def test_planted_near_texts(changed):
    rows, planted = texts(300, changed=changed)
    recall, precision = scores(rows, planted)
    assert recall >= 0.95 and precision >= 0.99


def test_planted_near_pictures():
    rows, planted = pictures(120)
    recall, precision = scores(rows, planted)
    assert recall >= 0.95 and precision >= 0.99


def test_exact_copies_differ_in_nothing_that_matters(tmp_path):
    text = "Ein Satz  mit  Worten."
    rows = [prose("a", text), prose("b", text.upper(), licence="MIT"), prose("c", text + "!")]
    found = dedup.against("x", prints(rows, tmp_path), None)
    assert found == [dedup.Copy("b", "a", "exact copy")]
    assert digest_of(boxes("a", 1)) == digest_of(boxes("b", 1)) != digest_of(boxes("c", 2))
    assert normal("ﬁne  Straße") == "fine strasse"


def test_short_answers_are_no_near_copies(tmp_path):
    rows = [prose("a", "Yes, it is."), prose("b", "Yes, it is so.")]
    assert dedup.against("x", prints(rows, tmp_path), None) == []


def test_drawn_pictures_with_other_labels_are_no_copies(tmp_path):
    row = {"label": "cup", "box": [10, 12, 60, 50]}
    rows = [boxes("a", 1), boxes("b", 1, (row,)), boxes("c", 1, meta={"again": True})]
    assert [c.key for c in dedup.against("x", prints(rows, tmp_path), None)] == ["c"]
    real = ("debian:gimp-help-en/usr/share/a.png",)
    rows = [boxes("a", 1, sources=real), boxes("b", 1, (row,), sources=real)]
    assert labels_of(rows[0]) == ""
    found = dedup.against("x", prints(rows, tmp_path), None)
    assert found == [dedup.Copy("b", "a", "near picture")]
    other = boxes("c", 1, (row,), sources=real, family="lines")
    assert dedup.against("x", prints([rows[0], other], tmp_path), None) == []


def test_later_sets_are_held_against_earlier_ones(tmp_path):
    memory = tmp_path / "memory"
    first = prints([prose("a-0", "One thing."), prose("a-1", "Another.")], tmp_path)
    assert dedup.against("a", first, memory) == []
    second = prints([prose("b-0", "Another."), prose("b-1", "A third.")], tmp_path)
    assert dedup.against("b", second, memory) == [dedup.Copy("b-0", "a-1", "exact copy")]
    assert dedup.against("a", first, memory) == []  # again: it came first
    assert sorted(path.name for path in memory.iterdir()) == ["00000-a.npz", "00001-b.npz"]
    (memory / "00000-a.npz").write_text("x")
    with pytest.raises(ValueError, match=r"a\.npz holds no fingerprints"):
        dedup.against("b", second, memory)


def test_hashes_of_pictures():
    image = Image.open(io.BytesIO(picture(3, (400, 300)))).convert("RGB")
    small = image.resize((160, 120), Image.Resampling.BICUBIC)
    assert (phash(image) ^ phash(small)).bit_count() <= 4
    assert phash(Image.new("RGB", (90, 90), "teal")) == NONE
    page = Image.new("RGB", (300, 400), "white")
    ImageDraw.Draw(page).text((40, 60), "a few words", fill="black")
    assert phash(page) != NONE
    assert all(
        phash(image) != phash(Image.open(io.BytesIO(picture(i)))) for i in range(9) if i != 3
    )


def test_near_hashes_are_all_found():
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2**63, 200, dtype=np.uint64)
    hashes, planted = [*base], set()
    for i, value in enumerate(base):
        flips = rng.choice(64, size=int(rng.integers(0, 9)), replace=False)
        near = value
        for bit in flips:
            near ^= np.uint64(1) << np.uint64(bit)
        if len(flips) <= 4:
            planted.add((i, len(hashes)))
        hashes.append(near)
    same = np.ones(len(hashes))
    found = picture_pairs(np.array(hashes), same, same.astype(np.uint64))
    assert set(found) == planted
    wide = np.where(np.arange(len(hashes)) < 200, 1.0, 1.2)
    assert picture_pairs(np.array(hashes), wide, same.astype(np.uint64)) == []


def test_clusters_are_named_by_their_first():
    assert joined(6, [(4, 5), (1, 4), (2, 3)]) == [0, 1, 2, 2, 1, 1]


def test_scores_are_added_by_key(tmp_path):
    path = tmp_path / "a.parquet"
    sidecar.write([sidecar.row(prose("a")), sidecar.row(prose("b"))], path)
    sidecar.score(path, "quality", {"b": 0.25, "a": 0.5})
    sidecar.score(path, "quality", {"a": 1, "b": 0})
    assert [row["quality"] for row in sidecar.read(path)] == [1, 0]
    with pytest.raises(ValueError, match="c is in the sidecar or in the scores"):
        sidecar.score(path, "quality", {"a": 1, "b": 1, "c": 1})
    with pytest.raises(ValueError, match="the shard itself decides"):
        sidecar.score(path, "words", {"a": 1, "b": 1})
    path.write_text("x")
    with pytest.raises(ValueError, match="is no sidecar"):
        sidecar.read(path)
