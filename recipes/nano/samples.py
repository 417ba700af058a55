"""Cuts the samples out of real things that nobody here drew.

    python recipes/nano/samples.py --cache CACHE

Lines and crops come from `samples/reading` (screenshots of manuals), flags and a map from Debian
packages below CACHE/debian, photos from the wheel of scikit-image unpacked in CACHE/photos.
"""

import argparse
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.media.image import open_image

SAMPLES = Path("samples")
LINES = {  # name -> page, first line, number of lines; lines are counted in its JSON
    "line-1": ("sqlite-1", "SQLite is an embedded SQL", 1),
    "line-2": ("sqlite-2", "", 1),
    "line-3": ("policy-1", "The location of all files", 1),
    "line-4": ("git-2", "Everyday Git With", 1),
    "crop-1": ("sqlite-1", "SQLite is an in-process", 3),
    "crop-2": ("policy-2", "This manual describes", 3),
}
FLAGS = {"jp": "red circle", "bd": "red circle", "vn": "yellow star", "ch": "white cross"}
PHOTOS = ("coffee.png", "astronaut.png")
MAP = "andorra"
MARGIN = (5, 1)  # pixels of paper beside and above a crop; more would cut into other lines


def crops() -> dict[str, Any]:
    truth = {}
    for name, (page, start, count) in LINES.items():
        lines = json.loads((SAMPLES / "reading" / f"{page}.json").read_text())["lines"]
        if start:
            first = next(i for i, line in enumerate(lines) if line["text"].startswith(start))
        else:
            first = max(range(len(lines)), key=lambda i: len(lines[i]["text"]))
        chosen = lines[first : first + count]
        boxes = np.array([line["box"] for line in chosen])
        left, top = np.maximum(boxes[:, :2].min(0).astype(int) - MARGIN, 0).tolist()
        right, bottom = (boxes[:, 2:].max(0).astype(int) + MARGIN).tolist()
        with Image.open(SAMPLES / "reading" / f"{page}.png") as image:
            image.crop((left, top, right, bottom)).save(SAMPLES / f"{name}.png", optimize=True)
        truth[f"{name}.png"] = {"text": "\n".join(line["text"] for line in chosen)}
    return truth


def flags(folder: Path) -> dict[str, Any]:
    truth = {}
    for code, name in FLAGS.items():
        flag = open_image(folder / f"{code}.png")
        flag.save(SAMPLES / f"flag-{code}.png", optimize=True)
        truth[f"flag-{code}.png"] = {"ask": name, "box": _emblem(np.asarray(flag).astype(int))}
    return truth


def _emblem(pixels: np.ndarray) -> list[int]:
    """The box of all that looks more like the middle of a flag than like its field."""
    height, width = pixels.shape[:2]
    inner = np.zeros((height, width), dtype=bool)
    inner[45 : height - 45, 45 : width - 45] = True
    field, middle = pixels[height // 2, 50], pixels[height // 2, width // 2 - 10]
    nearer = np.abs(pixels - middle).sum(2) < np.abs(pixels - field).sum(2)
    ys, xs = np.nonzero(nearer & inner)
    return [int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1]


def map_of(folder: Path) -> dict[str, Any]:
    """A map whose divisions have a colour each: their boxes."""
    with Image.open(folder / f"{MAP}.png") as image:
        picture = image.convert("RGB")
    picture.save(SAMPLES / "map.png", optimize=True)
    pixels = np.asarray(picture)
    things = []
    for division in ET.parse(folder / f"{MAP}.kgm").getroot().iter("division"):
        colour = division.find("color")
        if colour is None or division.findtext("ignore") == "yes":
            continue
        rgb = [int(colour.findtext(c) or 0) for c in ("red", "green", "blue")]
        ys, xs = np.nonzero((pixels == rgb).all(2))
        if len(ys):
            box = [int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1]
            things.append({"name": division.findtext("name"), "box": box})
    return {"map.png": {"divisions": things}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    cache = parser.parse_args().cache
    debian = cache / "debian"
    truth = crops()
    truth |= flags(debian / "iso-flags-png-320x240/usr/share/iso-flags-png-320x240")
    truth |= map_of(debian / "kgeography-data/usr/share/kgeography")
    for photo in PHOTOS:
        with Image.open(cache / "photos" / photo) as image:
            small = image.convert("RGB")
            small.thumbnail((480, 480))
            small.save(SAMPLES / f"photo-{photo.split('.')[0]}.jpg", quality=90)
    (SAMPLES / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
