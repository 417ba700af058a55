"""Direct preference optimisation (arXiv 2305.18290): one pass, the vision tower frozen.

T tokens, N pairs, V vocabulary. Column 0 is the answer that is preferred, column 1 the other one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.data.pairs import Pairs
from qvl.model.attention import Attend, Segments, packed_attention
from qvl.model.qwen import QwenVL
from qvl.train.objective import label_losses


@dataclass(frozen=True)
class Tuning:
    """The loss of a pair. The report names no values; beta is that of the paper."""

    beta: float = 0.1  # how strongly the start model holds
    smoothing: float = 0.0  # the share of pairs that are taken to be labelled the wrong way round
    by_length: float = 0.0  # log-probabilities are divided by tokens to this power: 0 sums, 1 means
    answer: float = 0.0  # weight of the preferred answer's own loss, a mean over its tokens

    def __post_init__(self) -> None:
        if not self.beta > 0:
            raise ValueError(f"beta is {self.beta}; give a number above 0, such as 0.1")
        if not 0 <= self.smoothing < 0.5:
            raise ValueError(f"smoothing is {self.smoothing}; give a share from 0 to below 0.5")
        if not 0 <= self.by_length <= 1:
            raise ValueError(f"by_length is {self.by_length}; give a power from 0 to 1")
        if not self.answer >= 0:
            raise ValueError(f"answer is {self.answer}; give a weight, 0 or more")


class Preference(nn.Module):
    """The loss over packed pairs; `score` gives their log-probabilities alone."""

    def __init__(self, model: QwenVL, tuning: Tuning) -> None:
        super().__init__()
        self.model, self.tuning = model, tuning

    def weight(self, batch: Pairs) -> float:
        """Pairs, by their weights."""
        return sum(batch.weights[::2])

    def forward(self, batch: Pairs, total: float) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum of losses over `total`; figures are (sum, count) over pairs."""
        scores, counts = self._scored(batch)
        weights = scores.new_tensor(batch.weights[::2])
        each, rewards = losses(scores, batch.reference.type_as(scores), counts, self.tuning)
        margins = rewards[:, 0] - rewards[:, 1]
        told = {
            "loss": each,
            "margin": margins,
            "accuracy": (margins > 0).type_as(margins),
            "chosen": rewards[:, 0],
            "rejected": rewards[:, 1],
        }
        figures = {
            name: torch.stack([(values.detach() * weights).sum(), weights.sum()]).float()
            for name, values in told.items()
        }
        return (each * weights).sum() / total, figures

    def score(self, batch: Pairs) -> tuple[Tensor, Tensor]:
        """-> sums of log-probabilities[N, 2] of the answers, and tokens[N, 2] in them.

        A second way into the module, which FSDP is to be told of (`references.compute` does).
        """
        return self._scored(batch)

    def _scored(self, batch: Pairs) -> tuple[Tensor, Tensor]:
        hidden = self.model(batch, branched(batch))
        rows, lost, _ = label_losses(hidden, self.model.lm_head, batch.labels)
        device = rows.device
        lengths = torch.tensor(batch.lengths, device=device)
        owner = torch.arange(len(lengths), device=device).repeat_interleave(
            lengths, output_size=len(batch.labels)
        )[rows]
        sums = lost.new_zeros(len(lengths)).index_add(0, owner, -lost)
        counts = torch.zeros_like(sums).index_add(0, owner, torch.ones_like(lost))
        return sums.view(-1, 2), counts.view(-1, 2)


def losses(
    scores: Tensor, reference: Tensor, counts: Tensor, tuning: Tuning
) -> tuple[Tensor, Tensor]:
    """Sums of log-probabilities[N, 2] now and at the start -> losses[N], rewards[N, 2].

    Oracle: equation 7 of the paper, by hand in float64; with `smoothing` its conservative form.
    """
    rewards = tuning.beta * (scores - reference) * counts**-tuning.by_length
    margins = rewards[:, 0] - rewards[:, 1]
    right, wrong = F.logsigmoid(margins), F.logsigmoid(-margins)
    each = -(1 - tuning.smoothing) * right - tuning.smoothing * wrong
    if tuning.answer:
        each = each - tuning.answer * scores[:, 0] / counts[:, 0]
    return each, rewards.detach()


def branched(batch: Pairs) -> Attend:
    """Each answer sees its question and itself, never the other answer.

    Only attention lays the rows of a question out twice: all else is computed once for both.
    """
    device = batch.input_ids.device
    order, back, sizes = layout(batch.lengths, batch.shared)
    order, back, segments = order.to(device), back.to(device), Segments.of(sizes, device)

    def attend(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (x.index_select(0, order) for x in (q, k, v))
        return packed_attention(q, k, v, segments, causal=True).index_select(0, back)

    return attend


def layout(lengths: Sequence[int], shared: Sequence[int]) -> tuple[Tensor, Tensor, list[int]]:
    """The stream as whole conversations: rows to take, where each row of the stream is among them.

    lengths (4, 2), shared (2,)    rows 0 1 2 3 | 0 1 4 5    back 0 1 2 3 6 7    sizes 4 4
    """
    order, back, sizes = list[int](), list[int](), list[int]()
    start = 0
    for first, second, before in zip(lengths[::2], lengths[1::2], shared, strict=True):
        middle, end = start + first, start + first + second
        back += range(len(order), len(order) + first)
        order += [*range(start, middle), *range(start, start + before)]
        back += range(len(order), len(order) + second)
        order += range(middle, end)
        sizes += [first, before + second]
        start = end
    return torch.tensor(order), torch.tensor(back), sizes
