"""Weights on large pages, so that reading them looks up fewer addresses."""

import ctypes
import sys

import torch
from torch import Tensor

LARGE = 2 << 20  # bytes of a large page
SMALL = 4096
WANTED = 14  # MADV_HUGEPAGE


def settled(x: Tensor) -> Tensor:
    """A copy of a large tensor, for whose memory Linux is asked for large pages; or x itself.

    Off the CPU, on other systems and below a few large pages there is nothing to gain. Where the
    system grants none the copy lies like any other tensor.
    """
    if not x.is_cpu or x.nbytes < 4 * LARGE or sys.platform != "linux":
        return x
    out = torch.empty_like(x, memory_format=torch.contiguous_format)
    start = -(-out.data_ptr() // SMALL) * SMALL
    length = (out.data_ptr() + out.nbytes - start) // SMALL * SMALL
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    advise(start, length, WANTED)  # what it answers does not matter: it is a wish
    return out.copy_(x)
