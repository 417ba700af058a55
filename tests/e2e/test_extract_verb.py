"""`qvl extract` and `qvl run --schema` with the shipped nano: JSON on stdout, whatever it reads."""

import json
from pathlib import Path

import jsonschema
import pypdfium2
import pytest
from PIL import Image
from typer.testing import CliRunner

import qvl
from qvl.cli.main import app

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
LINE, MAP = str(SAMPLES / "line-1.png"), str(SAMPLES / "map.png")
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"], "maxLength": 20},
        "kind": {"enum": ["bill", "letter"]},
    },
    "required": ["name", "kind"],
}


def run(*words, stdin=None):
    return CliRunner().invoke(app, list(map(str, words)), input=stdin)


@pytest.fixture
def document(tmp_path):
    """A PDF of two pages under a name that says nothing."""
    pdf = pypdfium2.PdfDocument.new()
    for _ in range(2):
        pdf.new_page(200, 100)
    path = tmp_path / "document"
    pdf.save(path)
    return path


def test_a_schema_is_kept_to_from_a_file_inline_and_stdin(tmp_path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps(SCHEMA))
    results = [
        run("extract", LINE, "--schema", path),
        run("extract", LINE, "--schema", json.dumps(SCHEMA)),
        run("extract", LINE, "--schema", "-", stdin=json.dumps(SCHEMA)),
    ]
    assert [done.exit_code for done in results] == [0, 0, 0]
    assert len({done.stdout for done in results}) == 1
    value = json.loads(results[0].stdout)
    jsonschema.validate(value, SCHEMA)
    assert value.keys() <= {"name", "kind"}


def test_keys_with_places_are_saved_with_a_picture(tmp_path):
    schema = {
        "type": "object",
        "properties": {"kind": {"enum": ["bill", "letter"]}},
        "required": ["kind"],
    }
    done = run("extract", LINE, "--schema", json.dumps(schema), "--boxes", "-o", tmp_path)
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    jsonschema.validate(told["values"], schema)
    left, top, right, bottom = told["boxes"]["kind"]
    width, height = Image.open(LINE).size
    assert 0 <= left <= right <= width and 0 <= top <= bottom <= height
    assert json.loads((tmp_path / "line-1.json").read_text()) == told
    with Image.open(tmp_path / "line-1.png") as drawn:
        assert drawn.width >= 640


def test_missing_values_are_null_and_named():
    done = run("extract", MAP, "--keys", "company, 日期", "--json", "--max-tokens", 900)
    told = json.loads(done.stdout)
    assert told["values"].keys() == {"company", "日期"}
    assert told["missing"] == [key for key, value in told["values"].items() if value is None]
    assert all(key in done.stderr for key in told["missing"])


def test_a_document_is_one_question_and_files_are_a_line_each(document):
    schema = json.dumps({"type": "object", "properties": {"a": {"type": "boolean"}}})
    done = run("extract", document, LINE, "--schema", schema, "--json")
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 0 and first["finish_reason"] == second["finish_reason"] == "stop"
    assert run("extract", document, "--pages", 2, "--boxes", "--keys", "a").exit_code in (0, 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((LINE,), "--schema or with --keys, one of them"),
        ((LINE, "--keys", "a", "--schema", "{}"), "--schema or with --keys, one of them"),
        ((LINE, "--keys", "a,,b"), "none empty"),
        ((LINE, "--schema", "nowhere.json"), "the schema nowhere.json is no file"),
        ((LINE, "--schema", "{"), "the schema is no JSON"),
        ((LINE, "--schema", '{"not": {}}'), "Unimplemented keys"),
        ((LINE, "--schema", "{}", "--pages", "1"), "is no PDF; leave out --pages"),
        (("nothing.png", "--keys", "a"), "nothing.png"),
    ],
)
def test_bad_input_is_one_line(words, told, monkeypatch, capsys):
    from qvl.cli.main import main

    monkeypatch.setattr("sys.argv", ["qvl", "extract", *words])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert left.value.code == 2 and said.out == ""
    assert told in said.err and said.err.strip().count("\n") == 0


def test_boxes_want_one_page(document, monkeypatch, capsys):
    from qvl.cli.main import main

    monkeypatch.setattr("sys.argv", ["qvl", "extract", str(document), "--keys", "a", "--boxes"])
    with pytest.raises(SystemExit):
        main()
    assert "has several pages; with --boxes, choose one by --pages" in capsys.readouterr().err


def test_a_cut_reply_prints_what_is_whole_and_fails(tmp_path):
    schema = {"type": "array", "items": {"const": 1234}, "minItems": 50}
    done = run("extract", LINE, "--schema", json.dumps(schema), "--max-tokens", 20)
    assert done.exit_code == 1 and "ended for 'length' and is not complete" in done.stderr
    values = json.loads(done.stdout)
    assert values and set(values) == {1234}


def test_run_answers_under_a_schema():
    done = run("run", "What is it?", "-i", LINE, "--schema", '{"enum": ["text", "photo"]}')
    assert done.exit_code == 0 and json.loads(done.stdout) in ("text", "photo")


def test_python_takes_keys_schemas_and_pages():
    vlm = qvl.load()
    found = vlm.extract(LINE, {"type": "object", "properties": {"a": {"type": "boolean"}}})
    assert isinstance(found, qvl.Extracted) and found.finish_reason == "stop"
    told = vlm.extract([LINE, LINE], SCHEMA)
    jsonschema.validate(told.values, SCHEMA)
