"""A record to what the model learns from: facts become text here, where the sizes are known."""

from collections.abc import Mapping
from dataclasses import dataclass

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.answers import written
from qvl.data.pictures import clip_of, fitted
from qvl.data.records import Clip, Facts, Picture, Record
from qvl.inputs import Limits, lesson
from qvl.media.image import open_image
from qvl.media.video import survey
from qvl.messages import Image, Media, Message, Part, Text, Video
from qvl.sample import Sample


@dataclass(frozen=True)
class Lessons:
    """Records to samples of one model; it travels to the processes of a loader."""

    tokenizer: Tokenizer
    config: Config
    limits: Limits

    def __call__(self, record: Record) -> Sample:
        """ValueError for media that cannot be read, or facts that cannot be written."""
        messages = conversation(record, self.limits)
        return lesson(messages, self.tokenizer, self.config, self.limits).sample


def conversation(record: Record, limits: Limits) -> tuple[Message, ...]:
    """The messages of a record, with every picture decoded and every fact in words."""
    shown = {
        part.name: _media(part, record.media[part.name], limits)
        for part in record.parts()
        if isinstance(part, Picture | Clip)
    }
    return tuple(
        Message(turn.role, tuple(_part(part, shown) for part in turn.parts))
        for turn in record.turns
    )


def _media(part: Picture | Clip, held: bytes, limits: Limits) -> tuple[Image | Video, Media]:
    """What is shown, and what the model sees of it."""
    if isinstance(part, Picture):
        pixels = open_image(held)
        seen = fitted(pixels.size, part, limits.min_pixels, limits.max_pixels)
        return Image(pixels, part.min_pixels, part.max_pixels), seen
    clip = clip_of(part, held)
    told = survey(clip, limits.clips)
    sizes = (told.original_size, told.processed_size)
    return clip, Media(*sizes, told.tokens, told.times, told.duration)


def _part(
    part: Text | Picture | Clip | Facts, shown: Mapping[str, tuple[Image | Video, Media]]
) -> Part:
    if isinstance(part, Text):
        return part
    if isinstance(part, Facts):
        return Text(written(part, shown[part.of][1] if part.of else None))
    return shown[part.name][0]
