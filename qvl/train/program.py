"""A training run from its settings to a checkpoint that everything loads; the same command resumes.

One program for every phase: what learns, the loss and the schema are those of the phase's row.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from qvl.train.board import board
from qvl.train.board import write as write_board
from qvl.train.checkpoint import Checkpoints
from qvl.train.config import Run
from qvl.train.deliver import deliver
from qvl.train.drafted import Drafted, drafted
from qvl.train.ema import Average
from qvl.train.guard import Guard
from qvl.train.lost import in_company
from qvl.train.meter import Meter, work_of
from qvl.train.muon import muon
from qvl.train.named import State
from qvl.train.norms import part_norms
from qvl.train.optim import adamw
from qvl.train.parallel import World
from qvl.train.plot import plot
from qvl.train.shown import Shown, shown
from qvl.train.stopping import Stop
from qvl.train.supervised import steps

LOG = "log.jsonl"
Show = Callable[[Mapping[str, Any]], None]
Say = Callable[[str], None]


def train(run: Run, say: Say, live: Callable[[int, int], Any]) -> Path:
    """Start, or go on from the newest checkpoint, until the last step or a signal.

    -> the folder of the checkpoint in the published layout, written at the end and on a signal.
    `live(steps, start)` is a context that gives what shows a line of the log; `say` hears words.
    ValueError and OSError for settings, data or disks at fault; Diverged, LostRank, TooManySkipped.
    """
    device = _device(run)
    if run.threads and device == "cpu":
        torch.set_num_threads(run.threads)
    torch.manual_seed(run.seed)
    everyone = World.join(device)
    first = everyone.rank == 0
    with in_company(), ExitStack() as stack:
        looks = shown(run, everyone)
        made = drafted(run, device, everyone, say if first else _nobody)
        stack.callback(made.close)
        state = State(made.objective, _optimizer(run, made), _average(run, made))
        checkpoints = Checkpoints(run.out, run.keep, run.keep_every)
        stack.callback(checkpoints.close)
        stop = stack.enter_context(Stop())
        found = checkpoints.restore(state, run.settings())
        start, extra = found or (0, {})
        guard = Guard.from_json(extra["guard"]) if "guard" in extra else Guard()
        if first and found:
            say(f"goes on from step {start} of {made.steps}")
        begun = stack.enter_context(live(made.steps, start)) if first else _silent
        log = run.out / (LOG if first else f"log-{everyone.rank}.jsonl")
        meter = Meter(log, run.peak * everyone.size)
        words = say if first else _nobody
        written = _board(run, start, say) if first else None
        loop = _Loop(
            run, made, state, checkpoints, stop, everyone, begun, words, meter, written, looks
        )
        loop.through(start, guard)
        checkpoints.wait()
        out = deliver(run, made, state.ema, everyone)
        if first and (run.out / LOG).is_file():
            plot(run.out / LOG, run.out / "plot.png")
    everyone.leave()
    return out


@dataclass
class _Loop:
    """The run between two checkpoints that it goes back to when it diverges."""

    run: Run
    made: Drafted
    state: State
    checkpoints: Checkpoints
    stop: Stop
    everyone: World
    show: Show
    say: Say
    meter: Meter
    board: Any  # TensorBoard's, or None
    look: Shown | None

    def through(self, step: int, guard: Guard) -> None:
        """Until the end or a signal, with as many returns as the guard allows."""
        while True:
            step, guard = self._until(step, guard)
            if not guard.diverged(self.run.guard):
                return
            back = self.checkpoints.restore(self.state, self.run.settings(), until=step - guard.bad)
            to = back[0] if back else None
            if to is None:
                guard = replace(guard, back=self.run.guard.most)  # nothing to go back to
                to = 0
            self.say(f"the loss diverged at step {step}; back to step {to}")
            guard = guard.returned(step, to, self.run.guard)
            step = to

    def _until(self, start: int, guard: Guard) -> tuple[int, Guard]:
        run, made, step = self.run, self.made, start
        rates = run.optim.rates(made.steps)
        batches_of = self._timed(guard.skip)
        loop = steps(
            made.objective, self.state.optimizer, rates, batches_of, start, made.half, made.world
        )
        for done in loop:
            step = done.step
            if self.state.ema is not None and not done.skipped:
                self.state.ema.update(made.objective)
            guard = guard.after(done.figures["loss"], done.grad_norm, run.guard)
            self.meter.mean(lr=done.rate, grad_norm=done.grad_norm, skipped=done.skipped)
            self.meter.mean(**done.figures)
            if step % run.report == 0 or step == made.steps:
                self._report(step, done.grad_norm)
            if guard.diverged(run.guard):
                return step, guard
            stopped = self.everyone.any(self.stop.asked)
            if stopped or step == made.steps or (step % run.save == 0 and guard.sound):
                self.checkpoints.save(step, self.state, self._extra(guard))
                if self.look:
                    self.look(made.objective.model, step)
            if stopped:
                self.say(f"stopped by {self.stop.name or 'a signal'} at step {step}; saved")
                break
        return step, guard

    def _timed(self, skip: int) -> Callable[[int], list[Any]]:
        """The batches of a step, with what they hold and how long they were waited for."""

        def batches_of(step: int) -> list[Any]:
            before = time.perf_counter()
            batches = self.made.batches_of(step + skip)
            self.meter.spend(wait=time.perf_counter() - before)
            self.meter.amount(**work_of(batches), flops=self.made.flops(batches))
            if self.made.capacity:
                held = sum(sum(batch.lengths) for batch in batches)
                self.meter.add("fill", held, self.made.capacity * len(batches))
            return batches

        return batches_of

    def _report(self, step: int, norm: float) -> None:
        for part, value in part_norms(self.made.objective.model, norm).items():
            self.meter.mean(**{f"norm/{part}": value})
        told = self.made.told()
        amounts = self.made.world.gathered(dict(self.meter.amounts))
        line = self.meter.report(step, amounts, phase=self.run.phase, **told)
        self.show(line)
        if self.board:
            write_board(self.board, line)

    def _extra(self, guard: Guard) -> dict[str, Any]:
        return {"settings": self.run.settings(), "guard": guard.to_json()}


def _device(run: Run) -> str:
    if run.device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device is cuda, but torch finds no CUDA device; set device=cpu")
    return run.device or ("cuda" if torch.cuda.is_available() else "cpu")


def _board(run: Run, start: int, say: Say) -> Any:
    try:
        return board(run.out / "board", start)
    except ValueError as error:
        say(str(error))  # the log has it all
        return None


def _optimizer(run: Run, made: Drafted) -> Any:
    how = muon if run.optim.kind == "muon" else adamw
    return how([made.objective], run.optim.weight_decay, run.optim.parts())


def _average(run: Run, made: Drafted) -> Average | None:
    return Average(made.objective, run.optim.ema) if run.optim.ema else None


def _nobody(words: str) -> None:
    """Words of ranks that nobody hears."""


def _silent(line: Mapping[str, Any]) -> None:
    """Lines of ranks that nobody sees."""
