"""A JSON schema as an option of a command: a file, the JSON itself, or - for standard input."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

Schema = Annotated[
    str | None,
    typer.Option("--schema", help="A JSON schema: a file, the JSON itself, or - for stdin."),
]


def read(given: str) -> dict[str, Any]:
    """ValueError names what is no file, or no JSON object."""
    name, text = _text(given)
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is no JSON ({error}); give a JSON schema") from None
    if not isinstance(schema, dict):
        raise ValueError(f"{name} is {text.strip()[:40]!r}; a JSON schema is an object")
    return schema


def _text(given: str) -> tuple[str, str]:
    if given.lstrip().startswith("{"):
        return "the schema", given
    if given == "-":
        return "standard input", sys.stdin.read()
    try:
        return given, Path(given).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ValueError(f"the schema {given} is no file; give a path, or the JSON") from None
    except UnicodeDecodeError:
        raise ValueError(f"the schema {given} is no text in UTF-8; save it as JSON") from None
