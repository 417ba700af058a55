"""Rows in the published formats, written here: what they become, and what is wrong with others."""

import base64
import hashlib
import io
import json
import pickle
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from qvl.data.readers import coco, conversations, jsonl, parquet, pixmo, tars
from qvl.data.readers.conversations import Origin
from qvl.data.readers.media import in_folder
from qvl.data.readers.stream import Cursor, Share, read
from qvl.data.records import Clip, Facts, Picture, Record
from qvl.data.rules.formats import formatted
from qvl.data.work import Rejected
from qvl.messages import Text

ORIGIN = Origin("test", "CC0-1.0")


def png(size=(40, 30), colour=(9, 9, 9), form="PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


@pytest.fixture
def root(tmp_path) -> Path:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png())
    (tmp_path / "c.bmp").write_bytes(png(form="BMP"))
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(16))
    (tmp_path / "cut.jpg").write_bytes(png((400, 300), form="JPEG")[:900])
    return tmp_path


def lines(root: Path, *rows) -> Path:
    path = root / "rows.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows))
    return path


def taken(rows) -> list[Record]:
    found = [each for each, _ in rows]
    assert all(isinstance(each, Record) for each in found), found
    return found


def reasons(rows) -> list[str]:
    return [each.reason for each, _ in rows if isinstance(each, Rejected)]


def talk(*said, **more):
    turns = [{"from": "human" if i % 2 == 0 else "gpt", "value": s} for i, s in enumerate(said)]
    return {"conversations": turns, **more}


def test_the_released_annotation(root):
    path = lines(
        root,
        talk("<image>\nWhat is it?", "A <image> tag.", image="a.png"),
        talk("<image>, <image> and <video>", "Yes", images=["a.png", "c.bmp"], video="clip.mp4"),
        talk("Only text", "Yes", "And?", "No", system="Be brief."),
    )
    convert = conversations.annotated(in_folder(root), ORIGIN)
    one, two, three = taken(read([path], jsonl.lines, convert))
    assert one.turns[0].parts == (Picture("0.png"), Text("\nWhat is it?"))
    assert one.turns[1].parts == (Text("A <image> tag."),)  # an answer has no places
    assert one.key == "rows-00000000" and one.sources == ("set:test",)
    assert two.turns[0].parts[::2] == (Picture("0.png"), Picture("1.png"), Clip("2.mp4"))
    assert two.media["1.png"].startswith(b"\x89PNG")  # what records do not keep becomes PNG
    assert [turn.role for turn in three.turns] == ["system", *("user", "assistant") * 2]


def test_bad_rows_are_skipped_with_their_reasons_and_rows(root):
    rows = [
        ('{"conversations": [', "no JSON"),
        (talk("<image> <image>", "x", image="a.png"), "places without a picture"),
        (talk("none", "x", image="a.png"), "pictures without a place"),
        (talk("<image>", "x", image="absent.png"), "missing picture"),
        (talk("<image>", "x", image="../up.png"), "outside of the data root"),
        (talk("<image>", "x", image="https://example.org/a.png"), "remote picture"),
        (talk("<image>", "x", image="cut.jpg"), "broken picture"),
        (talk("<image>", "x", image="rows.jsonl"), "broken picture"),
        (talk("<video>", "x", video="a.png"), "unknown clip"),
        (talk("only a question"), "no answer"),
        ({"conversations": [{"from": "nobody", "value": "x"}]}, "unknown role"),
        ({"conversations": [{"from": "human", "value": None}]}, "no text"),
        ({"other": 1}, "not in the format"),
        ([1], "not in the format"),
    ]
    path = lines(root, *(row for row, _ in rows), talk("Good", "Yes"))
    convert = conversations.annotated(in_folder(root), ORIGIN)
    found = list(read([path], jsonl.lines, convert))
    assert reasons(found) == [reason for _, reason in rows]
    assert isinstance(found[-1][0], Record) and found[-1][1].faults == len(rows)
    assert found[2][0].detail.startswith("rows.jsonl, row 2: ") and found[2][0].fault


def test_too_many_bad_rows_stop_the_run(root):
    path = lines(root, *[talk("Good", "Yes")] * 30, *["no json"] * 40)
    convert = conversations.annotated(in_folder(root), ORIGIN)
    with pytest.raises(ValueError, match=r"20 of 50 rows are bad.*rows.jsonl: 20 no JSON"):
        list(read([path], jsonl.lines, convert, most_faults=0.3))
    assert len(list(read([path], jsonl.lines, convert, most_faults=0.9))) == 70


def test_openai_messages(root):
    url = "data:image/png;base64," + base64.b64encode(png()).decode()
    ask = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
    ask += [{"type": "image", "image": "a.png"}, {"type": "video", "video": "clip.mp4", "fps": 2}]
    answer = {"role": "assistant", "content": "A thing."}
    path = lines(
        root,
        {"messages": [{"role": "user", "content": ask}, answer]},
        {"messages": [{"role": "user", "content": "Hi"}, {**answer, "tool_calls": [{}]}]},
        {"messages": [{"role": "user", "content": [{"type": "audio"}]}, answer]},
    )
    convert = conversations.messages(in_folder(root), ORIGIN)
    found = list(read([path], jsonl.lines, convert))
    parts = found[0][0].turns[0].parts
    assert parts == (Text("What?"), Picture("0.png"), Picture("1.png"), Clip("2.mp4", fps=2))
    assert reasons(found) == ["tool calls", "unknown part"]


def test_lists_are_read_item_by_item(root):
    path = root / "rows.json"
    rows = [talk(f"Question {i}", "x" * 3000) for i in range(60)]
    path.write_text(json.dumps(rows, indent=1))
    convert = conversations.annotated(in_folder(root), ORIGIN)
    assert len(taken(read([path], jsonl.items, convert))) == 60
    path.write_text(json.dumps(rows)[:-2000])
    found = list(read([path], jsonl.items, convert))
    assert len(found) == 60 and reasons(found) == ["no JSON"]


def test_parquet_rows_come_from_any_place(root):
    import pyarrow as pa
    import pyarrow.parquet

    held = {"bytes": png(), "path": None}
    rows = [talk("<image>", f"Answer {i}", images=[held]) for i in range(90)]
    path = root / "rows.parquet"
    pyarrow.parquet.write_table(pa.Table.from_pylist(rows), path, row_group_size=40)
    convert = conversations.annotated(in_folder(root), ORIGIN)
    whole = list(read([path], parquet.rows, convert))
    assert len(taken(whole)) == 90
    for at in (0, 39, 40, 57, 89):
        assert list(read([path], parquet.rows, convert, cursor=whole[at][1])) == whole[at + 1 :]
    path.write_bytes(path.read_bytes()[:-20])
    assert reasons(read([path], parquet.rows, convert)) == ["damaged file"]


def test_webdataset_samples(root):
    path = root / "rows.tar"
    with tarfile.open(path, "w") as tar:
        for key, members in {
            "x/one": {"jpg": png(form="JPEG"), "txt": b" A grey field. "},
            "x/two": {"0.png": png(), "json": json.dumps(talk("<image>?", "Yes", image="0.png"))},
            "y/two": {"json": b"{"},
            "y/three": {"png": png()},
        }.items():
            for ending, held in members.items():
                info = tarfile.TarInfo(f"{key}.{ending}")
                held = held.encode() if isinstance(held, str) else held
                info.size = len(held)
                tar.addfile(info, io.BytesIO(held))
    convert = tars.captioned(ORIGIN, "Describe it.")
    found = list(read([path], tars.samples, convert))
    assert found[0][0].turns[1].parts == (Text("A grey field."),)
    assert found[1][0].turns[0].parts == (Picture("0.png"), Text("?"))
    assert reasons(found) == ["no JSON", "no caption"]
    for at in range(4):
        assert list(read([path], tars.samples, convert, cursor=found[at][1])) == found[at + 1 :]
    path.write_bytes(path.read_bytes()[:700])
    assert reasons(read([path], tars.samples, convert)) == ["damaged file"]


RING = [
    4.0,
    4.0,
    20.0,
    4.0,
    20.0,
    8.0,
    8.0,
    8.0,
    8.0,
    24.0,
    4.0,
    24.0,
]  # an L, hollow in the middle


def detections(root: Path) -> Path:
    mark = {"image_id": 7, "category_id": 3, "bbox": [4, 4, 16, 20], "iscrowd": 0}
    runs = {"counts": [0, 30, 30 * 39], "size": [30, 40]}
    marks = [
        {"id": 1, **mark, "segmentation": [RING]},
        {"id": 2, **mark, "bbox": [0, 0, 1, 30], "segmentation": runs, "category_id": 4},
        {"id": 3, **mark, "bbox": [0, 0, 40, 30], "iscrowd": 1, "segmentation": runs},
        {"id": 4, **mark, "bbox": [50, 50, 5, 5], "segmentation": []},
    ]
    images = [
        {"id": 9, "file_name": "b.png", "width": 40, "height": 30},
        {"id": 7, "file_name": "a.png", "width": 40, "height": 30},
        {"id": 10, "file_name": "a.png", "width": 41, "height": 30},
    ]
    names = [{"id": 3, "name": "cup"}, {"id": 4, "name": "edge"}]
    path = root / "instances.json"
    path.write_text(json.dumps({"annotations": marks, "images": images, "categories": names}))
    return path


def test_detections_are_boxes_and_points_in_pixels(root):
    path = detections(root)
    found = list(read([path], coco.pictures, coco.detections(in_folder(root), ORIGIN)))
    record = found[0][0]
    facts = record.turns[1].parts[0]
    assert facts == Facts(
        "boxes",
        [{"label": "cup", "box": [4, 4, 20, 24]}, {"label": "edge", "box": [0, 0, 1, 30]}],
        of="0.png",
    )
    assert record.meta == {"left_out": 1} and reasons(found) == ["nothing marked", "other size"]
    assert formatted(record) is None  # it is written, and read back the same
    assert "cup, edge" in record.turns[0].parts[1].text
    convert = coco.detections(in_folder(root), ORIGIN, "points")
    (record, _), *_ = read([path], coco.pictures, convert)
    cup, edge = record.turns[1].parts[0].value
    assert record.meta == {"left_out": 1}
    assert formatted(record) is None
    assert 4 <= cup["point"][0] < 20 and not (cup["point"][0] > 9 and cup["point"][1] > 9)
    assert edge["point"][0] == 0.5


def test_points_of_boxes_without_masks_are_told_apart(root):
    path = detections(root)
    told = json.loads(path.read_text())
    for each in told["annotations"]:
        each["segmentation"] = []
    path.write_text(json.dumps(told))
    convert = coco.detections(in_folder(root), ORIGIN, "points")
    (record, _), *_ = read([path], coco.pictures, convert)
    assert [row["point"] for row in record.turns[1].parts[0].value] == [[12, 14], [0.5, 15]]
    assert record.meta == {"left_out": 1, "middles_of_boxes": 2}


def test_expressions_name_one_thing_each(root):
    path, refs = detections(root), root / "refs(unc).p"
    told = [
        {
            "ref_id": 1, "ann_id": 1, "image_id": 7, "split": "train",
            "sentences": [{"raw": "The cup", "sent": "the cup"}, {"sent": "left cup"}],
        },
        {"ref_id": 2, "ann_id": 99, "image_id": 7, "split": "train", "sentences": [{"sent": "x"}]},
        {"ref_id": 3, "ann_id": 1, "image_id": 7, "split": "val", "sentences": [{"sent": "x"}]},
    ]  # fmt: skip
    refs.write_bytes(pickle.dumps(told, protocol=2))
    convert = coco.detections(in_folder(root), ORIGIN)
    found = list(read([refs], coco.expressions(path), convert))
    labels = [r.turns[1].parts[0].value[0]["label"] for r, _ in found if isinstance(r, Record)]
    assert labels == ["The cup", "left cup"] and reasons(found) == ["no such thing"]

    class Evil:
        def __reduce__(self):
            return (Path.unlink, (path,))

    refs.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ValueError, match="is no list of references: it would call"):
        list(read([refs], coco.expressions(path), convert))
    assert path.exists()


def test_points_of_pixmo_are_percent_or_pixels(root):
    digest = hashlib.sha256(png()).hexdigest()
    (root / f"{digest}.png").write_bytes(png())
    (root / ("0" * 64)).write_bytes(png())
    row = {"image_url": "https://x/y", "image_sha256": digest, "label": "dog", "count": 1}
    path = lines(
        root,
        {**row, "points": [{"x": 25.0, "y": 50.0}]},
        {**row, "points": {"x": [100.0], "y": [0.0]}},
        {**row, "count": 0, "points": []},
        {**row, "points": [{"x": 101.0, "y": 5.0}]},
        {**row, "count": 3, "points": [{"x": 1.0, "y": 5.0}]},
        {**row, "image_sha256": "0" * 64, "points": [{"x": 1.0, "y": 5.0}]},
        {**row, "image_sha256": "1" * 64, "points": [{"x": 1.0, "y": 5.0}]},
    )
    found = list(read([path], jsonl.lines, pixmo.points(root, ORIGIN)))
    values = [r.turns[1].parts[0].value for r, _ in found if isinstance(r, Record)]
    assert values == [[{"label": "dog", "point": p}] for p in ([10.0, 15.0], [40.0, 0.0])] + [[]]
    told = ["point off the picture", "other count", "other picture", "missing picture"]
    assert reasons(found) == told
    (record, _), *_ = read([path], jsonl.lines, pixmo.points(root, ORIGIN, "pixels"))
    assert isinstance(record, Rejected)  # (25, 50) is below a picture 30 pixels high


def test_ranks_share_the_rows_and_go_on_anywhere(root):
    one = lines(root, *[talk(f"{i}", "x") for i in range(7)], "bad")
    two = root / "more.jsonl"
    two.write_text("\n\n" + json.dumps(talk("8", "x")) + "\n" + json.dumps(talk("9", "x")))
    convert = conversations.annotated(in_folder(root), ORIGIN)
    whole = list(read([one, two], jsonl.lines, convert))
    assert len(whole) == 10 and reasons(whole) == ["no JSON"]
    dealt = [
        [each for each, _ in read([one, two], jsonl.lines, convert, Share(rank, 3))]
        for rank in range(3)
    ]
    assert [dealt[n % 3][n // 3] for n in range(10)] == [each for each, _ in whole]
    for _, cursor in whole:
        again = Cursor(**json.loads(json.dumps(cursor.__dict__)))
        assert list(read([one, two], jsonl.lines, convert, cursor=again)) == whole[cursor.row :]
    with pytest.raises(ValueError, match="rank 3 of 3"):
        Share(3, 3)


def test_lines_that_are_too_long_are_not_held(root, monkeypatch):
    monkeypatch.setattr(jsonl, "LONGEST", 1000)
    path = lines(root, talk("a", "x" * 5000), talk("b", "y"), talk("c", "x" * 960))
    convert = conversations.annotated(in_folder(root), ORIGIN)
    found = list(read([path], jsonl.lines, convert))
    assert reasons(found) == ["line too long"] * 2 and len(found) == 3


def test_the_example_in_the_documentation_runs(root, monkeypatch):
    page = Path(__file__).resolve().parents[2] / "docs/sources.md"
    code = page.read_text().split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(root)
    (root / "pictures").mkdir()
    (root / "pictures/a.png").write_bytes(png())
    (root / "train.jsonl").write_text(json.dumps(talk("<image>?", "Yes", image="a.png")))
    names = {}
    exec(code, names)
    assert isinstance(names["record"], Record) and names["cursor"].row == 1
