"""Letters to runs: what stands in one line without a wide gap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from qvl.media.placing import Box, union
from qvl.media.textlayer import Letter
from qvl.media.turns import turned_box

WIDE = 1.0  # gaps of at least this many heights divide runs: cells of a table, columns


@dataclass(frozen=True)
class Run:
    """Pixels of the picture, turned so that its text is upright."""

    text: str
    ink: Box
    body: Box  # as high as the font is
    height: float  # of the font


def runs_of(letters: Sequence[Letter], turn: int, size: tuple[int, int]) -> list[Run]:
    """The runs of the text that is turned so, in the order in which the file has it."""
    return [_run(part, turn, size) for part in _parts(letters, turn, size) if _inked(part)]


def _parts(letters: Sequence[Letter], turn: int, size: tuple[int, int]) -> Iterator[list[Letter]]:
    part: list[Letter] = []
    last: Box | None = None
    for letter in letters:
        if letter.text == "\n":
            if part:
                yield part
            part, last = [], None
            continue
        if letter.text == " ":
            part += [letter] if part else []
            continue
        if letter.turn != turn:
            continue
        body = turned_box(letter.body, size, turn)
        if last is not None and _apart(last, body):
            yield part
            part = []
        part.append(letter)
        last = body
    if part:
        yield part


def _apart(last: Box, body: Box) -> bool:
    """Whether a letter begins another run."""
    height = max(last[3] - last[1], body[3] - body[1], 1)
    if not -height < body[0] - last[2] < WIDE * height:
        return True
    return abs((body[1] + body[3]) - (last[1] + last[3])) / 2 > 0.6 * height


def _inked(part: Sequence[Letter]) -> bool:
    return any(letter.text != " " for letter in part)


def _run(part: Sequence[Letter], turn: int, size: tuple[int, int]) -> Run:
    inked = [letter for letter in part if letter.text != " "]
    bodies = [turned_box(letter.body, size, turn) for letter in inked]
    return Run(
        " ".join("".join(letter.text for letter in part).split(" ")).strip(),
        union([turned_box(letter.ink, size, turn) for letter in inked]),
        union(bodies),
        median(body[3] - body[1] for body in bodies),
    )


def text_of(runs: Sequence[Run]) -> str:
    """Runs of one line as one text; what touches, such as an exponent, has no space between."""
    text, end = "", 0.0
    for run in runs:
        space = text and run.body[0] - end > 0.15 * run.height
        text += f" {run.text}" if space else run.text
        end = run.body[2]
    return text
