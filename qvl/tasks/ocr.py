"""Reading: the text of a picture, plain or line by line with boxes (report, section 2.1 data)."""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image as Pillow

from qvl.messages import Chat, Media, Settings, message
from qvl.tasks.place import Frame, numbers
from qvl.tasks.wire import json_rows, objects

PLAIN = "Read all the text in the image."
SPOTTING = "Spotting all the text in the image with line-level, and output in JSON format."


@dataclass(frozen=True)
class Line:
    """A line of text where it stands: pixels of the original picture."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def read(chat: Chat, image: Pillow.Image, settings: Settings) -> str:
    """The plain text, lines in reading order."""
    return chat([message("user", image, PLAIN)], settings).text


def spot(chat: Chat, image: Pillow.Image, settings: Settings) -> list[Line]:
    """Every line with its box; ValueError if the reply holds no list."""
    answer = chat([message("user", image, SPOTTING)], settings)
    return parse(answer.text, answer.media[0])


def render(lines: Iterable[tuple[str, tuple[int, int, int, int]]]) -> str:
    """Lines with boxes in pixels of the resized picture, as the model is taught to write them."""
    return json_rows([{"bbox_2d": list(box), "text_content": text} for text, box in lines])


def parse(reply: str, media: Media) -> list[Line]:
    """The inverse of `render`, in pixels of the original; a reply cut short keeps whole lines."""
    if "[" not in reply:
        raise ValueError(f"the model's reply is no list of lines: {reply[:80]!r}")
    frame, lines = Frame.of(media), []
    for item in objects(reply)[0]:
        corners, text = numbers(item.value.get("bbox_2d"), 4), item.value.get("text_content")
        if corners and len(corners) == 4 and isinstance(text, str):
            lines.append(Line(text, *frame.box_out(frame.inside(corners)[0])))
    return lines
