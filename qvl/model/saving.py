"""Named tensors to a folder of safetensors, which is replaced whole or left as it was."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from qvl.model.files import CONFIG, INDEX, SHARD, WHOLE, cast

HEADER = 192  # bytes that a shard's header spends on a tensor beside its name, at most
Told = Callable[[int, int], None]  # bytes written, bytes in all


def store(
    state: Mapping[str, Tensor],
    config: Mapping[str, Any],
    folder: Path,
    shard_bytes: int,
    dtype: torch.dtype | None,
    told: Told | None,
) -> None:
    """Write `config.json` and shards of at most `shard_bytes`, each tensor as `dtype` if given.

    `told` hears of each shard. Memory holds one shard beside the state, if `dtype` changes it.

    All is on the disk, in a draft folder inside, before the old `config.json` goes; the new one
    comes last. A reader finds the old checkpoint, none, or the new one; what a kill between two
    moves leaves in the draft completes the new one.
    """
    old = [p.name for p in folder.glob("*") if SHARD.fullmatch(p.name)]
    with replaced(folder, CONFIG, [*old, WHOLE, INDEX]) as draft:
        write_json(draft / CONFIG, config)
        sizes = {name: x.numel() * (dtype or x.dtype).itemsize for name, x in state.items()}
        write_shards(
            draft, sizes, lambda name: cast(name, state[name].cpu(), dtype), shard_bytes, told
        )


@contextmanager
def replaced(folder: Path, last: str, stale: Iterable[str] = ()) -> Iterator[Path]:
    """A draft folder inside `folder`, whose files move there once the block has ended well.

    `last`, without which a reader takes nothing, goes first and comes last; `stale` files that
    have no successor go too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder, prefix=".draft-"))
    try:
        yield draft
        for path in draft.iterdir():
            _to_disk(path)
    except BaseException:
        shutil.rmtree(draft)
        raise
    fresh = {path.name for path in draft.iterdir()} - {last}
    for file in (last, *(set(stale) - fresh)):
        (folder / file).unlink(missing_ok=True)
    for file in (*sorted(fresh), last):
        os.replace(draft / file, folder / file)
    draft.rmdir()
    _to_disk(folder)


def write_shards(
    folder: Path,
    sizes: Mapping[str, int],
    read: Callable[[str], Tensor],
    limit: int,
    told: Told | None,
) -> None:
    """Write what `read` gives for each name of `sizes`, in bytes, one shard in memory at a time.

    `folder` has a config.json, whose permissions the shards take.
    """
    groups = _groups(sizes, limit)
    where: dict[str, str] = {}
    total, done = sum(sizes.values()), 0
    for i, names in enumerate(groups, 1):
        file = WHOLE if len(groups) == 1 else f"model-{i:05}-of-{len(groups):05}.safetensors"
        part = {name: read(name).contiguous() for name in names}
        save_file(part, folder / file, metadata={"format": "pt"})
        shutil.copymode(folder / CONFIG, folder / file)  # the library lets the owner alone read it
        _to_disk(folder / file)
        where |= dict.fromkeys(names, file)
        done += sum(sizes[name] for name in names)
        if told:
            told(done, total)
    if len(groups) > 1:
        write_json(folder / INDEX, {"metadata": {"total_size": total}, "weight_map": where})


def _groups(sizes: Mapping[str, int], limit: int) -> list[list[str]]:
    """Names in their order, as many to a file as fit into `limit` bytes with its header."""
    groups: list[list[str]] = []
    room = 0
    for name, size in sizes.items():
        need = size + len(name) + HEADER
        if need > room:
            groups.append([])
            room = limit - HEADER
        groups[-1].append(name)
        room -= need
    return groups


def write_json(path: Path, raw: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(raw, indent=2) + "\n", encoding="utf-8")


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
