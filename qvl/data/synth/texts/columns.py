"""Letters from top to bottom: columns, stacks, lines on their side."""

import numpy as np

from qvl.data.fonts import Face
from qvl.data.synth.texts.letters import Type, letters
from qvl.data.synth.texts.run import Colour, Run, posed

HAN = ("zh", "ja", "ko")  # what is set upright from top to bottom
_FORMS = dict(
    zip(
        "，、。：；！？…—（）〔〕【】《》〈〉「」『』",
        "︐︑︒︓︔︕︖︙︱︵︶︹︺︻︼︽︾︿﹀﹁﹂﹃﹄",
        strict=True,
    )
)
_SMALL = frozenset("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ")
_TURNED = frozenset("ー～〜―–-[](){}<>=:;→")
_CORNER = frozenset("、。，．")


def column(text: str, face: Face, type: Type, at: tuple[float, float], colour: Colour) -> Run:
    """Letters from `at` downwards, the middle and the top of the column.

    Han letters and kana stand upright, with the forms of marks that columns have; words in other
    letters lie on their right side, single ones stand.
    """
    size, table = type.size, letters(type)
    drawn = "".join(c if face.lacks(form := _FORMS.get(c, c)) else form for c in text)
    steps = table.widths(drawn)
    poses, y = np.zeros((len(text), 4)), at[1]
    for i, letter in enumerate(text):
        middle, step = at[0], float(steps[i])
        if _lies(text, i) or (letter in _TURNED or (drawn[i] == letter and letter in _FORMS)):
            lift = 0.36 * size
            poses[i] = (0, 1, middle - lift, y)
            y += step
            continue
        over, up = (
            (0.62, 0.6) if drawn[i] in _CORNER else (0.1, 0.1) if letter in _SMALL else (0, 0)
        )
        poses[i] = (1, 0, middle - step / 2 + over * size, y + (0.86 - up) * size)
        y += size
    return posed(text, drawn, type, poses, colour)


def _lies(text: str, at: int) -> bool:
    """Whether a letter belongs to a word in letters that lie on their side."""
    near = text[max(0, at - 1) : at + 2]
    return ord(text[at]) < 0x2000 and sum(ord(c) < 0x2000 for c in near) > 1


def stacked(text: str, type: Type, at: tuple[float, float], colour: Colour) -> Run:
    """Upright letters one below the other, each in the middle, as on a sign."""
    steps = letters(type).widths(text)
    x = at[0] - steps / 2
    y = at[1] + (np.arange(len(text)) * 1.08 + 0.86) * type.size
    still = np.stack([np.ones(len(text)), np.zeros(len(text)), x, y], 1)
    return posed(text, text, type, still, colour)


def turned(text: str, type: Type, at: tuple[float, float], colour: Colour, up: bool) -> Run:
    """A line on its side, read downwards or, with `up`, upwards; `at` is where it begins."""
    steps = letters(type).widths(text)
    along = np.concatenate(([0.0], np.cumsum(steps)[:-1]))
    sine = -1.0 if up else 1.0
    ones = np.ones(len(text))
    poses = np.stack([0 * ones, sine * ones, at[0] * ones, at[1] + sine * along], 1)
    return posed(text, text, type, poses, colour)
