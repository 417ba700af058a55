"""What to extract, said in three ways, as the JSON schema that the reply keeps to."""

from collections.abc import Mapping, Sequence
from typing import Any

from qvl.tasks.bounds import BOX

LONGEST = 1000  # characters of a value that is only named, not described by a schema
_KEPT = ("$schema", "$id", "title", "description", "default", "examples")  # say nothing of values
_LISTS = ("anyOf", "prefixItems")
_OPEN = {"anyOf", "additionalProperties", "patternProperties"}  # an object that says more
_NULL = {"type": "null"}


def as_schema(what: Any) -> dict[str, Any]:
    """A JSON schema, the schema of a pydantic model, or that of a list of keys.

    ValueError for anything else.
    """
    what = described(what)
    if isinstance(what, Mapping):
        return dict(what)
    if isinstance(what, str) or not isinstance(what, Sequence):
        raise ValueError(
            f"what to extract is {str(what)[:60]!r}; give a JSON schema, a list of keys, or a "
            "class with model_json_schema"
        )
    return of_keys(what)


def described(what: Any) -> Any:
    """The JSON schema of a class that knows its own, as pydantic's models do; else `what`."""
    own = getattr(what, "model_json_schema", None)
    return own() if callable(own) else what


def of_keys(keys: Sequence[str]) -> dict[str, Any]:
    """An object with these keys, all of them there, each a text or null where there is none."""
    if not keys or not all(isinstance(k, str) and k.strip() for k in keys):
        raise ValueError(f"the keys are {list(keys)!r}; give names, at least one and none empty")
    if len(set(keys)) < len(keys):
        raise ValueError(f"the keys are {list(keys)!r}; name each of them once")
    value = {"type": ["string", "null"], "maxLength": LONGEST}
    return {
        "type": "object",
        "properties": {key: dict(value) for key in keys},
        "required": list(keys),
        "additionalProperties": False,
    }


def nullable(schema: Any) -> bool:
    """Whether null is a value of it, as far as its own words say."""
    if not isinstance(schema, Mapping):
        return False
    kinds = schema.get("type")
    if kinds == "null" or (isinstance(kinds, list) and "null" in kinds):
        return True
    return any(nullable(each) for each in schema.get("anyOf", ()))


def closed(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema in which an object that lists its properties has no others, unless it says so.

    A reply to it is one to the schema, and one without keys that nobody named. A schema that joins
    parts (allOf, oneOf, a reference with more beside it) stays as it is: parts list but their own.
    """
    return schema if _joins(schema) else _closed(schema)


def _joins(node: Any) -> bool:
    if isinstance(node, Mapping):
        joined = "allOf" in node or "oneOf" in node or {"$ref", "properties"} <= set(node)
        return joined or any(map(_joins, node.values()))
    return isinstance(node, list) and any(map(_joins, node))


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return list(map(_closed, node))
    if not isinstance(node, Mapping):
        return node
    made: dict[str, Any] = {}
    for key, value in node.items():
        if key in ("properties", "$defs", "definitions") and isinstance(value, Mapping):
            made[key] = {name: _closed(each) for name, each in value.items()}
        else:
            made[key] = _closed(value) if key in ("items", *_LISTS) else value
    if "properties" in node and not _OPEN & set(node):
        made["additionalProperties"] = False
    return made


def with_boxes(schema: Any) -> Any:
    """The schema with each text, number and truth value as {"value": ..., "bbox_2d": [...]}.

    The box, in pixels of the one picture, is null where the value may be null. ValueError names a
    keyword that does not say plainly which values are single ones.
    """
    if not isinstance(schema, Mapping) or not schema:
        raise ValueError(f"a part of the schema is {schema!r}; boxes need to know its type")
    if "$ref" in schema:
        return _deeper(schema, ("$ref",))
    if _single(schema):
        box = {"anyOf": [BOX, _NULL]} if nullable(schema) else BOX
        defined = {k: schema[k] for k in ("$defs", "definitions") if k in schema}
        own = {k: v for k, v in schema.items() if k not in defined}
        return defined | {
            "type": "object",
            "properties": {"value": own, "bbox_2d": box},
            "required": ["value", "bbox_2d"],
            "additionalProperties": False,
        }
    return _deeper(schema, ("type", "required", "minItems", "maxItems"))


def _single(schema: Mapping[str, Any]) -> bool:
    """Whether its values are texts, numbers, truth values or null."""
    if "enum" in schema or "const" in schema:
        return True
    if "anyOf" in schema:
        return all(isinstance(each, Mapping) and _single(each) for each in schema["anyOf"])
    kinds = schema.get("type")
    return bool(kinds) and not {"object", "array"} & set(
        [kinds] if isinstance(kinds, str) else kinds
    )


def _deeper(schema: Mapping[str, Any], same: tuple[str, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key in same or key in _KEPT or (key == "additionalProperties" and value is False):
            made[key] = value
        elif key in ("properties", "$defs", "definitions"):
            made[key] = {name: with_boxes(each) for name, each in value.items()}
        elif key == "items" and isinstance(value, Mapping):
            made[key] = with_boxes(value)
        elif key in _LISTS:
            made[key] = [each if each == _NULL else with_boxes(each) for each in value]
        elif key == "items" and value is False:
            made[key] = value
        else:
            raise ValueError(f"boxes cannot be asked for under {key!r}; leave it out of the schema")
    return made
