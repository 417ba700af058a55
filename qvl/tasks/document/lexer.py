"""Markup cut into tags and text with their places, in linear time; nothing in it is an error.

A tag holds no "<" and ends at the next ">" outside of quotes; what only looks like a tag is text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

from qvl.tasks.document.faults import Faults
from qvl.tasks.document.inline import UNWRITABLE

_TAG = r"""
    <(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*+)(?=[\s/>])
    (?P<inside>(?:[^<>"']++|"[^"<]*+"(?=[\s/>])|'[^'<]*+'(?=[\s/>])
        |"[^"<>]*+"|'[^'<>]*+'|["'])*+)>
"""
_MARKUP = re.compile(rf"<!--|(?P<declared><[!?][A-Za-z][^<>]*+>)|{_TAG}", re.VERBOSE)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'<>/=]++)(?:\s*+=\s*+(?:
        (?P<open>["'])(?P<numbers>[-\d.,\s]++)(?:(?P=open)|(?=/?$)|(?=[A-Za-z-]++=))
        |"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|["'](?P<rest>.*+)
        |(?P<bare>[-\d.,\s]*\d(?=["'\s/]|$)|[^\s"'<>]*+)["']?))?+""",
    re.VERBOSE | re.DOTALL,
)
_REFERENCE = re.compile(r"&(?:#(?P<code>\d{1,7}|[xX][0-9a-fA-F]{1,6})|(?P<named>[A-Za-z0-9]+));")
_LOOSE = re.compile(r"&(?!#?[A-Za-z0-9]{1,40};)")
_UNFINISHED = re.compile(r"(?:<(?:[/!?]?[A-Za-z-][^<>]*+|[/!]?)|&#?[A-Za-z0-9]{0,31})\Z")
_BLANK = {0xFDD0: " ", 0xFDD1: "\t", 0xFDD2: "\n", 0xFDD3: "\r"}
_HELD = {ord(blank): chr(stand_in) for stand_in, blank in _BLANK.items()}


@dataclass(frozen=True, slots=True)
class Text:
    """Text without references; blanks that were written as such stand as stand-ins."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Tag:
    name: str  # in small letters
    attributes: dict[str, str]
    at: int
    end: int
    closing: bool
    empty: bool  # <p/>


def tokens(text: str, faults: Faults) -> Iterator[Tag | Text]:
    """The tags and texts of `text` in order; a tag or a reference that its end cuts is left out."""
    at, since = 0, 0
    last = text.rfind("-->")
    while found := _MARKUP.search(text, at):
        at = found.end()
        if found[0] == "<!--":
            if last < at:
                continue  # without an end: text
            at = text.index("-->", at) + 3
            faults.add("comment", found.start(), "a comment, left out", at)
        elif found["declared"]:
            faults.add("declaration", found.start(), "a declaration, left out", at)
        yield from _text(text[since : found.start()], since, faults)
        if found["name"]:
            tag = _tag(found, faults)
            yield tag
            if tag.name in ("style", "script") and not (tag.closing or tag.empty):
                end = _raw_end(text, tag)
                yield Text(text[at:end], at)
                at = end
        since = at
    tail = text[since:]
    if cut := _UNFINISHED.search(tail):
        what = "a tag" if cut[0][0] == "<" else "a reference"
        faults.add("cut", since + cut.start(), f"cut off inside {what}, which is left out")
        tail = tail[: cut.start()]
    yield from _text(tail, since, faults)


def settled(text: str) -> str:
    """Text as it reads, with the blanks that were written as references."""
    return text.translate(_BLANK)


def _raw_end(text: str, tag: Tag) -> int:
    """Where the text of a <style> or a <script> ends: neither holds tags."""
    if tag.name == "style":
        end = text.find("<", tag.end)
    else:
        close = re.compile(r"</script\s*+>", re.IGNORECASE).search(text, tag.end)
        end = close.start() if close else -1
    return end if end >= 0 else len(text)


def _text(raw: str, at: int, faults: Faults) -> Iterator[Text]:
    if not raw:
        return
    if bad := UNWRITABLE.search(raw):
        faults.add("control-character", at + bad.start(), "control characters, left out")
        raw = UNWRITABLE.sub("", raw)
    if (less := raw.find("<")) >= 0:
        faults.add("less", at + less, "a < that begins no tag, taken as text; write &lt;")
    yield Text(_decoded(raw, at, faults, _HELD), at)


def _decoded(raw: str, at: int, faults: Faults, held: dict[int, str]) -> str:
    """Text with its references read; those that name nothing stay as they are."""
    if "&" not in raw:
        return raw
    if loose := _LOOSE.search(raw):
        faults.add("ampersand", at + loose.start(), "an & that begins no reference; write &amp;")

    def read(found: re.Match[str]) -> str:
        letter = _letter(found)
        if letter is None:
            faults.add("entity", at + found.start(), "no character has this name", at + found.end())
            return found[0]
        return letter.translate(held)

    return _REFERENCE.sub(read, raw)


def _letter(found: re.Match[str]) -> str | None:
    if found["named"]:
        return html5.get(found["named"] + ";")
    code = found["code"]
    value = int(code[1:], 16) if code[0] in "xX" else int(code)
    if value > 0x10FFFF or UNWRITABLE.match(chr(value)):
        return None
    return chr(value)


def _tag(found: re.Match[str], faults: Faults) -> Tag:
    name, inside = found["name"], found["inside"]
    if name != name.lower():
        faults.add("case", found.start(), "a tag in capital letters", found.end())
    empty = inside.rstrip().endswith("/")
    attributes: dict[str, str] = {}
    wrong: dict[str, tuple[int, str]] = {}  # kind: the first place and why
    for each in _ATTRIBUTE.finditer(inside.rstrip().removesuffix("/")):
        key, at = each["name"].lower(), found.start("inside") + each.start()
        value = _value(each)
        if value is None:
            wrong.setdefault("quote", (at, f"the value of {key} is not in quotes"))
            value = each["bare"] or each["rest"] or each["numbers"] or ""
        if key in attributes:
            wrong.setdefault("attribute-twice", (at, f"{key} stands twice; the first holds"))
            continue
        attributes[key] = _decoded(UNWRITABLE.sub("", value), at, faults, {})
    for kind, (at, why) in wrong.items():
        faults.add(kind, at, why, found.end())
    return Tag(name.lower(), attributes, found.start(), found.end(), bool(found["close"]), empty)


def _value(each: re.Match[str]) -> str | None:
    """What stands in quotes, "" where there is no value, None where quotes are missing."""
    if each["open"]:
        return each["numbers"] if each[0].endswith(each["open"]) else None
    if each["double"] is not None or each["single"] is not None:
        return each["double"] or each["single"] or ""
    return "" if "=" not in each[0] else None
