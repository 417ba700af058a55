"""Tokens to an Answer: text as it comes, cut at stop strings, with the reason it ended."""

from collections.abc import Collection, Iterator

from qvl.chat.tokenizer import Decoder, Tokenizer
from qvl.engine.generate import generate
from qvl.inputs import Encoded
from qvl.messages import Answer, FinishReason, Settings, Usage
from qvl.model.qwen import QwenVL


def stream(
    model: QwenVL,
    tokenizer: Tokenizer,
    encoded: Encoded,
    settings: Settings,
    ends: Collection[int],
) -> Iterator[str | Answer]:
    """Pieces of text, then the Answer. What might begin a stop string is held back."""
    decoder, text, shown, count = Decoder(tokenizer), "", 0, 0
    reason: FinishReason = "length"
    hold = max((len(s) for s in settings.stop), default=1) - 1
    for token in generate(model, encoded.sample, settings, ends):
        count += 1
        if token in ends:
            reason = "stop"
            break
        text += decoder.push(token)
        cut = _stopped(text, settings.stop)
        if cut is not None:
            text, reason = text[:cut], "stop"
            break
        if len(text) - hold > shown:
            yield text[shown : len(text) - hold]
            shown = len(text) - hold
    else:
        text += decoder.flush()
    if len(text) > shown:
        yield text[shown:]
    usage = Usage(len(encoded.sample), count)
    yield Answer(text, reason, usage, encoded.media)


def _stopped(text: str, stops: tuple[str, ...]) -> int | None:
    """Where the first stop string begins, if one is there."""
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    return min(found, default=None)
