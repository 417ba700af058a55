"""How a step is spread: settings that fit, shares that are even, and what is computed again."""

from collections import Counter
from dataclasses import replace

import pytest
import torch
import torch.distributed as dist
from hypothesis import given
from hypothesis import strategies as st
from test_train import batch_of
from torch import nn
from torch.profiler import ProfilerActivity, profile
from torch.testing._internal.distributed.fake_pg import FakeStore
from torch.utils._python_dispatch import TorchDispatchMode

from qvl.config import QWEN_3B, QWEN_72B, TINY
from qvl.model.lora import Lora, attach
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Sample
from qvl.tokens import IGNORE
from qvl.train.clip import clip
from qvl.train.context import Cut
from qvl.train.initial import initialise
from qvl.train.looking import deal
from qvl.train.meshes import Parallel
from qvl.train.objective import NextToken
from qvl.train.parallel import ALONE, World, parallelise

FOUR_LAYERS = replace(
    QWEN_72B,
    text=replace(QWEN_72B.text, num_hidden_layers=4),
    vision=replace(QWEN_72B.vision, depth=4, fullatt_block_indexes=(3,)),
)


def objective(settings: Parallel) -> NextToken:
    model = QwenVL(TINY)
    initialise(model, 0)
    out = NextToken(model)
    assert parallelise(out, settings, ALONE) == ALONE
    return out


@pytest.mark.parametrize(
    ("settings", "size", "text", "why"),
    [
        (Parallel(dp_shard=4), 2, TINY.text, "= 1 x 4 x 1 x 1 = 4, but there are 2 processes"),
        (Parallel(tp=8), 8, QWEN_3B.text, "tp is 8, but num_key_value_heads is 2"),
        (Parallel(tp=3), 3, TINY.text, "tp is 3, but num_attention_heads is 4"),
        (Parallel(cp=8), 8, TINY.text, "cp is 8, but a rank of tp has 4 query and 2 key heads"),
        (Parallel(cp=3), 3, TINY.text, "take a cp that divides 4, and divides or is a multiple"),
    ],
)
def test_settings_that_do_not_fit_name_the_remedy(settings, size, text, why):
    with pytest.raises(ValueError, match=why):
        settings.fit(size, text)


def test_settings_that_fit():
    Parallel(dp_shard=16, tp=8, cp=8).fit(1024, QWEN_72B.text)
    Parallel(cp=8, tp=2).fit(16, QWEN_3B.text)  # one key head a rank, which eight ranks repeat


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("tp", 0, "parallel.tp is 0; it starts at 1"),
        ("checkpointing", "some", "'some'; take one of none, selective, full"),
        ("param_dtype", "float16", "'float16'; take one of float32, bfloat16"),
    ],
)
def test_a_value_that_is_none_is_named(field, value, why):
    with pytest.raises(ValueError, match=why):
        Parallel(**{field: value})


def test_an_objective_that_reads_whole_samples_is_not_cut():
    other = nn.Module()
    other.model = QwenVL(TINY)
    with pytest.raises(ValueError, match="cp is 2, but Module reads whole samples; set it to 1"):
        parallelise(other, Parallel(cp=2), World(0, 2))


def test_adapters_are_not_sliced():
    owner = NextToken(QwenVL(TINY))
    attach(owner.model, Lora())
    with pytest.raises(ValueError, match="tp slices no adapters; set it to 1"):
        parallelise(owner, Parallel(tp=2), World(0, 2))


def test_one_process_is_cast_by_the_loop_and_many_by_their_shards():
    assert Parallel().half is None
    assert Parallel(param_dtype="bfloat16").half is torch.bfloat16
    assert Parallel(param_dtype="bfloat16", dp_shard=2).half is None


class Products(TorchDispatchMode):
    """Counts matrix products and roots."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.counts[func.name().split("::")[1].split(".")[0]] += 1
        return func(*args, **(kwargs or {}))


def backward(settings: Parallel) -> tuple[list[torch.Tensor], Counter[str]]:
    """-> all gradients, and what the backward pass computes."""
    owner = objective(settings)
    loss = owner(batch_of(0), 1.0)[0]
    with Products() as products:
        loss.backward()
    return [p.grad for p in owner.parameters() if p.grad is not None], products.counts


def test_what_is_computed_again_is_the_same_bit_for_bit():
    plain, once = backward(Parallel())
    kept, some = backward(Parallel(checkpointing="selective", tower_checkpointing="selective"))
    bare, every = backward(Parallel(checkpointing="full", tower_checkpointing="full"))
    assert len(plain) == len(list(QwenVL(TINY).parameters()))
    for one, two, three in zip(plain, kept, bare, strict=True):
        assert torch.equal(one, two) and torch.equal(one, three)
    products = [count["mm"] + count["addmm"] for count in (once, some, every)]
    assert products[0] == products[1] < products[2]  # selective takes no product twice
    roots = [count["rsqrt"] for count in (once, some, every)]
    assert roots[0] == 0 < roots[1] == roots[2]  # but norms


def test_the_tower_has_a_switch_of_its_own():
    again = backward(Parallel(checkpointing="full"))[1]["rsqrt"]
    tower = backward(Parallel(tower_checkpointing="full"))[1]["rsqrt"]
    both = backward(Parallel(checkpointing="full", tower_checkpointing="full"))[1]["rsqrt"]
    assert again >= 2 * TINY.text.num_hidden_layers - 1 and tower >= 2 * TINY.vision.depth - 1
    assert both == again + tower


def test_less_is_kept_the_more_is_computed_again():
    kept = []
    for policy in ("none", "selective", "full"):
        owner = objective(Parallel(checkpointing=policy, tower_checkpointing=policy))
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as told:
            loss = owner(batch_of(0), 1.0)[0]
        kept.append(sum(e.self_cpu_memory_usage for e in told.key_averages()))
        loss.backward()
    assert kept[0] > 1.2 * kept[1] > 1.2 * 1.2 * kept[2]


def test_a_text_alone_gives_the_tower_a_gradient_of_zeros():
    """So that one process, which may skip the tower, moves as many that may not."""
    owner = objective(Parallel())
    ids = torch.arange(9)
    place = torch.arange(9).expand(3, -1)
    batch = Batch.of([Sample(ids, ids, place, (), (), torch.empty(0, dtype=torch.int64))])
    owner(batch, 1.0)[0].backward()
    grads = [p.grad for p in owner.model.visual.parameters()]
    assert all(g is not None and not g.any() for g in grads)
    with torch.no_grad():
        assert owner.model.see(batch).shape == (0, TINY.text.hidden_size)


def test_clipping_is_torch_s_own_in_one_process():
    torch.manual_seed(0)
    ours, theirs = ([nn.Parameter(torch.ones(n)) for n in (3, 5, 7)] for _ in range(2))
    for one, two in zip(ours[:2], theirs[:2], strict=True):  # the last has no gradient
        one.grad = torch.randn(len(one))
        two.grad = one.grad.clone()
    norm = clip(ours, 0.5)
    assert torch.equal(norm, nn.utils.clip_grad_norm_(theirs, 0.5))
    for one, two in zip(ours[:2], theirs[:2], strict=True):
        assert torch.equal(one.grad, two.grad)
    assert clip([nn.Parameter(torch.ones(2))], 1.0) == 0


@given(st.lists(st.integers(1, 1000), max_size=40), st.integers(1, 8))
def test_each_frame_is_dealt_once_and_evenly(costs, ranks):
    dealt = deal(costs, ranks)
    assert sorted(i for each in dealt for i in each) == list(range(len(costs)))
    assert all(each == sorted(each) for each in dealt)
    loads = [sum(costs[i] for i in each) for each in dealt]
    assert max(loads) <= sum(costs) / ranks + max(costs, default=0)


@given(st.integers(1, 30), st.integers(1, 5))
def test_pieces_of_a_stream_are_the_stream(tokens, size):
    x = torch.arange(2 * tokens).view(2, tokens)
    pieces = [Cut(None, rank, size).own(x, IGNORE) for rank in range(size)]
    assert len({piece.shape for piece in pieces}) == 1
    whole = torch.cat(pieces, -1)
    assert torch.equal(whole[:, :tokens], x) and bool((whole[:, tokens:] == IGNORE).all())


def test_a_cluster_that_is_not_there_can_be_laid_out():
    """On one of 1,024 processes that only pretend, without memory for a weight."""
    settings = Parallel(4, 16, 2, 8, "full", "selective", param_dtype="bfloat16")
    dist.init_process_group("fake", store=FakeStore(), rank=0, world_size=settings.size)
    try:
        with torch.device("meta"):
            owner = NextToken(QwenVL(FOUR_LAYERS))
        data = parallelise(owner, settings, World(0, settings.size))
        assert (data.rank, data.size) == (0, 64)
        held = {name: p.to_local().numel() for name, p in owner.named_parameters()}
        sizes = {name: p.numel() for name, p in owner.named_parameters()}
    finally:
        dist.destroy_process_group()
    layer = "model.model.layers.1."
    for name in ("self_attn.q_proj.weight", "mlp.down_proj.weight"):
        assert held[layer + name] * 16 * 2 * 8 == sizes[layer + name]  # shards, pieces, heads
    norm = "model.model.norm.weight"
    assert held[norm] * 16 * 2 == sizes[norm]  # alike in every slice of the heads
    tower = "model.visual.blocks.0.mlp.up_proj.weight"
    assert held[tower] == -(-QWEN_72B.vision.intermediate_size // 256) * QWEN_72B.vision.hidden_size
