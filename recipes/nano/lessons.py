"""Batches of conversations about text: letters, words, lines and paragraphs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import bank as banks
import numpy as np
import pictures
import pointers
import torch
from PIL import Image
from size import LIMITS

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.lessons import Lessons
from qvl.data.synth.reading import UNIT, Crop, piece, placed, resized, tinted
from qvl.inputs import lesson
from qvl.media.sizes import smart_resize
from qvl.messages import message
from qvl.sample import Batch, Sample
from qvl.tasks import ocr
from qvl.tasks.place import Frame
from qvl.tokens import IGNORE
from qvl.train.direct import Lesson, Truth

TOKENS = 1400  # of a packed batch
LONGEST = 1000  # tokens of a record
MISSES = 500  # examples that are too long, one after the other
Rng = np.random.Generator


@dataclass(frozen=True)
class Bank:
    pictures: banks.Bank
    tokenizer: Tokenizer
    config: Config


Example = tuple[Sample, Truth, torch.Tensor]


def pack(bank: Bank, rng: Rng, one: Callable[[Bank, Rng], Example | None]) -> Lesson:
    """Examples end to end, until there are TOKENS."""
    samples, truths, points, tokens, missed = [], [], [], 0, 0
    while tokens < TOKENS:
        example = one(bank, rng)
        if example is None:
            missed += 1
            if missed > MISSES:
                raise ValueError(f"{one.__name__}: {MISSES} examples in a row do not fit")
            continue
        missed = 0
        sample, truth, point = example
        samples.append(sample)
        truths.append(truth)
        points.append(torch.where(point == IGNORE, IGNORE, point + tokens))
        tokens += len(sample)
    return Lesson(Batch.of(samples), Truth.cat(truths), torch.cat(points))


def _ask(
    bank: Bank, crop: Crop, prompt: str, answer: str, parts: Sequence[pointers.Part]
) -> Example:
    turns = (message("user", Image.fromarray(crop.image), prompt), message("assistant", answer))
    sample = lesson(turns, bank.tokenizer, bank.config, LIMITS).sample
    said = [(answer, pointers.spread(answer, parts))]
    return sample, pictures.text_truth(crop), pointers.points(sample, bank.tokenizer, said)


def _read(bank: Bank, crop: Crop) -> Example:
    return _ask(bank, crop, ocr.PLAIN, crop.text(), pointers.lines_of(crop))


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
    if len(rows) > 240:
        return None
    return _read(bank, _seen(_framed(bank, rng, at, rows), rng))


def _spell(bank: Bank, rng: Rng) -> Example:
    crop = pictures.run_of(bank.pictures, rng, bank.pictures.near, 5)
    columns = -(-(crop.image.shape[1] + int(rng.integers(0, 12))) // UNIT)
    return _read(bank, tinted(placed(crop, rng, UNIT, columns * UNIT), rng))


def letters(bank: Bank, rng: Rng) -> Lesson:
    """One to five letters of a word: where the decoder first finds what the tower saw."""
    return pack(bank, rng, _spell)


def words(bank: Bank, rng: Rng) -> Lesson:
    """One to three words of a line."""
    return pack(bank, rng, lambda b, r: _reading(b, r, *_some_words(b, r, 3)))


def lines(bank: Bank, rng: Rng) -> Lesson:
    """A line, or a good part of one."""
    return pack(bank, rng, lambda b, r: _reading(b, r, *_some_words(b, r, 18)))


def _block(bank: Bank, rng: Rng, most: int) -> tuple[int, np.ndarray]:
    at, rows = _line(bank, rng)
    sheet = bank.pictures.sheets[at]
    line, block = sheet.line[rows[0]], sheet.block[rows[0]]
    last = line + int(rng.integers(1, most))
    return at, np.nonzero((sheet.block == block) & (sheet.line >= line) & (sheet.line <= last))[0]


def paragraphs(bank: Bank, rng: Rng) -> Lesson:
    """Two to six lines of a block."""
    return pack(bank, rng, lambda b, r: _reading(b, r, *_block(b, r, 6)))


def _spot(bank: Bank, rng: Rng) -> Example | None:
    at, rows = _block(bank, rng, 3)
    if len(rows) > 100:
        return None
    crop = _seen(_framed(bank, rng, at, rows), rng)
    height, width = crop.image.shape[:2]
    frame = Frame((width, height), (width, height))
    found, parts = [], []
    for (text, (left, top, right, bottom)), part in zip(
        crop.lines(), pointers.lines_of(crop), strict=True
    ):
        box = (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
        x1, y1, x2, y2 = frame.written(box)
        found.append(ocr.Line(text, *box))
        for corner, unit in ((f"{x1}, {y1}", part[1][0]), (f"{x2}, {y2}", part[1][-1])):
            parts.append((corner, [unit] * len(corner)))
        parts.append(pointers.escaped(part))
    return _ask(bank, crop, ocr.SPOTTING, ocr.render(found, frame), parts)


def spotting(bank: Bank, rng: Rng) -> Lesson:
    """Lines with their boxes."""
    return pack(bank, rng, _spot)


def _record(bank: Bank, rng: Rng) -> Example | None:
    """A record of the factory as it is: nobody tells where its letters stand."""
    held = bank.pictures.records
    if not held:
        raise OSError("no records of the factory; recipes/nano/run makes them")
    places = held[tuple(held)[int(rng.integers(len(held)))]]
    shard, row = places[int(rng.integers(len(places)))]
    sample = Lessons(bank.tokenizer, bank.config, LIMITS)(shard[row])
    if len(sample) > LONGEST:
        return None
    return (
        sample,
        pictures.nothing_told(len(sample.vision_rows)),
        torch.full_like(sample.labels, IGNORE),
    )


def records(bank: Bank, rng: Rng) -> Lesson:
    """Lines in many hands and faces, signs, and things pasted on pictures."""
    return pack(bank, rng, _record)
