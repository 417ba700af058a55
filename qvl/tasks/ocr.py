"""Reading: the text of a picture, plain or line by line with boxes (report, section 2.1 data).

    [{"bbox_2d": [x1, y1, x2, y2], "text_content": "a line"}]

Lines come as the model gave them; `order` sorts them, and `scripts` tells what they are written in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings
from qvl.tasks.grounding import placed
from qvl.tasks.listed import collected, drifted, picked
from qvl.tasks.place import Frame, numbers
from qvl.tasks.question import ask
from qvl.tasks.wire import Item, Problem, json_rows

PLAIN = "Read all the text in the image."
ONLY = (
    "Please output only the text content from the image without any additional descriptions or "
    "formatting."
)
BY_LINE = "Read all texts in the image, output in lines."  # upright and dense text
RECOGNISE = "Recognise all texts in the image, output in lines."
SPOTTING = "Spotting all the text in the image with line-level, and output in JSON format."
_BOX = ("bbox_2d", "bbox")  # the second where a free prompt lets keys drift
_TEXT = ("text_content", "text")


@dataclass(frozen=True)
class Line:
    """A line of text where it stands: pixels of the original picture.

    `raw` are the four numbers as they were written, in pixels of the resized picture; `more` are
    further keys.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    raw: tuple[float, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lines:
    """What a reply spots, in its order: no text is an answer. `said` are the words around."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...] = ()
    said: str = ""


def read(chat: Chat, image: Pillow.Image | Image, settings: Settings, prompt: str = PLAIN) -> str:
    """The plain text, lines in reading order."""
    return ask(chat, image, prompt, settings)[0]


def spot(chat: Chat, image: Pillow.Image | Image, settings: Settings) -> Lines:
    """Every line with its box; ValueError for a reply that is neither list nor absence."""
    return parse(*ask(chat, image, SPOTTING, settings))


def render(lines: Iterable[Line], frame: Frame) -> str:
    """Lines as the released models write them, in whole pixels of the resized picture."""
    rows = []
    for line in lines:
        corners = frame.written((line.left, line.top, line.right, line.bottom))
        rows.append({"bbox_2d": list(corners), "text_content": line.text} | dict(line.more))
    return json_rows(rows)


def parse(reply: str, frame: Frame) -> Lines:
    """The inverse of `render`; survives chatter, fences, drifted keys and a reply cut short."""
    return Lines(*collected(reply, _BOX, lambda item: _line(item, frame)))


def _line(item: Item, frame: Frame) -> tuple[list[Line], list[str]]:
    """The line of an object, none if it is none, and what is wrong with it."""
    key, value = picked(item.value, _BOX)
    name, text = picked(item.value, _TEXT)
    wrong = drifted(key, _BOX)
    raw = numbers(value, 4)
    if raw is None or not isinstance(text, str):
        return [], [*wrong, f"{key} is not four numbers" if raw is None else "no text_content"]
    corners, why = placed(raw, frame)
    more = {k: v for k, v in item.value.items() if k not in (key, name)}
    return [Line(text, *corners, raw, more)], wrong + why
