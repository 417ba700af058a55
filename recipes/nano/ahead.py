"""Batches made in a second process while the first one learns."""

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import torch

DEPTH = 4  # batches ahead


class Ahead:
    """`make(stage, step)` of this step and the next ones; what a step gets is the same without it.

    The second process ends when the first one does, however that happens: its pipe closes.
    """

    def __init__(self, make: Callable[[int, int], Any]) -> None:
        self.asked: deque[tuple[int, int]] = deque()
        self.pipe, far = multiprocessing.Pipe()
        fork = multiprocessing.get_context("fork")  # the second process shares the bank's memory
        fork.Process(target=_serve, args=(far, self.pipe, make), daemon=True).start()
        far.close()

    def __call__(self, stage: int, step: int) -> Any:
        if self.asked and self.asked[0] != (stage, step):  # the stage has changed
            for _ in self.asked:
                self.pipe.recv_bytes()
            self.asked.clear()
        fresh = self.asked[-1][1] + 1 if self.asked else step
        for at in range(fresh, step + DEPTH):
            self.asked.append((stage, at))
            self.pipe.send((stage, at))
        self.asked.popleft()
        try:
            return pickle.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            raise RuntimeError(
                f"making the batch of step {step} failed; its own error stands above"
            ) from None


def _serve(pipe: Connection, other: Connection, make: Callable[[int, int], Any]) -> None:
    other.close()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    torch.set_num_threads(1)
    while True:
        try:
            stage, step = pipe.recv()
        except EOFError:
            return
        made = pickle.dumps(make(stage, step))
        try:
            pipe.send_bytes(made)
        except OSError:  # nobody waits for it any more
            return
