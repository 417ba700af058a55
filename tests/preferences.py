"""Pairs of random tokens for tests, some with pictures."""

import torch

from qvl.config import TINY
from qvl.data.pairs import Pair, paired
from qvl.sample import Sample
from qvl.tokens import IGNORE

GRID = (1, 4, 4)
UNITS = 4


def sample(question: torch.Tensor, answer: torch.Tensor, pixels: tuple, name: str) -> Sample:
    """A conversation whose picture, if it has one, stands at the second token."""
    ids = torch.cat([question, answer])
    labels = torch.where(torch.arange(len(ids)) >= len(question), ids, IGNORE).roll(-1)
    rows = torch.arange(1, 1 + UNITS * len(pixels))
    positions = torch.arange(len(ids)).expand(3, -1)
    return Sample(ids, labels, positions, pixels, (GRID,) * len(pixels), rows, name)


def wholes(seed: int) -> tuple[Sample, Sample]:
    """Two conversations with one question; every third is of text alone."""
    draw = torch.Generator().manual_seed(seed)

    def tokens(least: int, most: int) -> torch.Tensor:
        count = int(torch.randint(least, most, (1,), generator=draw))
        return torch.randint(0, 200, (count,), generator=draw)

    pictures = 0 if seed % 3 == 2 else 1
    question = tokens(7, 15)
    question[1 : 1 + UNITS * pictures] = TINY.image_token_id
    pixels = torch.randint(0, 256, (16, 588), generator=draw).to(torch.uint8)
    answers = tokens(1, 9), tokens(1, 9)
    one, two = (sample(question, each, (pixels,) * pictures, f"set/{seed}") for each in answers)
    return one, two


def pair(seed: int) -> Pair:
    return paired(*wholes(seed))
