"""Tokens to an Answer: text as it comes, cut at stop strings and loops, with why it ended."""

from collections.abc import Collection, Iterator

from qvl.chat.tokenizer import Decoder, Tokenizer
from qvl.engine.constrain import constrain
from qvl.engine.engine import Engine
from qvl.engine.repeat import Watch
from qvl.engine.resolve import Resolved
from qvl.engine.room import check
from qvl.engine.sequence import Request
from qvl.inputs import Encoded
from qvl.messages import Answer, FinishReason, Usage
from qvl.tasks.bounds import bounded


def stream(
    engine: Engine,
    tokenizer: Tokenizer,
    encoded: Encoded,
    how: Resolved,
    ends: Collection[int],
) -> Iterator[str | Answer]:
    """Pieces of text, then the Answer.

    ValueError at once where the prompt leaves no room, or a schema cannot be kept to.

    The pieces add up to the Answer's text; one that ends for "repetition" is cut shorter.
    """
    check(encoded, engine.model.cfg, how.max_tokens)
    engine.check(len(encoded.sample), how.max_tokens)
    rule = None
    if how.schema is not None:
        rule = constrain(bounded(how.schema, encoded.media), tokenizer, ends)
    tokens = _tokens(engine, Request(encoded.sample, how, ends, rule))
    return answered(tokens, tokenizer, encoded, how, ends)


def _tokens(engine: Engine, request: Request) -> Iterator[int]:
    """From the first that is asked for on, so that what nobody reads takes no room."""
    yield from engine.tokens(engine.add(request))


def answered(
    tokens: Iterator[int],
    tokenizer: Tokenizer,
    encoded: Encoded,
    how: Resolved,
    ends: Collection[int],
) -> Iterator[str | Answer]:
    """What `stream` makes of the tokens of an answer; the last of them may be an end token."""
    decoder, written = Decoder(tokenizer), Written(how.stop)
    watch = Watch(how.loop) if how.loop else None
    reason: FinishReason = "length"
    count, kept, sizes = 0, None, []  # tokens, those of them that are no loop, characters at each
    for token in tokens:
        count += 1
        if token in ends:
            reason = "stop"
            break
        if piece := written.add(decoder.push(token)):
            yield piece
        if written.stopped:
            break
        sizes.append(len(written.text))
        kept = watch.push(token) if watch else None
        if kept is not None:
            reason = "repetition"
            break
    if piece := written.end(decoder.flush()):
        yield piece
    if written.stopped:
        reason = "stop"
    text = written.text if kept is None else written.text[: sizes[kept - 1]]
    yield Answer(text, reason, Usage(len(encoded.sample), count), encoded.media)


class Written:
    """Text that grows until a stop string stands in it; what may begin one is held back."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self.stops = stops
        self.longest = max(map(len, stops), default=0)
        self.text = ""
        self.shown = 0
        self.stopped = False

    def add(self, piece: str) -> str:
        """The part that is certain to stay and was not given out before."""
        start = max(len(self.text) - self.longest + 1, 0)  # a stop may have begun before
        self.text += piece
        found = [at for s in self.stops if (at := self.text.find(s, start)) >= 0]
        if found:
            self.stopped = True
            self.text = self.text[: min(found)]
            return self._show(len(self.text))
        return self._show(len(self.text) - self._begun())

    def end(self, piece: str) -> str:
        """The rest, when no more will come."""
        held = "" if self.stopped else self.add(piece)
        return held + self._show(len(self.text))

    def _begun(self) -> int:
        """How many characters at the end may become a stop string."""
        for size in range(min(self.longest - 1, len(self.text)), 0, -1):
            if any(len(s) > size and s.startswith(self.text[-size:]) for s in self.stops):
                return size
        return 0

    def _show(self, until: int) -> str:
        new = self.text[self.shown : until]
        self.shown = max(self.shown, until)
        return new
