"""Operations: as torch counts them, and as they add up."""

from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from qvl.config import QWEN_3B, QWEN_7B, TINY
from qvl.model.flops import Factors, decoder_flops, flops, merger_flops, tower_flops
from qvl.model.qwen import QwenVL
from qvl.sample import Batch


def batch(lengths, grids) -> Batch:
    tokens, patches = sum(lengths), [t * h * w for t, h, w in grids]
    return Batch(
        torch.zeros(tokens, dtype=torch.int64),
        torch.zeros(tokens, dtype=torch.int64),
        torch.zeros(3, tokens, dtype=torch.int64),
        tuple(torch.zeros(n, 1176, dtype=torch.uint8) for n in patches),
        tuple(grids),
        torch.arange(sum(patches) // 4),
        tuple(lengths),
    )


@pytest.mark.parametrize("grids", [[(1, 2, 2)], [(1, 8, 8)], [(1, 10, 22), (3, 4, 6), (1, 2, 2)]])
def test_torch_counts_the_same(grids):
    lengths = [sum(t * h * w for t, h, w in grids) // 4 + 5, 7, 30]
    torch.manual_seed(0)
    model = QwenVL(TINY)
    with FlopCounterMode(display=False) as counter:  # with gradients, attention is written out
        model.lm_head(model(batch(lengths, grids))[:11])
    told = flops(TINY, lengths, grids, labels=11)
    masked = sum(n * (n - 1) for n in lengths)  # here the masked half is computed, too
    masked *= 2 * TINY.text.num_hidden_layers * TINY.text.hidden_size
    assert told.forward + masked == counter.get_total_flops()


def test_a_visual_token_costs_what_is_known_of_the_released_sizes():
    grid = (1, 64, 64)
    patches = 64 * 64
    assert 1.2e9 < tower_flops(QWEN_7B.vision, grid) / patches < 1.5e9
    assert 12.5e9 < decoder_flops(QWEN_7B.text, 1000) / 1000 < 14.2e9
    assert 5.4e9 < decoder_flops(QWEN_3B.text, 1000) / 1000 < 6.2e9
    assert merger_flops(QWEN_7B.vision) == 2 * (5120 * 5120 + 5120 * 3584)


@pytest.mark.parametrize(
    ("learns", "factors"),
    [
        ({"tower", "merger", "llm"}, Factors(3, 3, 3)),
        ({"tower"}, Factors(3, 2, 2)),
        ({"merger", "llm"}, Factors(1, 3, 3)),
        ({"merger"}, Factors(1, 3, 2)),
        ({"llm"}, Factors(1, 1, 3)),
        (set(), Factors(1, 1, 1)),
    ],
)
def test_what_learns_costs_more(learns, factors):
    assert Factors.of(learns) == factors
    told = flops(TINY, [40], [(1, 4, 4)], learns)
    parts = (told.tower, told.merger, told.llm)
    each = (factors.tower, factors.merger, factors.llm)
    assert told.step == sum(f * n for f, n in zip(each, parts, strict=True))


def test_costs_add_up():
    one, two = flops(TINY, [40], [(1, 4, 4)]), flops(TINY, [90], [(2, 10, 6)])
    both = flops(TINY, [40, 90], [(1, 4, 4), (2, 10, 6)])
    assert both.step == one.step + two.step
    assert flops(TINY, [130], []).llm > flops(TINY, [40, 90], []).llm  # samples do not mix
    wide = replace(TINY, vision=replace(TINY.vision, fullatt_block_indexes=(0, 1, 2)))
    assert flops(wide, [], [(1, 32, 32)]).tower > flops(TINY, [], [(1, 32, 32)]).tower
    with pytest.raises(ValueError, match="'vit' is no part of the model"):
        flops(TINY, [1], [], {"vit"})
