"""`qvl parse`, run as a user runs it: files, resuming after a kill, exit codes, bad input."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from qvl.cli.main import main
from tests.needs import chromium
from tests.unit.test_pdf import LETTER, locked, pdf

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "pages.pdf"
OFFLINE = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}


def command(*words):
    return [sys.executable, "-m", "qvl.cli", "parse", *map(str, words)]


def parse(*words, **more):
    return subprocess.run(
        command(*words), capture_output=True, text=True, timeout=120, env=OFFLINE, **more
    )


def contents(folder):
    """Every file by its path, with seconds taken out of JSON."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.suffix == ".json":
            data = re.sub(rb'"seconds": [0-9.]+', b"", data)
        found[str(path.relative_to(folder))] = data
    return found


def repeated(path, times):
    """A PDF that has the pages of the sample so many times."""
    out, sample = pypdfium2.PdfDocument.new(), pypdfium2.PdfDocument(SAMPLE)
    for _ in range(times):
        out.import_pages(sample)
    out.save(path)
    return path


def test_every_file_of_a_document(tmp_path):
    done = parse(SAMPLE, "--text-layer", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    printed = [Path(line).name for line in done.stdout.splitlines()]
    assert printed == ["pages.html", "pages.md", "pages.json", "pages.qwenvl.html", "report.json"]
    assert set(contents(tmp_path)) == {
        *printed,
        *(f"page_00{n}.{end}" for n in (1, 2) for end in ("json", "layout.png", "qwenvl.html")),
        "tables/page_002_03.csv",
    }
    assert (tmp_path / "tables" / "page_002_03.csv").read_text().splitlines()[1] == "A0,841,1189,80"
    assert "# Notes on paper" in (tmp_path / "pages.md").read_text()
    assert "data-bbox" not in (tmp_path / "pages.html").read_text()
    assert "data-bbox" in (tmp_path / "pages.qwenvl.html").read_text()
    told = json.loads((tmp_path / "pages.json").read_text())
    page = told["pages"][0]
    pixels, points = page["elements"][0]["box"], page["boxes_in_points"][0]
    assert page["page"] == 1 and page["points"] == pytest.approx([595, 842], abs=1)
    assert points == pytest.approx([each / 2 for each in pixels], abs=0.5)
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["pages"], report["ok"], report["failed"]) == (2, 2, 0)
    attempt = report["each"][0]["attempts"][0]
    assert attempt["finish_reason"] == "stop" and attempt["completion_tokens"] > 100
    drawn = Image.open(tmp_path / "page_001.layout.png")
    assert drawn.width > report["each"][0]["size"][0]
    assert "page 1/2: 1 ok" in done.stderr and "page 2/2: 2 ok" in done.stderr


def test_stdout_is_the_document_alone():
    done = parse(SAMPLE, "--text-layer", "--pages", "1")
    assert done.returncode == 0 and done.stdout.startswith("# Notes on paper\n")
    json.loads(parse(SAMPLE, "--text-layer", "--pages", "2", "--to", "json").stdout)


def test_a_killed_run_goes_on_and_ends_the_same(tmp_path):
    document = repeated(tmp_path / "long.pdf", 6)
    words = (document, "--text-layer", "--to", "md,json")
    assert parse(*words, "-o", tmp_path / "whole").returncode == 0
    part = tmp_path / "part"
    for wanted in (2, 6, 9):
        run = subprocess.Popen(
            command(*words, "-o", part), env=OFFLINE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while len(list(part.glob("page_*.json"))) < wanted and run.poll() is None:
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
        assert not (part / "report.json").exists()
    (part / ".page_012.json.123").write_text("half a mark")
    done = parse(*words, "-o", part)
    assert done.returncode == 0 and done.stderr.count("was done before") >= 9
    assert contents(part) == contents(tmp_path / "whole")


def test_what_changed_is_done_again_and_what_is_lost_too(tmp_path):
    words = (SAMPLE, "--text-layer", "--pages", "1", "-o", tmp_path)
    parse(*words)
    again = parse(*words)
    assert "1 was done before" in again.stderr and "redone" not in again.stderr
    before = contents(tmp_path)
    (tmp_path / "page_001.layout.png").unlink()
    assert "was done before" not in parse(*words).stderr
    assert contents(tmp_path) == before
    mark = tmp_path / "page_001.json"
    mark.write_text(mark.read_text()[:-40])
    assert "was done before" not in parse(*words).stderr
    assert contents(tmp_path) == before
    other = parse(*words, "--dpi", "72")
    assert "another file, model or setting; they are redone" in other.stderr
    assert "was done before" not in other.stderr and contents(tmp_path) != before


def test_several_files_have_a_folder_each(tmp_path):
    Image.open(ROOT / "samples" / "crop-1.png").save(tmp_path / "pages.png")
    done = parse(SAMPLE, tmp_path / "pages.png", "--text-layer", "--to", "md", "-o", tmp_path / "o")
    assert done.returncode == 1  # a picture has no text layer
    assert "of 1 pages 1 failed (100 %)" in done.stderr
    assert (tmp_path / "o" / "pages" / "pages.md").is_file()
    report = json.loads((tmp_path / "o" / "pages-2" / "report.json").read_text())
    assert report["failed"] == 1 and (tmp_path / "o" / "pages-2" / "page_001.layout.png").is_file()


def test_nano_reads_a_picture_and_says_how_it_went(tmp_path):
    words = ("--attempts", 2, "--max-tokens", 40, "-o", tmp_path)
    done = parse(ROOT / "samples" / "line-4.png", *words)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((tmp_path / "report.json").read_text())["each"][0]
    assert 1 <= len(report["attempts"]) <= 2 and report["status"] in ("ok", "doubtful", "failed")
    assert (done.returncode == 1) == (report["status"] == "failed")
    assert sum(one["kept"] for one in report["attempts"]) == 1
    assert (tmp_path / "page_001.layout.png").is_file()
    again = parse(ROOT / "samples" / "line-4.png", *words)
    assert "was done before" in again.stderr and again.returncode == done.returncode


def test_bad_input_is_one_line_and_exit_code_two(tmp_path, monkeypatch, capsys):
    (tmp_path / "locked.pdf").write_bytes(locked("word"))
    (tmp_path / "cut.pdf").write_bytes(SAMPLE.read_bytes()[:9000])
    (tmp_path / "text.pdf").write_text("not a PDF")
    (tmp_path / "empty.tif").write_bytes(b"II*\0" + bytes(4))
    (tmp_path / "file").write_text("")
    cases = [
        ([tmp_path / "locked.pdf"], "encrypted"),
        ([tmp_path / "locked.pdf", "--password", "no"], "does not open with this password"),
        ([tmp_path / "cut.pdf"], "cut short or broken"),
        ([tmp_path / "text.pdf"], "no PDF"),
        ([tmp_path / "empty.tif"], "TIFF without a page"),
        ([tmp_path / "none.pdf"], "none.pdf"),
        ([SAMPLE, "--pages", "3"], "has 2 pages"),
        ([SAMPLE, "--to", "docx"], "'docx' is no format"),
        ([SAMPLE, "--to", "md,html"], "give -o DIR"),
        ([SAMPLE, "--tile", "5"], "tiles of 5 pixels"),
        ([SAMPLE, "--text-layer", "-o", tmp_path / "file"], "file"),
        ([SAMPLE, "--text-layer", "--tile", "500"], "--text-layer asks no model"),
        ([SAMPLE, tmp_path / "none.png", "--text-layer"], "none.png"),
    ]
    for words, wrong in cases:
        monkeypatch.setattr(sys, "argv", ["qvl", "parse", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        assert left.value.code == 2 and out == "" and err.count("\n") == 1, (words, err)
        assert wrong in err, (words, err)
    assert parse(tmp_path / "locked.pdf", "--password", "word", "--text-layer").returncode == 0


def test_a_full_disk_is_one_line_and_leaves_no_half_file(tmp_path):
    def little():
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # the layout picture is larger

    done = parse(SAMPLE, "--text-layer", "-o", tmp_path, preexec_fn=little)
    assert done.returncode == 2 and done.stderr.splitlines()[-1].startswith("qvl: [Errno 27]")
    assert set(contents(tmp_path)) == {"page_001.qwenvl.html"}
    assert parse(SAMPLE, "--text-layer", "-o", tmp_path).returncode == 0


def test_a_long_document_is_never_held_whole(tmp_path):
    """300 pages of 1 MB each: memory stays where it was after the first ones."""
    program = (
        "import resource, sys\n"
        "from qvl.media.paper import open_paper\n"
        "from qvl.messages import Answer, Media, Usage\n"
        "from qvl.tasks.document.pages import Ask, read_page\n"
        "most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "def chat(messages, settings):\n"
        "    size = messages[0].content[0].pixels.size\n"
        "    text = '<p data-bbox=\"1 2 30 40\">red</p>'\n"
        "    return Answer(text, 'stop', Usage(1, 1), (Media(size, size, 1),))\n"
        "with open_paper(sys.argv[1], dpi=300) as paper:\n"
        "    for sheet in paper.sheets(paper.numbers(), layer=True):\n"
        "        read_page(chat, sheet.picture, Ask())\n"
        "        if sheet.number == 10: early = most()\n"
        "print(paper.count, most() - early)\n"
    )
    document = tmp_path / "long.pdf"
    document.write_bytes(pdf([LETTER] * 300))
    done = subprocess.run(
        [sys.executable, "-c", program, str(document)], capture_output=True, text=True, env=OFFLINE
    )
    assert done.returncode == 0, done.stderr
    count, grown = map(int, done.stdout.split())
    assert count == 300 and grown < 20_000  # KiB; all pages together would be 300,000


@chromium
def test_plain_html_is_drawn_beside_the_page(tmp_path):
    """With a browser where there is one; without, a note says what is missing."""
    from qvl.cli.plain import browser
    from qvl.tasks.document.rebuild import harmless

    html = harmless(
        '<style>p { background: #ff0000; height: 100px }</style><p style="color:white">A</p>'
        '<img src="http://127.0.0.1:9/x.png"><script>document.body.innerHTML = ""</script>'
    )
    with browser(True) as draw:
        drawn = draw(html, (200, 300))
    assert drawn is not None
    assert drawn.size == (200, 300) and drawn.getpixel((100, 60)) == (255, 0, 0)
    done = parse(ROOT / "samples" / "line-4.png", "--plain", "--max-tokens", 30, "-o", tmp_path)
    assert done.returncode in (0, 1)
