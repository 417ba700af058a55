"""Reading one picture of a page, and trying again where the reply cannot be right."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from PIL import Image as Pillow

from qvl.media.turns import turned, turned_box, turned_size
from qvl.messages import Answer, Chat, Image, Settings, message
from qvl.tasks.document.model import Page
from qvl.tasks.document.parse import parse
from qvl.tasks.place import Frame
from qvl.tasks.wire import Problem

PROMPT = "QwenVL HTML "
CAPTIONED = "QwenVL HTML with image caption"
TEMPERATURES = (0.0, 0.1, 0.4, 0.8)

Fault = Literal["", "length", "repetition", "empty", "no markup", "no answer"]  # from good to bad
_WORSE: tuple[Fault, ...] = ("", "length", "repetition", "empty", "no markup", "no answer")


@dataclass(frozen=True)
class Rung:
    """How a page is tried."""

    temperature: float
    quarters: int = 0  # that the picture is turned by first, against the clock


@dataclass(frozen=True)
class Attempt:
    """What came of a try; the page is in pixels of the picture before any turn."""

    rung: Rung
    fault: Fault
    page: Page
    reply: str = ""
    problems: tuple[Problem, ...] = ()
    finish_reason: str = ""
    tokens: tuple[int, int] = (0, 0)  # prompt, completion
    processed: tuple[int, int] | None = None  # width, height that the model saw
    seconds: float = 0.0
    error: str = ""  # why there is no answer


def attempts(
    chat: Chat, picture: Image, prompt: str, settings: Settings, budget: int
) -> list[Attempt]:
    """Tries of a page, until one is without fault or `budget` of them are made.

    An empty reply is right for an empty picture. Every try has its own seed. Where the
    first reply has no markup at all, the picture is turned and no temperature is tried.
    """
    made: list[Attempt] = []
    for rung in rungs(picture.pixels):
        if rung.temperature and made[0].fault == "no markup":
            continue
        at = len(made)
        how = replace(settings, temperature=rung.temperature, seed=settings.seed + at)
        made.append(_attempt(chat, picture, prompt, how, rung))
        if made[-1].fault == "empty" and is_blank(picture.pixels):
            made[-1] = replace(made[-1], fault="")
        if not made[-1].fault or at + 1 == budget:
            break
    return made


def best(made: Sequence[Attempt]) -> Attempt:
    """The one with the least fault, among these the one with the most elements, then the first."""
    return min(made, key=lambda one: (_WORSE.index(one.fault), -len(one.page.elements)))


def rungs(image: Pillow.Image) -> Iterator[Rung]:
    """Upright and greedy, then other temperatures, then turned; turned first where text lies."""
    yield Rung(TEMPERATURES[0])
    lying = sideways(image)  # only looked at when the first try was no good
    hotter = [Rung(each) for each in TEMPERATURES[1:]]
    turns = [Rung(TEMPERATURES[0], quarters) for quarters in ((1, 3, 2) if lying else (1, 2, 3))]
    yield from (*turns, *hotter) if lying else (*hotter, *turns)


def is_blank(image: Pillow.Image) -> bool:
    """Whether there is nothing to read: one colour, but for noise."""
    low, high = np.percentile(np.asarray(image.convert("L").resize((256, 256))), (0.1, 99.9))
    return bool(high - low < 24)


def sideways(image: Pillow.Image) -> bool:
    """Whether lines of text seem to run up or down: ink varies more across columns than rows."""
    image = image.convert("L")
    image.thumbnail((1024, 1024))
    ink = 255.0 - np.asarray(image, dtype=np.float64)
    ink = ink - ink.min()
    rows, columns = ink.mean(axis=1), ink.mean(axis=0)
    return bool(np.square(np.diff(columns)).mean() > 4 * np.square(np.diff(rows)).mean() + 1)


def _attempt(chat: Chat, picture: Image, prompt: str, settings: Settings, rung: Rung) -> Attempt:
    began = time.perf_counter()
    shown = replace(picture, pixels=turned(picture.pixels, rung.quarters))
    size = picture.pixels.size
    try:
        answer = chat([message("user", shown, prompt)], settings)
    except (ValueError, FloatingPointError) as error:  # this page is lost, not the document
        took = time.perf_counter() - began
        return Attempt(rung, "no answer", Page((), size), seconds=took, error=str(error))
    known: dict[str, Any] = {
        "reply": answer.text,
        "finish_reason": answer.finish_reason,
        "tokens": (answer.usage.prompt_tokens, answer.usage.completion_tokens),
        "processed": answer.media[0].processed_size,
    }
    try:
        page, problems = parse(answer.text, answer.media[0].processed_size)
    except ValueError as error:
        known["error"] = str(error)
        page, problems, fault = Page((), size), [], "no markup"
    else:
        page = _upright(page.out(Frame.of(answer.media[0])), rung.quarters)
        fault = _fault(answer, page)
    took = time.perf_counter() - began
    return Attempt(rung, fault, page, problems=tuple(problems), seconds=took, **known)


def _fault(answer: Answer, page: Page) -> Fault:
    if not page.elements:
        return "empty"
    return "" if answer.finish_reason == "stop" else answer.finish_reason


def _upright(page: Page, quarters: int) -> Page:
    """A page of a turned picture in pixels of the picture before it was turned."""
    if not quarters or page.size is None:
        return page
    size = page.size
    return page.moved(lambda box: turned_box(box, size, -quarters), turned_size(size, quarters))
