"""Stretches of text and special tokens, and how they become ids with a mask of what is learnt."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qvl.chat.tokenizer import Tokenizer
from qvl.messages import Image, Part, Text, Video
from qvl.tokens import IMAGE_PAD, VIDEO_PAD, VISION_END, VISION_START


@dataclass(frozen=True)
class Rendered:
    ids: list[int]
    learnt: list[bool]  # of a conversation: what an assistant wrote, and the end of its turn


@dataclass(frozen=True)
class Run:
    """Plain text, or one special token some number of times."""

    text: str = ""
    special: str = ""
    times: int = 1
    learnt: bool = False


def media_of(parts: Iterable[Part]) -> list[Image | Video]:
    return [part for part in parts if not isinstance(part, Text)]


def pads_for(parts: Iterable[Part], tokens: Sequence[int]) -> Iterator[int]:
    """The pads of each picture and clip, in order; ValueError unless each has its number."""
    media = media_of(parts)
    if len(media) != len(tokens):
        raise ValueError(
            f"{len(media)} pictures and clips came with {len(tokens)} numbers of tokens; "
            "give one number each"
        )
    return iter(tokens)


def vision(part: Image | Video, pads: int) -> Iterator[Run]:
    """A picture or clip: never learnt, whoever shows it."""
    yield Run(special=VISION_START)
    yield Run(special=VIDEO_PAD if isinstance(part, Video) else IMAGE_PAD, times=pads)
    yield Run(special=VISION_END)


def written(runs: Iterable[Run], tokenizer: Tokenizer) -> Rendered:
    """Ids of the runs; text between two special tokens is tokenised as one string."""
    out = Rendered([], [])
    text: list[Run] = []  # since the last special token
    for run in runs:
        if not run.special:
            text.append(run)
            continue
        _write(text, tokenizer, out)
        text.clear()
        out.ids.extend([tokenizer.id(run.special)] * run.times)
        out.learnt.extend([run.learnt] * run.times)
    _write(text, tokenizer, out)
    return out


def _write(text: Sequence[Run], tokenizer: Tokenizer, out: Rendered) -> None:
    """Append a stretch of text; a token is learnt if its first letter is."""
    own = [run.learnt for run in text for _ in run.text]
    ids, starts = tokenizer.placed("".join(run.text for run in text))
    out.ids.extend(ids)
    out.learnt.extend(own[start] for start in starts)
