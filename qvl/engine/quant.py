"""A model whose decoder lies in 8 or 4 bits; the vision tower and the embedding stay as they are.

The head has 8 bits in either case: it is read whole for each token, and decides which one comes.
Where it is the embedding, the head becomes a copy of its own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from qvl.engine.kernel.products import found
from qvl.engine.quick import quick
from qvl.model import weights
from qvl.model.files import BadCheckpoint, Stored
from qvl.model.outline import outline
from qvl.model.packed import GROUPS, Int4, Int8, Packed
from qvl.model.published import Coded, scheme_of
from qvl.model.qwen import QwenVL

KINDS: dict[str, Callable[[Tensor, Tensor | None], Packed]] = {"int8": Int8.of, "int4": Int4.of}
HEAD = "lm_head"


def quantised(model: QwenVL, kind: str) -> QwenVL:
    """`model` itself with the linear layers of its decoder and its head in few bits.

    ValueError where `kind` is none or a layer is narrower than it takes.
    """
    check(kind)
    for name in list(layers(model)):
        layer = model.get_submodule(name)
        assert isinstance(layer, nn.Linear)
        model.set_submodule(name, _made(name, kind)(layer.weight, layer.bias))
    return model


def check(kind: str) -> None:
    """ValueError unless `kind` names weights in few bits."""
    if kind not in KINDS:
        raise ValueError(f"weights cannot be {kind!r}; ask for {' or '.join(KINDS)}")


def opened(folder: Path, kind: str | None, dtype: torch.dtype | None, device: str | None) -> QwenVL:
    """The model of a folder as it is best used: in few bits if asked, or if the files are.

    On a GPU where there is one, unless a `device` is named.
    Without a `dtype` what is in few bits has bfloat16 beside it, else a CPU has float32 and a GPU
    bfloat16. A `dtype` alone makes a checkpoint in few bits whole. On a CPU what is not float32 is
    multiplied by the compiled kernel, if there is one (engine/quick). Raises BadCheckpoint.
    """
    if kind:
        check(kind)
    weights.read_config(folder)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    cpu = torch.device(device).type == "cpu"
    if kind or (dtype is None and scheme_of(folder)):
        model = load(folder, kind, dtype or torch.bfloat16, device)
    else:
        model = weights.load(folder, dtype or (torch.float32 if cpu else torch.bfloat16), device)
    narrow = model.model.embed_tokens.weight.dtype == torch.bfloat16
    return quick(model, found()) if cpu and narrow else model


def load(
    folder: Path, kind: str | None, dtype: torch.dtype, device: torch.device | str = "cpu"
) -> QwenVL:
    """The model of a folder with its decoder in few bits; all else is of `dtype`.

    A checkpoint in 4 bits keeps its codes, their scales rounded to bfloat16. Without a `kind` its
    other layers stay whole; with one the rest of the decoder is quantised, one layer at a time.
    Raises BadCheckpoint.
    """
    cfg = weights.read_config(folder)
    model = outline(cfg)
    found = weights.entries(folder, cfg, model.state_dict())
    for name in list(layers(model)):
        source = found.get(f"{name}.weight", found[weights.EMBEDDING])
        bias = found.get(f"{name}.bias")
        layer = _packed(name, source, bias.read(dtype) if bias else None, kind)
        if layer:
            model.set_submodule(name, layer.to(device))
            found.pop(f"{name}.weight", None)
            found.pop(f"{name}.bias", None)
    state = {name: each.read(dtype, device) for name, each in found.items()}
    if isinstance(model.lm_head, nn.Linear):
        state.setdefault(weights.HEAD, state[weights.EMBEDDING])
    model.load_state_dict(state, strict=False, assign=True)
    if isinstance(model.lm_head, nn.Linear):
        model.tie()
    return model


def _packed(name: str, source: Stored, bias: Tensor | None, kind: str | None) -> Packed | None:
    """A layer of few bits out of a file; None where it stays whole.

    That is without a `kind` the layer whose groups the packed product does not take.
    """
    if isinstance(source, Coded):
        if kind == "int8":
            raise BadCheckpoint(
                f"{source.parts['qweight'].path.parent} has weights of 4 bits, which 8 would not "
                f"better; leave int8 away"
            )
        codes = source.codes()
        if codes.group_of is None and codes.group in GROUPS:
            return Int4(codes, bias)
    return _made(name, kind)(source.read(), bias) if kind else None


def _made(name: str, kind: str) -> Callable[[Tensor, Tensor | None], Packed]:
    return Int8.of if name == HEAD else KINDS[kind]


def layers(model: QwenVL) -> Iterator[str]:
    """The names of the linear layers to quantise: of the decoder, and the head."""
    for name, module in model.model.named_modules(prefix="model"):
        if isinstance(module, nn.Linear):
            yield name
    yield HEAD
