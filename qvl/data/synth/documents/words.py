"""Text with marks to words: what is not broken, how it is set, how wide it is."""

import re
from dataclasses import dataclass, replace
from typing import Any

from qvl.data.synth.documents import formulas
from qvl.data.synth.documents.letters import Voice
from qvl.data.synth.documents.pen import Type, measure
from qvl.tasks.document.model import Inline, Mark
from qvl.tasks.place import Corners

_PIECE = re.compile(r"(\s+)|(\$[^$]+\$)|([⺀-〿぀-ヿ㐀-鿿！-｠])|([^\s⺀-〿぀-ヿ㐀-鿿！-｠$]+|\$)")
Style = tuple[str, ...]  # the tags of the marks around a word, the outermost first


@dataclass(frozen=True)
class Word:
    """What is not broken: its text, how it is set, and whether a space stands before it."""

    text: str
    type: Type
    style: Style
    space: bool
    advance: float
    ink: Corners  # around the origin on the baseline
    outline: Any = None  # of a formula
    rise: float = 0.0  # above the baseline
    loose: bool = False  # a line may begin with it, though no space stands before
    ends: bool = False  # a line ends here, whatever its width


def words(content: Inline, voice: Voice, style: Style = ()) -> list[Word]:
    """The words of text with the marks b, i, code, sup and br."""
    found: list[Word] = []
    space = False
    for part in content:
        if isinstance(part, Mark):
            if part.tag == "br":
                found[-1] = ended(found[-1])
                continue
            inner = words(part.content, voice, (*style, part.tag))
            if part.tag == "sup":
                inner = [_raised(each) for each in inner]
            if inner and space:
                inner[0] = replace(inner[0], space=True)
            found += inner
            space = False
            continue
        code = "code" in style and not voice.mono.lacks(part)  # else as the text around it
        of = voice.type(bold="b" in style, italic="i" in style, code=code)
        for blank, formula, letter, other in _PIECE.findall(part):
            if blank:
                space = True
                continue
            if formula and "code" not in style:
                found.append(_formula(formula, of, style, space))
            else:
                found.append(word(formula or letter or other, of, style, space))
            space = False
    return found


def word(text: str, of: Type, style: Style, space: bool) -> Word:
    return Word(text, of, style, space, *measure(text, of))


def _raised(each: Word) -> Word:
    of = replace(each.type, size=round(each.type.size * 2.6) / 4)
    return replace(word(each.text, of, each.style, each.space), rise=0.36 * each.type.size)


def ended(each: Word) -> Word:
    """The word at the end of a line."""
    return replace(each, ends=True)


def _formula(text: str, of: Type, style: Style, space: bool) -> Word:
    made = formulas.engraved(text[1:-1], of.size)
    return Word(text, of, style, space, made.advance, made.ink, made.outline)
