"""Direct supervision of the tower: what stands where, asked of each vision token.

Linear heads on the vision tokens, thrown away after training. From answers alone a small model
learns the language first and the letters late; told the letters and the outlines, it looks from
the start.

U vision tokens, D width of the decoder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.model.attention import Segments, causal
from qvl.model.qwen import QwenVL
from qvl.sample import Batch, Grid
from qvl.tokens import IGNORE
from qvl.train.objective import label_losses
from qvl.train.pointing import Watched, pointing_loss

EMPTY = 0.1  # weight of an empty cell: most cells are empty
BARE = 0.2  # weight of a token that shows no thing
PAD = 16  # tokens: conversations of nearly one length attend as one batch
PLACES = 64  # rows and columns of tokens that are told apart
CORNER = 10 / 28  # tokens: corners are told to ten pixels, all but the last digit of an answer


@dataclass(frozen=True)
class Truth:
    """What each vision token should know; IGNORE where nobody can tell."""

    cells: Tensor  # int64[U, cells]: class of the character centred in each cell, 0 for none
    thing: Tensor  # int64[U]: class of the thing that covers the token's centre, 0 for none
    box: Tensor  # float32[U, 4]: its corners, from that centre, in tokens

    @classmethod
    def cat(cls, parts: list["Truth"]) -> "Truth":
        cells, thing, box = zip(*((p.cells, p.thing, p.box) for p in parts), strict=True)
        return cls(torch.cat(cells), torch.cat(thing), torch.cat(box))

    def to(self, device: str) -> "Truth":
        return Truth(self.cells.to(device), self.thing.to(device), self.box.to(device))


@dataclass(frozen=True)
class Pictures:
    """Pictures to look at, without a word."""

    pixel_values: tuple[Tensor, ...]
    grid_thw: tuple[Grid, ...]
    truth: Truth

    def to(self, device: str) -> "Pictures":
        pixels = tuple(p.to(device) for p in self.pixel_values)
        return Pictures(pixels, self.grid_thw, self.truth.to(device))


@dataclass(frozen=True)
class Lesson:
    """A packed batch of conversations, with what their pictures show."""

    batch: Batch
    truth: Truth
    point: Tensor  # int64[T]: the vision token's row to look at from each row, or IGNORE

    def to(self, device: str) -> "Lesson":
        return Lesson(self.batch.to(device), self.truth.to(device), self.point.to(device))


class Direct(nn.Module):
    """The heads alone for `Pictures`; the answer's tokens, and the heads beside, for `Lesson`."""

    def __init__(
        self, model: QwenVL, cells: int, characters: int, things: int, *, beside: float
    ) -> None:
        """`beside`: weight of the heads' and the pointers' losses beside that of the answers."""
        super().__init__()
        self.model = model
        width = model.cfg.text.hidden_size
        self.cell_head = nn.Linear(width, cells * characters)
        self.thing_head = nn.Linear(width, things + 4)
        self.place_head = nn.Linear(width, 2 * PLACES)
        self.corner_head = nn.Linear(width, 4 * PLACES)
        self.cells, self.characters, self.beside = cells, characters, beside
        depth = model.cfg.text.num_hidden_layers
        self.guided = (1, depth // 2)  # the second sees where the first has looked for others

    def weight(self, batch: Pictures | Lesson) -> float:
        """Each batch counts alike: its losses are means over what it shows."""
        return 1.0

    def forward(self, batch: Pictures | Lesson, total: float) -> tuple[Tensor, dict[str, Tensor]]:
        loss, figures = self._losses(batch)
        told = {"loss": loss.detach()} | figures
        pairs = {name: torch.stack([x.float(), torch.ones_like(x)]) for name, x in told.items()}
        return loss / total, pairs

    def _losses(self, batch: Pictures | Lesson) -> tuple[Tensor, dict[str, Tensor]]:
        if isinstance(batch, Pictures):
            seen = self.model.visual(batch.pixel_values, batch.grid_thw)
            return self.look(seen, batch.truth, places(batch.grid_thw).to(seen.device))
        seen = self.model.see(batch.batch)
        where = places(batch.batch.grid_thw).to(seen.device)
        direct, figures = self.look(seen, batch.truth, where)
        lengths = batch.batch.lengths
        attend = Watched(causal(Segments.of(lengths, seen.device, PAD)), self.guided)
        hidden = self.model.read(batch.batch, seen, attend)
        _, losses, right = label_losses(hidden, self.model.lm_head, batch.batch.labels)
        if not len(losses):
            raise ValueError("a lesson without a single label teaches no answer; leave it out")
        loss = losses.mean()
        astray, found = pointing_loss(attend.kept, batch.point, lengths)
        told = {"loss": loss.detach(), "token": right.float().mean(), "found": found}
        return loss + self.beside * (direct + astray), told | figures

    def look(self, seen: Tensor, truth: Truth, where: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """seen[U, D], where[U, 2] -> the sum of the heads' losses, and the share each gets right.

        The tower must know absolute places: M-RoPE gives columns its slowest turns, too slow for
        a small decoder to tell one column from the next.
        """
        loss, right = _bins(self.place_head(seen), where)
        loss = 0.3 * loss
        figures = {"place": right}
        known = truth.cells[:, 0] != IGNORE
        if bool(known.any()):
            logits = self.cell_head(seen[known]).unflatten(-1, (self.cells, self.characters))
            logits, cells = logits.flatten(0, 1).float(), truth.cells[known].flatten()
            loss = loss + F.cross_entropy(logits, cells, weight=_weights(logits, EMPTY))
            figures["glyph"] = _right(logits, cells)
        known = truth.thing != IGNORE
        if bool(known.any()):
            out, thing = self.thing_head(seen[known]).float(), truth.thing[known]
            loss = loss + F.cross_entropy(out[:, :-4], thing, weight=_weights(out[:, :-4], BARE))
            inside = thing > 0
            miss = F.smooth_l1_loss(out[inside, -4:], truth.box[known][inside], beta=0.2)
            corners = truth.box[known] + where[known].repeat(1, 2) + 0.5  # tokens, absolute
            corners = (corners / CORNER).long()
            told, right = _bins(self.corner_head(seen[known][inside]), corners[inside])
            loss = loss + miss + told
            figures |= {"thing": _right(out[:, :-4], thing), "outline": miss.detach()}
            figures["corner"] = right
        return loss, figures


def places(grid_thw: Sequence[Grid]) -> Tensor:
    """-> int64[U, 2]: column and row of each vision token in its picture, in tokens."""
    parts = []
    for frames, height, width in grid_thw:
        rows, columns = torch.meshgrid(
            torch.arange(height // 2), torch.arange(width // 2), indexing="ij"
        )
        parts.append(torch.stack([columns, rows], -1).flatten(0, 1).repeat(frames, 1))
    return torch.cat(parts)


def _bins(logits: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """logits[N, K * PLACES], truth[N, K] -> the loss over K numbers, and the share right."""
    logits = logits.unflatten(-1, (-1, PLACES)).flatten(0, 1).float()
    truth = torch.where((truth >= 0) & (truth < PLACES), truth, IGNORE).flatten()
    known = truth != IGNORE
    if not bool(known.any()):
        return logits.sum() * 0.0, logits.new_zeros(())
    right = (logits.detach().argmax(-1) == truth)[known].float().mean()
    return F.cross_entropy(logits, truth, ignore_index=IGNORE), right


def _weights(logits: Tensor, nothing: float) -> Tensor:
    """Weights of logits[N, K]'s classes: `nothing` for class 0, else 1."""
    weight = torch.ones(logits.shape[1], device=logits.device)
    weight[0] = nothing
    return weight


def _right(logits: Tensor, truth: Tensor) -> Tensor:
    """Of all that is not empty, the share whose class is the likeliest."""
    full = truth > 0
    return (logits.detach()[full].argmax(-1) == truth[full]).float().mean()
