"""Points for names: `{"point_2d": [x, y], "label": "...", "label2": "..."}` in a JSON list.

`label2` names a part of what `label` names. Points as XML are in `pointtags`, with a count in
`counting` (report, sections 2.1 data and 2.2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings
from qvl.tasks.listed import collected, entry
from qvl.tasks.place import Frame, numbers
from qvl.tasks.question import ask
from qvl.tasks.wire import Item, Problem, json_rows

PROMPT = (
    "Point to every {} in the image and output the coordinates in JSON format like "
    '{{"point_2d": [x, y], "label": "..."}}.'
)
PARTS = (
    "Identify every {} in the image and detect their key points, such as {}. Output in JSON "
    'format like {{"point_2d": [x, y], "label": "...", "label2": "..."}}, with what it is as the '
    "label and the part as the label2."
)
_POINT = ("point_2d", "point")  # the second where a free prompt lets keys drift


@dataclass(frozen=True)
class Point:
    """A point of a thing: pixels of the original picture.

    `raw` are the two numbers as they were written, in pixels of the resized picture; `more` are
    further keys, and the `alt` of XML.
    """

    label: str
    x: float
    y: float
    label2: str | None = None
    raw: tuple[float, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Points:
    """What a reply points to: nothing is an answer. `said` are the words around."""

    points: tuple[Point, ...]
    problems: tuple[Problem, ...] = ()
    said: str = ""


def locate(
    chat: Chat,
    image: Pillow.Image | Image,
    labels: Sequence[str],
    settings: Settings,
    prompt: str = PROMPT,
    system: str | None = None,
) -> Points:
    """Every instance of `labels`; ValueError for a reply that is neither list nor absence."""
    return parse(*ask(chat, image, prompt.format(", ".join(labels)), settings, system))


def parts(
    chat: Chat,
    image: Pillow.Image | Image,
    label: str,
    names: Sequence[str],
    settings: Settings,
) -> Points:
    """The parts of every `label`, by names such as "head" and "hand", as their label2."""
    return parse(*ask(chat, image, PARTS.format(label, ", ".join(names)), settings))


def render(points: Iterable[Point], frame: Frame) -> str:
    """Points as the released models write them, in whole pixels of the resized picture."""
    return json_rows([_row(point, frame) for point in points])


def parse(reply: str, frame: Frame) -> Points:
    """The inverse of `render`; also reads ["38", "314"], ["243, 291"] and a list of points."""
    return Points(*collected(reply, _POINT, lambda item: _points(item, frame)))


def placed(raw: Sequence[float], frame: Frame) -> tuple[tuple[float, float], list[str]]:
    """Two written numbers as a point of the original, and what was wrong with them."""
    x, y = raw
    inside, wrong = frame.point_inside((x, y))
    return frame.out(inside), wrong


def _row(point: Point, frame: Frame) -> dict[str, Any]:
    at = frame.written_point((point.x, point.y))
    row: dict[str, Any] = {"point_2d": list(at), "label": point.label}
    if point.label2 is not None:
        row["label2"] = point.label2
    return row | dict(point.more)


def _points(item: Item, frame: Frame) -> tuple[list[Point], list[str]]:
    """The point of an object, or its points where one name has several, and what is wrong."""
    told = entry(item, _POINT, "label2")
    points, wrong = [], told.wrong
    for each in told.places:
        raw = numbers(each, 2)
        if raw is None:
            wrong.append(f"{told.key} is not two numbers")
            continue
        (x, y), why = placed(raw, frame)
        wrong += why
        points.append(Point(told.label, x, y, told.beside, raw, told.more))
    return points, wrong
