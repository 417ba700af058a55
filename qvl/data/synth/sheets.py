"""Sheets: pages dense with text as Chromium draws them, each character's place read from the DOM.

n characters of a sheet; boxes are (left, top, right, bottom) in pixels of the sheet.
"""

import io
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.synth.layout import FAMILIES, HEIGHT, WIDTH, page

CHROMIUM = os.environ.get("QVL_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
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


def read_sheet(path: Path, pixels: np.ndarray | None = None) -> Sheet:
    """A sheet from `NNNNN.png`, whose truth lies beside it; `pixels` where they are at hand."""
    with np.load(path.with_suffix(".npz")) as truth:
        parts = [truth[name] for name in ("codepoints", "boxes", "word", "line", "block")]
        blocks = json.loads(str(truth["blocks"]))
    if pixels is None:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
    return Sheet(pixels, *parts, blocks=tuple(blocks))


def write_sheet(sheet: Sheet, path: Path) -> None:
    """The truth first, then the picture, whose presence says that the sheet is whole."""
    draft = path.with_suffix(".draft")
    with open(draft, "wb") as file:
        np.savez_compressed(
            file,
            codepoints=sheet.codepoints,
            boxes=sheet.boxes,
            word=sheet.word,
            line=sheet.line,
            block=sheet.block,
            blocks=np.array(json.dumps(sheet.blocks)),
        )
    draft.rename(path.with_suffix(".npz"))
    Image.fromarray(sheet.image).save(draft, format="png")
    draft.rename(path)


def sheets(parts: Sequence[Sequence[str]], seeds: Sequence[int]) -> Iterator[tuple[int, Sheet]]:
    """Draw the sheets of these seeds; RuntimeError names a font or browser that is missing."""
    from playwright.sync_api import ViewportSize, sync_playwright

    for family in FAMILIES:
        got = subprocess.run(["fc-match", family, "family"], capture_output=True, text=True)
        if family not in got.stdout:
            raise RuntimeError(
                f"font {family!r} is not installed; apt-get install fonts-dejavu "
                "fonts-liberation fonts-noto-core fonts-noto-mono"
            )
    if not Path(CHROMIUM).exists():
        raise RuntimeError(f"no browser at {CHROMIUM}; apt-get install chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for at, seed in enumerate(seeds):
            if at and at % 200 == 0:  # its memory grows with the pages it has seen
                browser.close()
                browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            tab = browser.new_page(viewport=ViewportSize(width=WIDTH, height=HEIGHT))
            text, blocks = page(parts, seed)
            tab.set_content(text)
            truth, png = tab.evaluate(READ), tab.screenshot()
            tab.close()
            yield seed, _sheet(png, truth, blocks)
        browser.close()


def _sheet(png: bytes, truth: dict[str, Any], blocks: list[dict[str, Any]]) -> Sheet:
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    code, boxes, word, line, block, _ = arrays(truth, WIDTH, HEIGHT)
    return Sheet(image, code, boxes, word, line, block, tuple(blocks))


def arrays(truth: dict[str, Any], width: int, height: int) -> tuple[np.ndarray, ...]:
    """What READ found: codepoints, boxes, word, line, block, font px; only the wholly visible."""
    boxes = np.array(truth["box"], dtype=np.float32).reshape(-1, 4)
    whole = (boxes[:, 3] < height) & (boxes[:, 2] < width) & (boxes[:, :2].min(1) >= 0)
    code, word, line, block = (
        np.array(truth[name], dtype=np.int32)[whole] for name in ("code", "word", "line", "block")
    )
    return code, boxes[whole], word, line, block, np.array(truth["px"])[whole]
