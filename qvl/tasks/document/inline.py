"""Text with marks in it, as the elements of a document hold it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

# What HTML has no way to write: control characters but tabs and line ends, halves of pairs, and
# characters that will never be any.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef]")
MarkTag = Literal["a", "b", "br", "code", "i", "s", "span", "sub", "sup", "u"]


@dataclass(frozen=True)
class Mark:
    """Marked text; `value` is the address of an "a" and the style of a "span", else ""."""

    tag: MarkTag
    content: "Inline" = ()  # of a "br": empty
    value: str = ""


Inline = tuple[str | Mark, ...]  # as `inline` makes it: no empty and no neighbouring strings


def inline(*parts: str | Mark) -> Inline:
    """Text as elements hold it: strings joined, empty ones and control characters left out."""
    return merged(map(_writable, parts))


def merged(parts: Iterable[str | Mark]) -> Inline:
    """The same without a look at the characters."""
    joined: list[str | Mark] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)


def _writable(part: str | Mark) -> str | Mark:
    if isinstance(part, Mark):
        return replace(part, content=inline(*part.content))
    return UNWRITABLE.sub("", part)
