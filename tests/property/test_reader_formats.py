"""Random JSON, masks and rows: read as others read them, resumed anywhere, never raised at."""

import contextlib
import json
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qvl.data import copyright, regions
from qvl.data.readers import conversations, jsonl
from qvl.data.readers.conversations import Origin
from qvl.data.readers.media import in_folder
from qvl.data.readers.stream import BadRow, read
from qvl.data.records import Record
from qvl.data.work import Rejected

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)
masks = st.builds(
    lambda height, width, seed, share: np.random.default_rng(seed).random((height, width)) < share,
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(0, 10**6),
    st.floats(0.02, 1),
)


def written(folder: str, name: str, text: str) -> Path:
    path = Path(folder) / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


@given(st.lists(values, max_size=8), st.integers(1, 40), st.sampled_from([None, 0, 2]))
def test_lists_read_in_pieces_are_what_json_reads(rows, chunk, indent):
    jsonl._CHUNK, kept = chunk, jsonl._CHUNK
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = written(folder, "a.json", json.dumps(rows, indent=indent))
            assert [value for value, _ in jsonl.items(path, 0)] == rows
            assert [value for value, _ in jsonl.items(path, 3)] == rows[3:]
    finally:
        jsonl._CHUNK = kept


@given(st.dictionaries(st.text(max_size=6), values, max_size=5), st.integers(1, 30))
def test_objects_give_the_items_of_their_lists(value, chunk):
    jsonl._CHUNK, kept = chunk, jsonl._CHUNK
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = written(folder, "a.json", json.dumps(value))
            told = [(k, x) for k, v in value.items() for x in (v if isinstance(v, list) else [v])]
            assert list(jsonl.members(path)) == told
    finally:
        jsonl._CHUNK = kept


@given(st.lists(values, min_size=1, max_size=5), st.data())
def test_a_list_that_is_cut_ends_with_why(rows, data):
    text = json.dumps(rows, ensure_ascii=False)
    cut = data.draw(st.integers(0, len(text) - 1))
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, "a.json", text[:cut])
        *found, last = [value for value, _ in jsonl.items(path, 0)]
    assert isinstance(last, BadRow)
    whole = [value for value in found if value in rows]  # a number may be cut: 12 of 123
    assert len(whole) >= len(found) - 1


said = st.fixed_dictionaries({"from": st.sampled_from(["human", "gpt", "x"]), "value": values})
rows = values | st.fixed_dictionaries(
    {"conversations": st.lists(said | values, max_size=4)},
    optional={"image": values, "video": values},
)


@given(st.lists(rows, max_size=12), st.integers(1, 4))
def test_any_json_is_a_record_or_a_reason_and_is_resumed_exactly(found, world):
    with tempfile.TemporaryDirectory() as folder:
        text = "\n".join(json.dumps(row) for row in found)
        path = written(folder, "a.jsonl", text)
        convert = conversations.annotated(in_folder(Path(folder)), Origin("x", "CC0-1.0"))

        def taken(**more):
            return list(read([path], jsonl.lines, convert, most_faults=1, **more))

        whole = taken()
        assert len(whole) == len(found)
        assert all(isinstance(each, Record | Rejected) for each, _ in whole)
        for _, cursor in whole:
            assert taken(cursor=cursor) == whole[cursor.row :]


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_reasons(held):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_bytes(held)
        ends = [at for _, at in jsonl.lines(path, 0)]
        assert ends == sorted(set(ends)) and (not ends or ends[-1] <= len(held))
        assert list(jsonl.items(path, 0)) is not None


@given(masks)
def test_the_point_of_a_mask_is_in_it_and_its_box_is_tight(mask):
    if not mask.any():
        return
    x, y = regions.point_in(mask)
    assert mask[y, x]
    left, top, right, bottom = regions.box_of(mask)
    assert mask[top:bottom, left:right].sum() == mask.sum()
    assert mask[top].any() and mask[bottom - 1].any() and mask[:, left].any()


@given(masks.filter(lambda mask: mask.any()))
def test_the_point_is_as_deep_as_any(mask):
    """The oracle: city-block distance to what is outside, by trying every pair."""
    outside = np.argwhere(~np.pad(mask, 1))
    inside = np.argwhere(np.pad(mask, 1))[:200]
    depths = np.abs(inside[:, None] - outside[None]).sum(2).min(1)
    x, y = regions.point_in(mask)
    own = np.abs(np.array([y + 1, x + 1]) - outside).sum(1).min()
    assert own >= depths.max()


@given(masks)
def test_run_lengths_are_read_as_the_published_code_reads_them(mask):
    from pycocotools import mask as theirs

    coded = theirs.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert (regions.run_lengths(coded["counts"].decode(), coded["size"]) == mask).all()
    plain = regions.uncompressed(coded["counts"].decode())
    assert (regions.run_lengths(plain, mask.shape) == mask).all()


@given(st.text(alphabet="0123456789:;<=>?@ABCQRabco ~", max_size=12))
def test_any_text_is_run_lengths_or_an_error(text):
    with contextlib.suppress(ValueError):
        assert regions.run_lengths(text, (3, 4)).shape == (3, 4)


names = st.text(alphabet="ab.*?\\", min_size=1, max_size=6)


@given(st.text(max_size=300), st.lists(st.tuples(names, st.sampled_from(["A", "B"])), max_size=4))
def test_any_copyright_file_gives_rules_and_any_rule_an_answer(text, pairs):
    copyright.names(text)
    ordered = [*copyright.rules(text), *(copyright.Rule(*pair) for pair in pairs)]
    told = copyright.licence_of("usr/share/ab/a.b", ordered)
    assert told is None or told in {rule.licence for rule in ordered}
