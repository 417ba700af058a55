"""The next step on a screen: one question, the actions of one reply."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qvl.media.sizes import MAX_PIXELS, MIN_PIXELS, smart_resize
from qvl.media.sizes import asked as limits_of
from qvl.messages import Answer, Chat, Image, Settings
from qvl.tasks.actions.action import Step
from qvl.tasks.actions.computer import COMPUTER
from qvl.tasks.actions.history import THINK, Past, asked
from qvl.tasks.actions.space import Space
from qvl.tasks.actions.wire import parse
from qvl.tasks.place import Frame, Size


@dataclass(frozen=True)
class Errand:
    """What is to be done, with which tool, and what was done before.

    `screen` is where pointers move, (width, height), if it is not as large as the screenshot.
    """

    goal: str
    space: Space = COMPUTER
    past: Sequence[Past] = ()
    keep: int = 1  # screenshots that the model sees, the current one among them
    think: bool = False  # ask for a thought before and a conclusion after the call
    screen: Size | None = None


@dataclass(frozen=True)
class Acted:
    """A step, the frame of its points, and the answer that it was read from."""

    step: Step
    frame: Frame
    answer: Answer


def act(chat: Chat, errand: Errand, shot: Image, settings: Settings) -> Acted:
    """The next step towards the goal, in pixels of the screen; it may hold no action.

    The size that the model sees is fixed here, since the prompt names it.
    """
    past = [
        replace(each, screenshot=_sized(replace(shot, pixels=each.screenshot.pixels)))
        if each.screenshot
        else each
        for each in errand.past
    ]
    shot = _sized(shot)
    size = (shot.resized_width or 0, shot.resized_height or 0)
    goal = errand.goal + THINK if errand.think else errand.goal
    answer = chat(asked(errand.space, goal, shot, size, past, errand.keep), settings)
    seen = answer.media[-1].processed_size if answer.media else size
    if seen != size:
        raise ValueError(
            f"the model saw {seen[0]}x{seen[1]} pixels and was told {size[0]}x{size[1]}; its "
            "points mean neither; let it see pictures at the size that they ask for"
        )
    frame = Frame(shot.pixels.size, size, errand.screen)
    return Acted(parse(answer.text, frame, errand.space), frame, answer)


def _sized(shot: Image) -> Image:
    """The same picture with the size that its limits give it, written down."""
    low, high, given = limits_of(shot, MIN_PIXELS, MAX_PIXELS)
    height, width = given or (shot.pixels.height, shot.pixels.width)
    height, width = smart_resize(height, width, low, high)
    return Image(shot.pixels, resized_height=height, resized_width=width)
