"""Files in the published formats to shards by one command, the same whoever makes them."""

import io
import json
import pickle
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qvl.cli.data import app
from qvl.data.readers.detect import Found, detect
from qvl.data.records import Clip, Facts, Picture
from qvl.data.shards import Shard
from qvl.messages import Text
from tests.records import picture


def talk(*said, **more):
    turns = [{"from": "human" if i % 2 == 0 else "gpt", "value": s} for i, s in enumerate(said)]
    return {"conversations": turns, **more}


def said(*texts, **more):
    roles = ("user", "assistant")
    turns = [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]
    return {"messages": turns, **more}


@pytest.fixture
def root(tmp_path) -> Path:
    for i in range(3):
        (tmp_path / f"{i}.png").write_bytes(picture(i, (40, 30)))
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(16))
    return tmp_path


def lines(path: Path, *rows) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def bring(*words):
    return CliRunner().invoke(app, ["import", *map(str, words)])


def brought(out: Path, *words) -> list:
    """All records of the set, made in this process."""
    done = bring(*words, "--licence", "CC0-1.0", "-o", out, "--workers", 0)
    assert done.exit_code == 0, done.output + repr(done.exception)
    shards = [Shard(tar) for tar in sorted(out.glob("*.tar"))]
    return [shard[i] for shard in shards for i in range(len(shard))]


def test_a_fine_tuning_file_becomes_shards(root, tmp_path):
    rows = [talk("<image>What?", f"Thing {i}.", image=f"{i % 3}.png") for i in range(7)]
    (root / "my set.json").write_text(json.dumps(rows))
    records = brought(root / "out", root / "my set.json", "--per-shard", 3)
    assert [r.turns[1].parts[0].text for r in records] == [f"Thing {i}." for i in range(7)]
    assert records[4].key == "my_set-00001-000001" and records[4].licence == "CC0-1.0"
    assert records[4].sources == ("set:my_set",) and records[4].media["0.png"] == picture(
        1, (40, 30)
    )
    assert sorted(p.name for p in (root / "out").glob("*.tar")) == [
        f"my_set-0000{i}.tar" for i in range(3)
    ]
    assert not list((root / "out").glob(".*.rows"))


def hashes(out: Path) -> list[str]:
    return [json.loads(p.read_text())["sha256"] for p in sorted(out.glob("*.done"))]


def test_any_number_of_workers_and_a_second_run(root):
    path = lines(root / "a.jsonl", *[talk("<image>?", f"{i}", image="0.png") for i in range(9)])
    words = (path, "--licence", "MIT", "--per-shard", 4)
    for out, workers in (("one", 0), ("two", 2)):
        assert bring(*words, "-o", root / out, "--workers", workers).exit_code == 0
    assert hashes(root / "one") == hashes(root / "two") and len(hashes(root / "one")) == 3
    (root / "two/a-00001.done").unlink()  # as a run that was killed leaves it
    again = bring(*words, "-o", root / "two", "--workers", 0)
    assert again.exit_code == 0 and hashes(root / "one") == hashes(root / "two")
    with path.open("a") as file:
        file.write(json.dumps(talk("More?", "Yes.")) + "\n")
    other = bring(*words, "-o", root / "two", "--workers", 0)
    assert "another config" in str(other.exception)


def test_messages_take_pictures_from_columns(root):
    parts = [{"type": "image"}, {"type": "text", "text": "?"}]
    path = lines(
        root / "a.jsonl",
        said("<image> and <video>", "Yes, an <image>.", images=["0.png"], videos=["clip.mp4"]),
        said(parts, "No.", images=["1.png"]),
        said("What does <image> mean?", "A sign."),
    )
    one, two, three = brought(root / "out", path)
    assert one.turns[0].parts == (Picture("0.png"), Text(" and "), Clip("1.mp4"))
    assert one.turns[1].parts == (Text("Yes, an <image>."),)
    assert two.turns[0].parts == (Picture("0.png"), Text("?"))
    assert three.turns[0].parts == (Text("What does <image> mean?"),)


def test_preferences(root):
    asked = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "?"}]}]
    row = {"prompt": asked, "chosen": "Yes.", "rejected": "No.", "images": ["0.png"]}
    (record,) = brought(root / "out", lines(root / "a.jsonl", row))
    assert record.turns[1].parts == (Text("Yes."),) and record.meta == {
        "instead": [{"text": "No."}]
    }
    assert record.turns[0].parts[0] == Picture("0.png") and record.family == "preferences"


def test_parquet_and_tars(root):
    import pyarrow as pa
    import pyarrow.parquet

    held = {"bytes": picture(5, (40, 30)), "path": None}
    rows = [talk("<image>", f"Answer {i}", images=[held]) for i in range(5)]
    pyarrow.parquet.write_table(pa.Table.from_pylist(rows), root / "p.parquet")
    with tarfile.open(root / "t.tar", "w") as tar:
        for key in ("one", "two"):
            for ending, content in {"png": picture(6, (40, 30)), "txt": key.encode()}.items():
                info = tarfile.TarInfo(f"{key}.{ending}")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    words = (root / "p.parquet", root / "t.tar", "--name", "both", "--prompt", "Say.")
    records = brought(root / "out", *words, "--per-shard", 4)
    assert [r.turns[1].parts[0].text for r in records[:5]] == [f"Answer {i}" for i in range(5)]
    assert [r.turns[1].parts[0].text for r in records[5:]] == ["one", "two"]
    assert records[5].turns[0].parts[1] == Text("Say.") and records[5].family == "captions"
    assert len(list((root / "out").glob("*.tar"))) == 3  # a shard holds rows of one file


def things(root: Path) -> Path:
    mark = {"image_id": 7, "category_id": 3, "bbox": [4, 4, 16, 20], "iscrowd": 0}
    held = {
        "info": {"year": 2014},
        "images": [{"id": 7, "file_name": "1.png", "width": 40, "height": 30}],
        "annotations": [{"id": 1, **mark}],
        "categories": [{"id": 3, "name": "cup"}],
    }
    (root / "instances.json").write_text(json.dumps(held))
    return root / "instances.json"


def test_coco_and_refcoco(root):
    path = things(root)
    (record,) = brought(root / "boxes", path)
    facts = [{"label": "cup", "box": [4, 4, 20, 24]}]
    assert record.turns[1].parts == (Facts("boxes", facts, of="0.png"),)
    assert record.family == "boxes" and record.key == "instances-00000-000000"
    (record,) = brought(root / "points", path, "--points")
    assert record.turns[1].parts[0].value == [{"label": "cup", "point": [12, 14]}]
    told = {"ref_id": 1, "ann_id": 1, "image_id": 7, "sentences": [{"raw": "My cup"}]}
    (root / "refs.p").write_bytes(pickle.dumps([{**told, "split": "train"}]))
    (root / "refs.json").write_text(json.dumps([{**told, "split": "val"}] * 2))
    (record,) = brought(root / "refs", root / "refs.p", "--instances", path)
    assert record.turns[1].parts[0].value[0]["label"] == "My cup"
    words = ("--licence", "MIT", "-o", root / "no", "--workers", 0)
    assert "give the COCO file with --instances" in str(bring(root / "refs.p", *words).exception)
    done = bring(root / "refs.json", "--instances", path, *words)
    assert "no rows that can be imported" in str(done.exception)


def test_points_of_pixmo(root):
    row = {
        "image": {"bytes": None, "path": "2.png"},
        "label": "dog",
        "points": [{"x": 25, "y": 50}],
    }
    path = lines(root / "a.jsonl", row)
    (record,) = brought(root / "out", path)
    assert record.turns[1].parts[0].value == [{"label": "dog", "point": [10, 15]}]
    (record,) = brought(root / "pixels", lines(root / "b.jsonl", {**row, "points": []}), "--pixels")
    assert record.turns[1].parts[0].value == [] and record.family == "points"


def test_pictures_in_another_folder(root, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = lines(elsewhere / "a.jsonl", talk("<image>?", "Yes", image="0.png"))
    (record,) = brought(root / "out", path, "--media", root)
    assert record.media["0.png"] == picture(0, (40, 30))


def test_bad_rows_are_kept_with_their_reasons(root):
    rows = [talk(f"{i}?", "Yes") for i in range(30)]
    rows[3] = talk("<image>?", "Yes", image="gone.png")
    path = lines(root / "a.jsonl", *rows)
    assert len(brought(root / "out", path)) == 29
    (line,) = (root / "out/rejected/a-00000.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert told["reason"] == "missing picture" and told["detail"].startswith("a.jsonl, row 3: ")
    rows[4:8] = [talk("<image>?", "Yes", image="http://127.0.0.1/a.png")] * 4
    words = (lines(path, *rows), "--licence", "MIT", "--workers", 0)
    done = bring(*words, "-o", root / "strict")
    assert done.exit_code == 1 and "4 x remote picture" in done.stderr
    done = bring(*words, "-o", root / "fetched", "--download")
    assert done.exit_code == 1 and "4 x not downloaded" in done.stderr  # this machine is private


def test_a_list_that_is_cut_ends_with_a_reason(root):
    path = root / "a.json"
    path.write_text(json.dumps([talk(f"{i}?", "Yes") for i in range(30)])[:-30])
    assert len(brought(root / "out", path)) == 29
    assert "no JSON" in (root / "out/rejected/a-00000.jsonl").read_text()


def test_what_is_unknown_is_named(root):
    words = ("--licence", "MIT", "-o", root / "out")
    path = lines(root / "a.jsonl", {"instruction": "Do", "output": "Done"})
    told = str(bring(path, *words).exception)
    assert "has rows with the columns instruction, output" in told and '"conversations"' in told
    for content, why in {
        "[1, 2]": "has rows with ints and no columns",
        "": "neither JSON, Parquet nor a tar",
        "[]": "has no rows",
        '{"a": 1, "b": [2]}': "has rows with the columns a, b",
        '{\n"a": 1,\n"b": [2]}': "is one object with a, b",
        "{oh": "cannot be read",
        "a,b\n1,2\n": "neither JSON, Parquet nor a tar",
    }.items():
        (root / "b.json").write_text(content)
        with pytest.raises(ValueError, match=why):
            detect(root / "b.json")
    assert not list((root / "out").glob("*.tar"))
    done = bring(path, "-o", root / "out")
    assert done.exit_code == 2 and "licence" in done.stderr
    done = bring(lines(path, talk("a", "b")), *words, "--name", "a b")
    assert "cannot be called 'a b'" in str(done.exception)


def test_rows_tell_more_than_endings(root):
    lines(root / "rows.json", talk("a", "b"), talk("c", "d"))
    assert detect(root / "rows.json") == Found("lines", "annotation")
    (root / "list.jsonl").write_text("\ufeff" + json.dumps([said("a", "b")]))
    assert detect(root / "list.jsonl") == Found("items", "messages")
    assert detect(things(root)) == Found("coco", "coco")
    (root / "rows.json").write_text("no\n" + json.dumps(talk("a", "b")) + "\n")
    with pytest.raises(ValueError, match="neither JSON"):
        detect(root / "rows.json")
