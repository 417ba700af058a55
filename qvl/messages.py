"""A conversation and its answer, as every layer above the model passes them around."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from PIL import Image as Pillow

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length"]


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Image:
    """A picture in RGB at its own size; the limits of the resize are counted in pixels."""

    pixels: Pillow.Image
    min_pixels: int | None = None  # None: the model's own limit
    max_pixels: int | None = None


@dataclass(frozen=True)
class Message:
    role: Role
    content: tuple[Text | Image, ...]


def message(role: Role, *content: str | Pillow.Image | Image) -> Message:
    """Plain strings and pictures as the content of one turn."""

    def wrap(part: str | Pillow.Image | Image) -> Text | Image:
        if isinstance(part, Image):
            return part
        return Text(part) if isinstance(part, str) else Image(part)

    return Message(role, tuple(map(wrap, content)))


@dataclass(frozen=True)
class Settings:
    """How to answer. Temperature 0 is greedy; top_k 0 and top_p 1 keep every token."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    repetition_penalty: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Media:
    """What became of one picture. Sizes are (width, height) in pixels."""

    original_size: tuple[int, int]
    processed_size: tuple[int, int]
    tokens: int


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Answer:
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
