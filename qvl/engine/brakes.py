"""What keeps a reply from going on where its schema sets no end: long numbers, deep nesting.

Nothing that a schema demands is forbidden: a brake gives way where no other token is allowed.
Strings and lists have no brake. They end where the model, `maxLength` and `maxItems`, the
loop detector or `max_tokens` end them, and of the last two the finish reason tells.
"""

from collections.abc import Iterator, Sequence

import numpy as np

DIGITS = 40  # of one number, before an exponent
EXPONENT = 2  # digits; a number of 40 digits and e99 is still a float
NESTING = 16  # objects and lists within each other
_FIGURES = frozenset(b"0123456789")
_OPEN, _CLOSE = frozenset(b"{["), frozenset(b"}]")


class Tables:
    """Of each token of a vocabulary, as bool[V]: whether it goes on with a number, or nests."""

    def __init__(self, tokens: Sequence[bytes]) -> None:
        self.figures = np.array([bool(t) and t[0] in _FIGURES for t in tokens])
        self.opens = np.array([not _OPEN.isdisjoint(t) for t in tokens])


class Brakes:
    """Reads a JSON text byte by byte, as it is written."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.depth = self.figures = 0
        self.quoted = self.escaped = self.exponent = False

    def push(self, token: bytes) -> None:
        for byte in token:
            if self.quoted:
                self._in_string(byte)
            else:
                self._outside(byte)

    def _in_string(self, byte: int) -> None:
        self.quoted = self.escaped or byte != ord('"')
        self.escaped = not self.escaped and byte == ord("\\")

    def _outside(self, byte: int) -> None:
        self.quoted = byte == ord('"')
        self.depth += (byte in _OPEN) - (byte in _CLOSE)
        if byte in _FIGURES:
            self.figures += 1
        elif byte in b"eE":
            self.figures, self.exponent = 0, True
        elif byte not in b"+-.":
            self.figures, self.exponent = 0, False

    def banned(self) -> Iterator[np.ndarray]:
        """bool[V] of tokens that had better not come, where others may."""
        if self.figures >= (EXPONENT if self.exponent else DIGITS):
            yield self.tables.figures
        if self.depth >= NESTING:
            yield self.tables.opens
