"""The part of the actions that both tools share (report, section 3.10): one meaning, two names."""

from collections.abc import Mapping
from dataclasses import replace

from qvl.tasks.actions.action import Action
from qvl.tasks.actions.computer import COMPUTER
from qvl.tasks.actions.mobile import MOBILE, MOBILE_ANSWERING
from qvl.tasks.actions.space import Space

SPACES: Mapping[str, Space] = {space.name: space for space in (COMPUTER, MOBILE)}
_ALL = (COMPUTER, MOBILE_ANSWERING)
_TAP = {"click": "left_click", "left_click": "click"}
_SAME = frozenset({"type", "wait", "terminate", "answer"})
_ENTER = frozenset({"enter", "return"})


def home_of(kind: str, space: Space) -> Space | None:
    """The space that knows an action: `space` where it does, else another one, else None."""
    return next((each for each in (space, *_ALL) if kind in each.actions), None)


def translated(action: Action, to: Space) -> Action | None:
    """The action of `to` that does the same; None where none does.

    A swipe is no drag and a home button no key: what would do something else is not translated.
    """
    kind, point = action.kind, action.point
    if kind in _TAP and _TAP[kind] in to.actions:
        return replace(action, kind=_TAP[kind]) if point or to.name == COMPUTER.name else None
    if kind in _SAME and kind in to.actions:
        return action
    if (kind, action.button) == ("system_button", "Enter") and "key" in to.actions:
        return replace(action, kind="key", keys=("enter",), button=None)
    if kind == "key" and len(action.keys) == 1 and action.keys[0].lower() in _ENTER:
        return replace(action, kind="system_button", keys=(), button="Enter")
    return None
