"""A conversation with files: kept as data, written as JSON, read again strictly.

The saved file is {"model", "messages", "attached"}: messages in the OpenAI form, files by path.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from qvl.media.image import open_image
from qvl.messages import Image, Message, Part, Role, Text, Video

Kind = Literal["image", "video", "pdf"]
KINDS: tuple[Kind, ...] = ("image", "video", "pdf")


@dataclass(frozen=True)
class Attached:
    """A file of the conversation, opened when it was named."""

    kind: Kind
    path: str  # absolute
    pages: str = ""  # of a document, such as "1-3"; empty for all
    parts: tuple[Part, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Turn:
    role: Role
    content: tuple[Attached | str, ...]


@dataclass(frozen=True)
class Session:
    system: str = ""
    turns: tuple[Turn, ...] = ()
    attached: tuple[Attached, ...] = ()  # files for the next question


def attach(kind: Kind, path: str | Path, pages: str = "") -> Attached:
    """A file, opened; ValueError names what is wrong with it."""
    place = Path(path).expanduser().absolute()
    if not place.is_file():
        raise ValueError(f"{path} is no file; check the path")
    if kind == "image":
        parts: tuple[Part, ...] = (Image(open_image(place)),)
    elif kind == "video":
        parts = (Video(place),)
    else:
        from qvl.media.pdf import open_pdf

        with open_pdf(place) as document:
            parts = tuple(Image(picture) for _, picture in document.pages(pages or None))
    return Attached(kind, str(place), pages, parts)


def messages(session: Session) -> list[Message]:
    """What the model is asked."""
    opening = [Message("system", (Text(session.system),))] if session.system else []
    return opening + [
        Message(turn.role, tuple(part for each in turn.content for part in _parts(each)))
        for turn in session.turns
    ]


def _parts(content: Attached | str) -> tuple[Part, ...]:
    return (Text(content),) if isinstance(content, str) else content.parts


def to_dict(session: Session, model: str) -> dict[str, Any]:
    """The session as JSON values; `from_dict` makes it again."""
    opening = [{"role": "system", "content": session.system}] if session.system else []
    turns = [{"role": t.role, "content": [_raw(c) for c in t.content]} for t in session.turns]
    return {
        "model": model,
        "messages": opening + turns,
        "attached": [_raw(each) for each in session.attached],
    }


def _raw(content: Attached | str) -> dict[str, str]:
    if isinstance(content, str):
        return {"type": "text", "text": content}
    raw = {"type": content.kind, content.kind: content.path}
    return {**raw, "pages": content.pages} if content.pages else raw


def read(path: Path) -> tuple[Session, str]:
    """A saved session and the model that it was held with.

    ValueError where the file is none, or names files that are not there.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return from_dict(raw), str(raw.get("model", ""))
    except FileNotFoundError:
        raise ValueError(f"{path} does not exist; check the path") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no JSON ({error}); name a file that /save wrote") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def from_dict(raw: Any) -> Session:
    """ValueError names the first thing that `to_dict` would not have written."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("messages"), list):
        raise ValueError("no session: it has no list of messages; name a file that /save wrote")
    if unknown := sorted(map(str, set(raw) - {"model", "messages", "attached"})):
        raise ValueError(f"no session: {unknown[0]!r} is unknown; name a file that /save wrote")
    rows = [_row(row) for row in raw["messages"]]
    waiting = [_item(item) for item in raw.get("attached", [])]
    named = [i for i in (*(i for _, items in rows for i in items), *waiting) if i[0] != "text"]
    if lost := sorted({value for _, value, _ in named if not Path(value).is_file()}):
        raise ValueError(
            f"names files that are not there: {', '.join(lost)}; put them back, or change their "
            f"paths in it"
        )
    system = ""
    if rows and rows[0][0] == "system":
        system = "".join(value for _, value, _ in rows.pop(0)[1])
    turns = tuple(Turn(role, tuple(_opened(items))) for role, items in rows)
    files = tuple(each for each in _opened(waiting) if isinstance(each, Attached))
    return Session(system, turns, files)


Item = tuple[Kind | Literal["text"], str, str]  # of what kind, path or text, pages


def _row(row: Any) -> tuple[Role, list[Item]]:
    if not isinstance(row, Mapping) or row.get("role") not in ("system", "user", "assistant"):
        raise ValueError(f"a message is {row!r}; its role must be system, user or assistant")
    content = row.get("content")
    if isinstance(content, str):
        return row["role"], [("text", content, "")]
    if not isinstance(content, list):
        raise ValueError(f"a message's content is {content!r}; it must be a text or a list")
    return row["role"], [_item(part) for part in content]


def _item(raw: Any) -> Item:
    kind = raw.get("type") if isinstance(raw, Mapping) else None
    if kind not in ("text", *KINDS) or not isinstance(raw.get(kind), str):
        raise ValueError(f"a part is {raw!r}; it must be text, image, video or pdf")
    return kind, raw[kind], str(raw.get("pages", ""))


def _opened(items: Iterable[Item]) -> Iterable[Attached | str]:
    for kind, value, pages in items:
        yield value if kind == "text" else attach(kind, value, pages)
