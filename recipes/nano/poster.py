"""Draws the README's picture: real lines with what nano reads, flags with what it finds.

python recipes/nano/poster.py docs/demo.png
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

import qvl
from qvl.media.draw import draw_boxes, font
from qvl.media.image import open_image

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
LINES = ("line-1.png", "line-3.png", "line-4.png")
FLAGS = (
    ("flag-jp.png", "red circle"),
    ("flag-bd.png", "red circle"),
    ("flag-ch.png", "white cross"),
)
WIDTH, GAP = 900, 12  # pixels
MAX = 25_000  # pixels of what nano sees: it knows small scenes


def rows(vlm: qvl.VLM) -> list[Image.Image]:
    """Each line above what is read in it, in blue; then the flags side by side."""
    out = []
    for name in LINES:
        line = open_image(SAMPLES / name)
        row = Image.new("RGB", (WIDTH, 2 * line.height + 30), "white")
        row.paste(line, (GAP, 0))
        draw = ImageDraw.Draw(row)
        draw.text((GAP, line.height + 4), vlm.read(line), fill="#0060a8", font=font(16))
        out.append(row)
    flags = Image.new("RGB", (WIDTH, 250), "white")
    for at, (name, what) in enumerate(FLAGS):
        flag = open_image(SAMPLES / name)
        found = [
            (b.label, b.left, b.top, b.right, b.bottom)
            for b in vlm.ground(flag, what, max_pixels=MAX)
        ]
        marked = draw_boxes(flag, found)
        marked.thumbnail((WIDTH // len(FLAGS) - 2 * GAP, 250))
        flags.paste(marked, (GAP + at * (WIDTH // len(FLAGS)), 0))
    return [*out, flags]


def main() -> None:
    shown = rows(qvl.load())
    poster = Image.new("RGB", (WIDTH, GAP + sum(row.height for row in shown)), "white")
    top = GAP
    for row in shown:
        poster.paste(row, (0, top))
        top += row.height
    poster.save(sys.argv[1], optimize=True)


if __name__ == "__main__":
    main()
