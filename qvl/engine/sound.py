"""Whether a JSON schema can be kept to at all, told in one sentence before anything is written."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

LARGEST = 1 << 18  # characters of a schema
DEEPEST = 64  # objects and lists of a schema within each other
EXACT = 1 << 53  # whole numbers up to it are floats, too
ROUNDS = 64  # references that build upon each other


def text_of(schema: Any) -> str:
    """The schema as JSON; ValueError if it is none, is huge, or if no reply to it ever ends."""
    if not isinstance(schema, Mapping):
        raise ValueError(f"the schema is {str(schema)[:60]!r}; a JSON schema is an object")
    try:
        text = json.dumps(schema, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the schema cannot be written as JSON: {error}") from None
    if len(text) > LARGEST:
        raise ValueError(
            f"the schema has {len(text)} characters; {LARGEST} are the most, ask for less at once"
        )
    for depth, node in _nodes(schema):
        if depth > DEEPEST:
            raise ValueError(f"the schema nests deeper than {DEEPEST}; name its parts in $defs")
        if isinstance(node, int) and abs(node) > EXACT:
            raise ValueError(
                f"the schema has the whole number {node}, which is beyond 2**53 and would not "
                "be kept exactly; describe it as a string"
            )
    if not _ends(schema):
        raise ValueError(
            "no reply to the schema ever ends: it requires itself within itself ($ref); make that "
            "optional"
        )
    return text


def _nodes(schema: Any) -> Iterator[tuple[int, Any]]:
    """(depth, value) of everything in it."""
    waiting = [(1, schema)]
    while waiting:
        depth, node = waiting.pop()
        yield depth, node
        if isinstance(node, Mapping | list) and depth <= DEEPEST:
            inner = node.values() if isinstance(node, Mapping) else node
            waiting += [(depth + 1, each) for each in inner]


def _ends(schema: Mapping[str, Any]) -> bool:
    """Whether a reply of some length satisfies it, as far as references decide that."""
    named = (n["$ref"] for _, n in _nodes(schema) if isinstance(n, Mapping) and "$ref" in n)
    targets = {ref: _target(schema, ref) for ref in named if isinstance(ref, str)}
    ending: set[str] = set()
    for _ in range(ROUNDS):
        new = {r for r, node in targets.items() if r not in ending and _finite(node, ending)}
        if not new:
            return _finite(schema, ending)
        ending |= new
    raise ValueError(f"the schema's references build on each other more than {ROUNDS} deep")


def _target(schema: Any, ref: str) -> Any:
    """What a JSON pointer names; anything at all where it names nothing, which others report."""
    node = schema
    for step in ref.removeprefix("#").split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        node = node.get(key, {}) if isinstance(node, Mapping) else {}
    return node if ref.startswith("#") else {}


def _finite(node: Any, ending: set[str]) -> bool:
    """Whether a value has an end, when references only to `ending` do."""
    if not isinstance(node, Mapping):
        return True
    if isinstance(node.get("$ref"), str) and node["$ref"] not in ending:
        return False
    if not all(_finite(each, ending) for each in _list(node, "allOf")):
        return False
    for key in ("anyOf", "oneOf"):
        if (ways := _list(node, key)) and not any(_finite(way, ending) for way in ways):
            return False
    return all(_finite(part, ending) for part in _required(node))


def _required(node: Mapping[str, Any]) -> list[Any]:
    """The parts without which there is no such value."""
    if node.get("type") in ("object", ["object"]):
        properties = node.get("properties")
        own = properties if isinstance(properties, Mapping) else {}
        return [own[key] for key in _list(node, "required") if isinstance(key, str) and key in own]
    least = node.get("minItems")
    if node.get("type") in ("array", ["array"]) and isinstance(least, int):
        first = _list(node, "prefixItems")
        return [*first[:least], *([node.get("items")] if least > len(first) else [])]
    return []


def _list(node: Mapping[str, Any], key: str) -> list[Any]:
    value = node.get(key)
    return value if isinstance(value, list) else []
