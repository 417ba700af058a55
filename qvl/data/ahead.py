"""What other processes make while this one trains, handed over in its order."""

import io
import multiprocessing
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, TypeVar, cast

import torch

A = TypeVar("A")
T = TypeVar("T")
DEPTH = 3  # jobs a process that are on the way


def ahead(
    make: Callable[[A], T], jobs: Iterator[A], workers: int
) -> Generator[tuple[A, T], None, None]:
    """(job, make(job)) for each job, in order; with 0 workers in this process.

    `make` travels to fresh processes, which end when this iterator or its process does.
    RuntimeError names the job on which one of them dies, or what else it raises there.
    """
    if not workers:
        yield from ((job, make(job)) for job in jobs)
        return
    packed, pipes = pickle.dumps(make), [_start() for _ in range(workers)]
    try:
        for pipe in pipes:
            with _living("its start"):
                pipe.send_bytes(packed)
        yield from _asked(pipes, jobs)
    finally:
        for pipe in pipes:
            pipe.close()


def _asked(pipes: list[Connection], jobs: Iterator[A]) -> Iterator[tuple[A, Any]]:
    turns = deque(pipe for _ in range(DEPTH) for pipe in pipes)
    asked: deque[tuple[Connection, A]] = deque()
    while True:
        for job in islice(jobs, len(turns)):
            pipe = turns.popleft()
            with _living(job):
                pipe.send(job)
            asked.append((pipe, job))
        if not asked:
            return
        pipe, job = asked.popleft()
        with _living(job):
            held = pipe.recv_bytes()
        made = pickle.loads(held)
        turns.append(pipe)
        yield job, made


@contextmanager
def _living(job: object) -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError):
        raise RuntimeError(
            f"a process that works ahead died on {job}; its own error stands above, "
            "and without one it was killed, maybe for want of memory"
        ) from None


def _start() -> Connection:
    """What it makes is sent later: of much in its arguments, spawn waits for who died early."""
    spawn = multiprocessing.get_context("spawn")
    near, far = spawn.Pipe()
    spawn.Process(target=_serve, args=(far,), daemon=True).start()
    far.close()
    return cast(Connection, near)


def _serve(pipe: Connection) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)  # it ends when its pipe closes
    torch.set_num_threads(1)
    try:
        held = pipe.recv_bytes()
    except (EOFError, OSError):
        return  # nobody listens any more
    make, jobs = pickle.loads(held), SimpleQueue[Any]()
    threading.Thread(target=_listen, args=(pipe, jobs), daemon=True).start()
    while (asked := jobs.get()) is not None:
        made = _packed(make(*asked))
        try:
            pipe.send_bytes(made)
        except OSError:
            return


def _listen(pipe: Connection, jobs: SimpleQueue[Any]) -> None:
    """Jobs are taken at once, so that who sends them never waits for what is being made."""
    try:
        while True:
            jobs.put((pipe.recv(),))
    except (EOFError, OSError):
        jobs.put(None)


class _Pickler(pickle.Pickler):
    """Tensors as arrays, which costs a tenth of what torch's own way does."""

    def reducer_override(self, obj: Any) -> Any:
        return (torch.from_numpy, (obj.numpy(),)) if type(obj) is torch.Tensor else NotImplemented


def _packed(value: Any) -> bytes:
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(value)
    return file.getvalue()
