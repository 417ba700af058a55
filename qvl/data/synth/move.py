"""Where the points of a picture go when it is turned, or seen from aside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from qvl.tasks.place import Corners

_STILL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Move:
    """Pixels of a picture to pixels of what became of it, as a matrix of homogeneous points."""

    matrix: tuple[tuple[float, ...], ...] = _STILL

    def points(self, points: np.ndarray) -> np.ndarray:
        """points[N, 2] -> [N, 2]."""
        whole = np.c_[points, np.ones(len(points))] @ np.array(self.matrix).T
        return whole[:, :2] / whole[:, 2:]

    def box(self, box: Corners) -> Corners:
        """The upright box around where the corners of a box have gone."""
        left, top, right, bottom = box
        corners = self.points(
            np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        )
        (x1, y1), (x2, y2) = corners.min(0).tolist(), corners.max(0).tolist()
        return round(x1, 2), round(y1, 2), round(x2, 2), round(y2, 2)


def moved(
    image: Image.Image, corners: np.ndarray, ground: tuple[int, ...]
) -> tuple[Image.Image, Move]:
    """The picture with its corners at `corners`, on a ground of one colour, and its move."""
    width, height = image.size
    old = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    matrix = homography(old, corners)
    across, down = (int(np.ceil(side)) for side in corners.max(0))
    back = np.linalg.inv(matrix)
    back /= back[2, 2]
    made = image.transform(
        (across, down),
        Image.Transform.PERSPECTIVE,
        back.ravel()[:8].tolist(),
        Image.Resampling.BICUBIC,
        fillcolor=ground,
    )
    return made, Move(tuple(tuple(row) for row in matrix.tolist()))


def homography(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The matrix [3, 3] that takes four points [4, 2] to four others."""
    rows: list[Sequence[float]] = []
    for (x, y), (u, v) in zip(old, new, strict=True):
        rows.append((x, y, 1, 0, 0, 0, -u * x, -u * y))
        rows.append((0, 0, 0, x, y, 1, -v * x, -v * y))
    return np.append(np.linalg.solve(np.array(rows), np.ravel(new)), 1.0).reshape(3, 3)
