"""Sheets: pages dense with text as Chromium draws them, each character's place read from the DOM.

n characters of a sheet; boxes are (left, top, right, bottom) in pixels of the sheet.
"""

import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.records import Record
from qvl.data.sources import licences
from qvl.data.synth.browser import FLAGS, tab
from qvl.data.synth.layout import FAMILIES, HEIGHT, WIDTH, page
from qvl.data.text import paragraphs
from qvl.data.work import Work

GUIDES = (  # package, folder of its English pages
    ("debian-handbook", "usr/share/doc/debian-handbook/html/en-US"),
    ("gimp-help-en", "usr/share/gimp/2.0/help/en"),
    ("gnucash-docs", "usr/share/doc/gnucash-docs/gnucash-guide-en"),
    ("gnucash-docs", "usr/share/doc/gnucash-docs/gnucash-help-en"),
)
BEGIN = "<!doctype html><title>sheet</title>"
READ = """() => {
  const out = {code: [], box: [], word: [], line: [], block: [], px: []};
  let word = -1, line = -1;
  document.querySelectorAll('[data-block]').forEach((element, block) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let bottom = -1e9, gap = true;
    line += 1;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data, range = document.createRange();
      const px = parseFloat(getComputedStyle(node.parentElement).fontSize);
      for (let i = 0; i < text.length; i++) {
        if (text[i].trim() === '') { gap = true; continue; }
        range.setStart(node, i); range.setEnd(node, i + 1);
        const r = range.getClientRects()[0];
        if (!r || r.width === 0) continue;
        if (bottom > -1e9 && r.top + r.height / 2 > bottom) { line += 1; gap = true; }
        if (bottom < r.bottom) bottom = r.bottom;
        if (gap) { word += 1; gap = false; }
        out.code.push(text.charCodeAt(i)); out.word.push(word); out.line.push(line);
        out.block.push(block); out.px.push(px);
        out.box.push([r.left, r.top, r.right, r.bottom]);
      }
    }
  });
  return out;
}"""


@dataclass(frozen=True)
class Sheet:
    image: np.ndarray  # uint8[H, W, 3]
    codepoints: np.ndarray  # int32[n]
    boxes: np.ndarray  # float32[n, 4]
    word: np.ndarray  # int32[n]: which word of the sheet
    line: np.ndarray  # int32[n]: which line as a person sees it, inside one block
    block: np.ndarray  # int32[n]
    blocks: tuple[dict[str, Any], ...]  # family, size (px), kind a block


def sheet(work: Work, *, cache: Path) -> Iterator[Record]:
    """A sheet of English documentation and of strings without meaning.

    RuntimeError names a font or browser that is missing, OSError packages that are not fetched.
    """
    from qvl.data.synth.lettered import record

    _fonts()
    text, blocks = page(_parts(cache), int(work.rng().integers(2**32)))
    with tab((WIDTH, HEIGHT), BEGIN, FLAGS) as shown:  # with the hinting that people see
        shown.set_content(text)
        truth, png = shown.evaluate(READ), shown.screenshot()
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    code, boxes, word, line, block, _ = arrays(truth, WIDTH, HEIGHT)
    drawn = Sheet(image, code, boxes, word, line, block, tuple(blocks))
    yield record(work.key, drawn, *_credits(cache))


@once
def _fonts() -> None:
    for family in FAMILIES:
        got = subprocess.run(["fc-match", family, "family"], capture_output=True, text=True)
        if family not in got.stdout:
            raise RuntimeError(
                f"font {family!r} is not installed; apt-get install fonts-dejavu "
                "fonts-liberation fonts-noto-core fonts-noto-mono"
            )


@once
def _parts(cache: Path) -> list[list[str]]:
    parts = [paragraphs(cache / name / path) for name, path in GUIDES]
    if not all(parts):
        raise OSError(f"no text of {GUIDES[0][0]} below {cache}; run qvl data fetch")
    return parts


@once
def _credits(cache: Path) -> tuple[tuple[str, ...], str]:
    """Sources and licence of what sheets are made of."""
    told = sorted({licences(cache / name)(path) for name, path in GUIDES})
    return tuple(f"debian:{name}/{path}" for name, path in GUIDES), " AND ".join(told)


def arrays(truth: dict[str, Any], width: int, height: int) -> tuple[np.ndarray, ...]:
    """What READ found: codepoints, boxes, word, line, block, font px; only the wholly visible."""
    boxes = np.array(truth["box"], dtype=np.float32).reshape(-1, 4)
    whole = (boxes[:, 3] < height) & (boxes[:, 2] < width) & (boxes[:, :2].min(1) >= 0)
    code, word, line, block = (
        np.array(truth[name], dtype=np.int32)[whole] for name in ("code", "word", "line", "block")
    )
    return code, boxes[whole], word, line, block, np.array(truth["px"])[whole]
