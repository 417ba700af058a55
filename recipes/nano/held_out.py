"""Draws what nano is tested on: real pages of packages that training never reads.

    python recipes/nano/held_out.py --cache CACHE --out samples/reading

Each page becomes NAME.png (8-bit grey) and NAME.json: its source, and every line and word with
its text and box (left, top, right, bottom, pixels), as Chromium laid them out.
"""

import argparse
import html
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.synth.browser import CHROMIUM, FLAGS
from qvl.data.synth.reading import extent, written
from qvl.data.synth.sheets import READ, arrays
from qvl.data.text import paragraphs, random_word

MARK = """() => {
  const inline = e => getComputedStyle(e).display.startsWith('inline');
  for (const e of document.body.querySelectorAll('*')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || inline(e) || e.closest('[data-block]')) continue;
    if ([...e.querySelectorAll('*')].every(inline)) e.setAttribute('data-block', '');
  }
}"""
SEEN = ("DejaVu Sans", "Liberation Sans", "Noto Sans", "DejaVu Serif", "Liberation Serif")
UNSEEN = ("Open Sans", "Lato", "Carlito", "Roboto", "Vollkorn")
SIZES = (8, 9, 10, 11, 12, 14, 16, 18, 20)
REAL = (
    ("sqlite-1", "sqlite3-doc", "doc/sqlite3/about.html"),
    ("sqlite-2", "sqlite3-doc", "doc/sqlite3/whentouse.html"),
    ("git-1", "git-doc", "doc/git-doc/gittutorial.html"),
    ("git-2", "git-doc", "doc/git-doc/giteveryday.html"),
    ("policy-1", "debian-policy", "doc/debian-policy/policy.html/ch-opersys.html"),
    ("policy-2", "debian-policy", "doc/debian-policy/policy.html/ch-scope.html"),
)


@dataclass(frozen=True)
class Page:
    name: str
    url: str  # of a file, or empty
    markup: str  # where there is no file
    source: str
    about: dict[str, Any]
    size: tuple[int, int]


def real(cache: Path) -> list[Page]:
    """Manuals as they are, at their own fonts and sizes."""
    pages = []
    for name, package, path in REAL:
        file = cache / "debian" / package / "usr/share" / path
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing; fetch the package {package}")
        about = {"kind": "real", "package": package, "path": path}
        pages.append(
            Page(name, file.resolve().as_uri(), "", f"{package}: {path}", about, (800, 900))
        )
    return pages


def drawn(cache: Path) -> list[Page]:
    """Held-out prose at given sizes in seen and unseen families, and strings without meaning."""
    prose = [p for p in paragraphs(cache / "debian" / "sqlite3-doc") if 200 < len(p) < 500]
    rng = np.random.default_rng(1)
    pages = []
    for kind, families in (("seen", SEEN), ("unseen", UNSEEN)):
        for size in SIZES:
            blocks = [
                _block(family, size, " ".join(prose[rng.integers(len(prose))].split()[:24]))
                for family in families
            ]
            about = {"kind": kind, "px": size, "families": list(families)}
            pages.append(_page(f"{kind}-{size:02d}", blocks, "sqlite3-doc prose", about))
    blocks = []
    for family in SEEN:
        words = " ".join(random_word(rng) for _ in range(66))
        blocks.append(_block(family, 16, words))
    about = {"kind": "random", "px": 16, "families": list(SEEN)}
    pages.append(_page("random-16", blocks, "random strings", about))
    return pages


def _block(family: str, size: int, text: str) -> str:
    style = f"font:{size}px/1.5 '{family}';margin:8px;width:560px"
    return f'<div data-block style="{style}">{html.escape(text)}</div>'


def _page(name: str, blocks: list[str], source: str, about: dict[str, Any]) -> Page:
    markup = f"<meta charset=utf-8><body style='margin:0;background:white'>{''.join(blocks)}"
    return Page(name, "", markup, source, about, (580, 900))


def shoot(tab: Any, page: Page) -> tuple[Image.Image, dict[str, Any]]:
    """The picture and its truth; what is not wholly visible is left out."""
    width, height = page.size
    if page.url:
        tab.goto(page.url)
    else:
        tab.set_content(page.markup)
    tab.evaluate(MARK)
    found = tab.evaluate(READ)
    code, boxes, word, line, _, px = arrays(found, width, height)
    font = "e => { const s = getComputedStyle(e); return s.fontSize + ' ' + s.fontFamily }"
    image = Image.open(io.BytesIO(tab.screenshot())).convert("L")
    bottom = min(height, int(boxes[:, 3].max()) + 12)
    truth = {
        "source": page.source,
        **page.about,
        "font": tab.eval_on_selector("[data-block]", font),
        "lines": _items(code, boxes, word, px, line),
        "words": _items(code, boxes, word, px, word),
    }
    return image.crop((0, 0, width, bottom)), truth


def _items(
    code: np.ndarray, boxes: np.ndarray, word: np.ndarray, px: np.ndarray, by: np.ndarray
) -> list[dict[str, Any]]:
    """Text, box and font size (px of its first character) of each group of characters."""
    items = []
    for value in dict.fromkeys(by.tolist()):
        rows = by == value
        box = [round(c, 1) for c in extent(boxes[rows])]
        size = round(float(px[rows][0]), 1)
        items.append({"text": written(code[rows], word[rows]), "box": box, "px": size})
    return items


def main() -> None:
    from playwright.sync_api import ViewportSize, sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("samples/reading"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for page in [*real(options.cache), *drawn(options.cache)]:
            width, height = page.size
            tab = browser.new_page(viewport=ViewportSize(width=width, height=height))
            image, truth = shoot(tab, page)
            tab.close()
            image.save(options.out / f"{page.name}.png", optimize=True)
            text = json.dumps(truth, ensure_ascii=False, separators=(",", ":"))
            (options.out / f"{page.name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
