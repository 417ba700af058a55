"""Draws the curves of a run: python recipes/nano/plot.py runs/nano/log.jsonl docs/nano.png"""

import sys
from pathlib import Path

from qvl.train.plot import Panel, plot

READ = ("letters", "words", "lines", "paragraphs", "spotting", "grounding")
TOLD = ("characters.glyph", "strings.glyph", "windows.glyph")
PANELS = (
    Panel("what the tower is told: characters right", TOLD, "share", shares=True),
    Panel(
        "what the decoder writes: tokens right",
        tuple(f"{name}.token" for name in READ),
        "share",
        shares=True,
    ),
    Panel("scenes: things right", ("scenes.thing", "grounding.thing"), "share", shares=True),
)

if __name__ == "__main__":
    plot(Path(sys.argv[1]), Path(sys.argv[2]), PANELS)
