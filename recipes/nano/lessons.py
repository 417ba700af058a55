"""Batches of conversations: words, lines, paragraphs and scenes, with questions and answers."""

from collections.abc import Callable
from dataclasses import dataclass

import bank as banks
import numpy as np
import pictures
from PIL import Image
from size import LIMITS

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.synth.reading import UNIT, Crop, piece, placed, resized, tinted
from qvl.data.synth.things import CLASSES, UNSEEN, scene
from qvl.inputs import lesson
from qvl.media.image import smart_resize
from qvl.messages import message
from qvl.sample import Batch, Sample
from qvl.tasks import grounding as boxes
from qvl.tasks import ocr
from qvl.train.direct import Lesson, Truth

TOKENS = 1400  # of a packed batch
Rng = np.random.Generator


@dataclass(frozen=True)
class Bank:
    pictures: banks.Bank
    tokenizer: Tokenizer
    config: Config


Example = tuple[Sample, Truth]
ABSENT = sorted(CLASSES.keys() - UNSEEN)  # names to ask for, there or not


def _pack(bank: Bank, rng: Rng, one: Callable[[Bank, Rng], Example | None]) -> Lesson:
    samples, truths, tokens = [], [], 0
    while tokens < TOKENS:
        example = one(bank, rng)
        if example is None:
            continue
        samples.append(example[0])
        truths.append(example[1])
        tokens += len(example[0])
    return Lesson(Batch.of(samples), Truth.cat(truths))


def _ask(bank: Bank, image: np.ndarray, prompt: str, answer: str) -> Sample:
    turns = (message("user", Image.fromarray(image), prompt), message("assistant", answer))
    return lesson(turns, bank.tokenizer, bank.config, LIMITS).sample


def _seen(crop: Crop, rng: Rng) -> Crop:
    """The crop as it reaches the tower: sometimes zoomed first, then fitted to whole tokens."""
    h, w = crop.image.shape[:2]
    if rng.random() < 0.25:
        zoom = rng.uniform(0.85, 1.6)
        h, w = max(int(h * zoom), 8), max(int(w * zoom), 8)
        crop = resized(crop, h, w)
    crop = resized(crop, *smart_resize(h, w, LIMITS.min_pixels, LIMITS.max_pixels))
    return tinted(crop, rng)


def _framed(bank: Bank, rng: Rng, sheet_at: int, rows: np.ndarray) -> Crop:
    """Either alone on its paper in whole tokens, or cut out with a margin as people do."""
    sheet = bank.pictures.sheets[sheet_at]
    if rng.random() < 0.5:
        crop = piece(sheet, rows, (1, 0, 1, 0), alone=False)
        h, w = crop.image.shape[:2]
        rows_of = -(-(h - 2) // UNIT) + int(rng.random() < 0.1)
        columns = -(-(w + int(rng.integers(0, 20))) // UNIT)
        return placed(crop, rng, max(rows_of, 1) * UNIT, columns * UNIT)
    left, right = (int(m) for m in rng.integers(0, 14, 2))
    top, bottom = (int(m) for m in rng.integers(0, 9, 2))
    return piece(sheet, rows, (left, top, right, bottom), alone=bool(rng.random() < 0.7))


def _line(bank: Bank, rng: Rng) -> tuple[int, np.ndarray]:
    """A sheet and the characters of one of its lines."""
    where = bank.pictures.near
    at = bank.pictures.sheet(rng)
    while not len(where[at]):
        at = bank.pictures.sheet(rng)
    sheet = bank.pictures.sheets[at]
    pick = (
        where[at][rng.integers(len(where[at]))]
        if rng.random() < 0.9
        else rng.integers(len(sheet.line))
    )
    return at, np.nonzero(sheet.line == sheet.line[pick])[0]


def _some_words(bank: Bank, rng: Rng, most: int) -> tuple[int, np.ndarray]:
    at, rows = _line(bank, rng)
    word = bank.pictures.sheets[at].word[rows]
    names = np.unique(word)
    first = int(rng.integers(len(names)))
    kept = names[first : first + int(rng.integers(1, most + 1))]
    return at, rows[np.isin(word, kept)]


def _reading(bank: Bank, rng: Rng, at: int, rows: np.ndarray) -> Example | None:
    if len(rows) > 150:
        return None
    crop = _framed(bank, rng, at, rows)
    crop = _seen(crop, rng)
    return _ask(bank, crop.image, ocr.PLAIN, crop.text()), pictures.text_truth(crop)


def _spell(bank: Bank, rng: Rng) -> Example:
    crop = pictures.run_of(bank.pictures, rng, bank.pictures.near, 5)
    columns = -(-(crop.image.shape[1] + int(rng.integers(0, 12))) // UNIT)
    crop = tinted(placed(crop, rng, UNIT, columns * UNIT), rng)
    return _ask(bank, crop.image, ocr.PLAIN, crop.text()), pictures.text_truth(crop)


def letters(bank: Bank, rng: Rng) -> Lesson:
    """One to five letters of a word: where the decoder first finds what the tower saw."""
    return _pack(bank, rng, _spell)


def words(bank: Bank, rng: Rng) -> Lesson:
    """One to three words of a line."""
    return _pack(bank, rng, lambda b, r: _reading(b, r, *_some_words(b, r, 3)))


def lines(bank: Bank, rng: Rng) -> Lesson:
    """A line, or a good part of one."""
    return _pack(bank, rng, lambda b, r: _reading(b, r, *_some_words(b, r, 12)))


def _block(bank: Bank, rng: Rng, most: int) -> tuple[int, np.ndarray]:
    at, rows = _line(bank, rng)
    sheet = bank.pictures.sheets[at]
    line, block = sheet.line[rows[0]], sheet.block[rows[0]]
    last = line + int(rng.integers(1, most))
    return at, np.nonzero((sheet.block == block) & (sheet.line >= line) & (sheet.line <= last))[0]


def paragraphs(bank: Bank, rng: Rng) -> Lesson:
    """Two to four lines of a block."""
    return _pack(bank, rng, lambda b, r: _reading(b, r, *_block(b, r, 4)))


def _spot(bank: Bank, rng: Rng) -> Example | None:
    at, rows = _block(bank, rng, 3)
    if len(rows) > 100:
        return None
    crop = _seen(_framed(bank, rng, at, rows), rng)
    height, width = crop.image.shape[:2]
    found = []
    for text, (left, top, right, bottom) in crop.lines():
        box = (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
        found.append((text, tuple(round(c) for c in box)))
    answer = ocr.render(found)  # type: ignore[arg-type]
    return _ask(bank, crop.image, ocr.SPOTTING, answer), pictures.text_truth(crop)


def spotting(bank: Bank, rng: Rng) -> Lesson:
    """Lines with their boxes."""
    return _pack(bank, rng, _spot)


def _find(bank: Bank, rng: Rng, *, alone: bool) -> Example | None:
    """A scene and up to three questions about it, sometimes one for what is not there."""
    shown = scene(rng, bank.pictures.assets, alone=alone)
    names = sorted({thing.name for thing in shown.things})
    rng.shuffle(names)
    if not alone and rng.random() < 0.12:
        names.insert(0, ABSENT[int(rng.integers(len(ABSENT)))])
    if not names:
        return None
    turns = []
    for name in names[:3]:
        found = [(t.name, t.box) for t in shown.things if t.name == name]
        found.sort(key=lambda f: (f[1][1], f[1][0]))
        parts = (
            [boxes.PROMPT.format(name)]
            if turns
            else [Image.fromarray(shown.image), boxes.PROMPT.format(name)]
        )
        turns += [message("user", *parts), message("assistant", boxes.render(found))]
    sample = lesson(turns, bank.tokenizer, bank.config, LIMITS).sample
    return sample, pictures.thing_truth(shown)


def pointing(bank: Bank, rng: Rng) -> Lesson:
    """One thing and its box: where the decoder first learns to write places."""
    return _pack(bank, rng, lambda b, r: _find(b, r, alone=True))


def grounding(bank: Bank, rng: Rng) -> Lesson:
    """Up to four things, and boxes of those asked for."""
    return _pack(bank, rng, lambda b, r: _find(b, r, alone=False))
