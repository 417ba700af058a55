"""The curves of a run as a picture, from its log."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl.data.drafts import draft
from qvl.train.meter import read

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12  # curves of a panel; of more, those with the most points
FAINT = 0.25
PHASES = ("phase", "stage")  # facts of a line that say where in its course a run is


@dataclass(frozen=True)
class Panel:
    """Curves that share an axis, by their names in the log or patterns of these."""

    title: str
    names: tuple[str, ...]
    unit: str = ""
    shares: bool = False  # from 0 to 1
    powers: bool = False  # a logarithmic axis
    keep: float = 0.8  # of a smoothed curve from one report to the next


PANELS = (
    Panel("loss", ("loss", "loss/*"), "nats a token"),
    Panel("right", ("token", "accuracy*", "right*"), "share", shares=True),
    Panel("gradients before clipping", ("grad_norm", "norm/*"), "norm", powers=True),
    Panel("rate", ("lr", "lr/*"), "learning rate", keep=0.0),
    Panel("work", ("tokens/s", "patches/s", "pictures/s", "samples/s"), "a second", powers=True),
    Panel("of what is possible", ("mfu", "fill", "wait"), "share", shares=True),
)


def plot(log: Path, out: Path, panels: Sequence[Panel] = PANELS) -> None:
    """Draw a JSONL log of `Meter` as a PNG; what a panel has no figures for is left out.

    Curves are smoothed, with the figures themselves behind them. ValueError where nothing can be
    drawn, or matplotlib is missing.
    """
    lines = read(log)
    shown = [(panel, curves) for panel in panels if (curves := _curves(panel, lines))]
    if not shown:
        raise ValueError(f"{log} has no figures that these panels show; train first")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ValueError(
            f"curves cannot be drawn ({error}); run pip install 'qvl[train]'"
        ) from None
    figure = Figure(figsize=(9, 0.6 + 2.4 * len(shown)), layout="constrained")
    axes = figure.subplots(len(shown), sharex=True, squeeze=False)[:, 0].tolist()
    for axis, (panel, curves) in zip(axes, shown, strict=True):
        _draw(axis, panel, curves)
    _phases(axes, lines)
    axes[-1].set_xlabel("step")
    _save(figure, out)


def _smooth(values: Sequence[float], keep: float) -> list[float]:
    out: list[float] = []
    for value in values:
        out.append(keep * out[-1] + (1 - keep) * value if out else value)
    return out


def _curves(panel: Panel, lines: Sequence[dict[str, Any]]) -> dict[str, list[tuple[int, float]]]:
    """(step, figure) of every name that fits, in the panel's order."""
    out: dict[str, list[tuple[int, float]]] = {}
    for pattern in panel.names:
        for name in sorted({n for line in lines for n in line if fnmatch(n, pattern)}):
            points = [(line["step"], line[name]) for line in lines if line.get(name) is not None]
            if points:
                out[name] = points
    longest = sorted(out, key=lambda name: -len(out[name]))[:MOST]
    return {name: points for name, points in out.items() if name in longest}


def _draw(axis: "Axes", panel: Panel, curves: dict[str, list[tuple[int, float]]]) -> None:
    for i, (name, points) in enumerate(curves.items()):
        steps, values = zip(*points, strict=True)
        axis.plot(steps, values, color=f"C{i % 10}", alpha=FAINT, linewidth=0.8)
        axis.plot(steps, _smooth(values, panel.keep), color=f"C{i % 10}", label=name, linewidth=1.4)
    if panel.shares:
        axis.set_ylim(0, 1)
    if panel.powers:
        axis.set_yscale("log")
    axis.set_ylabel(panel.unit)
    axis.set_title(panel.title, fontsize=10, loc="left", pad=14)
    axis.grid(alpha=0.2)
    axis.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _phases(axes: Sequence["Axes"], lines: Sequence[dict[str, Any]]) -> None:
    """A line where each phase begins, and its name at the top."""
    starts: dict[str, int] = {}
    for line in lines:
        for fact in PHASES:
            if fact in line:
                starts.setdefault(str(line[fact]), line["step"])
    axes[0].set_title(axes[0].get_title("left"), fontsize=10, loc="left", pad=24)
    for i, (name, step) in enumerate(starts.items()):
        for axis in axes:
            axis.axvline(step, color="#999999", linewidth=0.6)
        place = axes[0].get_xaxis_transform()
        axes[0].text(
            step, 1.02 + 0.06 * (i % 2), name, fontsize=7, color="#555555", transform=place
        )


def _save(figure: "Figure", out: Path) -> None:
    with draft(out) as beside:
        figure.savefig(beside, format="png", dpi=90)
