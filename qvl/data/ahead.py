"""What other processes make while this one trains, handed over in its order."""

import io
import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

import torch

A = TypeVar("A")
T = TypeVar("T")
DEPTH = 3  # jobs a process that are on the way


def ahead(make: Callable[[A], T], jobs: Iterator[A], workers: int) -> Iterator[tuple[A, T]]:
    """(job, make(job)) for each job, in order; with 0 workers in this process.

    `make` travels to fresh processes, which end when this iterator or its process does.
    RuntimeError names the job on which one of them dies, or what else it raises there.
    """
    if not workers:
        yield from ((job, make(job)) for job in jobs)
        return
    pipes = [_start(pickle.dumps(make)) for _ in range(workers)]
    try:
        yield from _asked(pipes, jobs)
    finally:
        for pipe in pipes:
            pipe.close()


def _asked(pipes: list[Connection], jobs: Iterator[A]) -> Iterator[tuple[A, Any]]:
    turns = deque(pipe for _ in range(DEPTH) for pipe in pipes)
    asked: deque[tuple[Connection, A]] = deque()
    while True:
        while turns:
            for job in islice(jobs, 1):
                pipe = turns.popleft()
                pipe.send(job)
                asked.append((pipe, job))
                break
            else:
                break
        if not asked:
            return
        pipe, job = asked.popleft()
        try:
            made = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            raise RuntimeError(
                f"a process that makes samples died on {job}; its own error stands above, "
                "and without one it was killed, maybe for want of memory"
            ) from None
        turns.append(pipe)
        yield job, made


def _start(make: bytes) -> Connection:
    spawn = multiprocessing.get_context("spawn")
    near, far = spawn.Pipe()
    spawn.Process(target=_serve, args=(far, make), daemon=True).start()
    far.close()
    return cast(Connection, near)


def _serve(pipe: Connection, job: bytes) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)  # it ends when its pipe closes
    torch.set_num_threads(1)
    make = pickle.loads(job)
    while True:
        try:
            pipe.send_bytes(_packed(make(pipe.recv())))
        except (EOFError, OSError):
            return


class _Pickler(pickle.Pickler):
    """Tensors as arrays, which costs a tenth of what torch's own way does."""

    def reducer_override(self, obj: Any) -> Any:
        return (torch.from_numpy, (obj.numpy(),)) if type(obj) is torch.Tensor else NotImplemented


def _packed(value: Any) -> bytes:
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(value)
    return file.getvalue()
