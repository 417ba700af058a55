"""The machine that `qvl bench` runs on, and how much memory it took."""

import os
import platform
import sys
from typing import Any

import torch

from qvl.engine.peaks import peaks


def machine(device: torch.device, dtype: torch.dtype) -> dict[str, Any]:
    """What it is, and what it does at best; in `dtype` and, to compare machines by, float32."""
    found = peaks(device, dict.fromkeys([dtype, torch.float32]))
    return {
        "device": str(device),
        "name": _processor() if device.type == "cpu" else _accelerator(device),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "read_bytes_per_second": found.read,
        "copy_bytes_per_second": found.copy,
        "flops_per_second": {
            str(kind).removeprefix("torch."): rate for kind, rate in found.products.items()
        },
    }


def _accelerator(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _processor() -> str:
    """The name that the system knows, or the kind of processor."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            named = next((line for line in file if line.startswith("model name")), "")
    except OSError:
        named = ""
    return named.partition(":")[2].strip() or platform.processor() or platform.machine()


def memory(device: torch.device) -> dict[str, int | None]:
    """The most that the process, and torch on a GPU, has held; None where no one tells."""
    on_gpu = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
    return {"process_peak_bytes": _resident(), "device_peak_bytes": on_gpu}


def _resident() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
