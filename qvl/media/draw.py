"""Boxes drawn on pictures, legible at any size."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito
SHORTEST = 640  # pixels of the longer side below which a picture is enlarged first
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/segoeui.ttf",
)
Marked = tuple[str, float, float, float, float]  # label, left, top, right, bottom
Plate = tuple[float, float, float, float]


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font with many scripts where the system has one, else Pillow's own."""
    found = next((path for path in FONTS if Path(path).is_file()), None)
    return ImageFont.truetype(found, size) if found else ImageFont.load_default(size)


def draw_boxes(image: Image.Image, boxes: Sequence[Marked]) -> Image.Image:
    """A copy with each box outlined and named; labels keep off one another where they can."""
    scale = max(1, round(SHORTEST / max(image.size)))
    out = image.convert("RGB").resize((image.width * scale, image.height * scale))
    longest = max(out.size)
    letters = font(max(14, longest // 48))
    line = max(2, longest // 400)
    pad = ImageDraw.Draw(out)
    labels = [(text, [c * scale for c in corners]) for text, *corners in boxes]
    heights = [pad.textbbox((0, 0), text, font=letters)[3] for text, _ in labels if text]
    room = round(max(heights)) + 8 if heights else 0  # a strip of paper for labels
    framed = Image.new("RGB", (out.width, out.height + 2 * room), "white")
    framed.paste(out, (0, room))
    draw = ImageDraw.Draw(framed)
    taken: list[Plate] = []
    names = list(dict.fromkeys(text for text, _ in labels))
    for text, (left, top, right, bottom) in labels:
        colour = PALETTE[names.index(text) % len(PALETTE)]
        draw.rectangle((left, top + room, right, bottom + room), outline=colour, width=line)
        if text:
            plate = _place(draw, text, letters, (left, top + room, right, bottom + room), taken)
            taken.append(plate)
            draw.rectangle(plate, fill=colour)
            draw.text((plate[0] + 3, plate[1] + 1), text, fill="white", font=letters)
    return framed


def _place(
    draw: ImageDraw.ImageDraw,
    text: str,
    letters: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    box: Plate,
    taken: Sequence[Plate],
) -> Plate:
    """Above the box, else below, else inside, else wherever; always within the picture."""
    width, height = draw.textbbox((0, 0), text, font=letters)[2:]
    width, height = width + 6, height + 4
    limit_x, limit_y = draw.im.size if draw.im else (0, 0)
    left, top, right, bottom = box
    tries = [(left, top - height), (left, bottom), (left, top), (right - width, bottom - height)]
    tries += [(right, top), (left - width, top), (right - width, top - height)]
    plates = []
    for x, y in tries:
        x = min(max(x, 0), max(limit_x - width, 0))
        y = min(max(y, 0), max(limit_y - height, 0))
        plates.append((x, y, x + width, y + height))
    return min(plates, key=lambda plate: sum(_overlap(plate, other) for other in taken))


def _overlap(a: Plate, b: Plate) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0)
