"""Draws the curves of a run: python recipes/nano/plot.py runs/nano/log.jsonl docs/nano.png"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

matplotlib.use("Agg")
CURVES = {
    "what the tower is told: characters right": (
        "characters.glyph",
        "strings.glyph",
        "windows.glyph",
    ),
    "what the decoder writes: tokens right": (
        "letters.token",
        "words.token",
        "lines.token",
        "paragraphs.token",
        "spotting.token",
        "grounding.token",
    ),
    "scenes: things right": ("scenes.thing", "grounding.thing"),
}


def smooth(points: list[tuple[int, float]], keep: float = 0.8) -> list[float]:
    out: list[float] = []
    for _, value in points:
        out.append(keep * out[-1] + (1 - keep) * value if out else value)
    return out


def draw(lines: list[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(9, 10), layout="constrained")
    axes = figure.subplots(len(CURVES), sharex=True)
    stages = {}
    for line in lines:
        stages.setdefault(line["stage"], line["step"])
    for axis, (title, names) in zip(axes, CURVES.items(), strict=True):
        for name in names:
            points = [(line["step"], line[name]) for line in lines if name in line]
            if points:
                axis.plot([step for step, _ in points], smooth(points), label=name)
        for stage, step in stages.items():
            axis.axvline(step, color="#999", linewidth=0.6)
            axis.text(step, 1.01, stage, fontsize=7, color="#555")
        axis.set(ylim=(0, 1), ylabel="share")
        axis.set_title(title, fontsize=10, pad=14)
        axis.legend(fontsize=7, loc="lower right")
    axes[-1].set_xlabel("step")
    return figure


if __name__ == "__main__":
    log, out = map(Path, sys.argv[1:3])
    out.parent.mkdir(parents=True, exist_ok=True)
    draw([json.loads(line) for line in log.read_text().splitlines()]).savefig(out, dpi=90)
