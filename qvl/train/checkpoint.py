"""State that survives: what a run needs to go on as if it had never stopped.

A checkpoint is `step-N` in the run's folder. It is written beside training from a copy of the
state, one at a time, into a draft that is renamed when every file of every rank is on the disk.
"""

import json
import shutil
import threading
import warnings
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.staging import DefaultStager, StagingOptions

from qvl.train import earlier, stored
from qvl.train.named import State

PATIENCE = timedelta(minutes=30)  # that ranks wait for the slowest disk


class Checkpoints:
    """The checkpoints of a run, on a disk that all ranks see; every rank calls every method.

    The newest `keep` stay, and for ever those of steps that `every` divides, if it is not 0.
    """

    def __init__(self, folder: Path, keep: int = 2, every: int = 0) -> None:
        if keep < 1:
            raise ValueError(f"keep={keep} leaves nothing to go on from; keep 1 or more")
        self.folder, self.keep, self.every = folder, keep, every
        many = dist.is_initialized() and dist.get_world_size() > 1
        # Of its own, so that writing beside training does not mix with what training sends.
        self.group: Any = dist.new_group(backend="gloo", timeout=PATIENCE) if many else None
        self.first = not many or dist.get_rank() == 0
        self.stager = DefaultStager(StagingOptions(torch.cuda.is_available(), False, False, False))
        self.writing: threading.Thread | None = None
        self.failure: Exception | None = None
        self.at = -1  # the step of the newest one
        if self.first:
            for left in folder.glob(".draft-*"):
                shutil.rmtree(left)

    def save(self, step: int, state: State, extra: Mapping[str, Any]) -> None:
        """Copy the state and write it beside training; `extra` is plain JSON and comes along.

        It first waits for the one before, and raises what that failed with.
        """
        self.wait()
        memory, told = state.memory()
        told |= {"step": step, "extra": extra, "config": state.config()}
        told = json.loads(json.dumps(told))  # TypeError here, and not in the thread
        if step == self.at:  # a signal on a step that saves
            return
        self.at = step
        copy = self.stager.stage(state.weights() | memory)
        self.writing = threading.Thread(target=self._write, args=(copy, told), daemon=True)
        self.writing.start()

    def wait(self) -> None:
        """Until all that was saved is on the disk. OSError says why it is not."""
        if self.writing:
            self.writing.join()
            self.writing = None
        if failure := self.failure:
            self.failure, self.at = None, -1
            raise failure

    def restore(
        self, state: State, settings: str | None = None, until: int | None = None
    ) -> tuple[int, dict[str, Any]] | None:
        """Load the newest whole checkpoint: its step and what came with it; None without one.

        A torn one is passed over with a warning. ValueError if it was made with other `settings`
        (a hash that it has under that name in its extra), or for another model. With `until` that
        is the last step to go on from, and what is newer is removed.
        """
        self.wait()
        for path in self._agreed(lambda: _steps(self.folder)):
            if until is not None and stored.step_of(path) > until:
                if self.first:
                    shutil.rmtree(path)
                continue
            why = self._agreed(lambda path=path: stored.torn(path))
            try:
                if not why:
                    extra, self.at = self._load(path, state, settings), stored.step_of(path)
                    return self.at, extra
            except stored.Broken as error:
                why = stored.cause(error)
            if self.first:
                warnings.warn(f"{path} is torn and passed over: {why}", stacklevel=2)
        return None

    def close(self) -> None:
        """Wait, and free the copy."""
        try:
            self.wait()
        finally:
            self.stager.close()

    def _load(self, path: Path, state: State, settings: str | None) -> dict[str, Any]:
        if earlier.holds(path):
            return earlier.restore(path, state)
        told, sizes = stored.told_of(path), stored.sizes_of(path)
        stored.same_settings(path, told["extra"].get("settings"), settings)
        weights = state.weights()
        stored.fits(
            path, {k: v for k, v in sizes.items() if not k.startswith("optimizer/")}, weights
        )
        memory = {
            name: state.room(name, *size)
            for name, size in sizes.items()
            if name.startswith("optimizer/")
        }
        stored.read(path, weights | memory, self.group)
        state.remember(memory, told)
        return told["extra"]

    def _write(self, copy: dict[str, Tensor], told: dict[str, Any]) -> None:
        """In the thread: shards of all ranks, then the marker and the name, by rank 0."""
        draft = stored.draft_of(self.folder, told["step"])
        why = ""
        try:
            stored.write(draft, copy, self.group)
            why = self._agreed(lambda: self._finished(draft, told))
        except (Exception, CheckpointException) as error:  # whatever a disk or another rank does
            why = stored.cause(error)
        if why:
            shutil.rmtree(draft, ignore_errors=True)  # the room is needed
            self.failure = OSError(
                f"the checkpoint of step {told['step']} was not saved in {self.folder}: {why}; "
                "those before it are as they were: make room and start again"
            )

    def _finished(self, draft: Path, told: dict[str, Any]) -> str:
        """What went wrong, or "" once old ones are gone, too."""
        try:
            stored.finish(draft, told)
            for old in found(self.folder)[: -self.keep]:
                if not (self.every and stored.step_of(old) % self.every == 0):
                    shutil.rmtree(old)
        except OSError as error:
            return stored.cause(error)
        return ""

    def _agreed(self, ask: Callable[[], Any]) -> Any:
        """What rank 0 finds."""
        if self.group is None:
            return ask()
        told = [ask() if self.first else None]
        dist.broadcast_object_list(told, src=0, group=self.group)
        return told[0]


def found(folder: Path) -> list[Path]:
    """Whole checkpoints, oldest first."""
    return [path for path in reversed(_steps(folder)) if not stored.torn(path)]


def newest(folder: Path, *parts: str) -> dict[str, Any]:
    """The newest whole checkpoint on the CPU; FileNotFoundError where there is none.

    {"step", "extra", "config"} and of each of `parts` ("objective", "optimizer", "ema"; all if
    none is named) the tensors by name.
    """
    paths = found(folder)
    if not paths:
        raise FileNotFoundError(f"{folder} has no checkpoint; train first")
    path = paths[-1]
    if earlier.holds(path):
        return earlier.load(path)
    told = stored.told_of(path)
    out: dict[str, Any] = {key: told[key] for key in ("step", "extra", "config")}
    wanted = parts or ("objective", "optimizer", "ema")
    tensors = {
        name: torch.empty(shape, dtype=kind)
        for name, (shape, kind) in stored.sizes_of(path).items()
        if name.split("/")[0] in wanted
    }
    stored.read(path, tensors, None)
    for name, tensor in tensors.items():
        part, _, rest = name.partition("/")
        out.setdefault(part, {})[rest] = tensor
    return out


def _steps(folder: Path) -> list[Path]:
    """Newest first."""
    return sorted(folder.glob("step-*"), reverse=True)
