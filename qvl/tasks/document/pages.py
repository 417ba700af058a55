"""Reading a page: asked, tried again, in tiles where it is too large; always with a report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings
from qvl.tasks.document.ladder import CAPTIONED, PROMPT, Attempt, attempts, best
from qvl.tasks.document.model import Page
from qvl.tasks.document.render import render
from qvl.tasks.document.tiles import Tile, cut, merge

ATTEMPTS = 7  # all there are: four temperatures, three turns
MOST = 4096  # tokens of a page

Status = Literal["ok", "doubtful", "failed"]


@dataclass(frozen=True)
class Ask:
    """How pages are read; all of it goes into the answer, so that it marks what was done."""

    captions: bool = False
    attempts: int = ATTEMPTS  # of a page or tile, at most
    tile: int | None = None  # pixels a side of tiles; None: a page is read in one look
    max_tokens: int = MOST
    max_pixels: int | None = None  # of what the model sees; None: its own limit
    seed: int = 0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"{self.attempts} attempts read nothing; allow at least 1")
        if self.tile is not None and self.tile < 112:
            raise ValueError(f"tiles of {self.tile} pixels hold no line of text; take 112 or more")


def to_write(positions: int) -> int:
    """Tokens of a page for a model of so many positions; pictures and prompts need the others."""
    return min(MOST, positions // 4)


@dataclass(frozen=True)
class Look:
    """A part of a page, and what came of reading it."""

    tile: Tile
    made: tuple[Attempt, ...]

    @property
    def best(self) -> Attempt:
        return best(self.made)


@dataclass(frozen=True)
class Reading:
    """A page in pixels of its picture, and all that was tried to read it."""

    page: Page
    looks: tuple[Look, ...]

    @property
    def status(self) -> Status:
        """Failed where nothing could be read, doubtful where something is missing or cut."""
        faults = [look.best.fault for look in self.looks]
        if not any(faults):
            return "ok"
        none = ("empty", "no markup", "no answer")
        return "failed" if all(fault in none for fault in faults) else "doubtful"

    @property
    def reply(self) -> str:
        """What the model wrote; written anew where the page was turned or read in tiles."""
        only = self.looks[0].best
        if self.looks[0].tile.box == (0, 0, *(self.page.size or ())) and not only.rung.quarters:
            return only.reply
        return render(self.page)

    def report(self) -> dict[str, Any]:
        """JSON values: status, sizes, and every attempt with its problems."""
        told = [_told(look, one) for look in self.looks for one in look.made]
        return {
            "status": self.status,
            "size": list(self.page.size or ()),
            "elements": len(self.page.elements),
            "tokens": sum(one["completion_tokens"] for one in told),
            "attempts": told,
            "problems": [
                {"at": each.at, "raw": each.raw, "reason": each.reason, "tile": list(look.tile.box)}
                for look in self.looks
                for each in look.best.problems
            ],
        }


def read_page(chat: Chat, picture: Pillow.Image, ask: Ask) -> Reading:
    """The elements of a page in reading order, in pixels of `picture`."""
    whole = Tile(0, 0, *picture.size)
    tiles = cut(picture, ask.tile) if ask.tile and max(picture.size) > ask.tile else [whole]
    prompt = CAPTIONED if ask.captions else PROMPT
    settings = Settings(max_tokens=ask.max_tokens, seed=ask.seed)
    looks = []
    for tile in tiles:
        part = picture if tile == whole else picture.crop(tile.box)
        shown = Image(part, max_pixels=ask.max_pixels)
        looks.append(Look(tile, tuple(attempts(chat, shown, prompt, settings, ask.attempts))))
    return Reading(_whole(picture.size, looks), tuple(looks))


def _whole(size: tuple[int, int], looks: Sequence[Look]) -> Page:
    if looks[0].tile == Tile(0, 0, *size):
        return replace(looks[0].best.page, size=size)
    return merge(size, [look.tile for look in looks], [look.best.page for look in looks])


def _told(look: Look, one: Attempt) -> dict[str, Any]:
    told = {
        "temperature": one.rung.temperature,
        "turned_degrees": 90 * one.rung.quarters,
        "fault": one.fault,
        "finish_reason": one.finish_reason,
        "prompt_tokens": one.tokens[0],
        "completion_tokens": one.tokens[1],
        "processed_size": list(one.processed or ()),
        "seconds": round(one.seconds, 3),
        "problems": len(one.problems),
        "kept": one is look.best,
        "tile": list(look.tile.box),
    }
    return {**told, "error": one.error} if one.error else told


def asked(ask: Ask) -> dict[str, Any]:
    """The settings as JSON values."""
    return asdict(ask)
