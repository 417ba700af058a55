"""Direct supervision of the tower: which character stands in which cell of a merge unit.

A linear head on the vision tokens, thrown away after training. From the text alone a small
model learns the language first and the letters late; told the letters, it reads from the start.

U vision tokens, D width of the decoder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Grid
from qvl.tokens import IGNORE
from qvl.train.objective import token_loss


@dataclass(frozen=True)
class Glyphs:
    """Pictures with the class of every cell; 0 is an empty cell, IGNORE one that is not known."""

    pixel_values: tuple[Tensor, ...]
    grid_thw: tuple[Grid, ...]
    cells: Tensor  # int64[U, cells]

    @property
    def patches(self) -> int:
        return sum(len(p) for p in self.pixel_values)


@dataclass(frozen=True)
class Lesson:
    """A packed batch of conversations whose pictures also have their cells told."""

    batch: Batch
    cells: Tensor  # int64[U, cells]

    @property
    def patches(self) -> int:
        return sum(len(p) for p in self.batch.pixel_values)


class Reading(nn.Module):
    """Characters in cells for `Glyphs`; the answer's tokens, and the cells beside, for `Lesson`."""

    def __init__(self, model: QwenVL, cells: int, classes: int, beside: float = 0.2) -> None:
        super().__init__()
        self.model = model
        self.head = nn.Linear(model.cfg.text.hidden_size, cells * classes)
        self.cells, self.classes, self.beside = cells, classes, beside
        weight = torch.ones(classes)
        weight[0] = 0.1  # most cells are empty
        self.register_buffer("weight", weight, persistent=False)

    def forward(self, batch: Glyphs | Lesson) -> tuple[Tensor, dict[str, Tensor]]:
        if isinstance(batch, Glyphs):
            seen = self.model.visual(batch.pixel_values, batch.grid_thw)
            loss, right = self.characters(seen, batch.cells)
            return loss, {"glyph_loss": loss.detach(), "glyph_right": right}
        seen = self.model.see(batch.batch)
        assert seen is not None
        glyphs, right = self.characters(seen, batch.cells)
        hidden = self.model.read(batch.batch, seen)
        loss = token_loss(hidden, self.model.lm_head, batch.batch.labels)
        figures = {"loss": loss.detach(), "glyph_loss": glyphs.detach(), "glyph_right": right}
        return loss + self.beside * glyphs, figures

    def characters(self, seen: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
        """seen[U, D], cells[U, cells] -> loss, and the share of characters that are right."""
        logits = self.head(seen).unflatten(-1, (self.cells, self.classes)).flatten(0, 1)
        truth = cells.flatten()
        assert isinstance(self.weight, Tensor)
        loss = F.cross_entropy(logits.float(), truth, weight=self.weight, ignore_index=IGNORE)
        inked = truth > 0
        right = (logits.detach()[inked].argmax(-1) == truth[inked]).float().mean()
        return loss, right


def glyphs(pictures: Sequence[tuple[Tensor, Grid]], cells: Sequence[Tensor]) -> Glyphs:
    """Patches and grid a picture, and its cells[U, cells], as one batch."""
    pixels, grids = zip(*pictures, strict=True)
    return Glyphs(tuple(pixels), tuple(grids), torch.cat(list(cells)))
