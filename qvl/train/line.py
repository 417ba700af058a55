"""A report of a run as a line for people."""

from collections.abc import Mapping
from typing import Any

SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
RATES = ("tokens", "patches", "pictures")
SHARES = {"mfu": "MFU", "fill": "packs full", "wait": "waiting for data"}


def told(line: Mapping[str, Any], steps: int, left: float | None = None) -> str:
    """What matters most: where it is, losses, work, and the seconds that are `left`."""
    parts = [f"step {line['step']}/{steps}"]
    parts += [str(line[name]) for name in ("phase", "stage") if name in line]
    parts += [f"{name} {_number(value)}" for name, value in line.items() if _is_loss(name)]
    if "grad_norm" in line:
        parts.append(f"gradients {_number(line['grad_norm'])}")
    parts += [f"{_scaled(line[f'{n}/s'])} {n}/s" for n in RATES if line.get(f"{n}/s")]
    parts += [f"{line[n]:.1%} {words}" for n, words in SHARES.items() if line.get(n) is not None]
    if line.get("skipped"):
        parts.append(f"{line['skipped']:.0%} of steps skipped")
    if left is not None:
        parts.append(f"{_time(left)} left")
    return " · ".join(parts)


def _is_loss(name: str) -> bool:
    return name == "loss" or name.startswith("loss/")


def _number(value: float | None) -> str:
    return "no number" if value is None else f"{value:.4g}"


def _scaled(value: float) -> str:
    for scale, letter in SCALES:
        if value >= scale:
            return f"{value / scale:.3g}{letter}"
    return f"{value:.3g}"


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"
