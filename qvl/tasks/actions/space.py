"""What a family of actions is: the tool as a model was taught it, and what each action takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qvl.chat.tools import Tool
from qvl.tasks.place import Size

ARGS_FORMAT = "Format the arguments as a JSON object."  # Qwen-Agent's sentence for every tool
TERMINATE = "Terminate the current task and report its completion status."
WAIT = "Wait specified seconds for the change to happen."


@dataclass(frozen=True)
class Takes:
    """The arguments of one action, by the names of the tool's schema."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()  # also written by released models, though the schema is silent


@dataclass(frozen=True)
class Space:
    """The actions of one tool. `{size}` in the description is the resolution (report, 2.5)."""

    name: str
    description: str
    actions: Mapping[str, str]  # what each does, in the words of the schema
    takes: Mapping[str, Takes]
    arguments: Mapping[str, Any]  # the schema of every argument but the action, in its order


def tool(space: Space, size: Size) -> Tool:
    """The tool for a screenshot that the model sees at `size`, (width, height) in pixels."""
    listed = "\n".join(f"* `{name}`: {does}" for name, does in space.actions.items())
    action = {
        "description": f"The action to perform. The available actions are:\n{listed}",
        "enum": list(space.actions),
        "type": "string",
    }
    parameters = {
        "properties": {"action": action, **space.arguments},
        "required": ["action"],
        "type": "object",
    }
    description = space.description.format(size=f"{size[0]}x{size[1]}")
    return Tool(space.name, description, parameters, space.name, ARGS_FORMAT)
