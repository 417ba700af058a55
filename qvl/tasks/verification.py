"""Whether what pictures show agrees: sections in Markdown with a verdict (report, section 6.2)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings, message
from qvl.tasks.prompts import DELIVERY

_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
Verdict = Literal["match", "mismatch", "unclear"]


@dataclass(frozen=True)
class Checked:
    verdict: Verdict
    sections: Mapping[str, str]  # by heading, in the reply's order


def verify(
    chat: Chat,
    pictures: Sequence[Pillow.Image | Image],
    settings: Settings,
    role: str = DELIVERY,
) -> Checked:
    """The verdict on these pictures; `role` says in a system text what to compare."""
    asked = [message("system", role), message("user", *pictures, "Check these.")]
    return parse(chat(asked, settings).text)


def render(sections: Mapping[str, str]) -> str:
    """Sections as the role asks for them, the verdict among them."""
    return "\n".join(f"## {heading}\n{text}" for heading, text in sections.items())


def parse(reply: str) -> Checked:
    """The inverse of `render`; ValueError where no section says what the verdict is."""
    found = list(_HEADING.finditer(reply))
    ends = [each.start() for each in found[1:]] + [len(reply)]
    sections = {h[1]: reply[h.end() : end].strip() for h, end in zip(found, ends, strict=False)}
    told = next((text for h, text in sections.items() if h.strip("*: ").lower() == "verdict"), "")
    words = [word for word in re.findall(r"[a-z]+", told.lower()) if word in _VERDICTS]
    if len(set(words)) != 1:
        raise ValueError(f"the model's reply has no verdict (match, mismatch or unclear): {told!r}")
    return Checked(_VERDICTS[words[0]], sections)


_VERDICTS: dict[str, Verdict] = {
    "match": "match",
    "mismatch": "mismatch",
    "unclear": "unclear",
}
