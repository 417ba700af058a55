"""What the model reads: one conversation (Sample) or many, end to end (Batch).

T tokens, P patches, U vision tokens (merge units of 2x2 patches).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import torch
from torch import Tensor

Grid = tuple[int, int, int]  # frame pairs, rows, columns; rows and columns counted in patches


def units(grid: Grid) -> int:
    """Vision tokens of a picture or clip."""
    return grid[0] * grid[1] * grid[2] // 4


@dataclass(frozen=True)
class Sample:
    """One conversation. `pixel_values` holds one tensor a picture or clip, in order of appearance.

    A still picture is uint8[P, 588] (channel, row, column), a clip uint8[P, 1176] (channel,
    frame, row, column); the vision tower normalises. Labels are already shifted: `labels[i]` is
    the token that should come after `input_ids[i]`, or IGNORE.
    """

    input_ids: Tensor  # int64[T]
    labels: Tensor  # int64[T]
    position_ids: Tensor  # int64[3, T]
    pixel_values: tuple[Tensor, ...]
    grid_thw: tuple[Grid, ...]
    vision_rows: Tensor  # int64[U]: which of the T rows the vision tokens fill
    name: str = ""  # "set/key": where it comes from
    weight: float = 1.0  # of its loss

    def __len__(self) -> int:
        return len(self.input_ids)


@dataclass(frozen=True)
class Batch:
    """Samples end to end: no padding, no batch axis; `lengths` says where each one ends."""

    input_ids: Tensor  # int64[T]
    labels: Tensor  # int64[T]
    position_ids: Tensor  # int64[3, T]
    pixel_values: tuple[Tensor, ...]
    grid_thw: tuple[Grid, ...]
    vision_rows: Tensor  # int64[U]
    lengths: tuple[int, ...]  # tokens per sample, summing to T
    names: tuple[str, ...] = ()  # of the samples, or none where nobody asks for them
    weights: tuple[float, ...] = ()  # of their losses; none: each weighs 1

    def __post_init__(self) -> None:
        tokens = len(self.input_ids)
        for each in (self.names, self.weights):
            if each and len(each) != len(self.lengths):
                raise ValueError(f"{len(each)} names or weights for {len(self.lengths)} samples")
        seen = sum(map(units, self.grid_thw))
        patches = [t * h * w for t, h, w in self.grid_thw]
        if sum(self.lengths) != tokens or self.position_ids.shape != (3, tokens):
            raise ValueError(f"{tokens} tokens, but lengths {self.lengths} or positions disagree")
        if seen != len(self.vision_rows):
            raise ValueError(
                f"{len(self.vision_rows)} vision pads, but grids {self.grid_thw} give {seen}"
            )
        if patches != [len(p) for p in self.pixel_values]:
            raise ValueError(f"grids {self.grid_thw} need {patches} patches a picture")

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Self:
        """Labels, positions and rows are made per sample, so the seams need no care."""
        starts = [0]
        for sample in samples:
            starts.append(starts[-1] + len(sample))
        rows = [s.vision_rows + start for s, start in zip(samples, starts, strict=False)]
        return cls(
            input_ids=torch.cat([s.input_ids for s in samples]),
            labels=torch.cat([s.labels for s in samples]),
            position_ids=torch.cat([s.position_ids for s in samples], dim=1),
            pixel_values=tuple(p for s in samples for p in s.pixel_values),
            grid_thw=tuple(g for s in samples for g in s.grid_thw),
            vision_rows=torch.cat(rows),
            lengths=tuple(len(s) for s in samples),
            names=tuple(s.name for s in samples),
            weights=tuple(s.weight for s in samples),
        )

    def to(self, device: torch.device | str) -> Self:
        """The same batch with every tensor on `device`."""
        moved = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Tensor):
                value = value.to(device, non_blocking=True)
            elif field.name == "pixel_values":
                value = tuple(p.to(device, non_blocking=True) for p in value)
            moved[field.name] = value
        return type(self)(**moved)
