"""How a chart looks: theme, palette, family, size, legend, grid, all drawn by lot."""

from dataclasses import dataclass
from typing import Any

from qvl.data.synth.charts.fonts import REST, families, known
from qvl.data.synth.charts.invent import Rng, pick

THEMES = (  # those of matplotlib that keep words readable
    *("default", "classic", "bmh", "ggplot", "fivethirtyeight", "grayscale", "dark_background"),
    *("Solarize_Light2", "tableau-colorblind10", "seaborn-v0_8-whitegrid", "seaborn-v0_8-darkgrid"),
    *("seaborn-v0_8-white", "seaborn-v0_8-ticks", "seaborn-v0_8-pastel", "seaborn-v0_8-muted"),
    *("seaborn-v0_8-deep", "seaborn-v0_8-bright", "seaborn-v0_8-colorblind"),
)
PALETTES = (  # qualitative maps; None keeps the theme's own colours
    *(None, None, None, "tab10", "Set1", "Set2", "Dark2", "Accent", "Paired", "tab20b"),
    *("viridis", "plasma", "cividis", "inferno", "cubehelix"),
)
LEGENDS = ("best", "upper right", "upper left", "right", "below", "above")
HATCHES = ("/", "\\", "x", ".", "o", "-", "+")
MARKERS = "os^Dv*PX"
DASHES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Look:
    """`size` is in pixels, `dpi` in pixels per inch; families are tried one after the other."""

    theme: str
    palette: str | None
    family: str
    size: tuple[int, int]
    dpi: int
    points: float  # of plain text, in halves: matplotlib searches a font anew for each size
    legend: str
    grid: str  # "", "x", "y" or "both"
    valued: bool  # numbers stand beside the marks
    hatched: bool
    marked: bool
    bare: bool  # without the upper and right line of the frame
    title_at: str  # left, center
    colours: int  # of charts of one column: 1, or as many as rows

    def settings(self) -> dict[str, Any]:
        """What matplotlib is told, above the theme."""
        return {
            "font.family": [self.family, REST],
            "font.size": self.points,
            "axes.titlesize": self.points + 2,
            "axes.labelsize": self.points,
            "xtick.labelsize": self.points - 0.5,
            "ytick.labelsize": self.points - 0.5,
            "legend.fontsize": self.points - 0.5,
            "figure.titlesize": self.points + 4,
            "axes.unicode_minus": False,
            "axes.titlelocation": self.title_at,
            "axes.spines.top": not self.bare,
            "axes.spines.right": not self.bare,
            "figure.dpi": self.dpi,
            "pdf.fonttype": 42,
            "hatch.linewidth": 0.6,
        }


def look(rng: Rng, language: str, panels: int = 1) -> Look:
    """A look for a figure of so many panels in a language."""
    dpi = pick(rng, (72, 96, 110, 130, 150))
    wide, high = rng.uniform(5.2, 8.6), rng.uniform(3.6, 6.0)
    if panels > 1:
        wide, high = wide * 1.5, high * (1.1 if panels == 2 else 1.9)
    return Look(
        theme=pick(rng, THEMES),
        palette=pick(rng, PALETTES),
        family=known(pick(rng, families(language))),
        size=(round(wide * dpi), round(high * dpi)),
        dpi=dpi,
        points=float(rng.integers(16, 24)) / 2,
        legend=pick(rng, LEGENDS),
        grid=pick(rng, ("", "", "y", "y", "x", "both")),
        valued=bool(rng.random() < 0.45),
        hatched=bool(rng.random() < 0.12),
        marked=bool(rng.random() < 0.6),
        bare=bool(rng.random() < 0.4),
        title_at=pick(rng, ("center", "center", "left")),
        colours=pick(rng, (1, 1, 2)),
    )
