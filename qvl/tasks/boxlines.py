"""Boxes as plain text, one a line: `x1,y1,x2,y2 name`, where a system prompt asks for them."""

import re
from collections.abc import Iterable, Sequence

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings
from qvl.tasks.absence import NONE, absent
from qvl.tasks.grounding import Box, Found, placed
from qvl.tasks.place import Frame, numbers
from qvl.tasks.question import ask
from qvl.tasks.wire import Problem

SYSTEM = (
    "As an AI assistant, you specialize in accurate image object detection, delivering "
    "coordinates in plain text format 'x1,y1,x2,y2 object'."
)
PROMPT = "find all {}"
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_LINE = re.compile(
    rf"(?:[-*•]\s+|\d+[.)]\s+)?[\[(]?({_NUMBER}(?:\s*,\s*{_NUMBER}){{3}})[\])]?(?::(?=\s))?(?:\s(.*))?$",
    re.DOTALL,
)
_BEGUN = re.compile(rf"[\[(]?{_NUMBER}\s*(?:,|$)")


def detect(
    chat: Chat,
    image: Pillow.Image | Image,
    labels: Sequence[str],
    settings: Settings,
    system: str = SYSTEM,
) -> Found:
    """Every instance of `labels`; ValueError for a reply that is neither lines nor absence."""
    return parse(*ask(chat, image, PROMPT.format(", ".join(labels)), settings, system))


def render(boxes: Iterable[Box], frame: Frame) -> str:
    """A line a box; NONE without any. ValueError for what a line cannot hold.

    That is a name with a line break or with blanks at its ends, a sub_label, further keys.
    """
    return "\n".join(_line(box, frame) for box in boxes) or NONE


def parse(reply: str, frame: Frame) -> Found:
    """The inverse of `render`; lines that are no boxes are words, or problems if they begin so."""
    boxes: list[Box] = []
    problems: list[Problem] = []
    said: list[str] = []
    at = 0
    for line in reply.split("\n"):
        found = _LINE.match(line.strip())
        raw = numbers(found[1], 4) if found else None
        if found and raw:
            corners, wrong = placed(raw, frame)
            name = (found[2] or "").strip()
            if not name and at + len(line) == len(reply):
                wrong.append("no name: the reply was cut off, maybe within the last number")
            boxes.append(Box(name, *corners, raw=raw))
            problems += [Problem(at, line, reason) for reason in wrong]
        elif _BEGUN.match(line.strip()):
            problems.append(Problem(at, line, "not x1,y1,x2,y2 and a name"))
        elif line.strip() and not line.strip().startswith("```"):
            said.append(line.strip())
        at += len(line) + 1
    words = "\n".join(said)
    if not boxes and not problems and not absent(words):
        raise ValueError(f"the model's reply has no lines of boxes: {reply[:80]!r}")
    return Found(tuple(boxes), tuple(problems), words)


def _line(box: Box, frame: Frame) -> str:
    name = box.label
    if name != name.strip() or "\n" in name or box.sub_label is not None or box.more:
        raise ValueError(f"a line of text cannot hold {box}; write it as JSON")
    corners = frame.written((box.left, box.top, box.right, box.bottom))
    return f"{','.join(map(str, corners))} {name}".rstrip()
