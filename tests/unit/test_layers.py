"""The quick product of one row is the product."""

import pytest
import torch
from torch import nn

from qvl.model.layers import Linear


@pytest.mark.parametrize(("width", "out"), [(64, 96), (256, 32), (700, 512)])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float16], ids=str)
def test_one_row_is_one_of_many(width, out, dtype):
    draw = torch.Generator().manual_seed(0)
    layer, plain = Linear(width, out), nn.Linear(width, out, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(out, width, generator=draw))
        plain.weight.copy_(layer.weight)
    layer, plain = layer.to(dtype), plain.to(dtype)
    x = torch.randn(5, width, generator=draw).to(dtype)
    exact = x.double() @ layer.weight.double().T
    fine = 2 * torch.finfo(dtype).eps * exact.abs().max()  # half a step for the result, and room
    assert torch.equal(layer(x), plain(x))
    for shape in ((width,), (1, width), (1, 1, width)):
        y = layer(x[0].view(shape))
        assert y.shape == (*shape[:-1], out) and y.dtype == dtype
        assert (y.flatten().double() - exact[0]).abs().max() <= fine
    assert layer.state_dict().keys() == plain.state_dict().keys()


def test_it_learns_from_one_row():
    layer, plain = Linear(8, 4).bfloat16(), nn.Linear(8, 4, bias=False).bfloat16()
    plain.load_state_dict(layer.state_dict())
    x = torch.randn(1, 8, generator=torch.Generator().manual_seed(1)).bfloat16()
    for each in (layer, plain):
        each(x).float().square().sum().backward()
    assert torch.allclose(layer.weight.grad, plain.weight.grad, atol=1e-2)


def test_what_is_cast_or_empty_goes_the_general_way():
    layer = Linear(8, 4)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(torch.ones(1, 8)).dtype == torch.bfloat16
    assert layer.bfloat16()(torch.ones(0, 8).bfloat16()).shape == (0, 4)
