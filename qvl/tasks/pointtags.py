"""Points as XML: `<points x1="10" y1="20" x2="30" y2="40" alt="mugs">mugs on the desk</points>`.

Several pairs in one tag are several points of one phrase; `alt` may be missing, and a tag with a
single pair may spell it `x` and `y` (report, section 2.1 data; REPORT 2.8).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from xml.sax.saxutils import escape

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings
from qvl.tasks.absence import NONE, absent
from qvl.tasks.place import Frame, number
from qvl.tasks.points import Point, Points, placed
from qvl.tasks.question import ask
from qvl.tasks.wire import Problem

PROMPT = (
    "point to every {} in the image, output its coordinates in XML format "
    "<points x y>object</points>"
)
_BEGIN = re.compile(r"<points?(?=[\s/>]|$)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""[\s,;]*([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>/]+)(?=[\s/>]))"""
)
_END = re.compile(r"([^<>]*?)(/?)>")
_CLOSE = re.compile(r"</points?\s*>", re.IGNORECASE)
_FENCE = re.compile(r"```[\w-]*")
_CUT = "the tag has no end: the reply was cut off"
_SIGNS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;", '"': "&quot;"}


def locate(
    chat: Chat,
    image: Pillow.Image | Image,
    labels: Sequence[str],
    settings: Settings,
    system: str | None = None,
) -> Points:
    """Every instance of `labels`; ValueError for a reply that is neither tags nor absence."""
    return parse(*ask(chat, image, PROMPT.format(", ".join(labels)), settings, system))


def render(points: Iterable[Point], frame: Frame) -> str:
    """A tag for each run of points with one phrase; NONE without any.

    ValueError for a label2 or keys other than `alt`: a tag has no place for them.
    """
    runs = groupby(points, key=lambda point: (point.label, point.label2, dict(point.more)))
    return "\n".join(_tag(list(run), frame) for _, run in runs) or NONE


def parse(reply: str, frame: Frame) -> Points:
    """The inverse of `render`; pairs that are whole in a tag without an end are kept."""
    points: list[Point] = []
    problems: list[Problem] = []
    said, at = [], 0
    while begin := _BEGIN.search(reply, at):
        said.append(reply[at : begin.start()])
        tag = _read(reply, begin.end())
        at, wrong = tag.end, list(tag.wrong)
        for pair, reason in _pairs(tag.places):
            wrong += [reason] if reason else []
            if pair:
                (x, y), why = placed(pair, frame)
                wrong += why
                more = {} if tag.alt is None else {"alt": tag.alt}
                points.append(Point(tag.phrase, x, y, None, pair, more))
        raw = reply[begin.start() : at]
        problems += [Problem(begin.start(), raw, reason) for reason in wrong]
    rest = reply[at:]
    last = rest.rfind("<")
    if last >= 0 and "<points".startswith(rest[last:].lower()):
        problems.append(Problem(at + last, rest[last:], _CUT))
        rest = rest[:last]
    words = _FENCE.sub("", "\n".join([*said, rest])).strip()
    if not points and not problems and not absent(words):
        raise ValueError(f"the model's reply has no <points>: {reply[:80]!r}")
    return Points(tuple(points), tuple(problems), words)


@dataclass(frozen=True)
class _Tag:
    """What stands in a tag: its attributes but for `alt`, and where in the reply it ends."""

    places: list[tuple[str, str]]
    alt: str | None
    phrase: str
    end: int
    wrong: tuple[str, ...]


def _read(reply: str, at: int) -> _Tag:
    """The tag whose attributes begin at `at`; without an end, `alt` stands for its phrase."""
    given: list[tuple[str, str]] = []
    while found := _ATTRIBUTE.match(reply, at):
        given.append(
            (found[1].lower(), unescape(next(v for v in found.groups()[1:] if v is not None)))
        )
        at = found.end()
    alt = next((value for name, value in given if name == "alt"), None)
    places = [(name, value) for name, value in given if name != "alt"]
    end = _END.match(reply, at)
    if end is None:
        after = _BEGIN.search(reply, at)
        return _Tag(places, alt, alt or "", after.start() if after else len(reply), (_CUT,))
    wrong = (f"not an attribute: {end[1].strip()!r}",) if end[1].strip() else ()
    if end[2]:
        return _Tag(places, alt, "", end.end(), wrong)
    close, after = _CLOSE.search(reply, end.end()), _BEGIN.search(reply, end.end())
    if close is None or (after and after.start() < close.start()):
        until = after.start() if after else len(reply)
        phrase = alt or unescape(reply[end.end() : until].strip())
        return _Tag(places, alt, phrase, until, (*wrong, _CUT))
    return _Tag(places, alt, unescape(reply[end.end() : close.start()]), close.end(), wrong)


def _pairs(places: Sequence[tuple[str, str]]) -> Iterator[tuple[tuple[float, ...] | None, str]]:
    """Each x with the y of the same number, and what is wrong with attributes that are no pair."""
    waiting: dict[str, list[str]] = {}
    for name, value in places:
        waiting.setdefault(name, []).append(value)
    for name, value in places:
        if not re.fullmatch(r"[xy]\d*", name):
            yield None, f"an attribute that is unknown: {name}"
        elif name[0] == "x":
            other = waiting.get("y" + name[1:])
            pair = (number(value), number(other.pop(0))) if other else (None, None)
            x, y = pair
            yield ((x, y), "") if x is not None and y is not None else (None, f"{name} without y")
    left = [name for name, values in waiting.items() if name[0] == "y" and values]
    yield from ((None, f"{name} without x") for name in left)


def _tag(run: Sequence[Point], frame: Frame) -> str:
    first = run[0]
    if first.label2 is not None or first.more.keys() - {"alt"}:
        raise ValueError(f"a tag cannot hold {first}; write it as JSON")
    pairs = [frame.written_point((point.x, point.y)) for point in run]
    places = [f'x{i}="{x}" y{i}="{y}"' for i, (x, y) in enumerate(pairs, start=1)]
    alt = [f'alt="{escape(str(first.more["alt"]), _SIGNS)}"'] if "alt" in first.more else []
    return f"<points {' '.join(places + alt)}>{escape(first.label, _SIGNS)}</points>"
