"""A folder of named tensors: safetensors whole or in shards, mapped when read.

Only safetensors are read: a pickle can run code. Nothing here knows the model.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

CONFIG = "config.json"
WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
PICKLES = {".bin", ".pt", ".pth", ".pkl", ".ckpt"}
FLOATS = {  # what weights may be, as safetensors writes it
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
}


class BadCheckpoint(ValueError):
    """A folder that holds no whole Qwen2.5-VL checkpoint: one line, with the remedy."""


@dataclass(frozen=True)
class Stored:
    """A tensor in an open safetensors file, not read yet; `key` is its name there."""

    path: Path
    file: Any
    key: str
    shape: tuple[int, ...]
    dtype: str  # as safetensors writes it: "BF16"

    def read(self, dtype: torch.dtype | None = None, device: torch.device | str = "cpu") -> Tensor:
        """The tensor, mapped if nothing changes: pages come when touched, the file stays as it is.

        Otherwise a copy out of a mapping of its own, so that what was read is let go at once.
        """
        if torch.device(device).type == "cpu" and dtype in (None, FLOATS.get(self.dtype)):
            return self.file.get_tensor(self.key)
        with safe_open(self.path, "pt") as file:
            return cast(self.key, file.get_tensor(self.key).to(device), dtype)


def cast(name: str, x: Tensor, dtype: torch.dtype | None) -> Tensor:
    """`x` as `dtype`; BadCheckpoint where float16, whose range is narrow, cannot hold it."""
    out = x.to(dtype)
    if dtype == torch.float16 != x.dtype and not bool(torch.isfinite(out).all()):
        raise BadCheckpoint(f"{name} has values beyond float16; ask for bfloat16 or float32")
    return out


def stored(folder: Path) -> list[Stored]:
    """Every tensor in the folder's safetensors; reads the headers alone.

    BadCheckpoint where a name comes twice or where an index and its shards disagree.
    """
    paths, where = _files(folder)
    found = [each for path in paths for each in opened(path)]
    homes: dict[str, str] = {}
    for each in found:
        if each.key in homes:
            both = f"in {homes[each.key]} and in {each.path.name}"
            raise BadCheckpoint(f"{folder}: {each.key} comes twice, {both}; keep one of them")
        homes[each.key] = each.path.name
    if where is not None and where != homes:
        raise BadCheckpoint(
            f"{folder}: {_disagreement(where, homes)}; take {INDEX} and all its shards from one "
            f"release"
        )
    return found


def read_json(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadCheckpoint(f"{path} is no JSON ({error}): copy it again") from None
    if not isinstance(raw, dict):
        raise BadCheckpoint(f"{path} holds a {type(raw).__name__}, no object: copy it again")
    return raw


def refuse_pickle(path: Path) -> None:
    if path.suffix in PICKLES:
        raise BadCheckpoint(
            f"{path} is a pickle, which can run code when read: take the release's safetensors, "
            f"or load it with transformers in a sandbox and write it again with save_pretrained"
        )


def some(names: Iterable[str]) -> str:
    """At most three of the names, and how many more there are."""
    names = list(names)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _files(folder: Path) -> tuple[list[Path], dict[str, str] | None]:
    """A checkpoint's one file; or the shards of its index, and the shard of each tensor."""
    whole, index = folder / WHOLE, folder / INDEX
    if whole.is_file() and index.is_file():
        raise BadCheckpoint(f"{folder} holds both {WHOLE} and {INDEX}: remove the one not meant")
    if whole.is_file():
        return [whole], None
    if not index.is_file():
        for path in sorted(folder.iterdir()):
            refuse_pickle(path)
        raise BadCheckpoint(f"{folder} has neither {WHOLE} nor {INDEX}: download the weights too")
    named = read_json(index).get("weight_map")
    where = {k: str(v) for k, v in named.items()} if isinstance(named, dict) else {}
    names = sorted(set(where.values()))
    if not names or any(Path(name).name != name for name in names):
        raise BadCheckpoint(f"{index} names no shards in its own folder: copy it again")
    for name in names:
        refuse_pickle(folder / name)
    if lost := [name for name in names if not (folder / name).is_file()]:
        raise BadCheckpoint(f"{folder} lacks {some(lost)}, which {INDEX} names: download it too")
    return [folder / name for name in names], where


def _disagreement(where: Mapping[str, str], homes: Mapping[str, str]) -> str:
    """The first tensors that the index puts elsewhere than where they lie."""
    if lost := [f"{key} in {file}" for key, file in where.items() if key not in homes]:
        return f"{INDEX} names {some(lost)}, but no shard has it"
    astray = [
        f"{key} in {where.get(key, 'no shard')}, but it lies in {file}"
        for key, file in homes.items()
        if where.get(key) != file
    ]
    return f"{INDEX} names {some(astray)}"


def opened(path: Path) -> list[Stored]:
    """Every tensor of one file; BadCheckpoint where it is none of safetensors."""
    try:
        file = safe_open(path, "pt")
    except (SafetensorError, OSError) as error:
        raise BadCheckpoint(
            f"{path} is cut short or no safetensors file ({error}): copy it again, or, where it "
            f"was cloned, run git lfs pull"
        ) from None
    views = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118 (no mapping)
    return [Stored(path, file, k, tuple(v.get_shape()), v.get_dtype()) for k, v in views.items()]
