"""Reading: the text of a picture, plain or line by line with boxes (report, section 2.1 data)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image as Pillow

from qvl.messages import Chat, Media, Settings, message
from qvl.tasks.wire import box_of, objects, to_original

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
    rows = [
        f'\t{{"bbox_2d": [{", ".join(map(str, box))}], '
        f'"text_content": {json.dumps(text, ensure_ascii=False)}}}'
        for text, box in lines
    ]
    return "```json\n[\n" + ",\n".join(rows) + "\n]\n```"


def parse(reply: str, media: Media) -> list[Line]:
    """The inverse of `render`, in pixels of the original; a reply cut short keeps whole lines."""
    if "[" not in reply:
        raise ValueError(f"the model's reply is no list of lines: {reply[:80]!r}")
    lines = []
    for item in objects(reply):
        box = box_of(item.get("bbox_2d"))
        if box and isinstance(item.get("text_content"), str):
            lines.append(Line(item["text_content"], *to_original(box, media)))
    return lines
