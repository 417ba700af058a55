"""A checkpoint written anew with the decoder in 4 bits, in AWQ's layout, and what that cost.

Codes are the nearest ones: no text is read to choose them, as AWQ's own programs do.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from qvl.config import Config
from qvl.engine.quant import HEAD, layers
from qvl.model import weights
from qvl.model.codes import nearest
from qvl.model.files import CONFIG, FLOATS, Stored
from qvl.model.outline import outline
from qvl.model.published import AWQ, EACH, Scheme, awq, scheme_of
from qvl.model.saving import Told, replaced, write_json, write_shards

GROUP = 128
SCHEME = Scheme(AWQ, GROUP)
QUANTISED: dict[str, Any] = {
    "quant_method": AWQ,
    "bits": 4,
    "group_size": GROUP,
    "zero_point": True,
    "version": "gemm",
    "modules_to_not_convert": ["visual"],
}


@dataclass
class Loss:
    """Squares summed over the weights of each kind of matrix: of the errors, of the weights."""

    sums: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))

    def add(self, kind: str, weight: Tensor, held: Tensor) -> None:
        pair = self.sums[kind]
        pair[0] += float((held - weight).pow(2).sum())
        pair[1] += float(weight.pow(2).sum())

    def relative(self) -> dict[str, float]:
        """The norm of the errors over that of the weights; 0 for weights that are nought."""
        return {kind: (a / b) ** 0.5 if b else 0.0 for kind, (a, b) in self.sums.items()}


@dataclass(frozen=True)
class Plan:
    """What will be written: bytes by name, and where they come from."""

    cfg: Config
    found: dict[str, Stored]
    coded: tuple[str, ...]  # layers whose weights become codes
    sizes: dict[str, int]
    before: int  # bytes of the weights as they are

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights that stay as they are."""
        return FLOATS[self.found[weights.EMBEDDING].dtype]


def plan(source: Path) -> Plan:
    """What becomes of a folder's weights; ValueError where they cannot be in 4 bits."""
    if scheme_of(source):
        raise ValueError(f"{source} has its weights in few bits; name the model it was made of")
    cfg = weights.read_config(source)
    model = outline(cfg)
    found = weights.entries(source, cfg, model.state_dict())
    coded = tuple(name for name in layers(model) if name != HEAD)
    sizes: dict[str, int] = {}
    for name, each in found.items():
        stem = name.removesuffix(".weight")
        if stem not in coded:
            sizes[name] = _bytes(each)
            continue
        out, width = each.shape
        if width % GROUP or out % EACH:
            raise ValueError(
                f"{name} is {list(each.shape)}, and 4 bits take rows of a multiple of {GROUP} and "
                f"a multiple of {EACH} of them; use the model as it is"
            )
        for part, shape in SCHEME.shapes(out, width).items():
            sizes[f"{stem}.{part}"] = shape[0] * shape[1] * (2 if part == "scales" else 4)
    return Plan(cfg, found, coded, sizes, sum(map(_bytes, found.values())))


def write(plan: Plan, folder: Path, shard_bytes: int, told: Told | None = None) -> dict[str, float]:
    """Write the planned weights; the relative error of each kind of matrix, as `q_proj`.

    Memory holds one shard.
    """
    loss = Loss()
    kind = str(plan.dtype).removeprefix("torch.")
    raw = {**plan.cfg.to_dict(), "torch_dtype": kind, "quantization_config": QUANTISED}
    with replaced(folder, CONFIG) as draft:
        write_json(draft / CONFIG, raw)
        write_shards(draft, plan.sizes, _reader(plan, loss), shard_bytes, told)
    return loss.relative()


def _reader(plan: Plan, loss: Loss) -> Callable[[str], Tensor]:
    @lru_cache(maxsize=1)  # the parts of one layer are asked for one after the other
    def parts(layer: str) -> dict[str, Tensor]:
        weight = plan.found[f"{layer}.weight"].read(torch.float32)
        codes = nearest(weight, GROUP, torch.float16)
        loss.add(layer.rpartition(".")[2], weight, codes.weight())
        return awq(codes)

    def read(name: str) -> Tensor:
        stem, _, part = name.rpartition(".")
        if stem in plan.coded and name not in plan.found:
            return parts(stem)[part]
        return plan.found[name].read(FLOATS[plan.found[name].dtype], "cpu")

    return read


def divergence(ours: Tensor, theirs: Tensor) -> tuple[float, float]:
    """Of logits[T, V] to others: the relative error, and the mean KL of their odds in nats."""
    apart = float((ours - theirs).norm() / theirs.norm())
    p, q = theirs.log_softmax(-1), ours.log_softmax(-1)
    return apart, float((p.exp() * (p - q)).sum(-1).mean())


def _bytes(each: Stored) -> int:
    count = torch.Size(each.shape).numel()
    return count * FLOATS[each.dtype].itemsize
