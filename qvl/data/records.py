"""A record: one sample of training data as it is kept, before any model's sizes are known.

Text is text, pictures and clips are named, and what has coordinates stays data (`Facts`) in
pixels of the original picture, or seconds of the clip; it becomes text where the resized size is
known (`qvl.data.answers`), written by the code that reads it back.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from qvl.messages import Role, Text

VERSION = 1
PICTURES = ("jpg", "png", "webp")
CLIPS = ("mp4", "webm", "mkv")
ROLES = ("system", "user", "assistant", "tool")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")  # no dot: a reader of tars ends the key at the first one
_MEDIA = re.compile(rf"[a-z0-9_-]{{1,32}}\.({'|'.join(PICTURES + CLIPS)})")


@dataclass(frozen=True)
class Picture:
    """A picture of the record by name; limits of its area after the resize, in pixels."""

    name: str
    min_pixels: int | None = None  # None: the limits that training sets
    max_pixels: int | None = None


@dataclass(frozen=True)
class Clip:
    """A clip of the record by name, and how its frames are sampled (`qvl.messages.Video`)."""

    name: str
    fps: float | None = None
    nframes: int | None = None
    start: float | None = None  # seconds
    end: float | None = None


@dataclass(frozen=True)
class Facts:
    """What is to be written in a wire format: `kind` and `form` are those of `answers.KINDS`.

    `value` is plain JSON with coordinates in pixels of the original of the media called `of`.
    """

    kind: str
    value: Any
    form: str = "json"
    of: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", json.loads(_dumps(self.value)))  # tuples become lists


Part = Text | Picture | Clip | Facts


@dataclass(frozen=True)
class Turn:
    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Record:
    """A conversation with its media, where it comes from, and under which licence.

    `sources` names everything it was made of: "debian:PACKAGE/path" for a file of a package,
    "made:GENERATOR" for what a generator drew. ValueError names a field that makes no sense.
    """

    key: str  # unique in its data set: letters, digits, - and _
    family: str  # what is learnt: "boxes", "lines", "charts", ...
    turns: tuple[Turn, ...]
    media: Mapping[str, bytes]  # encoded, by names such as "0.jpg"; every one stands in a part
    licence: str
    sources: tuple[str, ...]
    language: str = "und"  # a BCP 47 tag; "und" where there is none to be told
    meta: Mapping[str, Any] = field(default_factory=dict)  # plain JSON

    def __post_init__(self) -> None:
        object.__setattr__(self, "meta", json.loads(_dumps(dict(self.meta))))
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"a record has the key {self.key!r}; use letters, digits, - and _")
        for name in ("family", "licence", "language", "sources", "turns"):
            if not getattr(self, name):
                raise ValueError(f"record {self.key} has no {name}; every record needs it")
        roles = sorted({turn.role for turn in self.turns}.difference(ROLES))
        if roles:
            raise ValueError(f"record {self.key} has the role {roles[0]!r}; use {', '.join(ROLES)}")
        self._check_media()

    def _check_media(self) -> None:
        shown = set()
        for part in self.parts():
            if isinstance(part, Picture | Clip):
                kind, endings = ("picture", PICTURES) if isinstance(part, Picture) else _CLIP
                if not part.name.endswith(endings):
                    raise ValueError(f"record {self.key}: {part.name!r} is no name of a {kind}")
                shown.add(part.name)
        named = {p.of for p in self.parts() if isinstance(p, Facts) and p.of is not None}
        for name in sorted(shown.union(named, self.media)):
            if not _MEDIA.fullmatch(name):
                raise ValueError(f"record {self.key} has media called {name!r}; use 0.jpg, 1.png")
            if name not in self.media:
                raise ValueError(f"record {self.key} has no media {name!r}, but a part names it")
            if name not in shown:
                raise ValueError(f"record {self.key} has media {name!r} that no part shows")

    def parts(self, *roles: Role) -> Iterator[Part]:
        """The parts of all turns in order, or of the turns of these roles."""
        for turn in self.turns:
            if not roles or turn.role in roles:
                yield from turn.parts


_CLIP = ("clip", CLIPS)
_TAGS: dict[str, type] = {"text": Text, "picture": Picture, "clip": Clip, "facts": Facts}
_TAKES = ("version", "key", "family", "turns", "media", "licence", "sources", "language", "meta")


def to_json(record: Record) -> dict[str, Any]:
    """All but the bytes of the media, of which only the names are told."""
    turns = [{"role": t.role, "parts": [part_to_json(p) for p in t.parts]} for t in record.turns]
    told = {name: getattr(record, name) for name in _TAKES[1:]}
    told |= {"turns": turns, "media": sorted(record.media), "sources": list(record.sources)}
    return {"version": VERSION, **told}


def from_json(raw: Mapping[str, Any], media: Mapping[str, bytes]) -> Record:
    """The inverse of `to_json`; ValueError names a field that is missing, unknown or odd."""
    where = f"record {raw.get('key', 'without a key')}"
    if raw.get("version") != VERSION:
        raise ValueError(
            f"{where} has version {raw.get('version')!r}, this reads {VERSION}; make it anew"
        )
    _only(raw, _TAKES, where)
    if sorted(media) != raw["media"]:
        raise ValueError(f"{where} names the media {raw['media']}, but {sorted(media)} are there")
    turns = []
    for turn in raw["turns"]:
        _only(turn, ("role", "parts"), f"a turn of {where}")
        turns.append(Turn(turn["role"], tuple(part_from_json(p, where) for p in turn["parts"])))
    told = {name: raw[name] for name in ("key", "family", "licence", "language", "meta")}
    return Record(turns=tuple(turns), media=media, sources=tuple(raw["sources"]), **told)


def dumps(record: Record) -> bytes:
    """`to_json` as bytes."""
    return _dumps(to_json(record)).encode()


def loads(raw: bytes, media: Mapping[str, bytes]) -> Record:
    """The inverse of `dumps`."""
    return from_json(json.loads(raw), media)


def _dumps(value: Any) -> str:
    """Names stay in their order, which a wire format may keep."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def part_to_json(part: Part) -> dict[str, Any]:
    """{"picture": "0.jpg"}: the tag takes the first field, the others stand where they are set."""
    tag = next(name for name, kind in _TAGS.items() if type(part) is kind)
    first, *others = fields(part)
    told = {f.name: getattr(part, f.name) for f in others if getattr(part, f.name) != f.default}
    return {tag: getattr(part, first.name), **told}


def part_from_json(raw: Mapping[str, Any], where: str) -> Part:
    tags = [tag for tag in _TAGS if tag in raw]
    if len(tags) != 1:
        raise ValueError(f"a part of {where} has the fields {sorted(raw)}; give one of {[*_TAGS]}")
    kind = _TAGS[tags[0]]
    first, *others = fields(kind)
    given = {name: value for name, value in raw.items() if name != tags[0]}
    unknown = sorted(set(given) - {f.name for f in others})
    if unknown:
        raise ValueError(
            f"a part of {where} that is {tags[0]} has the unknown field {unknown[0]!r}"
        )
    return kind(**{first.name: raw[tags[0]], **given})


def _only(raw: Mapping[str, Any], takes: tuple[str, ...], where: str) -> None:
    for name in takes:
        if name not in raw:
            raise ValueError(f"{where} lacks the field {name!r}")
    unknown = sorted(set(raw) - set(takes))
    if unknown:
        raise ValueError(f"{where} has the unknown field {unknown[0]!r}; it takes {list(takes)}")
