"""Documents as pre-training reads them: no turns, text and pictures in their own order."""

from collections.abc import Iterator, Sequence

from qvl.chat.runs import Rendered, Run, pads_for, vision, written
from qvl.chat.tokenizer import Tokenizer
from qvl.messages import Part, Text
from qvl.tokens import ENDOFTEXT


def render_plain(parts: Sequence[Part], tokens: Sequence[int], tokenizer: Tokenizer) -> Rendered:
    """A document whose pictures and clips, in order, take `tokens` pads each, and its end.

    Every token of text and the end are learnt, vision tokens never (report, section 2.2).
    """
    if not parts:
        raise ValueError("an empty document: give it a text, a picture or a clip")
    return written(_runs(parts, tokens), tokenizer)


def _runs(parts: Sequence[Part], tokens: Sequence[int]) -> Iterator[Run]:
    pads = pads_for(parts, tokens)
    for part in parts:
        if isinstance(part, Text):
            yield Run(part.text, learnt=True)
        else:
            yield from vision(part, next(pads))
    yield Run(special=ENDOFTEXT, learnt=True)
