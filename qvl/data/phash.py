"""Perceptual hashes of pictures: 64 bits that a resize or another encoding hardly changes."""

from functools import cache

import numpy as np
from PIL import Image

SIDE = 32  # pixels that a picture is shrunk to
KEPT = 8  # of the lowest frequencies across and down
FLAT = 4.0  # levels; a coefficient below this is noise
NONE = 0  # the hash of a picture in which nothing stands out


@cache
def _cosines() -> np.ndarray:
    """float64[KEPT, SIDE]: the lowest waves of the discrete cosine transform."""
    waves = np.arange(KEPT)[:, None] * (np.arange(SIDE) + 0.5) * np.pi / SIDE
    return np.cos(waves) * np.sqrt(2 / SIDE)


def phash(picture: Image.Image) -> int:
    """A bit for each of the lowest frequencies: whether it is above their median.

    NONE for a picture that is as good as empty, whose bits would be noise.
    """
    grey = picture.convert("L")  # Lanczos: with boxes another size would change several bits
    grey = grey.resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=4.0)
    waves = _cosines() @ np.asarray(grey, dtype=np.float64) @ _cosines().T
    flat = waves.ravel()[1:]  # all but the mean
    if np.abs(flat).max() < FLAT:
        return NONE
    bits = np.concatenate([[False], flat > np.median(flat)])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
