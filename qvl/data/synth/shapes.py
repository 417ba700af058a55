"""Plain shapes in plain colours."""

import numpy as np
from PIL import Image, ImageDraw

COLOURS = {
    "red": (214, 39, 40),
    "green": (44, 150, 60),
    "blue": (40, 90, 200),
    "yellow": (240, 210, 40),
    "orange": (245, 130, 30),
    "purple": (130, 60, 170),
    "black": (20, 20, 20),
    "white": (250, 250, 250),
}
SHAPES = ("circle", "square", "triangle", "star", "cross", "ring", "diamond", "bar")


def draw_shape(draw: ImageDraw.ImageDraw, shape: str, n: int, fill: tuple[int, ...]) -> None:
    """A shape that fills a square of n pixels."""
    third, mid = n / 3, n / 2
    if shape == "circle":
        draw.ellipse((0, 0, n, n), fill=fill)
    elif shape == "ring":
        draw.ellipse((n * 0.08, n * 0.08, n * 0.92, n * 0.92), outline=fill, width=int(n * 0.2))
    elif shape == "square":
        draw.rectangle((n * 0.05, n * 0.05, n * 0.95, n * 0.95), fill=fill)
    elif shape == "bar":
        draw.rectangle((0, n * 0.34, n, n * 0.66), fill=fill)
    elif shape == "triangle":
        draw.polygon([(mid, 0), (n, n), (0, n)], fill=fill)
    elif shape == "diamond":
        draw.polygon([(mid, 0), (n, mid), (mid, n), (0, mid)], fill=fill)
    elif shape == "cross":
        draw.rectangle((third, 0, 2 * third, n), fill=fill)
        draw.rectangle((0, third, n, 2 * third), fill=fill)
    elif shape == "star":
        angles = np.arange(10) * np.pi / 5 - np.pi / 2
        radii = np.where(np.arange(10) % 2 == 0, mid, n * 0.2)
        xy = np.stack([mid + radii * np.cos(angles), mid + radii * np.sin(angles)], 1)
        draw.polygon([(float(x), float(y)) for x, y in xy], fill=fill)
    else:
        raise ValueError(f"no shape {shape!r}; there are {', '.join(SHAPES)}")


def shape_mask(shape: str, size: int) -> Image.Image:
    """Where a shape of `size` pixels is: 255, less at its edges, which are smooth."""
    large = Image.new("L", (4 * size, 4 * size))
    draw_shape(ImageDraw.Draw(large), shape, 4 * size - 1, (255,))
    return large.resize((size, size), Image.Resampling.BOX)
