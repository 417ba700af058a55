"""The published layouts of weights in few bits: AWQ ("gemm") and GPTQ, in words of 32 bits.

N outputs, D inputs, G inputs a group. Both keep `qweight`, `qzeros` and `scales` in place of a
layer's `weight`, inputs before outputs. AWQ (arXiv 2306.00978) packs eight outputs a word in an
order of its own; GPTQ (arXiv 2210.17323) packs eight inputs a word, stores zero points less one
and names each input's group in `g_idx`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from qvl.model.codes import Codes
from qvl.model.files import CONFIG, FLOATS, BadCheckpoint, Stored, cast, read_json

AWQ, GPTQ = "awq", "gptq"
PARTS = ("qweight", "qzeros", "scales", "g_idx")
IN_WORD = (0, 2, 4, 6, 1, 3, 5, 7)  # AWQ: which of eight outputs a word's nibbles hold
FROM_WORD = (0, 4, 1, 5, 2, 6, 3, 7)  # and where in the word each output lies
EACH = 8  # codes in a word of 32 bits


@dataclass(frozen=True)
class Scheme:
    """How the linear layers of a checkpoint are packed."""

    method: str
    group: int

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        """`quantization_config` of a config.json; ValueError names what is not known."""
        method = raw.get("quant_method")
        known = {
            AWQ: {"bits": 4, "version": "gemm", "zero_point": True},
            GPTQ: {"bits": 4, "checkpoint_format": "gptq"},
        }
        if method not in known:
            raise ValueError(f"weights quantised by {method!r}; take the unquantised release")
        defaults = {"version": "gemm", "zero_point": True, "checkpoint_format": "gptq"}
        for key, value in known[method].items():
            found = raw.get(key, defaults.get(key))
            if (found.lower() if isinstance(found, str) else found) != value:
                raise ValueError(
                    f"weights quantised by {method!r} with {key} {found!r}, not {value!r}; take "
                    f"the unquantised release"
                )
        group = raw.get("group_size")
        if not isinstance(group, int) or group < 1:
            raise ValueError(
                f"weights quantised by {method!r} with group_size {group!r}, not 1 or more; take "
                f"the unquantised release"
            )
        return cls(method, group)

    def shapes(self, out: int, width: int) -> dict[str, tuple[int, ...]]:
        """What each part of a weight[N, D] measures."""
        if self.method == AWQ:
            rows, qweight, more = width // self.group, (width, out // EACH), {}
        else:
            rows, qweight = -(-width // self.group), (width // EACH, out)
            more = {"g_idx": (width,)}
        return {"qweight": qweight, "qzeros": (rows, out // EACH), "scales": (rows, out), **more}


def scheme_of(folder: Path) -> Scheme | None:
    """What a folder's config.json says of its weights; None where they are whole."""
    raw = read_json(folder / CONFIG).get("quantization_config")
    return None if raw is None else Scheme.of(raw if isinstance(raw, dict) else {})


@dataclass(frozen=True)
class Coded(Stored):
    """A weight[N, D] in few bits, not read yet; its type is that of its scales."""

    parts: Mapping[str, Stored]
    scheme: Scheme

    def codes(self) -> Codes:
        """The numbers as they are stored, on the CPU. BadCheckpoint for groups that are none."""
        qweight, qzeros, scales = (self.parts[name].read() for name in PARTS[:3])
        if self.scheme.method == AWQ:
            whole, zeros = (_nibbles(x)[..., FROM_WORD].flatten(1) for x in (qweight, qzeros))
            return Codes(whole.t().contiguous(), zeros.t().contiguous(), scales.t().contiguous())
        whole = _nibbles(qweight.t().contiguous()).flatten(1)
        zeros = _nibbles(qzeros).flatten(1) + 1
        return Codes(whole, zeros.t().contiguous(), scales.t().contiguous(), self._group_of())

    def read(self, dtype: torch.dtype | None = None, device: torch.device | str = "cpu") -> Tensor:
        """The weight, made whole in float32 and rounded once."""
        return cast(self.key, self.codes().weight(), dtype or FLOATS[self.dtype]).to(device)

    def _group_of(self) -> Tensor | None:
        """The group of each input; None where groups are runs of neighbours."""
        found = self.parts["g_idx"].read().long()
        rows, width = self.parts["scales"].shape[0], len(found)
        if bool(((found < 0) | (found >= rows)).any()):
            raise BadCheckpoint(
                f"{self.parts['g_idx'].key} names groups beyond the {rows} there are; copy it again"
            )
        runs = torch.equal(found, torch.arange(width) // self.scheme.group)
        return None if runs and width % self.scheme.group == 0 else found


def gathered(
    folder: Path,
    found: Mapping[str, Stored],
    wanted: Mapping[str, tuple[int, ...]],
    scheme: Scheme,
) -> dict[str, Stored]:
    """Stored tensors with the parts of each wanted weight taken together.

    BadCheckpoint where a part is missing or has another shape or type.
    """
    out = dict(found)
    for name, shape in wanted.items():
        stem = name.removesuffix("weight")
        if stem == name or f"{stem}qweight" not in found:
            continue
        parts = {}
        for part, size in scheme.shapes(*shape).items():
            each = found.get(f"{stem}{part}")
            kinds = tuple(FLOATS) if part == "scales" else ("I32",)
            if each is None or each.shape != size or each.dtype not in kinds:
                there = f"is {each.dtype}{list(each.shape)}" if each else "is missing"
                raise BadCheckpoint(
                    f"{folder}: {stem}{part} {there}, not {kinds[0]}{list(size)} as "
                    f"{scheme.method} with groups of {scheme.group} has it; take {CONFIG} and all "
                    f"safetensors from one release"
                )
            parts[part] = each
            del out[f"{stem}{part}"]
        first, kind = parts[PARTS[0]], parts[PARTS[2]].dtype
        out[name] = Coded(first.path, first.file, name, shape, kind, parts, scheme)
    return out


def awq(codes: Codes) -> dict[str, Tensor]:
    """The parts of a weight in AWQ's layout; scales are float16 there."""
    return {
        "qweight": _words(codes.whole.t()),
        "qzeros": _words(codes.zeros.t()),
        "scales": codes.scales.t().to(torch.float16).contiguous(),
    }


def _nibbles(words: Tensor) -> Tensor:
    """int32[R, C] -> uint8[R, C, 8], lowest bits first."""
    halves = words.contiguous().view(torch.uint8).unflatten(1, (-1, 4))
    return torch.stack([halves & 15, halves >> 4], -1).flatten(2)


def _words(codes: Tensor) -> Tensor:
    """uint8[R, N] -> int32[R, N/8] in AWQ's order."""
    nibbles = codes.unflatten(1, (-1, EACH))[..., IN_WORD]
    low, high = nibbles[..., ::2], nibbles[..., 1::2]
    return (low | high << 4).contiguous().flatten(1).view(torch.int32)
