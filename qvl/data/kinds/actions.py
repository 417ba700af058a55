"""Facts to be done: a step on a screen; `value` is JSON in pixels of the screenshot.

    {"thought": "...", "conclusion": "...", "actions": [{"kind": "click", "point": [x, y]}, ...]}

Thought and conclusion may be missing. The form is the name of the tool.
"""

from dataclasses import fields
from typing import Any

from qvl.messages import Media
from qvl.tasks.actions.action import Action, Step
from qvl.tasks.actions.shared import SPACES
from qvl.tasks.actions.wire import parse, render
from qvl.tasks.place import Frame

FORMS = tuple(SPACES)
_FIELDS = {field.name: field for field in fields(Action) if field.name != "raw"}


def write(value: Any, form: str, seen: Media) -> str:
    actions = tuple(_action(each) for each in value["actions"])
    step = Step(actions, value.get("thought", ""), value.get("conclusion", ""))
    return render(step, Frame.of(seen), SPACES[form])


def read(text: str, form: str, seen: Media) -> Any:
    step = parse(text, Frame.of(seen), SPACES[form])
    told: dict[str, Any] = {"actions": [_row(action) for action in step.actions]}
    if step.thought:
        told["thought"] = step.thought
    if step.conclusion:
        told["conclusion"] = step.conclusion
    return told


def _action(row: Any) -> Action:
    unknown = sorted(set(row) - set(_FIELDS))
    if unknown:
        raise ValueError(f"an action has the unknown field {unknown[0]!r}; it takes {[*_FIELDS]}")
    told: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
    return Action(**told)


def _row(action: Action) -> dict[str, Any]:
    told = {name: getattr(action, name) for name in _FIELDS}
    set_ones = {k: v for k, v in told.items() if k == "kind" or v not in (None, ())}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in set_ones.items()}
