"""Answers that stop before their end: in a fence, a bracket, a tag or a sentence."""

import re
import unicodedata
from html.parser import HTMLParser

from qvl.data.records import Record
from qvl.data.rules.verdict import against, said, transcribed
from qvl.data.work import Rejected

_FENCED = re.compile(r"```.*?```", re.DOTALL)
_STRUCTURE = re.compile(r"^\s*([-*+>#|<{\[]|\d+[.)]\s)", re.MULTILINE)  # lists, tables, code
_FACE = re.compile(r"[:;=][-']?[()\[\]DPpo/|]$")
_PROSE = 12  # words of a last line that is a sentence
_WITHOUT_STOPS = {"th", "lo", "km", "my"}  # languages whose sentences end with a space
_OPEN = ",;:、，；：،؛—–-"
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_OPTIONAL = frozenset(  # tags that may stay open
    ("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "html", "body")
)


def truncated(record: Record) -> Rejected | None:
    """What is transcribed may end anywhere, as a page does; it is looked at for tags alone."""
    for text in said(record):
        if text.count("```") % 2:
            return against(record, "open fence", text[-40:])
        prose = _FENCED.sub(" ", text)
        if where := open_bracket(prose):
            return against(record, "open bracket", where)
        if not ends(prose, record.language):
            return against(record, "no end of the sentence", prose[-40:])
    for text in (*said(record), *transcribed(record)):
        if tag := open_tag(text):
            return against(record, "open tag", tag)
    return None


def open_bracket(text: str) -> str:
    """The text from the first bracket that is never closed; an interval such as [0, 1) is fine."""
    opened: list[int] = []
    for found in re.finditer(r"[(\[{}\])]", text):
        if found[0] in "([{":
            opened.append(found.start())
        elif opened:
            opened.pop()
    alone = opened and not _FACE.search(text[: opened[0] + 1])  # no face :(
    return text[opened[0] :][:40] if alone else ""


def ends(text: str, language: str) -> bool:
    """Whether the last line, if it is prose, ends as sentences do."""
    last = text.rstrip().rpartition("\n")[2].strip()
    if _FACE.search(last):
        return True
    if len(last.split()) < _PROSE or _STRUCTURE.match(last):
        return True
    if language.partition("-")[0] in _WITHOUT_STOPS:
        return True
    kind = unicodedata.category(last[-1])
    return last[-1] not in _OPEN and (kind[0] == "S" or kind in ("Po", "Pe", "Pf"))


def open_tag(text: str) -> str:
    """The innermost tag of an HTML text that is never closed, or a tag that is cut; or ""."""
    text = text.strip()
    if not re.match(r"<(!doctype|[a-z][a-z0-9]*[\s>])", text, re.IGNORECASE):
        return ""
    if text.rfind("<") > text.rfind(">"):
        return text[text.rfind("<") :][:40]
    stack = _Tags()
    stack.feed(text)
    closed = re.search(r"</\s*(html|body)\s*>\s*$", text, re.IGNORECASE)
    whole = closed or not re.match(r"<(!doctype|html|body)", text, re.IGNORECASE)
    left = [tag for tag in stack.open if tag not in _OPTIONAL]
    return f"<{left[-1]}>" if left else "" if whole else "<html>"


class _Tags(HTMLParser):
    """The tags that are open where a text ends."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass
