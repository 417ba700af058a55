"""The body of a chat completion as the OpenAI API has it: what is asked, and the answer.

Every field is honoured, changes nothing at the value it has, or is refused by its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from qvl.chat import calls
from qvl.chat.tools import Tool
from qvl.messages import Answer, FinishReason, Settings

_OWN = (  # of Settings, by their names there; all but the first four are extensions
    "temperature", "top_p", "seed", "max_tokens",
    "top_k", "min_p", "repetition_penalty", "no_repeat_ngram_size",
)  # fmt: skip
_READ = ("model", "messages", "max_completion_tokens", "stop", "response_format", "tools")
_LABELS = ("user", "metadata", "safety_identifier", "prompt_cache_key")  # change no answer
_NEUTRAL: dict[str, tuple[Any, ...]] = {  # the values that change no answer
    "n": (1,),
    "stream": (False,),
    "store": (False,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "tool_choice": ("auto",),
    "parallel_tool_calls": (True,),
    "modalities": (["text"],),
    "service_tier": ("auto", "default"),
}
# An answer that went round in circles is not whole, so a client is told that it was cut.
_REASONS: dict[FinishReason, str] = {"stop": "stop", "length": "length", "repetition": "length"}

assert {field.name for field in fields(Settings)} >= set(_OWN)


@dataclass(frozen=True)
class Asked:
    """A request: messages in the form of the API, which whoever has media to open reads."""

    messages: Sequence[Mapping[str, Any]]
    settings: Settings
    tools: tuple[Tool, ...] = ()
    model: str | None = None


def read(body: Mapping[str, Any]) -> Asked:
    """ValueError names the first field that is missing, wrong or not supported."""
    _check_names(body)
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ValueError(f"messages is {_short(messages)}; give a list of at least one message")
    if odd := [each for each in messages if not isinstance(each, Mapping)]:
        raise ValueError(f"a message is {_short(odd[0])}; give an object with role and content")
    model = body.get("model")
    if not isinstance(model, str | None):
        raise ValueError(f"model is {_short(model)}; give its name")
    given = {name: body[name] for name in _OWN if body.get(name) is not None}
    most = body.get("max_completion_tokens")
    if most is not None and given.setdefault("max_tokens", most) != most:
        raise ValueError("max_tokens and max_completion_tokens differ; give one of them")
    if type(given.get("seed", 0)) is not int:
        raise ValueError(f"seed is {_short(given['seed'])}; give a whole number")
    stop, schema = _stop(body.get("stop")), _schema(body.get("response_format"))
    settings = Settings(**given, stop=stop, schema=schema)
    tools = body.get("tools") or []
    if not isinstance(tools, list):
        raise ValueError(f"tools is {_short(tools)}; give a list")
    return Asked(messages, settings, tuple(map(_tool, tools)), model)


def completion(
    answer: Answer, asked: Asked, *, id: str, model: str, created: int
) -> dict[str, Any]:
    """The answer as a `chat.completion`; `created` is in seconds since 1970.

    What the API has no field for stands in `qvl`: why the answer really ended ("repetition" is
    "length" to the API), what became of each picture and clip, and calls that cannot be read.
    """
    message: dict[str, Any] = {"role": "assistant", "content": answer.text}
    reason, more = _REASONS[answer.finish_reason], {}
    if asked.tools:
        found = calls.parse(answer.text)
        if found.problems:
            more = {"problems": [{"at": p.at, "reason": p.reason} for p in found.problems]}
        if found.calls:
            message = {
                "role": "assistant",
                "content": found.text.strip() or None,
                "tool_calls": [_called(c, f"{id}-{i}") for i, c in enumerate(found.calls)],
            }
            reason = "tool_calls" if reason == "stop" else reason
    usage = answer.usage
    return {
        "id": id,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        },
        "qvl": {"finish_reason": answer.finish_reason, "media": _media(answer), **more},
    }


def error(message: str, status: int) -> dict[str, Any]:
    """The body of a request that failed."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": str(status)}}


def _check_names(body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        if name in (*_OWN, *_READ, *_LABELS) or value is None:
            continue
        if name not in _NEUTRAL:
            raise ValueError(f"the field {name!r} is not supported; take it out")
        allowed = _NEUTRAL[name]
        if value not in allowed or isinstance(value, bool) != isinstance(allowed[0], bool):
            raise ValueError(
                f"{name} is {_short(value)}, which is not supported; set it to {allowed[0]!r} or "
                "take it out"
            )


def _stop(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or not all(isinstance(each, str) and each for each in stops):
        raise ValueError(f"stop is {_short(value)}; give a text or a list of texts, none empty")
    return tuple(stops)


def _schema(value: Any) -> Mapping[str, Any] | None:
    if value is None or value == {"type": "text"}:
        return None
    if not isinstance(value, Mapping) or value.get("type") != "json_schema":
        raise ValueError(
            f"response_format is {_short(value)}; its type must be json_schema or text"
        )
    inner = value.get("json_schema")
    schema = inner.get("schema") if isinstance(inner, Mapping) else None
    if not isinstance(schema, Mapping):
        raise ValueError("response_format has no json_schema with a schema; give one")
    return schema


def _tool(raw: Any) -> Tool:
    function = raw.get("function") if isinstance(raw, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(name, str):
        raise ValueError(f"a tool is {_short(raw)}; give type function and a function with a name")
    parameters = function.get("parameters") or {"type": "object", "properties": {}}
    if not isinstance(parameters, Mapping):
        raise ValueError(f"the parameters of {name[:40]!r} are no object; give a JSON schema")
    return Tool(name, str(function.get("description") or ""), parameters)


def _called(call: calls.ToolCall, id: str) -> dict[str, Any]:
    arguments = calls.to_json(call.arguments, f"the call of {call.name!r}")
    return {"id": id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _media(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "original_size": list(each.original_size),
            "processed_size": list(each.processed_size),
            "tokens": each.tokens,
            "times": list(each.times),
        }
        for each in answer.media
    ]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
