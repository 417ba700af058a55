"""What nano learns from, in memory: rendered sheets, cut-outs, and where to draw from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qvl.data.drafts import draft
from qvl.data.records import Record
from qvl.data.shards import Shard
from qvl.data.sidecar import rows_of
from qvl.data.synth import things
from qvl.data.synth.lettered import sheet_of
from qvl.data.synth.sheets import Sheet

SANS = ("DejaVu Sans", "Liberation Sans", "Noto Sans")
OTHERS = ("lines", "scenes", "hand", "pasted")  # families that are taught record by record
FACTORY = "nano"  # the folder of what `qvl data make` made
STACK = "pixels.npy"
STAMPS = "tuxpaint-stamps-default/usr/share/tuxpaint/stamps"
Place = tuple[Shard, int]  # of a record


@dataclass(frozen=True)
class Bank:
    sheets: tuple[Sheet, ...]
    plain: tuple[np.ndarray, ...]  # a sheet: characters of plain sans families, 14 to 18 px
    near: tuple[np.ndarray, ...]  # a sheet: characters of 12 to 20 px
    assets: things.Assets
    records: Mapping[str, tuple[Place, ...]]  # English ones of the factory's other families

    def sheet(self, rng: np.random.Generator) -> int:
        return int(rng.integers(len(self.sheets)))


def _where(sheet: Sheet, families: Sequence[str] | None, low: int, high: int) -> np.ndarray:
    good = [
        low <= block["size"] <= high and (families is None or block["family"] in families)
        for block in sheet.blocks
    ]
    return np.nonzero(np.array(good)[sheet.block])[0]


def stack(cache: Path) -> None:
    """Write the pixels of all sheets, decoded, to one file that processes share by mapping.

    Training then starts at once, and two processes hold the sheets in memory once.
    """
    shards = _shards(cache, "sheets")
    count = sum(map(len, shards))
    if not count:
        raise OSError(f"no sheets below {cache}; run qvl data make sheets -o {cache / FACTORY}")
    out: Any = None
    with draft(cache / FACTORY / STACK) as beside:
        for at, record in enumerate(_records(shards)):
            image = sheet_of(record).image
            if out is None:
                shape = (count, *image.shape)
                out = np.lib.format.open_memmap(beside, mode="w+", dtype=np.uint8, shape=shape)
            out[at] = image
        out.flush()


def _shards(cache: Path, family: str) -> list[Shard]:
    return [Shard(path) for path in sorted((cache / FACTORY / family).glob("*.tar"))]


def _records(shards: Iterable[Shard]) -> Iterator[Record]:
    return (shard[i] for shard in shards for i in range(len(shard)))


def _english(shard: Shard) -> Iterator[Place]:
    """The records that nano's few letters can write."""
    for i, row in enumerate(rows_of(shard.path)):
        if row["language"] in ("en", "und"):
            yield shard, i


def _pixels(path: Path, count: int) -> Sequence[np.ndarray | None]:
    """The stacked pixels; nothing for each sheet where there are none, or of other sheets."""
    if path.is_file():
        stacked = np.load(path, mmap_mode="r")
        if len(stacked) == count:
            return list(stacked)
    return [None] * count


def load(cache: Path) -> Bank:
    """All sheets and further records below `cache/nano`, the cut-outs below `cache/debian`."""
    shards = _shards(cache, "sheets")
    pixels = _pixels(cache / FACTORY / STACK, sum(map(len, shards)))
    sheets = [sheet_of(record, at) for record, at in zip(_records(shards), pixels, strict=True)]
    sheets = [s for s in sheets if len(s.codepoints) > 200]
    records = {name: [p for s in _shards(cache, name) for p in _english(s)] for name in OTHERS}
    pictures = sorted((cache / "debian" / "gimp-help-en").rglob("*.png"))[::12]
    return Bank(
        tuple(sheets),
        tuple(_where(s, SANS, 14, 18) for s in sheets),
        tuple(_where(s, None, 12, 20) for s in sheets),
        things.load(cache / "debian" / STAMPS, pictures),
        {name: tuple(places) for name, places in records.items() if places},
    )
