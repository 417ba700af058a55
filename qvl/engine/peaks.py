"""What a machine does at best: bytes that it reads and copies, operations of a matrix product.

Each is the best of many calls, as what disturbs a call only ever makes it longer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch

from qvl.engine.clock import now

NUMBERS = 2**27  # of 4 bytes: more than the caches of most processors hold
SIDES = (512, 1024, 2048, 4096, 8192)  # of the matrices
SECONDS = 0.4  # of calls for each figure
LONG = 0.1  # seconds of one product, after which no larger one is tried


@dataclass(frozen=True)
class Peaks:
    read: float  # bytes a second
    copy: float  # bytes a second, those that are read and those that are written
    products: dict[torch.dtype, float]  # operations a second, by type of the numbers


@torch.inference_mode()
def peaks(device: torch.device, dtypes: Iterable[torch.dtype]) -> Peaks:
    """Takes a few seconds and half a gibibyte of the device's memory, which it gives back."""
    x = torch.ones(NUMBERS, device=device)
    rows = x.view(2**12, -1)
    some = rows[0].clone()
    sources, targets = x.chunk(2)

    def rate(work: Callable[[], object]) -> float:
        return x.nbytes / _shortest(work, device)

    read = max(rate(x.sum), rate(lambda: rows @ some))
    copy = rate(lambda: targets.copy_(sources))
    return Peaks(read, copy, {dtype: product_rate(device, dtype) for dtype in dtypes})


def product_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Operations a second of the square matrices that suit the machine best."""
    best = 0.0
    for side in SIDES:
        x = torch.ones(side, side, device=device, dtype=dtype)
        seconds = _shortest(lambda x=x: x @ x, device)
        best = max(best, 2 * side**3 / seconds)
        if seconds > LONG:
            break
    return best


def _shortest(work: Callable[[], object], device: torch.device) -> float:
    """Seconds of one call, after one that is not counted."""
    work()
    spent, end = [], now(device) + SECONDS
    while not spent or now(device) < end:
        began = now(device)
        work()
        spent.append(now(device) - began)
    return min(spent)
