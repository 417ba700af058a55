"""A process that died or hangs, as the others learn of it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import torch.distributed as dist

SIGNS = (
    "Connection closed by peer",
    "Connection reset by peer",
    "Broken pipe",
    "Timed out",
    "gloo",
)


class LostRank(RuntimeError):
    """The others cannot be reached; the words tell what to do."""


@contextmanager
def in_company() -> Iterator[None]:
    """What a collective raises when another process is lost, as LostRank."""
    try:
        yield
    except RuntimeError as error:  # gloo has no type of its own
        told = str(error).strip().splitlines()[0] if str(error) else ""
        network = isinstance(error, dist.DistError) or any(sign in told for sign in SIGNS)
        if not (dist.is_initialized() and network):
            raise
        me = f"process {dist.get_rank()} of {dist.get_world_size()}"
        raise LostRank(
            f"{me} has lost another one, which died or hangs ({told}); look at its own words, and "
            "start the same command again: it goes on from the newest checkpoint"
        ) from error


def give_up(error: LostRank) -> NoReturn:
    """Say so and end with exit code 1, at once: threads that wait for the lost one cannot end."""
    sys.stderr.write(f"{error}\n")
    sys.stderr.flush()
    os._exit(1)
