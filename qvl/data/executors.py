"""Who runs the stages: this process, or several; the shards are the same bytes either way.

A worker that dies, or hangs, is noticed and its shard made again by another one. Whatever is
killed, the next run goes on: a shard is there whole with its mark, or it is made again.
"""

import multiprocessing
import pickle
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, cast

from qvl.data.making import make
from qvl.data.marks import Mark, Tick, alone, finished, report
from qvl.data.tally import Tally
from qvl.data.work import Plan, Stage


@dataclass(frozen=True)
class Options:
    workers: int = 2  # processes; 0 is this one
    max_error_rate: float = 0.05  # faults an item, above which a run stops
    tries: int = 3  # of a shard whose worker dies
    patience: float = 900  # seconds that an item may take, before its worker is killed
    redo: bool = False  # make shards anew that were made with another config


_LOOK = 5.0  # seconds between two looks at workers that say nothing
Runner = Callable[[Plan, Stage, Path, "Tally", list[int], Options], None]


class WorkerDied(RuntimeError):
    """A worker died on the same shard again and again; the shard and item are named."""


def run(
    plan: Plan,
    stage: Stage,
    folder: Path,
    options: Options | None = None,
    say: Callable[[str], None] = lambda line: None,
    runner: Runner | None = None,
) -> dict[str, Any]:
    """Make all shards of a plan that are not there, and the report of the set, which is returned.

    ValueError for shards of another config or another run at work; TooManyFaults, WorkerDied and
    FullDisk stop the run. The report is written in any case. `runner` is `processes`, or that of
    `qvl.data.ray`.
    """
    options = options or Options()
    if runner is None:
        runner = processes if options.workers else here
    with alone(plan, folder):
        marks = finished(plan, folder, redo=options.redo)
        tally = Tally(plan, options.max_error_rate, say, marks)
        try:
            todo = [shard for shard in range(len(plan.items)) if shard not in marks]
            runner(plan, stage, folder, tally, todo, options)
            tally.end()
        finally:
            told = report(plan, folder, tally.marks)
    return told


def here(
    plan: Plan, stage: Stage, folder: Path, tally: Tally, todo: list[int], _options: Options
) -> None:
    """One shard after the other in this process, for looking into a stage."""
    for shard in todo:
        tally.done(shard, make(plan, stage, folder, shard, partial(tally.tick, shard)))


@dataclass
class _Worker:
    process: SpawnProcess
    shard: int
    items: int = 0  # of the shard that are done
    heard: float = field(default_factory=time.monotonic)  # when it last said something


def processes(
    plan: Plan, stage: Stage, folder: Path, tally: Tally, todo: list[int], options: Options
) -> None:
    """Shards in fresh processes of this machine."""
    try:
        job = pickle.dumps((plan, stage, folder))
    except (AttributeError, TypeError, pickle.PicklingError) as error:
        raise ValueError(
            f"a stage has to reach other processes, give a top-level function ({error})"
        ) from None
    waiting, deaths = deque(todo), Counter[int]()
    busy: dict[Connection, _Worker] = {}
    try:
        while waiting or busy:
            while waiting and len(busy) < options.workers:
                pipe, worker = _start(job, waiting.popleft())
                busy[pipe] = worker
            for pipe in _ready(busy, options.patience):
                worker = busy[pipe]
                worker.heard = time.monotonic()
                try:
                    said = pipe.recv()
                except (EOFError, OSError):
                    del busy[pipe]
                    _died(worker, tally, deaths, options.tries)
                    waiting.appendleft(worker.shard)
                    continue
                if isinstance(said, Mark):
                    tally.done(worker.shard, said)
                    if not waiting:
                        del busy[pipe]
                        pipe.close()
                        continue
                    worker.shard, worker.items = waiting.popleft(), 0
                    pipe.send(worker.shard)
                else:
                    _heard(said, worker, tally)
    finally:
        for worker in busy.values():
            worker.process.terminate()
            worker.process.join()


def _ready(busy: Mapping[Connection, _Worker], patience: float) -> list[Connection]:
    """The pipes with something to hear; a worker that says nothing for too long is killed."""
    ready = wait(list(busy), timeout=min(patience, _LOOK))
    for pipe, worker in busy.items():
        if pipe not in ready and time.monotonic() - worker.heard > patience:
            worker.process.kill()
    return [each for each in ready if isinstance(each, Connection)]


def _heard(said: object, worker: _Worker, tally: Tally) -> None:
    if isinstance(said, BaseException):
        raise said
    if isinstance(said, Tick):
        worker.items += 1
        tally.tick(worker.shard, said)


def _died(worker: _Worker, tally: Tally, deaths: Counter[int], tries: int) -> None:
    worker.process.join()
    tally.again(worker.shard)
    deaths[worker.shard] += 1
    where = f"shard {worker.shard}, item {worker.items}"
    if deaths[worker.shard] >= tries:
        raise WorkerDied(
            f"{tally.plan.dataset}: {tries} workers died on {where}, the last one with exit code "
            f"{worker.process.exitcode} (-9: it hung, or memory was short); run that item by itself"
        )
    tally.say(f"{tally.plan.dataset}: a worker died on {where}; the shard is made again")


def _start(job: bytes, shard: int) -> tuple[Connection, _Worker]:
    spawn = multiprocessing.get_context("spawn")
    near, far = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(far, job), daemon=True)
    process.start()
    far.close()
    near.send(shard)
    return cast(Connection, near), _Worker(process, shard)


def _serve(pipe: Connection, job: bytes) -> None:
    """A worker: shard after shard until its pipe closes, which it does when its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when it is over
    try:
        plan, stage, folder = pickle.loads(job)
        while True:
            shard = pipe.recv()
            pipe.send(make(plan, stage, folder, shard, pipe.send))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # nobody listens any more
    except Exception as error:
        pipe.send(error)
