"""The Python face: load a model, talk to it, read with it, find things with it."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from qvl.chat.tokenizer import Tokenizer
from qvl.engine.answer import stream
from qvl.engine.defaults import Defaults
from qvl.engine.engaged import Engaged
from qvl.engine.engine import Engine
from qvl.engine.memory import held
from qvl.engine.quant import opened
from qvl.engine.resolve import Resolved, resolve
from qvl.hub import NANO, locate
from qvl.inputs import Encoded, Limits, encode
from qvl.media.conversation import Turns, conversation
from qvl.media.fetch import picture
from qvl.media.image import Source
from qvl.media.parts import part
from qvl.messages import Answer, Image, Settings, Video
from qvl.model import weights
from qvl.model.qwen import QwenVL
from qvl.model.yarn import caution
from qvl.sample import Batch
from qvl.tasks import counting, extraction, grounding, ocr, points, watching
from qvl.tasks.actions.act import Acted, Errand, act
from qvl.tasks.document.pages import Ask, to_write
from qvl.tasks.document.reader import Parsed, parse_document
from qvl.tasks.events import Event
from qvl.tokens import ENDOFTEXT, IM_END

Item = TypeVar("Item")
PAGES = 4  # of a document that are read at once


class VLM:
    """A model with its tokenizer, limits and defaults. `model` and `tokenizer` are open to use."""

    def __init__(
        self, model: QwenVL, tokenizer: Tokenizer, limits: Limits, defaults: Defaults | None = None
    ) -> None:
        self.model, self.tokenizer, self.limits = model, tokenizer, limits
        self.defaults = defaults or Defaults()
        self.ends = self.defaults.ends or frozenset(map(tokenizer.id, (IM_END, ENDOFTEXT)))

    @cached_property
    def engine(self) -> Engine:
        """What answers; those who ask at once, from several threads, are computed together."""
        return Engine(self.model, Engaged(held(self.model)))

    def encode(self, messages: Turns) -> Encoded:
        """What the model reads: ids, position ids, patches, grids, and what became of pictures."""
        return encode(conversation(messages), self.tokenizer, self.model.cfg, self.limits)

    @torch.inference_mode()
    def logits(self, messages: Turns) -> Tensor:
        """float32[T, V] of a whole prompt, to compare with another implementation."""
        batch = Batch.of([self.encode(messages).sample]).to(next(self.model.parameters()).device)
        return self.model.lm_head(self.model(batch)).float()

    def resolve(self, settings: Settings) -> Resolved:
        """The settings that hold, each from the caller, the model's defaults or built in."""
        return resolve(settings, self.defaults)

    def stream(self, messages: Turns, settings: Settings | None = None) -> Iterator[str | Answer]:
        """Text as it comes, and the whole Answer last; what cannot be answered fails at once."""
        if note := (how := self.resolve(settings or Settings())).note():
            warnings.warn(note, stacklevel=2)
        return stream(self.engine, self.tokenizer, self.encode(messages), how, self.ends)

    def answer(self, messages: Turns, settings: Settings) -> Answer:
        """The `Chat` of this model: what tasks ask."""
        *_, last = self.stream(messages, settings)
        assert isinstance(last, Answer)
        return last

    def chat(self, messages: Turns, **settings: Any) -> Answer:
        """Answer a conversation; keywords are fields of Settings, such as `max_tokens`."""
        return self.answer(messages, replace(Settings(), **settings))

    def read(self, image: Source, max_tokens: int = 1024) -> str:
        """The plain text of a picture, lines in reading order."""
        return ocr.read(self.answer, picture(image), Settings(max_tokens))

    def ocr(self, image: Source, max_tokens: int = 2048) -> list[ocr.Line]:
        """Lines of text with boxes in pixels of the picture as given; a problem is a warning."""
        found = ocr.spot(self.answer, picture(image), Settings(max_tokens))
        return _warned(found.lines, found.problems)

    def ground(
        self,
        image: Source,
        what: str | Sequence[str],
        max_tokens: int = 1024,
        max_pixels: int | None = None,
    ) -> list[grounding.Box]:
        """Boxes of every `what`, in pixels of the picture as given; none found is an empty list.

        `max_pixels` bounds the picture that the model sees; None is the model's own limit. What
        could not be taken as it was written is a warning; `grounding.detect` gives it as data.
        """
        shown = Image(picture(image), max_pixels=max_pixels)
        found = grounding.detect(self.answer, shown, _names(what), Settings(max_tokens))
        return _warned(found.boxes, found.problems)

    def points(
        self,
        image: Source,
        what: str | Sequence[str],
        max_tokens: int = 1024,
        max_pixels: int | None = None,
    ) -> list[points.Point]:
        """A point on every `what`; as `ground` does it (`points.locate`)."""
        shown = Image(picture(image), max_pixels=max_pixels)
        found = points.locate(self.answer, shown, _names(what), Settings(max_tokens))
        return _warned(found.points, found.problems)

    def count(self, image: Source, what: str, max_tokens: int = 1024) -> counting.Count:
        """How many of `what` (in the plural) there are, with a box of each."""
        return counting.count(self.answer, picture(image), what, Settings(max_tokens))

    def parse(self, source: Source, pages: str | None = None, ask: Ask | None = None) -> Parsed:
        """Pages of a PDF, TIFF or picture as elements: a Document, with how each page was read."""
        ask = ask or Ask(max_tokens=to_write(self.model.cfg.text.max_position_embeddings))
        return parse_document(self.answer, source, pages, ask, at_once=PAGES)

    def extract(
        self,
        image: Source | list[Source] | tuple[Source, ...],
        what: Any,
        *,
        boxes: bool = False,
        max_tokens: int = 2048,
    ) -> extraction.Extracted:
        """Values of a picture, or of the pages of one document: `what` names keys, or is a JSON
        schema or a pydantic model. With `boxes`, where each stands in pixels of the picture."""
        pages = [picture(each) for each in (image if isinstance(image, list | tuple) else [image])]
        return extraction.extract(self.answer, pages, what, Settings(max_tokens), boxes=boxes)

    def events(self, clip: Any, query: str = "", max_tokens: int = 1024, **how: Any) -> list[Event]:
        """When `query` occurs in a clip, or all that happens: seconds of the clip's own clock.

        `clip` is a path, an address, bytes or a list of frames; `how` are fields of Video, such
        as fps or start. What the reply says amiss is warned of. ValueError if it names no time.
        """
        shown, settings = part({"video": clip, **how}), Settings(max_tokens)
        assert isinstance(shown, Video)
        if query:
            found = watching.when(self.answer, shown, query, settings)
        else:
            found = watching.events(self.answer, shown, settings)
        return _warned(list(found.events), found.problems)

    def act(self, shot: Source, errand: Errand | str, max_tokens: int = 512) -> Acted:
        """The next step on a screen towards a goal, its points in pixels of the screen.

        A goal alone is for `computer_use`; an Errand names the tool, the past and the screen.
        """
        errand = Errand(errand) if isinstance(errand, str) else errand
        shown = Image(picture(shot), self.limits.min_pixels, self.limits.max_pixels)
        return act(self.answer, errand, shown, Settings(max_tokens))


def _names(what: str | Sequence[str]) -> Sequence[str]:
    return [what] if isinstance(what, str) else what


def _warned(items: Iterable[Item], problems: Iterable[object]) -> list[Item]:
    """The items, after a warning for each problem."""
    for problem in problems:
        warnings.warn(str(problem), stacklevel=3)
    return list(items)


def load(
    model: str | Path = NANO,
    *,
    device: str | None = None,
    dtype: torch.dtype | None = None,
    quant: str | None = None,
) -> VLM:
    """nano, a checkpoint's folder, or a hub id such as "Qwen/Qwen2.5-VL-7B-Instruct[@revision]".

    Float32 on a CPU and bfloat16 on a GPU unless told otherwise; `quant` "int8" or "int4" is of
    the decoder, and a `dtype` without it makes a checkpoint in 4 bits whole. Raises BadCheckpoint.
    """
    folder = locate(model)
    defaults = Defaults.load(folder, weights.read_config(folder).text.vocab_size)
    loaded = opened(folder, quant, dtype, device)
    yarn = loaded.cfg.text.yarn
    for note in (*defaults.notes, *([caution(yarn)] if yarn else [])):
        warnings.warn(f"{folder}: {note}", stacklevel=2)
    return VLM(loaded, Tokenizer.load(folder), Limits.load(folder), defaults)
