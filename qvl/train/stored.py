"""One checkpoint on the disk: shards of `torch.distributed.checkpoint`, and a marker written last.

The marker says how long every file is, so a checkpoint that was cut short is told from a whole one.
"""

import json
import os
import pickle
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch import Tensor
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.metadata import TensorStorageMetadata

from qvl.data.drafts import to_disk
from qvl.train import earlier

MARKER = "whole.json"
VERSION = 1
Sizes = dict[str, tuple[torch.Size, torch.dtype]]
Broken = (OSError, RuntimeError, EOFError, pickle.UnpicklingError, CheckpointException)


def path_of(folder: Path, step: int) -> Path:
    return folder / f"step-{step:08d}"


def draft_of(folder: Path, step: int) -> Path:
    return folder / f".draft-{step:08d}"


def step_of(path: Path) -> int:
    return int(path.name.removeprefix("step-"))


def write(draft: Path, tensors: dict[str, Tensor], group: dist.ProcessGroup | None) -> None:
    """This rank's shards, and with those of all others the list of them; synced."""
    warnings.filterwarnings("ignore", "torch.distributed is disabled", UserWarning)
    writer = dcp.FileSystemWriter(draft, sync_files=True)
    dcp.save(tensors, storage_writer=writer, process_group=group, no_dist=group is None)


def finish(draft: Path, told: Mapping[str, Any]) -> Path:
    """Once all ranks have written: the marker, then the name under which it is found."""
    files = {path.name: path.stat().st_size for path in draft.iterdir()}
    with open(draft / MARKER, "w", encoding="utf-8") as file:
        json.dump({"version": VERSION, **told, "files": files}, file)
        file.flush()
        os.fsync(file.fileno())
    to_disk(draft)
    final = path_of(draft.parent, told["step"])
    shutil.rmtree(final, ignore_errors=True)  # a torn one
    draft.rename(final)
    to_disk(final.parent)
    return final


def torn(path: Path) -> str:
    """Why a checkpoint cannot be whole, or ""."""
    if earlier.holds(path):
        return ""
    try:
        files = json.loads((path / MARKER).read_text("utf-8"))["files"]
    except (OSError, ValueError, LookupError, TypeError):
        return f"it has no readable {MARKER}"
    for name, size in files.items():
        there = (path / name).stat().st_size if (path / name).is_file() else -1
        if there != size:
            return f"{name} has {there} of {size} bytes" if there >= 0 else f"{name} is missing"
    return ""


def told_of(path: Path) -> dict[str, Any]:
    """What the marker says."""
    told = json.loads((path / MARKER).read_text("utf-8"))
    if told["version"] != VERSION:
        raise ValueError(f"{path} has version {told['version']}, this reads {VERSION}")
    return told


def sizes_of(path: Path) -> Sizes:
    """Shape and type of every tensor, by name."""
    try:
        metadata = dcp.FileSystemReader(path).read_metadata()
    except Exception as error:  # a pickle: broken bytes may ask for anything
        raise OSError(f"the list of its tensors cannot be read ({error!r})") from None
    return {
        name: (each.size, each.properties.dtype)
        for name, each in metadata.state_dict_metadata.items()
        if isinstance(each, TensorStorageMetadata)
    }


def read(path: Path, tensors: dict[str, Tensor], group: dist.ProcessGroup | None) -> None:
    """Fill `tensors`, whole or shards, in place."""
    warnings.filterwarnings("ignore", "torch.distributed is disabled", UserWarning)
    reader = dcp.FileSystemReader(path)
    dcp.load(tensors, storage_reader=reader, process_group=group, no_dist=group is None)


def cause(error: BaseException) -> str:
    """The first failure of any rank in a line; that of the disk where there was one before it."""
    if isinstance(error, CheckpointException):
        error = next(iter(error.failures.values()))[0]
    first: BaseException | None = error
    while first and not isinstance(first, OSError):
        first = first.__cause__ or first.__context__
    shown = first or error
    return f"{type(shown).__name__}: {str(shown).strip().splitlines()[0] if str(shown) else ''}"


def same_settings(path: Path, then: Any, now: str | None) -> None:
    if now is not None and then != now:
        raise ValueError(
            f"{path} was made with the settings {then}, this run has {now}; take back what was "
            "changed in the configuration, or start in another folder"
        )


def fits(path: Path, sizes: Sizes, weights: Mapping[str, Tensor]) -> None:
    """ValueError names what differs between a checkpoint and what is to be trained."""
    missing = sorted(set(weights) - set(sizes))
    surplus = sorted(set(sizes) - set(weights))
    wrong = [n for n in weights if n in sizes and weights[n].shape != sizes[n][0]]
    kinds = (("missing", missing), ("surplus", surplus), ("of another shape", wrong))
    faults = [f"{len(names)} {kind} ({', '.join(names[:2])})" for kind, names in kinds if names]
    if faults:
        raise ValueError(
            f"{path} is of another model or objective: {'; '.join(faults)}; start in another folder"
        )
