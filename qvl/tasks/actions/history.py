"""What a model is asked before its next step: the tool, the goal, the past, the screen now.

On a phone the past is told in words and only the current screen is shown, as the released models
were evaluated; at a computer steps are turns of the conversation (report, section 2.7).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qvl.chat import calls
from qvl.chat.template import offer
from qvl.messages import Image, Message, Text, message
from qvl.tasks.actions.mobile import MOBILE
from qvl.tasks.actions.space import Space, tool
from qvl.tasks.actions.wire import conclusion_of
from qvl.tasks.place import Size

QUERY = "The user query:  {}\nTask progress (You have done the following operation on the current \
device): {}"
THINK = (  # the authors' words for a thought before and a summary after the call
    "\nBefore answering, explain your reasoning step-by-step in <thinking></thinking> tags, and "
    "insert them before the <tool_call></tool_call> XML tags.\nAfter answering, summarize your "
    "action in <conclusion></conclusion> tags, and insert them after the <tool_call></tool_call> "
    "XML tags."
)


@dataclass(frozen=True)
class Past:
    """A step that was taken: the model's whole reply, what came of it, the screen before it."""

    reply: str
    result: str = "success"
    screenshot: Image | None = None


def asked(
    space: Space, goal: str, shot: Image, size: Size, past: Sequence[Past] = (), keep: int = 1
) -> list[Message]:
    """The messages before the next step; `shot` is what the screen shows now.

    `size` is the resolution that the model is told, (width, height): its own view of `shot`. Of
    all screens the last `keep` are shown; with more than one, a phone's steps are turns, too.
    """
    if keep < 1:
        raise ValueError(f"keep is {keep}; the current screenshot is always shown, so give 1 or up")
    if space.name == MOBILE.name and keep == 1:
        steps = "".join(f"Step {i}: {told(each)}; " for i, each in enumerate(past, start=1))
        turns = [message("user", QUERY.format(goal, steps), shot)]
    else:
        turns = list(_turns(space, goal, shot, past, keep))
    return offer(turns, [tool(space, size)])


def told(past: Past) -> str:
    """A step in one line: the model's own conclusion, else its calls, else what it said."""
    said = conclusion_of(past.reply)
    if not said:
        found = calls.parse(past.reply).calls
        rows = [{"name": each.name, "arguments": each.arguments} for each in found]
        said = ", ".join(calls.to_json(row, "a step") for row in rows) or past.reply
    return " ".join(said.split("\n"))


def _turns(
    space: Space, goal: str, shot: Image, past: Sequence[Past], keep: int
) -> Iterator[Message]:
    """Question, reply, result, reply, ...; the goal stands in the first turn for good."""
    hidden = len(past) + 1 - keep
    screens = [each.screenshot if i >= hidden else None for i, each in enumerate(past)]
    first, *later = [[screen] if screen else [] for screen in (*screens, shot)]
    phone = space.name == MOBILE.name
    yield message("user", *([QUERY.format(goal, ""), *first] if phone else [*first, goal]))
    for each, screen in zip(past, later, strict=True):
        yield Message("assistant", (Text(each.reply),))
        yield message("tool", each.result, *screen)
