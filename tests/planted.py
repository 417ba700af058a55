"""Sets with near copies planted in them, and hard neighbours that are none."""

import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from qvl.data import sidecar
from qvl.data.dedup import copies
from qvl.data.prints import Prints
from qvl.data.records import Picture, Record, Turn
from qvl.messages import Text
from tests.records import prose

Planted = set[str]  # keys of the copies


def texts(count: int, seed: int = 0, changed: float = 0.01) -> tuple[list[Record], Planted]:
    """Texts of 80 to 400 words: a third alone, a third with a copy, a third with a neighbour.

    In a copy a share of the words is `changed`, or some words more stand before it; a neighbour
    shares every second paragraph of 40 words.
    """
    rng = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    lexicon = ["".join(rng.choice(letters, rng.integers(2, 10))) for _ in range(4000)]
    odds = 1 / np.arange(1, 4001)
    odds /= odds.sum()

    def words(n: int) -> list[str]:
        return [lexicon[i] for i in rng.choice(4000, n, p=odds)]

    rows, planted = [], set()
    for i in range(count):
        text = words(int(rng.integers(80, 400)))
        rows.append(prose(f"t{i}", " ".join(text)))
        if i % 3 == 1:
            again = [w if rng.random() > changed else words(1)[0] for w in text]
            frame = words(3) if rng.random() < 0.3 else []
            rows.append(prose(f"t{i}-copy", " ".join([*frame, *again]).upper()))
            planted.add(f"t{i}-copy")
        if i % 3 == 2:
            parts = [text[k : k + 40] for k in range(0, len(text), 40)]
            mixed = [part if k % 2 else words(len(part)) for k, part in enumerate(parts)]
            rows.append(prose(f"t{i}-other", " ".join(w for part in mixed for w in part)))
    return rows, planted


def pictures(count: int, seed: int = 0) -> tuple[list[Record], Planted]:
    """Scenes of shapes: half with a copy (another size, quality, tint), half with a neighbour.

    A neighbour is the mirrored scene, or the same one with half of its shapes elsewhere.
    """
    rng = np.random.default_rng(seed)
    rows, planted = [], set()
    for i in range(count):
        size = (int(rng.integers(240, 480)), int(rng.integers(200, 360)))
        shapes = _shapes(rng, size, int(rng.integers(8, 20)))
        image = _drawn(shapes, size)
        rows.append(_shown(f"p{i}", image, 92))
        if i % 2:
            scale = rng.uniform(0.5, 1.5)
            other = image.resize((int(size[0] * scale), int(size[1] * scale)))
            tint = np.asarray(other) * rng.uniform(0.9, 1.0) + rng.uniform(0, 12)
            other = Image.fromarray(tint.clip(0, 255).astype(np.uint8))
            rows.append(_shown(f"p{i}-copy", other, int(rng.integers(50, 90))))
            planted.add(f"p{i}-copy")
        elif i % 4:
            rows.append(_shown(f"p{i}-other", ImageOps.mirror(image), 92))
        else:
            half = len(shapes) // 2
            moved = [*shapes[:half], *_shapes(rng, size, len(shapes) - half)]
            rows.append(_shown(f"p{i}-other", _drawn(moved, size), 92))
    return rows, planted


Shape = tuple[tuple[int, int, int, int], tuple[int, int, int], bool]


def _shapes(rng: np.random.Generator, size: tuple[int, int], count: int) -> list[Shape]:
    shapes = []
    for _ in range(count):
        x, y = (int(rng.integers(-40, side)) for side in size)
        w, h = rng.integers(10, size[0] // 2, 2).tolist()
        red, green, blue = rng.integers(0, 256, 3).tolist()
        shapes.append(((x, y, x + w, y + h), (red, green, blue), bool(rng.random() < 0.5)))
    return shapes


def _drawn(shapes: list[Shape], size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, "grey")
    draw = ImageDraw.Draw(image)
    for box, colour, round_one in shapes:
        (draw.ellipse if round_one else draw.rectangle)(box, fill=colour)
    return image


def _shown(key: str, image: Image.Image, quality: int) -> Record:
    file = io.BytesIO()
    image.save(file, "jpeg", quality=quality)
    turns = (Turn("user", (Picture("0.jpg"),)), Turn("assistant", (Text("A pattern."),)))
    media = {"0.jpg": file.getvalue()}
    return Record(key, "captions", turns, media, "CC0-1.0", ("file:shapes",))


def scores(rows: list[Record], planted: Planted) -> tuple[float, float]:
    """Recall and precision of what is called a copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        sidecar.write([sidecar.row(record) for record in rows], path)
        found = {copy.key for _, copy in copies(Prints.read([path]))}
    right = len(found & planted)
    return right / len(planted), right / max(len(found), 1)
