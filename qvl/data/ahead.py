"""Samples made in other processes while this one trains, handed over in their order."""

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

T = TypeVar("T")
CHUNK = 8  # samples that are asked for at one time
DEPTH = 3  # chunks a process that are on the way


def ahead(
    make: Callable[[int], T], numbers: Iterator[int], workers: int
) -> Iterator[tuple[int, T]]:
    """(n, make(n)) for each number, in order; with 0 workers in this process.

    `make` travels to fresh processes, which end when this iterator or its process does.
    RuntimeError where one of them dies.
    """
    if not workers:
        yield from ((n, make(n)) for n in numbers)
        return
    pipes = [_start(pickle.dumps(make)) for _ in range(workers)]
    try:
        yield from _asked(pipes, numbers)
    finally:
        for pipe in pipes:
            pipe.close()


def _asked(pipes: list[Connection], numbers: Iterator[int]) -> Iterator[tuple[int, T]]:
    turns = deque(pipe for _ in range(DEPTH) for pipe in pipes)
    asked: deque[tuple[Connection, list[int]]] = deque()
    while True:
        while turns and (chunk := list(islice(numbers, CHUNK))):
            pipe = turns.popleft()
            pipe.send(chunk)
            asked.append((pipe, chunk))
        if not asked:
            return
        pipe, chunk = asked.popleft()
        try:
            made = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            raise RuntimeError(
                f"a process of the loader died on samples {chunk[0]} to {chunk[-1]}; "
                "its own error stands above, if it had any"
            ) from None
        turns.append(pipe)
        yield from zip(chunk, made, strict=True)


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
            chunk = pipe.recv()
            pipe.send_bytes(_packed([make(n) for n in chunk]))
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
