"""A conversation and its answer, as every layer above the model passes them around."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from PIL import Image as Pillow

Role = Literal["system", "user", "assistant", "tool"]
LOOP = 512  # cycles times different tokens in one, from which on an answer goes round in circles
FinishReason = Literal["stop", "length", "repetition"]


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Image:
    """A picture in RGB at its own size; the limits of the resize are counted in pixels."""

    pixels: Pillow.Image
    min_pixels: int | None = None  # None: the model's own limit
    max_pixels: int | None = None
    resized_height: int | None = None  # pixels; with resized_width, instead of the limits
    resized_width: int | None = None


@dataclass(frozen=True)
class Video:
    """A clip, decoded only when it is encoded: a file, its bytes, or frames that are at hand.

    None leaves a choice to the released rule (report, section 2.1.2; `qwen-vl-utils`).
    """

    source: str | os.PathLike[str] | bytes | tuple[Pillow.Image, ...]
    fps: float | None = None  # frames a second to sample; of a tuple, the rate it was taken at
    nframes: int | None = None  # frames to sample, instead of `fps`
    min_frames: int | None = None
    max_frames: int | None = None
    start: float | None = None  # seconds from the clip's beginning
    end: float | None = None
    min_pixels: int | None = None  # a frame
    max_pixels: int | None = None
    total_pixels: int | None = None  # of all frame pairs together
    resized_height: int | None = None
    resized_width: int | None = None


Part = Text | Image | Video


@dataclass(frozen=True)
class ToolCall:
    """What an assistant wants done: a tool's name, and arguments as JSON has them."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    role: Role
    content: tuple[Part, ...]
    tool_calls: tuple[ToolCall, ...] = ()  # of an assistant, after its content


def message(role: Role, *content: str | Pillow.Image | Part) -> Message:
    """Plain strings and pictures as the content of one turn."""

    def wrap(part: str | Pillow.Image | Part) -> Part:
        if isinstance(part, str):
            return Text(part)
        return Image(part) if isinstance(part, Pillow.Image) else part

    return Message(role, tuple(map(wrap, content)))


@dataclass(frozen=True)
class Settings:
    """How to answer. None leaves a choice to the model's own defaults, then to the built-in ones.

    Temperature 0 is greedy; top_k 0, top_p 1 and min_p 0 keep every token; a penalty of 1 and an
    n-gram size of 0 allow any repetition.
    """

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    repetition_penalty: float | None = None  # of what stands in the prompt, too
    seed: int = 0
    stop: tuple[str, ...] = ()  # the answer ends before the first of these
    min_p: float | None = None  # of the likeliest token's probability
    no_repeat_ngram_size: int | None = None
    schema: Mapping[str, Any] | None = None  # JSON schema of the answer (engine/constrain)
    loop: int | None = LOOP  # going round in a cycle this much ends it (engine/repeat); None: never


@dataclass(frozen=True)
class Media:
    """What became of one picture or clip. Sizes are (width, height) in pixels."""

    original_size: tuple[int, int]
    processed_size: tuple[int, int]
    tokens: int
    times: tuple[float, ...] = ()  # of a clip: when each sampled frame is shown, seconds
    duration: float = 0.0  # of the whole clip, seconds; 0 of a picture


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int  # pads of pictures included
    completion_tokens: int  # the end token included


@dataclass(frozen=True)
class Answer:
    """`text` is all that was streamed, but for "repetition": there it ends with the first cycle.

    "stop" is an end token or a stop string, which the text leaves out; "length" is `max_tokens`.
    """

    text: str
    finish_reason: FinishReason
    usage: Usage
    media: tuple[Media, ...] = field(default=())


class Chat(Protocol):
    """Anything that answers: the local engine, a remote server, a lambda in a test."""

    def __call__(self, messages: Sequence[Message], settings: Settings, /) -> Answer: ...


class Stream(Protocol):
    """The same, piece by piece: text as it comes, and the whole Answer last."""

    def __call__(
        self, messages: Sequence[Message], settings: Settings, /
    ) -> Iterator[str | Answer]: ...
