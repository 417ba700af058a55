"""ChatML with pictures, as the released models were trained on it (report, section 2.3).

A conversation becomes ids directly: only the template places special tokens, so no text of a
user can. The Jinja form, for other readers of a checkpoint, gives the same string.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qvl.chat.tokenizer import Tokenizer
from qvl.messages import Message, Text, Video
from qvl.tokens import IM_END, IM_START, IMAGE_PAD, VIDEO_PAD, VISION_END, VISION_START

DEFAULT_SYSTEM = "You are a helpful assistant."
JINJA = (
    "{%- set seen = namespace(images=0, videos=0) -%}"
    "{%- for turn in messages -%}"
    "{%- if loop.first and turn.role != 'system' -%}"
    "{{- '<|im_start|>system\\n" + DEFAULT_SYSTEM + "<|im_end|>\\n' -}}"
    "{%- endif -%}"
    "{{- '<|im_start|>' + turn.role + '\\n' -}}"
    "{%- if turn.content is string -%}{{- turn.content -}}"
    "{%- else -%}"
    "{%- for part in turn.content -%}"
    "{%- if part.type == 'image' or 'image' in part or 'image_url' in part -%}"
    "{%- set seen.images = seen.images + 1 -%}"
    "{%- if add_vision_id -%}{{- 'Picture ' ~ seen.images ~ ': ' -}}{%- endif -%}"
    "{{- '<|vision_start|><|image_pad|><|vision_end|>' -}}"
    "{%- elif part.type == 'video' or 'video' in part -%}"
    "{%- set seen.videos = seen.videos + 1 -%}"
    "{%- if add_vision_id -%}{{- 'Video ' ~ seen.videos ~ ': ' -}}{%- endif -%}"
    "{{- '<|vision_start|><|video_pad|><|vision_end|>' -}}"
    "{%- elif 'text' in part -%}{{- part.text -}}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- endif -%}"
    "{{- '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)


@dataclass(frozen=True)
class Rendered:
    ids: list[int]
    learnt: list[bool]  # what an assistant wrote: its words and the end of its turn


@dataclass(frozen=True)
class _Run:
    """A stretch of the conversation: plain text, or one special token some number of times."""

    text: str = ""
    special: str = ""
    times: int = 1
    learnt: bool = False


def render(
    messages: Sequence[Message], tokens: Sequence[int], tokenizer: Tokenizer, *, answer: bool
) -> Rendered:
    """The ids of a conversation whose pictures and clips, in order, take `tokens` pads each.

    With `answer` the opening of the assistant's turn follows, for the model to go on from.
    """
    if not messages:
        raise ValueError("no messages: a conversation needs at least one")
    out = Rendered([], [])
    text: list[_Run] = []  # since the last special token: one string for the tokenizer
    for run in _runs(messages, tokens, answer=answer):
        if not run.special:
            text.append(run)
            continue
        _write(text, tokenizer, out)
        text.clear()
        out.ids.extend([tokenizer.id(run.special)] * run.times)
        out.learnt.extend([run.learnt] * run.times)
    _write(text, tokenizer, out)
    return out


def _write(text: Sequence[_Run], tokenizer: Tokenizer, out: Rendered) -> None:
    """Append a stretch of text; a token is learnt if the assistant wrote its first letter."""
    own = [run.learnt for run in text for _ in run.text]
    ids, starts = tokenizer.placed("".join(run.text for run in text))
    out.ids.extend(ids)
    out.learnt.extend(own[start] for start in starts)


def _runs(messages: Sequence[Message], tokens: Sequence[int], *, answer: bool) -> Iterator[_Run]:
    pads = iter(tokens)
    if messages[0].role != "system":
        yield from _opening("system")
        yield _Run(DEFAULT_SYSTEM)
        yield from _closing(learnt=False)
    for message in messages:
        own = message.role == "assistant"
        yield from _opening(message.role)
        for part in message.content:
            if isinstance(part, Text):
                yield _Run(part.text, learnt=own)
            else:
                yield _Run(special=VISION_START)
                pad = VIDEO_PAD if isinstance(part, Video) else IMAGE_PAD
                yield _Run(special=pad, times=next(pads))
                yield _Run(special=VISION_END)
        yield from _closing(learnt=own)
    if answer:
        yield from _opening("assistant")


def _opening(role: str) -> Iterator[_Run]:
    yield _Run(special=IM_START)
    yield _Run(f"{role}\n")


def _closing(*, learnt: bool) -> Iterator[_Run]:
    yield _Run(special=IM_END, learnt=learnt)
    yield _Run("\n")
