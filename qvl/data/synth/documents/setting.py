"""Words to lines of a width; what a line says is known exactly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qvl.data.synth.documents.pen import Sheet, measure
from qvl.data.synth.documents.words import Style, Word, ended
from qvl.data.synth.documents.words import word as make
from qvl.tasks.document.model import Inline, Mark, inline
from qvl.tasks.place import Corners

_HAN = r"぀-ヿ㐀-鿿　-〿！-｠가-힣"
_NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〕〉》％”’ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々,.:;!?)]}"
)
_NOT_LAST = frozenset("（「『【〔〈《“‘([{")
_BREAKABLE = re.compile(r"(?<=[/._\-=&?,:;])(?=[^/])")


@dataclass(frozen=True)
class Line:
    """Words and where each begins, from the left end of the line."""

    words: tuple[Word, ...]
    starts: tuple[float, ...]

    @property
    def ink(self) -> Corners:
        """Around the left end of the baseline."""
        boxes = [
            (x + w.ink[0], w.ink[1] - w.rise, x + w.ink[2], w.ink[3] - w.rise)
            for w, x in zip(self.words, self.starts, strict=True)
        ]
        left, top, right, bottom = zip(*boxes, strict=True)
        return min(left), min(top), max(right), max(bottom)

    def draw(self, sheet: Sheet, x: float, baseline: float) -> Corners:
        """The box of its ink on the page."""
        for text, start, word in _runs(self):
            if word.outline is not None:
                sheet.path(x + start, baseline, word.outline, word.type.colour)
            else:
                sheet.text(x + start, baseline - word.rise, text, word.type)
        left, top, right, bottom = self.ink
        return x + left, baseline + top, x + right, baseline + bottom


def lines(
    content: Sequence[Word], width: float, *, align: str = "left", indent: float = 0
) -> list[Line]:
    """Words broken to a width; `align` is left, right, centre or justify."""
    rows: list[list[Word]] = [[]]
    room = width - indent
    for chunk in _chunks(_short(content, width), width):
        before = _space(chunk[0]) if rows[-1] and chunk[0].space else 0
        need = _advance(chunk)
        if rows[-1] and (before + need > room or rows[-1][-1].ends):
            rows.append([])
            room, before = width, 0
        rows[-1] += chunk
        room -= before + need
    rows = [row for row in rows if row]
    ragged = [i == len(rows) - 1 or row[-1].ends for i, row in enumerate(rows)]
    return [
        _placed(row, width, "left" if align == "justify" and last else align, 0 if i else indent)
        for i, (row, last) in enumerate(zip(rows, ragged, strict=True))
    ]


def _chunks(content: Sequence[Word], width: float) -> list[list[Word]]:
    """Words that stay on a line together; one by one where together they are too wide."""
    found: list[list[Word]] = []
    for word in content:
        if found and not _may_break(found[-1][-1], word):
            found[-1].append(word)
        else:
            found.append([word])
    return [
        part
        for chunk in found
        for part in ([chunk] if _advance(chunk) <= width else [[word] for word in chunk])
    ]


def _advance(chunk: Sequence[Word]) -> float:
    return sum(w.advance + (_space(w) if i and w.space else 0) for i, w in enumerate(chunk))


def _short(content: Sequence[Word], width: float) -> list[Word]:
    """Words that are wider than a line in pieces."""
    found: list[Word] = []
    for word in content:
        if word.advance <= width or word.outline is not None:
            found.append(word)
            continue
        pieces = [p for p in _BREAKABLE.split(word.text) if p]
        if any(measure(p, word.type)[0] > width for p in pieces):
            pieces = list(word.text)
        made = [make(p, word.type, word.style, word.space and not i) for i, p in enumerate(pieces)]
        made = [replace(each, loose=i > 0) for i, each in enumerate(made)]
        found += [*made[:-1], ended(made[-1]) if word.ends else made[-1]]
    return found


def _may_break(before: Word, after: Word) -> bool:
    """Between words at a space, at a letter of Chinese or Japanese, or where one was cut."""
    if before.ends or after.loose:
        return True
    if before.text[-1] in _NOT_LAST or (after.text[0] in _NOT_FIRST and not after.space):
        return False
    return after.space or _is_han(before.text[-1]) or _is_han(after.text)


def _space(word: Word) -> float:
    return measure(" ", word.type)[0]


def _placed(row: list[Word], width: float, align: str, indent: float) -> Line:
    starts, x = [], indent
    for at, word in enumerate(row):
        x += _space(word) if at and word.space else 0
        starts.append(x)
        x += word.advance
    left = width - x
    if align == "justify" and left > 0:
        gaps = [i for i, w in enumerate(row) if i and (w.space or _is_han(w.text))]
        if gaps and left < 0.25 * width:
            starts = [
                s + left * sum(g <= i for g in gaps) / len(gaps) for i, s in enumerate(starts)
            ]
    elif align in ("right", "centre"):
        shift = max(0.0, left) / (2 if align == "centre" else 1)
        starts = [s + shift for s in starts]
    return Line(tuple(row), tuple(starts))


def _is_han(text: str) -> bool:
    return re.match(f"[{_HAN}]", text) is not None


def _runs(line: Line) -> list[tuple[str, float, Word]]:
    """Neighbours that are set alike and at their usual distance as one text."""
    found: list[tuple[str, float, Word]] = []
    far = -1.0
    for word, start in zip(line.words, line.starts, strict=True):
        gap = _space(word) if word.space else 0.0
        if (
            found
            and abs(start - far - gap) < 1e-3
            and word.type == found[-1][2].type
            and word.outline is None is found[-1][2].outline
        ):
            text, at, first = found[-1]
            found[-1] = (f"{text}{' ' if word.space else ''}{word.text}", at, first)
        else:
            found.append((word.text, start, word))
        far = start + word.advance
    return found


def said(rows: Sequence[Line]) -> Inline:
    """What lines say, with their marks; a dollar that is no formula's is escaped."""
    parts: list[str | Mark] = []
    for row in rows:
        for at, word in enumerate(row.words):
            blank = " " if parts and word.space else ""
            text = word.text
            if word.outline is None and "code" not in word.style:
                text = text.replace("$", "\\$")
            _join(parts, blank, text, word.style)
            if word.ends and (row is not rows[-1] or at < len(row.words) - 1):
                _join(parts, "", Mark("br"), word.style)
    return inline(*parts)


def _join(parts: list[str | Mark], blank: str, text: str | Mark, style: Style) -> None:
    """Put a word at the end, into the mark that is open there if it is the same."""
    if not style:
        parts += [blank, text] if blank else [text]
        return
    tag, rest = style[0], style[1:]
    last = parts[-1] if parts else None
    inner: list[str | Mark] = []
    if isinstance(last, Mark) and last.tag == tag:
        inner, blank_inside = list(last.content), blank
        parts.pop()
    else:
        blank_inside = ""
        parts += [blank] if blank else []
    _join(inner, blank_inside, text, rest)
    parts.append(Mark(tag, inline(*inner)))  # type: ignore[arg-type]
