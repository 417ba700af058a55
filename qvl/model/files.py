"""A folder of named tensors: safetensors whole or in shards, mapped when read, replaced whole.

Only safetensors are read: a pickle can run code. Nothing here knows the model.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

CONFIG = "config.json"
WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
PICKLES = {".bin", ".pt", ".pth", ".pkl", ".ckpt"}
HEADER = 192  # bytes that a shard's header spends on a tensor beside its name, at most


class BadCheckpoint(ValueError):
    """A folder that holds no whole Qwen2.5-VL checkpoint: one line, with the remedy."""


@dataclass(frozen=True)
class Stored:
    """A tensor in an open safetensors file, not read yet; `key` is its name there."""

    file: Any
    key: str
    shape: tuple[int, ...]
    dtype: str  # as safetensors writes it: "BF16"

    def read(self) -> Tensor:
        """The tensor, mapped: pages come when touched, and writing to it leaves the file alone."""
        return self.file.get_tensor(self.key)


def stored(folder: Path) -> list[Stored]:
    """Every tensor in the folder's safetensors; reads the headers alone."""
    return [each for path in _files(folder) for each in _open(path)]


def store(
    state: Mapping[str, Tensor],
    config: Mapping[str, Any],
    folder: Path,
    shard_bytes: int,
    dtype: torch.dtype | None,
) -> None:
    """Write `config.json` and shards of at most `shard_bytes`, each tensor as `dtype` if given.

    All is on the disk, in a draft folder inside, before the old `config.json` goes; the new one
    comes last. A reader finds the old checkpoint, none, or the new one; what a kill between two
    moves leaves in the draft completes the new one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder, prefix=".draft-"))
    try:
        _write_tensors(state, draft, shard_bytes, dtype)
        _write_json(draft / CONFIG, config)
    except BaseException:
        shutil.rmtree(draft)
        raise
    fresh = {path.name for path in draft.iterdir()} - {CONFIG}
    old = {p.name for p in folder.iterdir() if SHARD.fullmatch(p.name)} | {WHOLE, INDEX}
    for file in (CONFIG, *(old - fresh)):
        (folder / file).unlink(missing_ok=True)
    for file in (*sorted(fresh), CONFIG):
        os.replace(draft / file, folder / file)
    draft.rmdir()
    _to_disk(folder)


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


def _files(folder: Path) -> list[Path]:
    """The one safetensors file of a checkpoint, or the shards that its index names."""
    whole, index = folder / WHOLE, folder / INDEX
    if whole.is_file() and index.is_file():
        raise BadCheckpoint(f"{folder} holds both {WHOLE} and {INDEX}: remove the one not meant")
    if whole.is_file():
        return [whole]
    if not index.is_file():
        for path in sorted(folder.iterdir()):
            refuse_pickle(path)
        raise BadCheckpoint(f"{folder} has neither {WHOLE} nor {INDEX}: download the weights too")
    named = read_json(index).get("weight_map")
    names = sorted(map(str, set(named.values()))) if isinstance(named, dict) else []
    if not names or any(Path(name).name != name for name in names):
        raise BadCheckpoint(f"{index} names no shards in its own folder: copy it again")
    for name in names:
        refuse_pickle(folder / name)
        if not (folder / name).is_file():
            raise BadCheckpoint(f"{folder} lacks {name}, which {INDEX} names: download it too")
    return [folder / name for name in names]


def _open(path: Path) -> list[Stored]:
    try:
        file = safe_open(path, "pt")
    except (SafetensorError, OSError) as error:
        raise BadCheckpoint(
            f"{path} is cut short or no safetensors file ({error}): copy it again, or, where it "
            f"was cloned, run git lfs pull"
        ) from None
    views = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118 (no mapping)
    return [Stored(file, k, tuple(v.get_shape()), v.get_dtype()) for k, v in views.items()]


def _write_tensors(
    state: Mapping[str, Tensor], folder: Path, limit: int, dtype: torch.dtype | None
) -> None:
    groups: list[list[str]] = []
    room, total = 0, 0
    for name, x in state.items():
        size = x.numel() * (dtype or x.dtype).itemsize
        total += size
        size += len(name) + HEADER
        if size > room:
            groups.append([])
            room = limit - HEADER
        groups[-1].append(name)
        room -= size
    where: dict[str, str] = {}
    for i, names in enumerate(groups, 1):
        file = WHOLE if len(groups) == 1 else f"model-{i:05}-of-{len(groups):05}.safetensors"
        part = {name: state[name].to("cpu", dtype).contiguous() for name in names}
        save_file(part, folder / file, metadata={"format": "pt"})
        _to_disk(folder / file)
        where |= dict.fromkeys(names, file)
    if len(groups) > 1:
        _write_json(folder / INDEX, {"metadata": {"total_size": total}, "weight_map": where})


def _write_json(path: Path, raw: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(raw, indent=2) + "\n", encoding="utf-8")
    _to_disk(path)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
