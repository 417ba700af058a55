"""Documents of many pages, up to 32K tokens: written down as a whole, or asked about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qvl.data.answers import written
from qvl.data.pictures import fitted
from qvl.data.records import Facts, Part, Picture, Record, Turn
from qvl.data.synth.documents import reading
from qvl.data.synth.documents.compose import THEMES
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.documents.shot import Shot, aged
from qvl.data.synth.documents.stage import language_of, leaves, making_of, told
from qvl.data.synth.talk import LICENCE, encoded
from qvl.data.work import Rejected, Work
from qvl.messages import Text
from qvl.tasks.document.records import page_dict
from qvl.tasks.place import Size

FAMILY = "books"
TOKENS = 32_768
LETTERS = 2.5  # of an answer that surely go into a token; Chinese and boxes need more of them
SIZES: tuple[Size, ...] = (
    (850, 1100),
    (720, 1018),
    (720, 1018),
    (620, 877),
    (560, 720),
    (448, 616),
)
SCANNED = 0.1
_WHOLE = (
    "QwenVL HTML ",
    "Parse every page of this document into QwenVL HTML, page by page.",
    "Convert the whole document to QwenVL HTML, one page after the other.",
    "将整个文档逐页解析为 QwenVL HTML。",
)


def books(work: Work, cache: Path) -> Iterator[Record | Rejected]:
    """A document of two pages or more with one conversation about all of it."""
    rng = work.rng()
    language = language_of(rng)
    making = making_of(rng, cache, language, sizes=SIZES)
    making.captioned = False
    if making.look.footer == "of":  # which would tell another number of pages
        making.look = replace(making.look, footer="number")
    most = int(rng.integers(3, 17))
    drawn = list(leaves(making, most, pick(rng, tuple(THEMES))))
    if len(drawn) < 2:
        yield Rejected(work.key, "a document of one page")
        return
    old = rng.random() < SCANNED
    shots = [aged(Shot(d.drawing.pixels(), d.page), rng, float(old))[0] for d in drawn]
    whole = rng.random() < 0.35
    shots = shots[: within(shots, whole)]
    talk = _whole(rng, shots) if whole else _asked(rng, shots)
    media = {
        f"{at}.jpg": encoded(s.image, int(rng.integers(80, 94)))[1] for at, s in enumerate(shots)
    }
    yield _record(
        work, making, media, talk, {"pages": len(shots), "task": "whole" if whole else "asked"}
    )


def within(shots: Sequence[Shot], whole: bool) -> int:
    """How many pages go into TOKENS, what is answered with them; at least two."""
    spent = 1000.0
    for at, shot in enumerate(shots):
        seen = fitted(shot.image.size, Picture("0.jpg"))
        spent += seen.tokens + 8
        if whole:
            spent += (
                len(written(Facts("page", page_dict(shot.page), "html", "0.jpg"), seen)) / LETTERS
            )
        if spent > TOKENS and at >= 2:
            return at
    return len(shots)


Talk = list[tuple[str, list[Part]]]


def _whole(rng: Rng, shots: Sequence[Shot]) -> Talk:
    """Every page as QwenVL HTML, in order."""
    parts: list[Part] = []
    for at, shot in enumerate(shots):
        parts += [Text("\n")] if at else []
        parts.append(Facts("page", page_dict(shot.page), "html", f"{at}.jpg"))
    return [(pick(rng, _WHOLE), parts)]


def _asked(rng: Rng, shots: Sequence[Shot]) -> Talk:
    pages = [shot.page for shot in shots]
    makers: Sequence[Callable[..., Any]] = reading.MAKERS
    found: Talk = []
    for i in rng.permutation(len(makers)).tolist():
        made = makers[i](rng, pages)
        if made is not None:
            found.append(made)
        if len(found) == int(rng.integers(1, 5)):
            break
    return found or [reading.counted(rng, pages)]


def _record(
    work: Work, making: Any, media: dict[str, bytes], talk: Talk, meta: dict[str, Any]
) -> Record:
    named = making.rng.random() < 0.4
    shown: list[Part] = []
    for at, name in enumerate(media):
        shown += [Text(f"Page {at + 1}:")] if named else []
        shown.append(Picture(name))
    turns = []
    for at, (question, parts) in enumerate(talk):
        turns.append(Turn("user", (*(() if at else shown), Text(question))))
        turns.append(Turn("assistant", tuple(parts)))
    made = Record(
        key=work.key,
        family=FAMILY,
        turns=tuple(turns),
        media=media,
        licence=LICENCE,
        sources=(f"made:{FAMILY}",),
        language=making.language,
        meta={"style": making.look.style, **meta},
    )
    return told(made, making)
