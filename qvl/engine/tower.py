"""What the tower has seen of each sequence's pictures, and what it is shown next.

Frame pairs never see each other in the tower (report, section 2.1.1), so a clip in pieces gives
what it gives as a whole, at a memory that does not grow with its length.

U vision tokens, T rows, D width of the decoder.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from qvl.engine.sequence import Sequence
from qvl.engine.sights import Sights
from qvl.model.qwen import QwenVL
from qvl.sample import Grid, units

Piece = tuple[Tensor, Grid]  # patches[P, ...] of a picture, or of some frame pairs of a clip


def pieces(pixels: Tensor, grid: Grid, patches: int) -> Iterator[Piece]:
    """Runs of frame pairs of at most `patches` patches, at least one pair each."""
    frames, rows, columns = grid
    pair = rows * columns
    step = max(patches // pair, 1)
    for start in range(0, frames, step):
        count = min(step, frames - start)
        yield pixels[start * pair : (start + count) * pair], (count, rows, columns)


@dataclass
class Look:
    """How far one picture or clip of a sequence has been seen."""

    digest: bytes
    left: list[Piece]
    parts: list[Tensor] = field(default_factory=list)


class Tower:
    """Shows pictures that were not seen before, about `patches` a step.

    With `alone` every piece is seen by itself, as a neighbour changes how a product adds up.
    """

    def __init__(self, model: QwenVL, patches: int, most: int, *, alone: bool) -> None:
        self.model, self.patches, self.alone = model, patches, alone
        self.sights = Sights(most)
        self.looks: dict[Sequence, list[Look]] = {}

    def look(self, reading: list[Sequence]) -> list[Sequence]:
        """Show what there is room for; those of `reading` who have seen all, in their order."""
        shown: dict[bytes, tuple[Look, list[Piece]]] = {}
        left = self.patches
        for sequence in reading:
            for look in self._looks(sequence) if sequence.seen is None else ():
                if look.left and look.digest not in shown and left > 0:
                    now, left = self._next(look, left)
                    shown[look.digest] = look, now
        self._see([(look, piece) for look, now in shown.values() for piece in now])
        for look, now in shown.values():  # once they were seen: the tower may fail
            del look.left[: len(now)]
            if not look.left:
                look.parts = [torch.cat(look.parts)]
                self.sights.put(look.digest, look.parts[0])
        return [sequence for sequence in reading if self._done(sequence)]

    def place(self, sequence: Sequence, x: Tensor) -> Tensor:
        """x[T, D] of the rows from `computed` on, with vision tokens in those of pads."""
        start = sequence.computed
        bounds = torch.tensor([start, start + len(x)])
        low, high = torch.searchsorted(sequence.request.sample.vision_rows, bounds).tolist()
        if low == high:
            return x
        assert sequence.seen is not None
        rows = sequence.request.sample.vision_rows[low:high].to(x.device) - start
        skipped = len(sequence.request.sample.vision_rows) - len(sequence.seen)
        return x.index_copy(0, rows, sequence.seen[low - skipped : high - skipped].type_as(x))

    def forget(self, sequence: Sequence) -> None:
        self.looks.pop(sequence, None)
        sequence.seen = None

    def _looks(self, sequence: Sequence) -> list[Look]:
        """Of the pictures that end behind what is computed already; known ones need no look."""
        if sequence not in self.looks:
            sample, looks, end = sequence.request.sample, [], 0
            for digest, pixels, grid in zip(
                sequence.media, sample.pixel_values, sample.grid_thw, strict=True
            ):
                end += units(grid)
                if int(sample.vision_rows[end - 1]) >= sequence.computed:
                    looks.append(Look(digest, list(pieces(pixels, grid, self.patches))))
            self.looks[sequence] = looks
        for look in self.looks[sequence]:
            known = self.sights.get(look.digest) if look.left else None
            if known is not None:
                look.left, look.parts = [], [known]
        return self.looks[sequence]

    def _next(self, look: Look, left: int) -> tuple[list[Piece], int]:
        """The pieces of a picture that are shown now, and what is left of the step."""
        now = []
        for piece in look.left:
            if left <= 0:
                break
            now.append(piece)
            left -= len(piece[0])
        return now, left

    def _see(self, shown: list[tuple[Look, Piece]]) -> None:
        device = self.model.model.embed_tokens.weight.device
        for group in [[each] for each in shown] if self.alone else [shown] if shown else []:
            pixels = [piece[0].to(device, non_blocking=True) for _, piece in group]
            grids = [piece[1] for _, piece in group]
            seen = self.model.visual(pixels, grids).split(list(map(units, grids)))
            for (look, _), part in zip(group, seen, strict=True):
                look.parts.append(part)

    def _done(self, sequence: Sequence) -> bool:
        if sequence.seen is None:
            looks = self._looks(sequence)
            if any(look.left for look in looks):
                return False
            parts = [part for look in looks for part in look.parts]
            width = self.model.cfg.vision.out_hidden_size
            none = self.model.model.embed_tokens.weight.new_zeros(0, width)
            sequence.seen = torch.cat(parts) if parts else none
            del self.looks[sequence]
        return True
