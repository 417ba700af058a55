"""Words that mean exactly one thing of a scene, or one group of it, by margins that can be seen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qvl.data.synth.pasting.paste import Thing

_APART = 0.06  # of the canvas: how far the first has to be before the next to be called the first
_LARGER = 1.5  # times the area of the next
_ORDER = ("", "second ", "third ", "fourth ")
Size = tuple[int, int]


@dataclass(frozen=True)
class Meant:
    phrase: str  # "largest red apple", to stand behind "the"
    thing: Thing


def expressions(things: Sequence[Thing], size: Size) -> list[Meant]:
    """All that can be said of the things without a doubt."""
    found: list[Meant] = []
    for name in dict.fromkeys(thing.name for thing in things):
        same = [thing for thing in things if thing.name == name]
        others = [thing for thing in things if thing.name != name]
        if len(same) > 1:
            found += [*_ordered(name, same, size), *_sized(name, same), *_tinted(name, same)]
        found += [*_related(name, same, others, size), *_cornered(name, same, size)]
    return found


def _ordered(name: str, same: Sequence[Thing], size: Size) -> Iterator[Meant]:
    """The leftmost, the second from the top, and so on."""
    axes = ((0, "leftmost", "left"), (1, "topmost", "top"))
    backs = ((0, "rightmost", "right"), (1, "bottommost", "bottom"))
    for sign, sides in ((1, axes), (-1, backs)):
        for axis, first, side in sides:
            order = sorted(same, key=lambda thing: sign * thing.middle[axis])
            places = [sign * thing.middle[axis] / size[axis] for thing in order]
            gaps = np.diff(places)
            for at, thing in enumerate(order[: len(_ORDER)]):
                if (at and gaps[at - 1] < _APART) or (at < len(gaps) and gaps[at] < _APART):
                    break  # nor can what comes behind be counted
                told = f"{first} {name}" if not at else f"{_ORDER[at]}{name} from the {side}"
                yield Meant(told, thing)


def _sized(name: str, same: Sequence[Thing]) -> Iterator[Meant]:
    order = sorted(same, key=lambda thing: thing.area)
    if order[1].area > _LARGER * order[0].area:
        yield Meant(f"smallest {name}", order[0])
    if order[-1].area > _LARGER * order[-2].area:
        yield Meant(f"largest {name}", order[-1])


def _tinted(name: str, same: Sequence[Thing]) -> Iterator[Meant]:
    for thing in same:
        colour = thing.put.colour
        if colour and sum(other.put.colour == colour for other in same) == 1:
            yield Meant(f"{colour} {name}", thing)
    turned = [thing for thing in same if thing.put.turned]
    if len(turned) == 1:
        yield Meant(f"{name} that is upside down", turned[0])


def _related(
    name: str, same: Sequence[Thing], others: Sequence[Thing], size: Size
) -> Iterator[Meant]:
    """Left of, above, closest to something of which there is one."""
    anchors = [o for o in others if sum(o.name == p.name for p in others) == 1]
    sides: tuple[tuple[str, Callable[[Thing, Thing], bool]], ...] = (
        ("to the left of", lambda one, it: one.middle[0] < it.middle[0]),
        ("to the right of", lambda one, it: one.middle[0] > it.middle[0]),
        ("above", lambda one, it: one.middle[1] < it.middle[1]),
        ("below", lambda one, it: one.middle[1] > it.middle[1]),
    )
    for anchor in anchors[:3]:
        for axis, (words, holds) in zip((0, 0, 1, 1), sides, strict=True):
            apart = [abs(o.middle[axis] - anchor.middle[axis]) / size[axis] for o in same]
            there = [thing for thing in same if holds(thing, anchor)]
            if len(there) == 1 and min(apart) > _APART:
                yield Meant(f"{name} {words} the {anchor.name}", there[0])
        far = sorted(
            (np.hypot(*np.subtract(t.middle, anchor.middle)), i) for i, t in enumerate(same)
        )
        if len(far) > 1 and far[1][0] > 1.4 * far[0][0]:
            yield Meant(f"{name} closest to the {anchor.name}", same[far[0][1]])


def _cornered(name: str, same: Sequence[Thing], size: Size) -> Iterator[Meant]:
    for corner, across, down in (
        ("top left", 0, 0), ("top right", 1, 0), ("bottom left", 0, 1), ("bottom right", 1, 1),
    ):  # fmt: skip
        near = [
            thing
            for thing in same
            if abs(thing.middle[0] / size[0] - across) < 0.5
            and abs(thing.middle[1] / size[1] - down) < 0.5
        ]
        if len(near) == 1 and all(
            abs(place / side - 0.5) > _APART
            for thing in same
            for place, side in zip(thing.middle, size, strict=True)
        ):
            yield Meant(f"{name} in the {corner} part", near[0])


def described(thing: Thing, things: Sequence[Thing], size: Size) -> str:
    """A description in words of what is certain: size, colour, where, whether it is covered."""
    share = thing.area / (size[0] * size[1])
    large = "tiny " if share < 0.003 else "small " if share < 0.02 else ""
    large = "large " if share > 0.12 else large
    colour = f"{thing.put.colour} " if thing.put.colour else ""
    x, y = thing.middle[0] / size[0], thing.middle[1] / size[1]
    down = "top" if y < 1 / 3 else "bottom" if y > 2 / 3 else "middle"
    across = "left" if x < 1 / 3 else "right" if x > 2 / 3 else "centre"
    where = "in the centre" if (down, across) == ("middle", "centre") else f"at the {down} {across}"
    cut = _cut(thing, size)
    turned = ", upside down" if thing.put.turned else ""
    return f"{large}{colour}{thing.name} {where}{turned}{cut}"


def _cut(thing: Thing, size: Size) -> str:
    if thing.shown > 0.97:
        return ""
    left, top, right, bottom = thing.box
    edge = left == 0 or top == 0 or right == size[0] or bottom == size[1]
    return ", cut off by the edge" if edge else ", partly covered"
