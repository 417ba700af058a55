"""Questions and answers over a picture, or over none, as a record."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from qvl.data.records import Facts, Part, Picture, Record, Turn
from qvl.messages import Text

LICENCE = "CC0-1.0"  # of what these generators draw
Said = str | Facts


@dataclass(frozen=True)
class Scene:
    """What a record is about: its key, family, encoded picture by name if it has one."""

    key: str
    family: str
    language: str
    meta: Mapping[str, Any]
    picture: tuple[str, bytes] | None = None
    sources: tuple[str, ...] = ()  # besides the generator of the family
    licence: str = LICENCE  # of all that it is made of


def record(scene: Scene, talk: Sequence[tuple[str, Said]], system: str = "") -> Record:
    """Turns of a user and an assistant, after a system text; the picture stands in the first."""
    turns = [Turn("system", (Text(system),))] if system else []
    for at, (question, answer) in enumerate(talk):
        shown: tuple[Part, ...] = ()
        if scene.picture and not at:
            shown = (Picture(scene.picture[0]),)
        turns.append(Turn("user", (*shown, Text(question))))
        turns.append(Turn("assistant", (Text(answer) if isinstance(answer, str) else answer,)))
    return Record(
        key=scene.key,
        family=scene.family,
        turns=tuple(turns),
        media=dict([scene.picture]) if scene.picture else {},
        licence=scene.licence,
        sources=(f"made:{scene.family}", *scene.sources),
        language=scene.language,
        meta=scene.meta,
    )


def joint(licences: Iterable[str]) -> str:
    """The licences of several things in one picture: each holds for its part."""
    return " and ".join(dict.fromkeys(licences)) or LICENCE


def encoded(image: Image.Image, quality: int = 0) -> tuple[str, bytes]:
    """A picture as PNG, or with a quality as JPEG, and the name that a record gives it."""
    file = io.BytesIO()
    if quality:
        image.save(file, "jpeg", quality=quality)
        return "0.jpg", file.getvalue()
    image.save(file, "png", compress_level=3)  # half as long as the usual 6
    return "0.png", file.getvalue()
