"""Time on a device that works on what it was given while the program goes on."""

import time

import torch


def now(device: torch.device) -> float:
    """Seconds of a clock that only rises, read once the device has done all that it was given."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)
    return time.perf_counter()
