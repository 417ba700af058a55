"""Products of a few rows with weights in bfloat16, int8 or int4, by the compiled kernel.

M rows, N outputs, K width; G groups of 128, K divided by 128 and rounded up.
"""

import ctypes
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

from qvl.engine.kernel.compiled import NoKernel, library
from qvl.engine.kernel.layouts import BYTES, GROUP

ROWS = 8  # at most in one product
NARROW = 32  # bfloat16 weights: K is a multiple of it
NAMES = {"qvl_bfloat16": 4, "qvl_int8": 5, "qvl_int4": 6}  # functions and their pointers


@dataclass(frozen=True)
class Kernel:
    """The functions of the compiled library; `load` makes the one of this process.

    All take x[..., K] of at most ROWS rows in float32 or bfloat16 on the CPU, add up in float32
    and give [..., N] in the type of x, as is the bias[N]. One row of the result depends on one
    row of x alone, to the bit. There is no gradient.
    """

    library: ctypes.CDLL

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or what another process unpickles, is the kernel of its machine."""
        return load, ()

    def bfloat16(self, x: Tensor, weights: Tensor, bias: Tensor | None = None) -> Tensor:
        """weights[N, K] in bfloat16, K a multiple of 32."""
        _check(weights, torch.bfloat16, x.shape[-1])
        if x.shape[-1] % NARROW:
            raise ValueError(f"rows are {x.shape[-1]} wide; a multiple of {NARROW} is needed")
        return self._product("qvl_bfloat16", x, (weights,), bias)

    def int8(
        self, x: Tensor, weights: Tensor, scales: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """weights[N, ...] from `layouts.pack8`, each row of them times scales[N], float32."""
        width = -(-x.shape[-1] // BYTES) * BYTES
        _check(weights, torch.int8, width)
        _check(scales, torch.float32, len(weights))
        return self._product("qvl_int8", x, (weights, scales), bias)

    def int4(
        self, x: Tensor, weights: Tensor, scales: Tensor, zeros: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """weights[N, G, 64] from `layouts.pack4`: (q - zeros[N, G]) * scales[N, G].

        scales are float16 and finite, zeros are uint8.
        """
        groups = -(-x.shape[-1] // GROUP)
        _check(weights, torch.uint8, GROUP // 2)
        _check(scales, torch.float16, groups)
        _check(zeros, torch.uint8, groups)
        if not weights.shape[:2] == scales.shape == zeros.shape:
            shapes = [list(each.shape) for each in (weights, scales, zeros)]
            raise ValueError(f"weights, scales and zeros are {shapes}; they must be of one matrix")
        return self._product("qvl_int4", x, (weights, scales, zeros), bias)

    def _product(
        self, name: str, x: Tensor, matrix: tuple[Tensor, ...], bias: Tensor | None
    ) -> Tensor:
        width, rows, out = x.shape[-1], math.prod(x.shape[:-1]), len(matrix[0])
        if x.dtype not in (torch.float32, torch.bfloat16) or not x.is_cpu:
            raise ValueError(f"x is {x.dtype} on {x.device}; give float32 or bfloat16 on the CPU")
        if not 1 <= rows <= ROWS:
            raise ValueError(f"x has {rows} rows; the kernel takes 1 to {ROWS}")
        if bias is not None:
            _check(bias, x.dtype, out)
        x = x.contiguous()
        y = x.new_empty((*x.shape[:-1], out))
        pointers = [x.data_ptr(), *(each.data_ptr() for each in matrix)]
        pointers += [bias.data_ptr() if bias is not None else None, y.data_ptr()]
        narrow, threads = x.dtype == torch.bfloat16, torch.get_num_threads()
        if getattr(self.library, name)(*pointers, rows, out, width, narrow, threads):
            raise MemoryError(f"no memory for {rows} rows of {width} numbers")
        return y


@cache
def load() -> Kernel:
    """The kernel of this machine, compiled where it has not been yet; NoKernel."""
    path = library()
    try:
        found = ctypes.CDLL(str(path))
        for name, pointers in NAMES.items():
            function = getattr(found, name)
            function.argtypes = [ctypes.c_void_p] * pointers + [ctypes.c_long] * 3
            function.argtypes += [ctypes.c_int] * 2
    except (OSError, AttributeError) as error:
        path.unlink(missing_ok=True)
        raise NoKernel(f"the compiled kernel does not load: {error}; set CXX") from None
    return Kernel(found)


def found() -> Kernel | None:
    """The kernel, or None where there is none and torch multiplies."""
    try:
        return load()
    except NoKernel:
        return None


def _check(x: Tensor, dtype: torch.dtype, width: int) -> None:
    if x.dtype != dtype or x.shape[-1] != width or not x.is_cpu or not x.is_contiguous():
        raise ValueError(
            f"{x.dtype}{list(x.shape)} on {x.device} is not {dtype}[..., {width}], contiguous and "
            "on the CPU; pack the weights for the kernel"
        )
