"""Where things are: one object owns the pixels of a picture, of its resize and of a screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qvl.messages import Media

Size = tuple[int, int]  # width, height
Point = tuple[float, float]
Corners = tuple[float, float, float, float]  # left, top, right, bottom


def iou(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes: left, top, right, bottom."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(width, 0.0) * max(height, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / (sum(areas) - both) if both else 0.0


@dataclass(frozen=True)
class Frame:
    """A picture as it was given, as the model saw it, and the screen that it shows, if it does.

    Models write pixels of `processed`; people are told pixels of `original`; a pointer moves in
    `screen`, which differs from `original` where a screenshot has more pixels than points.
    """

    original: Size
    processed: Size
    screen: Size | None = None  # None: the same as `original`

    @classmethod
    def of(cls, media: Media, screen: Size | None = None) -> "Frame":
        return cls(media.original_size, media.processed_size, screen)

    def out(self, point: Point) -> Point:
        """Pixels of the resized picture -> pixels of the original."""
        return _scaled(point, self.processed, self.original)

    def into(self, point: Point) -> Point:
        """Pixels of the original -> pixels of the resized picture; the inverse of `out`."""
        return _scaled(point, self.original, self.processed)

    def on_screen(self, point: Point) -> Point:
        """Pixels of the resized picture -> where a pointer goes."""
        return _scaled(point, self.processed, self.screen or self.original)

    def from_screen(self, point: Point) -> Point:
        """The inverse of `on_screen`."""
        return _scaled(point, self.screen or self.original, self.processed)

    def box_out(self, box: Corners) -> Corners:
        return self.out(box[:2]) + self.out(box[2:])

    def box_into(self, box: Corners) -> Corners:
        return self.into(box[:2]) + self.into(box[2:])

    def written(self, box: Corners) -> tuple[int, int, int, int]:
        """A box of the original as a model is taught to write it.

        Whole pixels of the resized picture, the last of a side at most size - 1, as the released
        fine-tuning code makes them (`qwen-vl-finetune`, REPORT 2.8).
        """
        left, top, right, bottom = self.box_into(box)
        return *self._whole((left, top)), *self._whole((right, bottom))

    def written_point(self, point: Point) -> tuple[int, int]:
        """A point of the original as a model is taught to write it."""
        return self._whole(self.into(point))

    def _whole(self, point: Point) -> tuple[int, int]:
        x, y = (
            max(0, min(round(c), side - 1)) for c, side in zip(point, self.processed, strict=True)
        )
        return x, y

    def inside(self, box: Corners) -> tuple[Corners, list[str]]:
        """A box in pixels of the resized picture, in order and inside, and what was wrong."""
        left, top, right, bottom = box
        wrong = []
        if left > right or top > bottom:
            wrong.append("corners the wrong way round were swapped")
            left, right = min(left, right), max(left, right)
            top, bottom = min(top, bottom), max(top, bottom)
        (width, height), kept = self.processed, (left, top, right, bottom)
        clipped = (
            min(max(left, 0), width),
            min(max(top, 0), height),
            min(max(right, 0), width),
            min(max(bottom, 0), height),
        )
        if clipped != kept:
            wrong.append(f"outside of the {width}x{height} picture, clipped to it")
        return clipped, wrong

    def point_inside(self, point: Point) -> tuple[Point, list[str]]:
        """A point in pixels of the resized picture, moved onto it, and what was wrong."""
        (x1, y1, _, _), wrong = self.inside((*point, *point))
        return (x1, y1), wrong


def _scaled(point: Point, old: Size, new: Size) -> Point:
    return point[0] * new[0] / old[0], point[1] * new[1] / old[1]


def number(value: Any) -> float | None:
    """A finite number below 1e9, also where a model wrote it as a string ("38"); else None."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e9:
        return None
    return value


def numbers(value: Any, count: int) -> tuple[float, ...] | None:
    """`count` numbers: [1, 2], ["1", "2"], ["1, 2"], "1 2" or [[1, 2]]; else None."""
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        value = value.strip("()[] ").replace(",", " ").split()
    if not isinstance(value, list | tuple) or len(value) != count:
        return None
    found = tuple(number(each) for each in value)
    return None if None in found else found  # type: ignore[return-value]
