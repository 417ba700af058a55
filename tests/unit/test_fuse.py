"""A fused model is the model: the same numbers from fewer products."""

import weakref
from dataclasses import replace

import pytest
import torch

from qvl.config import TINY
from qvl.engine.fuse import FusedAttention, Rows, fused
from qvl.engine.generate import generate
from qvl.engine.kernel.pages import LARGE, settled
from qvl.engine.kernel.products import Kernel, load
from qvl.engine.resolve import resolve
from qvl.messages import Settings
from qvl.model.attention import Segments, causal
from qvl.model.lora import Lora, attach
from qvl.model.qwen import QwenVL
from qvl.sample import Sample
from qvl.train.initial import initialise
from tests import needs


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    return load()


def made(tied: bool = True, dtype: torch.dtype = torch.float32) -> QwenVL:
    cfg = replace(TINY, text=replace(TINY.text, tie_word_embeddings=tied))
    model = QwenVL(cfg)
    initialise(model, 3)
    draw = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(generator=draw)
            parameter.mul_(3)
    return model.to(dtype).eval()


@torch.inference_mode()
def logits(model: QwenVL, tokens: int) -> torch.Tensor:
    x = model.model.embed_tokens(torch.arange(tokens) * 7 % 200)
    places = torch.arange(tokens).expand(3, -1)
    return model.lm_head(model.model(x, places, causal(Segments.of([tokens]))))


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("tokens", [1, 2, 12])
def test_the_numbers_are_the_same(tokens, tied):
    exact = logits(made(tied), tokens)
    assert (logits(fused(made(tied), None), tokens) - exact).abs().max() <= 1e-5 * exact.abs().max()


@needs.compiled
@pytest.mark.parametrize("with_kernel", [True, False], ids=["kernel", "torch"])
@pytest.mark.parametrize("tokens", [1, 8, 12])
def test_in_bfloat16_it_is_no_further_off(kernel, tokens, with_kernel):
    exact = logits(made(), tokens)
    plain = (logits(made(dtype=torch.bfloat16), tokens) - exact).abs().mean()
    model = fused(made(dtype=torch.bfloat16), kernel if with_kernel else None)
    assert (logits(model, tokens) - exact).abs().mean() <= 1.3 * plain


@needs.compiled
def test_the_kernel_is_used_for_a_few_rows_alone(kernel):
    class Counted(Kernel):
        rows = ()

        def bfloat16(self, x, weights, bias=None):
            Counted.rows += (len(x),)
            return super().bfloat16(x, weights, bias)

    model = fused(made(dtype=torch.bfloat16), Counted(kernel.library))
    for tokens in (1, 8, 9):
        logits(model, tokens)
    each = 4 * TINY.text.num_hidden_layers + 1
    assert Counted.rows == (1,) * each + (8,) * each
    logits(fused(made(), Counted(kernel.library)), 1)  # float32
    assert len(Counted.rows) == 2 * each


@needs.compiled
def test_a_gradient_goes_the_general_way(kernel):
    layer = Rows(torch.randn(4, 32).bfloat16(), torch.ones(4).bfloat16(), kernel)
    x = torch.randn(1, 32, dtype=torch.bfloat16, requires_grad=True)
    layer(x).sum().backward()
    assert torch.equal(x.grad[0], layer.weight.sum(0))


def test_tied_weights_stay_tied_and_parts_go():
    model = made()
    parts = weakref.ref(model.model.layers[0].self_attn.q_proj.weight)
    whole = fused(model, None)
    assert whole is model and parts() is None
    assert whole.lm_head.weight is whole.model.embed_tokens.weight
    attention = whole.model.layers[0].self_attn
    assert isinstance(attention, FusedAttention) and not whole.training
    assert attention.qkv_proj.weight.shape == (64 + 2 * 32, 64)


def test_what_is_no_plain_model_is_refused_whole():
    model = made()
    fused(model, None)
    with pytest.raises(ValueError, match="block 0 is not as published: fuse a model once"):
        fused(model, None)
    model = made()
    attach(model, Lora(targets=("model.layers.1.self_attn.v_proj",)))
    with pytest.raises(ValueError, match=r"block 1 .* merge adapters first"):
        fused(model, None)
    logits(model, 3)  # nothing was changed


def test_large_weights_lie_anew_and_small_ones_stay():
    small, large = torch.randn(64, 64), torch.randn(2 * LARGE).bfloat16().view(2, -1).T
    assert settled(small) is small
    again = settled(large)
    assert torch.equal(again, large) and again.is_contiguous()


def test_it_answers_as_the_model_does():
    ids = torch.tensor([5, 7, 9, 11])
    sample = Sample(ids, ids, torch.arange(4).expand(3, -1), (), (), ids[:0])
    how = resolve(Settings(max_tokens=12, no_repeat_ngram_size=1))  # else it says one for ever
    answers = [list(generate(model, sample, how, ())) for model in (made(), fused(made(), None))]
    assert answers[0] == answers[1] and len(set(answers[0])) == 12
