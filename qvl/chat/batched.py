"""Lines of a batch as the OpenAI API has them: a request, and its result.

The id of a result is made of the request and the model, so that the same request has the same id
and another one is noticed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qvl.chat.completion import error

URL = "/v1/chat/completions"
_KEYS = ("custom_id", "method", "url", "body")


@dataclass(frozen=True)
class Result:
    """What a line of results says about its request."""

    custom_id: str
    id: str
    failed: bool


def name_of(row: Mapping[str, Any]) -> str:
    """The custom_id of a request; ValueError where it has none."""
    name = row.get("custom_id")
    if not isinstance(name, str) or not name:
        raise ValueError(f"custom_id is {str(name)[:40]!r}; give every line a text of its own")
    return name


def id_of(row: Mapping[str, Any], model: str) -> str:
    """Letters and digits that stand for a request to a model, whatever the order of its keys."""
    written = json.dumps([model, row], sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:24]


def body_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is asked; ValueError names what is missing, unknown or for another service."""
    if unknown := sorted(set(row) - set(_KEYS)):
        raise ValueError(f"the field {unknown[0]!r} is unknown; a line has {', '.join(_KEYS)}")
    if row.get("method") != "POST" or row.get("url") != URL:
        asked = f"{row.get('method')} {row.get('url')}"
        raise ValueError(f"the line asks for {asked[:80]!r}; method is POST and url {URL} here")
    if not isinstance(row.get("body"), Mapping):
        raise ValueError("the line has no body; give one with messages")
    return row["body"]


def answered(name: str, id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a request that was answered with `body`."""
    return _result(name, id, 200, body, None)


def failed(name: str, id: str, message: str, status: int) -> dict[str, Any]:
    """The result of one that was not: status 400 where the request is wrong, 500 where we are."""
    body = error(message, status)
    return _result(name, id, status, body, {"code": body["error"]["type"], "message": message})


def _result(
    name: str, id: str, status: int, body: Mapping[str, Any], wrong: Mapping[str, str] | None
) -> dict[str, Any]:
    response = {"status_code": status, "request_id": f"req_{id}", "body": body}
    return {"id": f"batch_req_{id}", "custom_id": name, "response": response, "error": wrong}


def result(row: Mapping[str, Any]) -> Result:
    """The inverse of `answered` and `failed`; ValueError for what is no result of a batch."""
    name, id = row.get("custom_id"), row.get("id")
    if not isinstance(name, str) or not isinstance(id, str) or not id.startswith("batch_req_"):
        raise ValueError("no result of a batch")
    return Result(name, id.removeprefix("batch_req_"), row.get("error") is not None)
