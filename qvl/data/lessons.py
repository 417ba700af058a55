"""A record to what the model learns from: facts become text here, where the sizes are known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import torch

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.answers import written
from qvl.data.pictures import fitted
from qvl.data.reading import WHOLE, Reading, Schema, clip, picture
from qvl.data.records import Clip, Facts, Picture, Record
from qvl.inputs import Limits, document, lesson
from qvl.media.image import open_image
from qvl.media.video import survey
from qvl.messages import Image, Media, Message, Part, Text, Video
from qvl.sample import Sample

Seen = tuple[Image | Video, Media]  # what is shown, and what the model sees of it


@dataclass(frozen=True)
class Lessons:
    """Records to samples of one model; it travels to the processes of a loader."""

    tokenizer: Tokenizer
    config: Config
    limits: Limits
    schema: Schema = "chatml"

    def __call__(self, record: Record, reading: Reading = WHOLE) -> Sample:
        """ValueError for media that cannot be read, or facts that cannot be written."""
        messages = conversation(record, self.limits, reading)
        rest = (self.tokenizer, self.config, self.limits)
        if self.schema == "plain":
            sample = document(plain_parts(messages), *rest).sample
        else:
            sample = lesson(messages, *rest).sample
        if (reading.start, reading.stop) == (0, None):
            return sample
        return piece(sample, reading.start, reading.stop)


def conversation(record: Record, limits: Limits, reading: Reading = WHOLE) -> tuple[Message, ...]:
    """The messages of a record, with every picture decoded and every fact in words."""

    def look(part: Picture | Clip) -> Seen:
        held = record.media[part.name]
        if isinstance(part, Clip):
            return surveyed(part, held, limits, reading)[0]
        wanted = picture(part, reading, limits)
        pixels = open_image(held)
        seen = fitted(pixels.size, wanted, limits.min_pixels, limits.max_pixels)
        return Image(pixels, wanted.min_pixels, wanted.max_pixels), seen

    return told(record, look)


def surveyed(
    part: Clip, held: bytes, limits: Limits, reading: Reading
) -> tuple[Seen, tuple[int, int, int]]:
    """A clip, what the model sees of it, and its grid; no more of it is decoded than one frame."""
    video = clip(part, held, reading, limits)
    found = survey(video, limits.clips)
    sizes = (found.original_size, found.processed_size)
    return (video, Media(*sizes, found.tokens, found.times, found.duration)), found.grid_thw


def told(record: Record, look: Callable[[Picture | Clip], Seen]) -> tuple[Message, ...]:
    """The messages of a record whose media are seen through `look`, each name once."""
    shown = {p.name: look(p) for p in record.parts() if isinstance(p, Picture | Clip)}

    def part_of(part: Text | Picture | Clip | Facts) -> Part:
        if isinstance(part, Text):
            return part
        if isinstance(part, Facts):
            return Text(written(part, shown[part.of][1] if part.of else None))
        return shown[part.name][0]

    return tuple(Message(turn.role, tuple(map(part_of, turn.parts))) for turn in record.turns)


def plain_parts(messages: tuple[Message, ...]) -> list[Part]:
    """A conversation as a document: what is said and shown in its order, a line break between."""
    between = (Text("\n"),)
    turns: Iterator[tuple[Part, ...]] = (message.content for message in messages)
    return [*next(turns), *chain.from_iterable((*between, *turn) for turn in turns)]


def piece(sample: Sample, start: int, stop: int | None) -> Sample:
    """Tokens of a text from `start` up to `stop`, as a sample of their own."""
    if sample.grid_thw:
        raise ValueError(
            f"a sample of {len(sample)} tokens has pictures and cannot be cut; shrink or drop it"
        )
    ids, labels = sample.input_ids[start:stop], sample.labels[start:stop]
    positions = torch.arange(len(ids)).expand(3, -1)
    return replace(sample, input_ids=ids, labels=labels, position_ids=positions)
