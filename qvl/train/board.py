"""The reports of a run in TensorBoard, for who has it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

APART = ("step", "time")  # of a line: TensorBoard has them itself


def board(folder: Path, start: int = 0) -> "SummaryWriter":
    """Where to write to; what an earlier process reported after step `start` is hidden.

    ValueError names the package where it is missing.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ValueError(
            f"TensorBoard cannot be written ({error}); run pip install 'qvl[train]', or go without"
        ) from None
    return SummaryWriter(str(folder), purge_step=start + 1 if start else None)


def write(to: "SummaryWriter", line: Mapping[str, Any]) -> None:
    """Every number of a report, under its name."""
    for name, value in line.items():
        if name not in APART and isinstance(value, int | float):
            to.add_scalar(name, value, line["step"], walltime=line["time"])
    to.flush()
