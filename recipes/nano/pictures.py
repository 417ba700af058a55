"""Batches for the tower alone: characters, strings, windows of text, scenes of things."""

import numpy as np
import torch
from bank import Bank

from qvl.data.synth.reading import CELLS, UNIT, Crop, cells, piece, placed, resized, tinted, window
from qvl.data.synth.things import CLASSES, Scene, scene
from qvl.media.patches import patchify
from qvl.sample import Grid
from qvl.tokens import IGNORE
from qvl.train.direct import Pictures, Truth

WINDOWS = ((4, 8), (2, 12), (1, 12), (5, 5), (3, 8))  # rows and columns of tokens
Rng = np.random.Generator
Seen = tuple[torch.Tensor, Grid, Truth]


def text_truth(crop: Crop) -> Truth:
    told = torch.from_numpy(cells(crop))
    units = len(told)
    return Truth(told, torch.full((units,), IGNORE), torch.zeros(units, 4))


def thing_truth(shown: Scene) -> Truth:
    """Whose pixel lies in the middle of each token, and its box from there."""
    height, width = (side // UNIT for side in shown.owner.shape)
    y, x = np.mgrid[0:height, 0:width] * UNIT + UNIT // 2
    owner = shown.owner[y, x].ravel()
    classes = np.array([0, *(CLASSES[t.name] for t in shown.things)])
    boxes = np.array([(0, 0, 0, 0), *(t.box for t in shown.things)], dtype=np.float32)
    centre = np.stack([x.ravel(), y.ravel()] * 2, axis=1)
    box = ((boxes[owner] - centre) / UNIT).astype(np.float32)
    cells_unknown = torch.full((len(owner), CELLS), IGNORE)
    return Truth(cells_unknown, torch.from_numpy(classes[owner]), torch.from_numpy(box))


def nothing_told(units: int) -> Truth:
    """Of a picture of which only the answers are known."""
    unknown = torch.full((units, CELLS), IGNORE)
    return Truth(unknown, torch.full((units,), IGNORE), torch.zeros(units, 4))


def _batch(seen: list[Seen]) -> Pictures:
    pixels, grids, truths = zip(*seen, strict=True)
    return Pictures(pixels, grids, Truth.cat(list(truths)))


def _of_crop(crop: Crop) -> Seen:
    return (*patchify(crop.image), text_truth(crop))


def _of_scene(shown: Scene) -> Seen:
    return (*patchify(shown.image), thing_truth(shown))


def run_of(bank: Bank, rng: Rng, where: tuple[np.ndarray, ...], longest: int) -> Crop:
    """Up to `longest` neighbouring characters of one word, cut out tightly."""
    at = bank.sheet(rng)
    while not len(where[at]):
        at = bank.sheet(rng)
    sheet, first = bank.sheets[at], int(where[at][rng.integers(len(where[at]))])
    rows = np.arange(first, min(first + int(rng.integers(1, longest + 1)), len(sheet.codepoints)))
    rows = rows[sheet.word[rows] == sheet.word[first]]
    return piece(sheet, rows, (0, 0, 0, 0), alone=False)


def characters(bank: Bank, rng: Rng) -> Pictures:
    """Single characters of the plain families, anywhere in a token."""
    crops = [placed(run_of(bank, rng, bank.plain, 1), rng, 28, 28) for _ in range(96)]
    return _batch([_of_crop(crop) for crop in crops])


def strings(bank: Bank, rng: Rng) -> Pictures:
    """Up to six characters, every family, 12 to 20 px."""
    crops = [placed(run_of(bank, rng, bank.near, 6), rng, 28, 84) for _ in range(48)]
    return _batch([_of_crop(tinted(crop, rng)) for crop in crops])


def windows(bank: Bank, rng: Rng) -> Pictures:
    """Pieces of whole sheets, a third of them stretched as the resize to whole tokens does."""
    seen, patches = [], 0
    while patches < 1536:
        h, w = WINDOWS[rng.integers(len(WINDOWS))]
        zoom = rng.uniform(0.75, 1.35, 2) if rng.random() < 0.35 else np.ones(2)
        sheet = bank.sheets[bank.sheet(rng)]
        crop = window(sheet, rng, int(h * UNIT * zoom[0]), int(w * UNIT * zoom[1]))
        seen.append(_of_crop(tinted(resized(crop, h * UNIT, w * UNIT), rng)))
        patches += 4 * h * w
    return _batch(seen)


def scenes(bank: Bank, rng: Rng) -> Pictures:
    """Things on backgrounds."""
    return _batch([_of_scene(scene(rng, bank.assets)) for _ in range(24)])
