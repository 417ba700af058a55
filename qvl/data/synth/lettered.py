"""Sheets as records: the lines as an answer, and the place of every character beside it.

n characters of a sheet; boxes are (left, top, right, bottom) in pixels of the sheet.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.records import Facts, Picture, Record, Turn
from qvl.data.synth.reading import extent, written
from qvl.data.synth.sheets import Sheet
from qvl.messages import Text
from qvl.tasks import ocr

FAMILY, NAME = "sheets", "0.png"
STEP = 64  # of a pixel: what Chromium lays letters out in
NAMES = ("word", "line", "block")


def record(key: str, sheet: Sheet, sources: Iterable[str], licence: str) -> Record:
    """The sheet with all of its lines asked for; `sheet_of` gives it back."""
    held = io.BytesIO()
    Image.fromarray(sheet.image).save(held, "png")
    height, width = sheet.image.shape[:2]
    lines = []
    for number in dict.fromkeys(sheet.line.tolist()):
        rows = sheet.line == number
        left, top, right, bottom = extent(sheet.boxes[rows])
        box = [left, top, min(right, width), min(bottom, height)]
        lines.append({"text": written(sheet.codepoints[rows], sheet.word[rows]), "box": box})
    letters: dict[str, Any] = {"text": "".join(map(chr, sheet.codepoints.tolist()))}
    letters["boxes"] = np.rint(sheet.boxes * STEP).astype(int).ravel().tolist()
    letters |= {name: _runs(getattr(sheet, name)) for name in NAMES}
    asked = Turn("user", (Picture(NAME), Text(ocr.SPOTTING)))
    answered = Turn("assistant", (Facts("lines", lines, of=NAME),))
    meta = {"letters": letters, "blocks": list(sheet.blocks)}
    told = (key, FAMILY, (asked, answered), {NAME: held.getvalue()}, licence)
    return Record(*told, (f"made:{FAMILY}", *sources), "en", meta)


def sheet_of(record: Record, pixels: np.ndarray | None = None) -> Sheet:
    """The inverse of `record`; `pixels` where they are decoded already."""
    letters: Mapping[str, Any] = record.meta["letters"]
    if pixels is None:
        with Image.open(io.BytesIO(record.media[NAME])) as image:
            pixels = np.asarray(image.convert("RGB"))
    codepoints = np.array([ord(letter) for letter in letters["text"]], np.int32)
    boxes = (np.array(letters["boxes"]) / STEP).astype(np.float32).reshape(-1, 4)
    numbers = (_numbers(letters[name]) for name in NAMES)
    return Sheet(pixels, codepoints, boxes, *numbers, blocks=tuple(record.meta["blocks"]))


def _runs(numbers: np.ndarray) -> list[int]:
    """[number, how often, number, how often, ...]"""
    return [n for value, run in groupby(numbers.tolist()) for n in (value, len(list(run)))]


def _numbers(runs: Sequence[int]) -> np.ndarray:
    return np.repeat(np.array(runs[::2], np.int32), runs[1::2])
