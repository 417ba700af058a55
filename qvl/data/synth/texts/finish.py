"""A sheet of text to a record: scanned or not, encoded, with questions about what it says."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from qvl.data.records import Facts, Part, Picture, Record, Turn
from qvl.data.synth.move import Move
from qvl.data.synth.scan import scanned
from qvl.data.synth.texts.asking import Seen, Spot, talks
from qvl.data.synth.texts.run import Run
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.work import Work
from qvl.messages import Text
from qvl.tasks.place import Corners


@dataclass(frozen=True)
class Made:
    """A picture of text as a record takes it; places are pixels of `image`."""

    image: Image.Image
    seen: Seen
    style: str
    sources: Sequence[str]
    licences: Sequence[str]


def made(
    sheet: Sheet,
    rng: np.random.Generator,
    style: str,
    language: str,
    scan: float = 0.0,
    smallest: float = 12.0,
) -> Made:
    """The sheet as pixels, a share `scan` of them scanned."""
    image, move = sheet.picture(), Move()
    if rng.random() < scan:
        done = scanned(image, rng, smallest)
        image, move, style = done.image, done.move, f"{style}/{done.name.split('+')[0]}"
    lines, words = spots(sheet.runs, move, image.size)
    seen = Seen(lines, words, language)
    return Made(image, seen, style, sheet.sources, sheet.licences)


def spots(runs: Sequence[Run], move: Move, size: tuple[int, int]) -> tuple[list[Spot], list[Spot]]:
    """Lines and words with their places after a move; no words where some are not known."""
    lines, words, known = [], [], True
    for run in runs:
        lines.append((run.text, _around(run.ink, move, size)))
        inside = run.words()
        known = known and bool(inside)
        words += [(text, _around(ink, move, size)) for text, ink in inside]
    return lines, words if known else []


def _around(ink: np.ndarray, move: Move, size: tuple[int, int]) -> Corners:
    """The box around letters, each moved by itself, cut at the picture's edges."""
    kept = ink[~np.isnan(ink[:, 0])]
    corners = move.points(kept[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2))
    left, top = corners.min(0).clip(0, size).tolist()
    right, bottom = corners.max(0).clip(0, size).tolist()
    return round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)


def record(work: Work, family: str, shown: Made, rng: np.random.Generator) -> Record:
    """The conversation about a picture."""
    name, held = _encoded(shown.image, rng)
    turns: list[Turn] = []
    for question, answer in talks(rng, shown.seen, name):
        first: tuple[Part, ...] = () if turns else (Picture(name),)
        said: Text | Facts = Text(answer) if isinstance(answer, str) else answer
        turns += [Turn("user", (*first, Text(question))), Turn("assistant", (said,))]
    return Record(
        key=work.key,
        family=family,
        turns=tuple(turns),
        media={name: held},
        licence=" and ".join(sorted(shown.licences)) or "CC0-1.0",
        sources=(f"made:{family}", *shown.sources),
        language=shown.seen.language,
        meta={"style": shown.style},
    )


def _encoded(image: Image.Image, rng: np.random.Generator) -> tuple[str, bytes]:
    """JPEG as a rule, for it is quick to write; small pictures as PNG in part."""
    held = io.BytesIO()
    if image.width * image.height < 300_000 and rng.random() < 0.4:
        image.save(held, "png", compress_level=1)
        return "0.png", held.getvalue()
    image.save(held, "jpeg", quality=int(rng.integers(72, 95)))
    return "0.jpg", held.getvalue()
