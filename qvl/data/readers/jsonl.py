"""Rows of JSON: one a line, or the items of one list that is never held whole."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from qvl.data.readers.stream import BadRow

LONGEST = 64 << 20  # bytes of a line, characters of an item
_CHUNK = 1 << 16
_UNENDED = ("", ".", "e", "E", "e+", "E+", "e-", "E-")  # after it a number may go on


def lines(path: Path, at: int) -> Iterator[tuple[Any | BadRow, int]]:
    """The rows of a JSONL file from byte `at` on. Empty lines are no rows."""
    with path.open("rb") as file:
        file.seek(at)
        while line := file.readline(LONGEST):
            whole = line.endswith(b"\n") or len(line) < LONGEST
            while not whole:  # to the end of a line that is too long
                rest = file.readline(LONGEST)
                whole = rest.endswith(b"\n") or len(rest) < LONGEST
                line = b""
            if not line:
                yield BadRow("line too long", f"over {LONGEST} bytes"), file.tell()
            elif line.strip():
                yield _parsed(line), file.tell()


def _parsed(line: bytes) -> Any | BadRow:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return BadRow("no JSON", f"{error}")


def items(path: Path, at: int) -> Iterator[tuple[Any | BadRow, int]]:
    """The items of a file that is one JSON list, from item `at` on."""
    for number, (_, value) in enumerate(members(path), 1):
        if number > at:
            yield value, number


def members(path: Path) -> Iterator[tuple[str, Any | BadRow]]:
    """What a file's list holds, or ("", item), or what each list of its object holds, by name.

    Values of an object that are no lists come whole. A file that is cut ends with a BadRow.
    """
    with path.open(encoding="utf-8-sig") as file:
        scan = _Scan(file)
        try:
            if scan.take("["):
                yield from (("", item) for item in scan.list())
            elif scan.take("{"):
                while not scan.take("}"):
                    name = scan.value()
                    scan.need(":")
                    if scan.take("["):
                        yield from ((name, item) for item in scan.list())
                    else:
                        yield name, scan.value()
                    scan.take(",")
            else:
                raise BadRow("no JSON", "neither a list nor an object")
        except (BadRow, UnicodeDecodeError) as error:
            yield "", error if isinstance(error, BadRow) else BadRow("no JSON", str(error))


class _Scan:
    """A JSON text read piece by piece."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.text, self.at = file, "", 0
        self.decoder = json.JSONDecoder()

    def more(self) -> bool:
        """Read on, twice as much each time, and forget what is behind; False at the end."""
        piece = self.file.read(max(_CHUNK, len(self.text) - self.at))
        if piece:
            self.text, self.at = self.text[self.at :] + piece, 0
        return bool(piece)

    def skip(self) -> bool:
        """Go to the next character that is no white space; False at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at].isspace():
                self.at += 1
            if self.at < len(self.text):
                return True
            if not self.more():
                return False

    def take(self, sign: str) -> bool:
        """Whether `sign` comes next; then it is behind."""
        if not self.skip() or self.text[self.at] != sign:
            return False
        self.at += 1
        return True

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise BadRow("no JSON", f"{sign!r} is missing")

    def list(self) -> Iterator[Any]:
        """The items of a list whose bracket is behind."""
        while not self.take("]"):
            yield self.value()
            if not self.take(","):
                self.need("]")
                return

    def value(self) -> Any:
        """The next value. BadRow where there is none, or where the file ends inside it."""
        self.skip()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                if len(self.text) - self.at > LONGEST or not self.more():
                    raise BadRow("no JSON", str(error)) from None
                continue
            if self.text[end : end + 3] in _UNENDED and self.more():
                continue
            self.at = end
            return value
