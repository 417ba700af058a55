"""Runs every verb on the samples with nano and writes docs/gallery.md with what came out.

python samples/gallery.py [--model nano]

What nano was not taught fails here as it fails for everybody; the page shows that, too.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
LINES, WIDTH = 14, 110  # of output that are shown
WAITED = re.compile(r"^\w[^\n]*(?: \.\.\.|: [\d.]+ s)\n", re.MULTILINE)  # a slow machine's words
SIDE = 760  # pixels of a picture's longer side at most
BILL = {
    "type": "object",
    "properties": {"title": {"type": "string", "maxLength": 40}, "year": {"type": "integer"}},
    "required": ["title", "year"],
}
ASK = {
    "custom_id": "line",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {
        "model": "nano",
        "max_tokens": 80,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "samples/line-3.png"}},
                    {"type": "text", "text": "Read all the text in the image."},
                ],
            }
        ],
    },
}


@dataclass(frozen=True)
class Show:
    title: str
    says: str
    words: tuple[str, ...]  # of the command; OUT is a folder, SCHEMA and LINES are files
    source: str = ""  # the sample, where it is a picture to be shown
    pictures: tuple[str, ...] = ()  # below OUT
    texts: tuple[str, ...] = ()  # files below OUT whose beginning is shown


SHOWS = (
    Show(
        "Read a line",
        "nano reads it, with slips.",
        ("ocr", "samples/line-1.png", "--text"),
        "samples/line-1.png",
    ),
    Show(
        "Read lines with their places",
        "Of a block nano reads the first line and guesses on; boxes are rough.",
        ("ocr", "samples/crop-1.png", "-o", "OUT"),
        "samples/crop-1.png",
        ("crop-1.png",),
    ),
    Show(
        "Find a thing",
        "Boxes are in pixels of the picture as given. nano knows small scenes: show it less.",
        ("ground", "samples/flag-jp.png", "red circle", "--max-pixels", "25000", "-o", "OUT"),
        "samples/flag-jp.png",
        ("flag-jp.png",),
    ),
    Show(
        "Find what is not there",
        "An empty list would be the answer; nano was not taught to say no.",
        ("ground", "samples/photo-coffee.jpg", "green cross", "--max-pixels", "25000"),
        "samples/photo-coffee.jpg",
    ),
    Show(
        "A document, from the letters that it holds",
        "No model: what `parse` makes of a page when nothing is read wrongly. Boxes, classes and "
        "reading order, then the Markdown.",
        ("parse", "samples/pages.pdf", "--text-layer", "-o", "OUT"),
        pictures=("page_001.layout.png", "page_002.layout.png"),
        texts=("pages.qwenvl.html", "pages.md"),
    ),
    Show(
        "The same document, read by nano",
        "nano was not taught the language of documents: the page fails and is reported, the exit "
        "code is 1.",
        ("parse", "samples/pages.pdf", "--pages", "1", "--attempts", "1", "--max-tokens", "120"),
    ),
    Show(
        "Values under a schema",
        f"`schema.json` is `{json.dumps(BILL)}`. The reply keeps to it whatever the model knows; "
        "nano's values are guesses.",
        ("extract", "samples/line-2.png", "--schema", "SCHEMA"),
        "samples/line-2.png",
    ),
    Show(
        "What a model will see of a clip",
        "No weights are read.",
        ("inspect", "samples/monitors.webm"),
    ),
    Show(
        "Events of a clip",
        "nano was not taught clips: the verb shows the reply, says that it holds no time, and "
        "keeps the sheet of what was seen.",
        (
            *("video", "samples/monitors.webm", "a second monitor appears"),
            *("--max-tokens", "60", "-o", "OUT"),
        ),
        pictures=("monitors.png",),
    ),
    Show(
        "The next step on a screen",
        "nano was not taught screens: no action is taken from a reply that holds none.",
        ("act", "samples/screen.png", "open the settings", "--max-tokens", "60"),
        "samples/screen.png",
    ),
    Show(
        "A file of requests",
        "Killed, it goes on where it stopped.",
        ("batch", "LINES", "OUT/answers.jsonl"),
        texts=("answers.jsonl",),
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="nano")
    model = parser.parse_args().model
    shown = ROOT / "docs" / "gallery"
    shutil.rmtree(shown, ignore_errors=True)
    shown.mkdir(parents=True)
    page = ["# Gallery", "", "Every verb on real samples, made by `python samples/gallery.py`."]
    for number, show in enumerate(SHOWS, start=1):
        sys.stderr.write(f"{show.title}\n")
        page += section(show, model, shown, f"{number:02}")
    (ROOT / "docs" / "gallery.md").write_text("\n".join(page) + "\n")


def section(show: Show, model: str, shown: Path, number: str) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        (out / "schema.json").write_text(json.dumps(BILL))
        requests = ROOT / "requests.jsonl"  # beside the samples that it names
        requests.write_text(json.dumps(ASK) + "\n")
        files = {"SCHEMA": str(out / "schema.json"), "LINES": str(requests)}
        words = [files.get(word, word.replace("OUT", name)) for word in show.words]
        which = [] if show.words[0] == "inspect" or "--text-layer" in words else ["-m", model]
        command = [sys.executable, "-m", "qvl.cli", *words, *which]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        requests.unlink()
        names = {"SCHEMA": "schema.json", "LINES": "requests.jsonl"}
        plain = [names.get(word, word.replace("OUT", "out")) for word in show.words]
        plain = [f'"{word}"' if " " in word else word for word in plain]
        told = done.stdout + WAITED.sub("", done.stderr)
        lines = ["", f"## {show.title}", "", show.says, ""]
        if show.source:
            lines += [f"![{show.source}](../{show.source})", ""]
        lines += ["```", f"$ qvl {' '.join(plain)}", *cut(told.replace(name, "out"))]
        lines += [f"exit code {done.returncode}"] * bool(done.returncode) + ["```"]
        for text in show.texts:
            lines += ["", f"`{text}`", "", "````", *cut((out / text).read_text()), "````"]
        for picture in show.pictures:
            target = shown / f"{number}-{Path(picture).name}"
            small(out / picture, target)
            lines += ["", f"![{picture}](gallery/{target.name})"]
        return lines


def cut(text: str) -> list[str]:
    """The first lines, each cut to a width, and how many are not shown."""
    lines = [line if len(line) <= WIDTH else line[: WIDTH - 3] + "..." for line in text.split("\n")]
    lines = lines[:-1] if lines and not lines[-1] else lines
    left = len(lines) - LINES
    return lines if left <= 0 else [*lines[:LINES], f"... {left} more lines"]


def small(source: Path, target: Path) -> None:
    with Image.open(source) as image:
        image = image.convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    image.quantize(128).save(target, optimize=True)


if __name__ == "__main__":
    main()
