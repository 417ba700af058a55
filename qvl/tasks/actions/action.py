"""An action on a screen, and the step of an assistant that it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qvl.tasks.place import Point
from qvl.tasks.wire import Problem


@dataclass(frozen=True)
class Action:
    """One thing to do, by the name that its tool gives it. None: the action has no such thing.

    `pixels` is an amount for a wheel as the model wrote it, positive is up: no distance on a
    picture, so nothing scales it. A click without a point is done where the cursor is.
    """

    kind: str
    point: Point | None = None  # pixels of the screen
    point2: Point | None = None  # where a swipe ends
    text: str | None = None
    keys: tuple[str, ...] = ()  # pressed in order, released in reverse
    pixels: float | None = None
    seconds: float | None = None
    button: str | None = None
    status: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)  # as the model wrote it


@dataclass(frozen=True)
class Step:
    """What an assistant thought, wants done, and says that it did."""

    actions: tuple[Action, ...] = ()
    thought: str = ""
    conclusion: str = ""
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    reply: str = field(default="", compare=False)  # all that the model wrote
