"""A page with its elements drawn on it: boxes by kind, numbers in reading order, a legend."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from qvl.media.draw import font
from qvl.tasks.document.model import Element, Page, Separator
from qvl.tasks.place import Corners

COLOURS = {  # Okabe and Ito: apart for every eye
    "Heading": "#D55E00",
    "Author": "#7F7F7F",
    "Paragraph": "#0072B2",
    "List": "#56B4E9",
    "Table": "#009E73",
    "Formula": "#CC79A7",
    "Picture": "#E69F00",
    "Chart": "#F0E442",
    "Music": "#000000",
    "Chemical": "#000000",
}
_SMALLEST = 700  # pixels of the longer side below which a page is enlarged first
_DARK = {"#F0E442", "#56B4E9", "#E69F00"}  # grounds on which black is read better than white


def draw_layout(picture: Image.Image, page: Page) -> Image.Image:
    """The picture, enlarged where it is small, with what was read; boxes are in its pixels."""
    scale = max(1, -(-_SMALLEST // max(picture.size)))
    size = (picture.width * scale, picture.height * scale)
    ground = picture.convert("RGB").resize(size) if scale > 1 else picture.convert("RGB")
    letters = max(13, max(size) // 90)
    margin, strip = round(letters * 2.2), round(letters * 2)
    sheet = Image.new("RGB", (size[0] + margin, size[1] + strip), "white")
    sheet.paste(ground, (margin, 0))
    draw = ImageDraw.Draw(sheet)
    numbered = [each for each in page.elements if not isinstance(each, Separator)]
    line = max(2, max(size) // 600)
    taken: list[Corners] = []
    for number, element in enumerate(numbered, 1):
        if element.box is None:
            continue
        left, top, right, bottom = (corner * scale for corner in element.box)
        box = (left + margin - line, top - line, right + margin + line, bottom + line)
        draw.rectangle(box, outline=COLOURS[kind(element)], width=line)
        taken.append(_badge(draw, str(number), element, box, letters, taken))
    _legend(draw, numbered, size[1], letters, sheet.width)
    return sheet


def kind(element: Element) -> str:
    """The class of an element, as the legend has it."""
    return type(element).__name__


def _badge(
    draw: ImageDraw.ImageDraw,
    text: str,
    element: Element,
    box: Corners,
    letters: int,
    taken: Sequence[Corners],
) -> Corners:
    """The number on a plate to the left of the box where there is room, else in its corner."""
    face = font(letters)
    width, height = draw.textlength(text, font=face) + 6, letters * 1.3
    left, top, right, _ = box
    places = [(left - width - 1, top), (left, top), (right - width, top), (left, top + height)]
    plates = [(max(x, 0.0), y, max(x, 0.0) + width, y + height) for x, y in places]
    plate = min(plates, key=lambda one: sum(_shared(one, other) for other in taken))
    colour = COLOURS[kind(element)]
    draw.rectangle(plate, fill=colour)
    ink = "black" if colour in _DARK else "white"
    middle = ((plate[0] + plate[2]) / 2, (plate[1] + plate[3]) / 2)
    draw.text(middle, text, fill=ink, font=face, anchor="mm")
    return plate


def _shared(a: Corners, b: Corners) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0)


def _legend(
    draw: ImageDraw.ImageDraw, elements: Sequence[Element], top: int, letters: int, width: int
) -> None:
    """The kinds on the page, how many of each, and how many have no box."""
    names = [kind(each) for each in elements]
    rows = [(name, f"{name.lower()} {names.count(name)}") for name in COLOURS if name in names]
    lost = sum(each.box is None for each in elements)
    rows += [("", f"without box {lost}")] if lost else []
    rows = rows or [("", "nothing was read")]
    small = letters
    while small > 8 and _wide(draw, rows, small) > width:
        small -= 1
    face, x = font(small), small * 0.5
    for name, text in rows:
        if name:
            side = (x, top + small * 0.5, x + small, top + small * 1.5)
            draw.rectangle(side, fill=COLOURS[name])
            x += small * 1.3
        draw.text((x, top + small), text, fill="black", font=face, anchor="lm")
        x += draw.textlength(text, font=face) + small


def _wide(draw: ImageDraw.ImageDraw, rows: Sequence[tuple[str, str]], letters: int) -> float:
    face = font(letters)
    return sum(draw.textlength(text, font=face) + 2.3 * letters for _, text in rows)
