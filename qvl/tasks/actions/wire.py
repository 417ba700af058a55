"""Steps as the released models write them: thought, calls of the tool, conclusion.

    <thinking>
    The gear opens the settings.
    </thinking>
    <tool_call>
    {"name": "mobile_use", "arguments": {"action": "click", "coordinate": [935, 406]}}
    </tool_call>
    <conclusion>
    I opened the settings.
    </conclusion>

Only the call is always there (report, section 2.7).
"""

import re
from typing import Any

from qvl.chat import calls
from qvl.messages import ToolCall
from qvl.tasks.actions.action import Action, Step
from qvl.tasks.actions.shared import SPACES, home_of, translated
from qvl.tasks.actions.space import Space
from qvl.tasks.actions.values import FIELDS, Refused, foreign, read
from qvl.tasks.place import Frame
from qvl.tasks.wire import Problem, objects

_THOUGHT = re.compile(r"</?(?:thinking|think|thought)>")
_CONCLUSION = re.compile(r"<(conclusion|summary)>(.*?)(?:</\1>|\Z)", re.DOTALL)
_TAG = re.compile(r"</?(?:thinking|think|thought|conclusion|summary|tool_call)>")


def render(step: Step, frame: Frame, space: Space) -> str:
    """A step in whole pixels of the resized picture; ValueError for what `parse` would refuse."""
    for said in (step.thought, step.conclusion):
        if tag := _TAG.search(said):
            raise ValueError(f"{tag[0]} stands in a thought or conclusion; take it out")
    parts = [f"<thinking>\n{step.thought}\n</thinking>"] * bool(step.thought)
    parts += [calls.reply("", [call(action, frame, space)]) for action in step.actions]
    parts += [f"<conclusion>\n{step.conclusion}\n</conclusion>"] * bool(step.conclusion)
    return "\n".join(parts)


def call(action: Action, frame: Frame, space: Space) -> ToolCall:
    """The call for an action, arguments in the order of the schema."""
    if action.kind not in space.actions:
        known = ", ".join(space.actions)
        raise ValueError(f"{action.kind!r} is no action of {space.name}; it has {known}")
    takes, arguments = space.takes[action.kind], {"action": action.kind}
    for name in space.arguments:
        value = getattr(action, FIELDS[name])
        if value is None or value == ():
            if name in takes.needs:
                raise ValueError(f"{action.kind} needs {name}; the action has no {FIELDS[name]}")
            continue
        if name not in (*takes.needs, *takes.may):
            raise ValueError(f"{action.kind} takes no {name}; take {FIELDS[name]} out")
        arguments[name] = _written(name, value, frame)
    return ToolCall(space.name, arguments)


def _written(name: str, value: Any, frame: Frame) -> Any:
    if name in ("coordinate", "coordinate2"):
        return list(frame.written_point(frame.out(frame.from_screen(value))))
    if name in ("pixels", "time"):
        return int(value) if float(value).is_integer() else value
    return list(value) if name == "keys" else value


def parse(reply: str, frame: Frame, space: Space) -> Step:
    """The inverse of `render`, in pixels of the screen. What cannot be done safely is a problem.

    Survives what models get wrong around calls (`qvl.chat.calls`) and a reply cut anywhere: an
    action is there whole or not at all, and one that is refused hides no other.
    """
    found = calls.parse(reply)
    problems = [Problem(p.at, p.raw, p.reason) for p in found.problems]
    placed = list(zip(found.places, found.calls, strict=True))
    said = found.text
    if not placed and not problems:
        placed, problems = _bare(reply)
        said = reply[: placed[0][0]] if placed else said
    actions = []
    for at, each in placed:
        action, notes = _taken(each, frame, space)
        problems += [Problem(at, _shown(reply, at), note) for note in notes]
        actions += [action] if action else []
    return Step(
        tuple(actions),
        _THOUGHT.sub("", _CONCLUSION.sub("", said)).strip(),
        conclusion_of(said),
        tuple(sorted(problems, key=lambda problem: problem.at)),
        reply,
    )


def conclusion_of(reply: str) -> str:
    """What a reply says that it did; empty where it says nothing of it."""
    found = _CONCLUSION.search(reply)
    return found[2].strip() if found else ""


def _bare(reply: str) -> tuple[list[tuple[int, ToolCall]], list[Problem]]:
    """Calls without their tags, each reported; and if there is none, that."""
    placed = []
    for item in objects(reply)[0]:
        name, arguments = item.value.get("name"), item.value.get("arguments")
        if isinstance(name, str) and name in SPACES and isinstance(arguments, dict):
            placed.append((item.at, ToolCall(name, arguments)))
    if not placed:
        return [], [Problem(0, reply, "no call of a tool")]
    return placed, [Problem(at, reply[at:], f"no {calls.OPEN} around a call") for at, _ in placed]


def _shown(reply: str, at: int) -> str:
    """The call that begins at `at`, without its tags."""
    start = at + len(calls.OPEN) if reply.startswith(calls.OPEN, at) else at
    end = reply.find(calls.CLOSE, start)
    return reply[start : end if end >= 0 else len(reply)].strip()


def _taken(call: ToolCall, frame: Frame, space: Space) -> tuple[Action | None, list[str]]:
    """The action of a call, None where it is refused, and what was wrong."""
    kind = call.arguments.get("action")
    if call.name not in SPACES:
        return None, [f"a call of {call.name!r}, which is not on offer"]
    if not isinstance(kind, str):
        return None, [f"refused: the action is {kind!r}"]
    home = home_of(kind, space)
    if home is None:
        return None, [f"refused: {kind!r} is no action of {space.name}"]
    action, notes = _read(call, frame, home)
    if action and kind not in space.actions:
        known, action = action, translated(action, space)
        became = f"taken as {action.kind}" if action else "refused: it is not on offer"
        notes.append(f"{known.kind} of {home.name} {became}")
    elif call.name != space.name:
        notes.append(f"a call of {call.name}, taken as one of {space.name}")
    return action, notes


def _read(call: ToolCall, frame: Frame, space: Space) -> tuple[Action | None, list[str]]:
    arguments, kind = call.arguments, call.arguments["action"]
    takes, fields, refused = space.takes[kind], {}, []
    notes = foreign(arguments, space, kind)
    for name in (*takes.needs, *takes.may):
        value = arguments.get(name)
        if value is None:
            refused += [f"{kind} refused: it needs {name}"] * (name in takes.needs)
            continue
        try:
            fields[FIELDS[name]], odd = read(name, value, space, kind, frame)
            notes += [f"{kind}: {name} {str(value)[:40]} {what}" for what in odd]
        except Refused as why:
            refused.append(f"{kind} refused: {name} {str(value)[:40]!r} {why}")
    if refused:
        return None, refused + notes
    return Action(kind, **fields, raw=arguments), notes
