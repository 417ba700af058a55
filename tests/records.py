"""Small records for tests: pictures of noise, text, boxes."""

import io
import time

import numpy as np
from PIL import Image

from qvl.data.records import Facts, Picture, Record, Turn
from qvl.data.work import Rejected, Work
from qvl.messages import Text

BOX = {"label": "mug", "box": [10, 12, 60, 50]}


def picture(seed: int = 0, size: tuple[int, int] = (112, 84), form: str = "png") -> bytes:
    """Smooth noise, which no two seeds share."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    file = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(file, form)
    return file.getvalue()


def boxes(key: str = "a", seed: int = 0, rows: tuple = (BOX,), **others) -> Record:
    facts = Facts("boxes", list(rows), of="0.png")
    turns = (
        Turn("user", (Picture("0.png"), Text("Locate every mug."))),
        Turn("assistant", (facts,)),
    )
    told = {"licence": "CC0-1.0", "sources": ("made:noise",), "family": "boxes"} | others
    return Record(key, turns=turns, media={"0.png": picture(seed)}, **told)


def prose(key: str = "a", text: str = "A short answer.", **others) -> Record:
    turns = (Turn("user", (Text("Say something."),)), Turn("assistant", (Text(text),)))
    told = {"licence": "CC0-1.0", "sources": ("made:words",), "family": "prose", "language": "en"}
    return Record(key, turns=turns, media={}, **(told | others))


def stage(work: Work):
    """A record an item, of random numbers; every seventh is rejected, every eleventh is broken."""
    rng = work.rng()
    if work.index % 11 == 10:
        raise OSError("a broken source")
    made = boxes(work.key, int(rng.integers(1 << 30)), meta={"draw": float(rng.random())})
    yield Rejected(work.key, "dull", "seventh", made) if work.index % 7 == 6 else made


def slow_stage(work: Work):
    """The same, slowly enough to be killed on the way."""
    time.sleep(0.05)
    yield from stage(work)
