"""What nano learns from, in memory: rendered sheets, cut-outs, and where to draw from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvl.data.synth import things
from qvl.data.synth.sheets import Sheet, read_sheet

SANS = ("DejaVu Sans", "Liberation Sans", "Noto Sans")
STACK = "pixels.npy"
STAMPS = "tuxpaint-stamps-default/usr/share/tuxpaint/stamps"


@dataclass(frozen=True)
class Bank:
    sheets: tuple[Sheet, ...]
    plain: tuple[np.ndarray, ...]  # a sheet: characters of plain sans families, 14 to 18 px
    near: tuple[np.ndarray, ...]  # a sheet: characters of 12 to 20 px
    assets: things.Assets

    def sheet(self, rng: np.random.Generator) -> int:
        return int(rng.integers(len(self.sheets)))


def _where(sheet: Sheet, families: Sequence[str] | None, low: int, high: int) -> np.ndarray:
    good = [
        low <= block["size"] <= high and (families is None or block["family"] in families)
        for block in sheet.blocks
    ]
    return np.nonzero(np.array(good)[sheet.block])[0]


def stack(folder: Path) -> None:
    """Write the pixels of a folder's sheets, decoded, to one file that processes share by mapping.

    Training then starts at once, and two processes hold the sheets in memory once.
    """
    paths = sorted(folder.glob("*.png"))
    first = read_sheet(paths[0]).image
    draft = folder / f".{STACK}"
    shape = (len(paths), *first.shape)
    out = np.lib.format.open_memmap(draft, mode="w+", dtype=np.uint8, shape=shape)
    for at, path in enumerate(paths):
        out[at] = read_sheet(path).image
    out.flush()
    draft.replace(folder / STACK)


def _pixels(folder: Path, count: int) -> Sequence[np.ndarray | None]:
    """The stacked pixels; nothing for each sheet where there are none, or of other sheets."""
    if (folder / STACK).is_file():
        stacked = np.load(folder / STACK, mmap_mode="r")
        if len(stacked) == count:
            return list(stacked)
    return [None] * count


def load(cache: Path) -> Bank:
    """All sheets below `cache/sheets/train` and the cut-outs below `cache/debian`."""
    folder = cache / "sheets" / "train"
    paths = sorted(folder.glob("*.png"))
    pixels = _pixels(folder, len(paths))
    sheets = [read_sheet(path, at) for path, at in zip(paths, pixels, strict=True)]
    sheets = [s for s in sheets if len(s.codepoints) > 200]
    pictures = sorted((cache / "debian" / "gimp-help-en").rglob("*.png"))[::12]
    return Bank(
        tuple(sheets),
        tuple(_where(s, SANS, 14, 18) for s in sheets),
        tuple(_where(s, None, 12, 20) for s in sheets),
        things.load(cache / "debian" / STAMPS, pictures),
    )
