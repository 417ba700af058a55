"""One answer by itself, token by token, from an engine of its own."""

from collections.abc import Collection, Iterator

from qvl.engine.constrain import Rule
from qvl.engine.engaged import Engaged
from qvl.engine.engine import Engine
from qvl.engine.resolve import Resolved
from qvl.engine.sequence import Request
from qvl.model.qwen import QwenVL
from qvl.sample import Sample


def generate(
    model: QwenVL, sample: Sample, how: Resolved, ends: Collection[int], rule: Rule | None = None
) -> Iterator[int]:
    """Tokens of the answer until one of `ends`, which comes last, or `how.max_tokens`.

    None is guessed; equal to recomputing the whole sequence for each token. Where `rule` lets
    nothing but the end follow, it comes without being computed. Raises FloatingPointError where
    the logits are no numbers.
    """
    engine = Engine(model, Engaged(len(sample) + how.max_tokens, guessing=0))
    return engine.tokens(engine.add(Request(sample, how, ends, rule)))
