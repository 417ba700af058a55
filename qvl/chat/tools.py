"""Tools in the form that the released models know: Qwen-Agent's `nous_fncall_prompt.py`.

A system text describes the tools, an assistant's turn calls them, a user's turn brings results.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from qvl.chat.calls import reply, to_json
from qvl.messages import Message, Part, Text

BLOCK = """# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""


@dataclass(frozen=True)
class Tool:
    """A function on offer; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    name_for_human: str | None = None  # these two only Qwen-Agent's own tools have
    args_format: str | None = None


def block(tools: Sequence[Tool]) -> str:
    """The description of tools that ends a system text. ValueError if two have one name."""
    names = [tool.name for tool in tools]
    for name in names:
        if not name.strip() or names.count(name) > 1:
            raise ValueError(f"tools are named {names}; give each a name of its own")
    return BLOCK.format("\n".join(_described(tool) for tool in tools))


def _described(tool: Tool) -> str:
    fields = {
        "name_for_human": tool.name_for_human,
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "args_format": tool.args_format,
    }
    function = {key: value for key, value in fields.items() if value is not None}
    return to_json({"type": "function", "function": function}, f"the tool {tool.name!r}")


def lowered(messages: Sequence[Message]) -> list[Message]:
    """Calls as text of their turn, and results that follow each other as one user's turn."""
    turns = []
    for results, group in groupby(messages, lambda message: message.role == "tool"):
        if results:
            turns.append(Message("user", _results([_plain(m) for m in group])))
        else:
            turns.extend(_plain(message) for message in group)
    return turns


def _plain(message: Message) -> Message:
    if not message.tool_calls:
        return message
    if message.role != "assistant":
        raise ValueError(f"a message of the {message.role} has tool_calls; only an assistant calls")
    said = any(not isinstance(part, Text) or part.text for part in message.content)
    calls = Text("\n" * said + reply("", message.tool_calls))
    return replace(message, content=(*message.content, calls), tool_calls=())


def _results(messages: Sequence[Message]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for message in messages:
        lead = "\n" if parts else ""
        parts.append(Text(f"{lead}<tool_response>\n"))
        parts.extend(message.content)
        parts.append(Text("\n</tool_response>"))
    return tuple(parts)
