"""The next token of a sequence, and whether it is the last."""

from torch import Tensor

from qvl.engine.sampler import choose
from qvl.engine.sequence import Sequence, Told


def chosen(sequence: Sequence, logits: Tensor, *, sound: bool) -> tuple[list[int], bool]:
    """New tokens from logits[V], and whether the answer ends with them.

    Where its rule lets nothing but the end follow, that comes without being computed.
    FloatingPointError where the logits are not `sound`; ValueError where the rule cannot go on.
    """
    request, at = sequence.request, len(sequence.tokens)
    if not sound:
        step = f"at token {at + 1} of the answer" if at else "after the prompt"
        raise FloatingPointError(
            f"the model's logits are no finite numbers {step}: float16 overflows in these models, "
            "use bfloat16 or float32; if that is in use, the weights are broken: fetch them again"
        )
    how, rule = request.how, request.rule
    allowed = rule.allowed(len(logits)).to(logits.device) if rule else None
    looks_back = how.repetition_penalty != 1.0 or how.no_repeat_ngram_size > 0
    seen = sequence.history() if looks_back else sequence.prompt
    token = choose(logits, how, seen, sequence.generator, allowed)
    if request.logprobs is not None:
        sequence.told.append(_told(logits, token, request.logprobs))
    if token in request.ends or at + 1 == how.max_tokens:
        return [token], True
    if rule and rule.push(token):
        return [token, rule.end], True
    return [token], False


def _told(logits: Tensor, token: int, count: int) -> Told:
    odds = logits.log_softmax(-1)
    values, ids = odds.topk(min(count, len(odds)))
    return Told(token, float(odds[token]), tuple(zip(ids.tolist(), values.tolist(), strict=True)))
