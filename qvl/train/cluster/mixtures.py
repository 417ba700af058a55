"""Stated mixtures of samples, for plans without data: lengths and picture sizes, no content.

The report tells the kinds of data of each phase, not their shares or sizes (sections 2.2.1 and
2.2.2); these are assumptions, of the size of public interleaved sets.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob

import numpy as np

from qvl.media.sizes import UNIT, smart_resize
from qvl.sample import Grid

PATCHES = 2  # on a side of a merge unit
COSTS = ".costs.npz"  # how the files end that keep the costs of a shard's samples


@dataclass(frozen=True)
class Shape:
    """A sample as a plan sees it."""

    tokens: int  # of text and pictures
    labels: int  # tokens that have one
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True)
class Kind:
    """Samples of one kind; text and picture sizes are log-normal around a median."""

    share: float  # of the samples
    text: int  # tokens, median
    pictures: tuple[int, int] = (0, 0)  # least and most of a sample
    side: int = 560  # pixels, median of the geometric mean of height and width
    pairs: tuple[int, int] = (1, 1)  # frame pairs of each: 1 for a still, more for a clip
    spread: float = 0.7  # of the logarithm of the text


@dataclass(frozen=True)
class Mixture:
    kinds: tuple[Kind, ...]
    most: int = 1280 * UNIT**2  # pixels of a picture
    frame: int = 256 * UNIT**2  # pixels of a clip's frame


PLAIN = Kind(0.30, 500)
CAPTION = Kind(0.55, 120, (1, 1))
DOCUMENT = Kind(0.10, 600, (1, 1), 1000)
SEVERAL = Kind(0.05, 400, (2, 6))
CLIP = Kind(0.05, 200, (1, 1), 360, (4, 24))
LONG_CLIP = Kind(0.08, 400, (1, 1), 360, (32, 128))
LONG_TEXT = Kind(0.10, 8000)
PAGES = Kind(0.08, 3000, (4, 16), 800)

MIXTURES = {
    "visual": Mixture((Kind(0.7, 80, (1, 1)), Kind(0.3, 400, (1, 1), 900))),
    "mixed": Mixture((PLAIN, CAPTION, DOCUMENT, SEVERAL, CLIP)),
    "long": Mixture((PLAIN, CAPTION, DOCUMENT, SEVERAL, CLIP, LONG_CLIP, LONG_TEXT, PAGES)),
    "dialogues": Mixture(
        (Kind(0.5, 800), Kind(0.35, 400, (1, 2), 700), Kind(0.15, 400, (1, 1), 360, (8, 64)))
    ),
    "pictures": Mixture((Kind(1.0, 1, (1, 1), 400),)),
}


def shapes(name: str, pack: int, seed: int) -> Iterator[Shape]:
    """Samples without end, a function of the seed, of a mixture by its name or of kept costs.

    Of a stated mixture text is cut to what a pack leaves room for.
    """
    draw = random.Random(seed)
    if name.endswith(COSTS):
        found = kept(name)
        while True:
            draw.shuffle(found)
            yield from found
    mixture = MIXTURES[name]
    weights = [kind.share for kind in mixture.kinds]
    while True:
        kind = draw.choices(mixture.kinds, weights)[0]
        yield _shape(kind, mixture, pack, draw)


def kept(pattern: str) -> list[Shape]:
    """The samples whose costs stand beside shards, in the files of a pattern as `*.costs.npz`.

    ValueError where there are none.
    """
    found = []
    for path in sorted(glob(pattern)):
        with np.load(path) as held:
            draws, grids = held["draws"], [(int(t), int(h), int(w)) for t, h, w in held["grids"]]
        for one in draws[["tokens", "labels", "first", "grids"]].tolist():
            tokens, labels, first, count = one
            found.append(Shape(tokens, labels, tuple(grids[first : first + count])))
    if not found:
        raise ValueError(f"{pattern!r} holds no costs of samples; plan a run on the shards first")
    return found


def _shape(kind: Kind, mixture: Mixture, pack: int, draw: random.Random) -> Shape:
    grids: list[Grid] = []
    room = pack - 1  # of text a token at least
    for _ in range(draw.randint(*kind.pictures)):
        side, shape = kind.side * math.exp(draw.gauss(0, 0.4)), math.exp(draw.gauss(0, 0.25))
        pairs = draw.randint(*kind.pairs)
        most = mixture.most if pairs == 1 else mixture.frame
        height, width = (max(UNIT, int(x)) for x in (side / shape, side * shape))
        height, width = smart_resize(height, width, max_pixels=most)
        grid = (pairs, height * PATCHES // UNIT, width * PATCHES // UNIT)
        if units([grid]) <= room:
            grids.append(grid)
            room -= units([grid])
    text = math.ceil(kind.text * math.exp(draw.gauss(0, kind.spread)))
    text = min(text, room)
    return Shape(units(grids) + text, text, tuple(grids))


def units(grids: Sequence[Grid]) -> int:
    """Tokens that pictures of these grids become."""
    return sum(t * h * w for t, h, w in grids) // PATCHES**2
