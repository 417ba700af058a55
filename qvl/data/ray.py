"""The same stages on a Ray cluster, whose machines share the folder of the shards."""

from importlib import import_module
from pathlib import Path
from typing import Any

from qvl.data.executors import Options
from qvl.data.making import make
from qvl.data.marks import Mark, Tick
from qvl.data.tally import Tally
from qvl.data.work import Plan, Stage


def on_ray(
    plan: Plan, stage: Stage, folder: Path, tally: Tally, todo: list[int], options: Options
) -> None:
    """A runner for `executors.run`: a task a shard, at most `workers` at one time.

    Ray starts on this machine where none was started before. Records never pass through Ray, only
    the numbers of shards and their marks. A shard whose worker dies is tried again.
    """
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise ValueError("there is no Ray here; pip install 'qvl[ray]'") from None
    if not ray.is_initialized():
        ray.init(num_cpus=max(options.workers, 1), include_dashboard=False, log_to_driver=False)
    task = ray.remote(max_retries=options.tries - 1, num_cpus=1)(_task)
    job = ray.put((plan, stage, folder.resolve()))
    waiting, busy = list(reversed(todo)), {}
    try:
        while waiting or busy:
            while waiting and len(busy) < max(options.workers, 1):
                shard = waiting.pop()
                busy[task.remote(job, shard)] = shard
            ready, _ = ray.wait(list(busy), num_returns=1)
            for each in ready:
                shard, (mark, ticks) = busy.pop(each), _got(ray, each)
                for tick in ticks:
                    tally.tick(shard, tick)
                tally.done(shard, mark)
    finally:
        for each in busy:
            ray.cancel(each, force=True)


def _task(job: tuple[Plan, Stage, Path], shard: int) -> tuple[Mark, list[Tick]]:
    """A shard, and the faults in it, which say what was wrong."""
    ticks: list[Tick] = []
    plan, stage, folder = job
    mark = make(plan, stage, folder, shard, ticks.append)
    return mark, ticks


def _got(ray: Any, each: Any) -> tuple[Mark, list[Tick]]:
    try:
        return ray.get(each)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
