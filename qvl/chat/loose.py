"""JSON as models write it: single quotes, bare keys, trailing commas, Python's words, cut ends."""

import json
import re
from dataclasses import dataclass
from typing import Any

DEPTH = 100  # a value nested deeper is refused
_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'', re.DOTALL)
_WORD = re.compile(r"[^\s,:\[\]{}\"']+")
_KEY = re.compile(r"[^\W\d][\w$-]*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}


class BadJson(ValueError):
    """What cannot be read as JSON even so, and where."""


@dataclass(frozen=True)
class Loose:
    value: Any
    end: int  # where in the text the value ends
    whole: bool  # every object and list in it was closed


def read(text: str, start: int = 0) -> Loose:
    """The JSON value at `start`. BadJson if a string, a number or a key is cut or makes no sense.

    Objects and lists that the end of the text leaves open are closed, and `whole` is False.
    """
    reader = _Reader(text, start)
    value = reader.value(0)
    return Loose(value, reader.at, reader.whole)


def whole(text: str) -> Any:
    """The JSON value that `text` is from end to end, with nothing left open."""
    found = read(text)
    if not found.whole or text[found.end :].strip():
        raise BadJson(f"{text[-30:]!r} is no end of a value")
    return found.value


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self.text, self.at, self.whole = text, at, True

    def peek(self) -> str:
        """The next sign after blanks and comments; empty at the end."""
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.text[self.at : self.at + 1]

    def fail(self, what: str) -> BadJson:
        near = self.text[self.at : self.at + 30]
        return BadJson(f"{what} before {near!r}" if near else f"{what}: it ends there")

    def value(self, depth: int) -> Any:
        if depth > DEPTH:
            raise self.fail(f"values nested deeper than {DEPTH}")
        match self.peek():
            case "{":
                return dict(self.items("}", depth))
            case "[":
                return self.items("]", depth)
            case '"' | "'":
                return self.string()
        return self.word()

    def items(self, close: str, depth: int) -> list[Any]:
        """What a list holds, or the pairs of an object, up to its closing sign or the end."""
        self.at += 1
        found: list[Any] = []
        while (sign := self.peek()) and sign != close:
            found.append(self.pair(depth) if close == "}" else self.value(depth + 1))
            if self.peek() == ",":
                self.at += 1
            elif self.peek() not in (close, ""):
                raise self.fail("no comma")
        self.whole = self.whole and bool(sign)
        self.at += len(sign)
        return found

    def pair(self, depth: int) -> tuple[str, Any]:
        key = self.string() if self.peek() in ('"', "'") else self.take(_KEY, "no key")
        if self.peek() != ":":
            raise self.fail(f"no value for {key!r}")
        self.at += 1
        return key, self.value(depth + 1)

    def take(self, pattern: re.Pattern[str], what: str) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise self.fail(what)
        self.at = found.end()
        return found[0]

    def string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise self.fail("a string without its end")
        inner = found[1] if found[1] is not None else _requoted(found[2])
        try:
            value = json.loads(f'"{inner}"', strict=False)
        except json.JSONDecodeError as error:
            raise self.fail(f"a string that cannot be read ({error.msg})") from None
        self.at = found.end()
        return value

    def word(self) -> Any:
        start = self.at
        word = self.take(_WORD, "no value")
        if word in _WORDS:
            return _WORDS[word]
        if _NUMBER.fullmatch(word) and len(word) < 400:
            return int(word) if word.lstrip("+-").isdigit() else float(word)
        self.at = start
        raise self.fail("an unknown word")


def _requoted(inner: str) -> str:
    """The inside of a single-quoted string as it would stand between double quotes."""

    def swap(found: re.Match[str]) -> str:
        return {'"': '\\"', "\\'": "'"}.get(found[0], found[0])

    return re.sub(r'\\.|"', swap, inner, flags=re.DOTALL)
