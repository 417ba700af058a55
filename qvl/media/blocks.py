"""Runs of text to lines and blocks in reading order: columns, paragraphs, tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from qvl.media.cuts import column_cut, gaps, lines_of
from qvl.media.grids import table_spans
from qvl.media.placing import Box, union
from qvl.media.runs import Run, runs_of, text_of
from qvl.media.textlayer import HYPHEN, Layer
from qvl.media.turns import turned_box, turned_size

_MARKS = "•▪–‣◦➢✓*-"


@dataclass(frozen=True)
class Line:
    """Pixels of the picture of the page."""

    text: str
    box: Box
    height: float  # of its font


@dataclass(frozen=True)
class Block:
    """Lines that belong together; a table has its cells too, row by row."""

    lines: tuple[Line, ...]
    box: Box
    cells: tuple[tuple[str, ...], ...] = ()
    turn: int = 0  # as a Letter is turned

    @property
    def text(self) -> str:
        """The lines as one text: divided words joined, other lines by a space."""
        return joined([line.text for line in self.lines])

    @property
    def height(self) -> float:
        """Of most of its lines' fonts."""
        return median(line.height for line in self.lines)


def blocks_of(layer: Layer) -> list[Block]:
    """Every block in reading order; text that is turned comes after what is upright."""
    found: list[Block] = []
    counts = [sum(1 for each in layer.letters if each.turn == turn) for turn in range(4)]
    for turn in sorted(range(4), key=lambda turn: -counts[turn]):
        if counts[turn]:
            size = turned_size(layer.size, turn)
            rules = [turned_box(rule, layer.size, turn) for rule in layer.rules]
            for block in _ordered(runs_of(layer.letters, turn, layer.size), rules):
                found.append(_back(replace(block, turn=turn), size))
    return found


def joined(lines: Sequence[str]) -> str:
    """Lines as one text; between ideographs there is no space."""
    text = ""
    for line in lines:
        if text.endswith(HYPHEN):
            text = text[:-1] + line
        elif text and not (_solid(text[-1]) and _solid(line[:1])):
            text += " " + line
        else:
            text += line
    return text.replace(HYPHEN, "")


def _solid(letter: str) -> bool:
    """Whether a script writes it without spaces between words: kana, ideographs, their signs."""
    return "\u3000" <= letter <= "\u9fff" or "\uf900" <= letter <= "\uffef"


def _ordered(runs: list[Run], rules: Sequence[Box]) -> Iterator[Block]:
    """Columns first where there are any, else what stands above, then what stands below."""
    if not runs:
        return
    for part in column_cut(runs, rules):
        if len(part) == len(runs):
            yield from _column(part)
        else:
            yield from _ordered(part, rules)


def _column(runs: list[Run]) -> Iterator[Block]:
    """Tables, and the paragraphs between them."""
    lines = lines_of(runs)
    at = 0
    for first, end, cells in table_spans(lines):
        yield from _paragraphs(lines[at:first])
        rows = [run for line in lines[first:end] for run in line]
        yield Block(
            tuple(map(_line, lines[first:end])), union([run.ink for run in rows]), tuple(cells)
        )
        at = end
    yield from _paragraphs(lines[at:])


def _paragraphs(lines: list[list[Run]]) -> Iterator[Block]:
    part: list[Line] = []
    bodies = [union([run.body for run in line]) for line in lines]
    usual = median(gaps(bodies)) if len(bodies) > 2 else 0.0
    right = max((body[2] for body in bodies), default=0.0)
    for at, line in enumerate(map(_line, lines)):
        if part and _begins(line, bodies[at - 1 : at + 1], part, usual, right):
            yield _block(part)
            part = []
        part.append(line)
    if part:
        yield _block(part)


def _begins(line: Line, bodies: list[Box], part: list[Line], usual: float, right: float) -> bool:
    """Whether a line begins a paragraph: space above, another font, a mark, or an indent."""
    above, body = bodies
    height = max(line.height, 1)
    if body[1] - above[3] > min(max(0.35 * height, usual + 0.3 * height), 1.2 * height):
        return True
    if not 0.85 < line.height / max(part[-1].height, 1) < 1.18:
        return True
    if line.text[:1] in _MARKS and line.text[1:2] in (" ", ""):
        return True
    indented = line.box[0] - part[-1].box[0] > 0.7 * height
    short = above[2] < right - 3 * height
    outdented = part[-1].box[0] - line.box[0] > 0.7 * height and len(part) > 1
    return (indented and len(part) != 1) or (indented and short) or (outdented and short)


def _line(line: list[Run]) -> Line:
    heights = sorted(run.height for run in line for _ in run.text)
    return Line(
        text_of(line),
        union([run.ink for run in line]),
        heights[len(heights) // 2],
    )


def _block(lines: list[Line]) -> Block:
    return Block(tuple(lines), union([line.box for line in lines]))


def _back(block: Block, size: tuple[int, int]) -> Block:
    """A block of the upright picture of `size` in pixels of the picture as it lies."""
    back = -block.turn
    lines = [replace(each, box=turned_box(each.box, size, back)) for each in block.lines]
    return replace(block, lines=tuple(lines), box=turned_box(block.box, size, back))
