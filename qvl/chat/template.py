"""ChatML with pictures, clips and tools, as the released models learnt it (report, section 2.3).

A conversation becomes ids directly: only the template places special tokens, so no text of a
user can. The Jinja form, for other readers of a checkpoint, gives the same string; like the
published one it knows no tools, which are part of the text (`qvl.chat.tools`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from qvl.chat.runs import Rendered, Run, media_of, pads_for, vision, written
from qvl.chat.tokenizer import Tokenizer
from qvl.chat.tools import Tool, block, lowered
from qvl.messages import Message, Text, Video
from qvl.tokens import IM_END, IM_START

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


def render(
    messages: Sequence[Message],
    tokens: Sequence[int],
    tokenizer: Tokenizer,
    *,
    answer: bool,
    vision_ids: bool = False,
) -> Rendered:
    """The ids of a conversation whose pictures and clips, in order, take `tokens` pads each.

    With `answer` the opening of the assistant's turn follows, for the model to go on from; with
    `vision_ids` pictures and clips are numbered in words (the published `add_vision_id`).
    """
    return written(_runs(messages, tokens, answer=answer, vision_ids=vision_ids), tokenizer)


def text(messages: Sequence[Message], *, answer: bool, vision_ids: bool = False) -> str:
    """The same for people: the string of the published template, one pad for each picture."""
    media = media_of(part for m in messages for part in m.content)
    runs = _runs(messages, [1] * len(media), answer=answer, vision_ids=vision_ids)
    return "".join(run.special or run.text for run in runs)


def offer(messages: Sequence[Message], tools: Sequence[Tool]) -> list[Message]:
    """The conversation with tools to call, described at the end of its system text."""
    if not tools:
        return list(messages)
    told = Text("\n\n" + block(tools))
    if messages and messages[0].role == "system":
        first, *others = messages
        return [replace(first, content=(*first.content, told)), *others]
    return [Message("system", (Text(DEFAULT_SYSTEM), told)), *messages]


def _runs(
    messages: Sequence[Message], tokens: Sequence[int], *, answer: bool, vision_ids: bool
) -> Iterator[Run]:
    if not messages:
        raise ValueError("no messages: a conversation needs at least one")
    turns = lowered(messages)
    pads = pads_for((part for turn in turns for part in turn.content), tokens)
    pictures, clips = count(1), count(1)
    if turns[0].role != "system":
        yield from _opening("system")
        yield Run(DEFAULT_SYSTEM)
        yield from _closing(learnt=False)
    for turn in turns:
        own = turn.role == "assistant"
        yield from _opening(turn.role)
        for part in turn.content:
            if isinstance(part, Text):
                yield Run(part.text, learnt=own)
                continue
            if vision_ids:
                clip = isinstance(part, Video)
                yield Run(f"Video {next(clips)}: " if clip else f"Picture {next(pictures)}: ")
            yield from vision(part, next(pads))
        yield from _closing(learnt=own)
    if answer:
        yield from _opening("assistant")


def _opening(role: str) -> Iterator[Run]:
    yield Run(special=IM_START)
    yield Run(f"{role}\n")


def _closing(*, learnt: bool) -> Iterator[Run]:
    yield Run(special=IM_END, learnt=learnt)
    yield Run("\n")
