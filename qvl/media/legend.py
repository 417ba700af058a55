"""A list of names below a picture whose marks bear numbers."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from qvl.media.labels import clean, label, paint, write

WIDEST = 40  # letters' heights that a name is wide at most


def legend_below(image: Image.Image, entries: Sequence[tuple[str, str]], size: int) -> Image.Image:
    """`entries` are (colour, name) of numbers 1, 2, ...; equal names share a line of the list."""
    lines = []
    for (colour, name), numbers in _grouped(entries).items():
        plate = label(_ranges(numbers), size, image.width // 2, rows=1)
        room = max(image.width - plate.width, 2 * size)
        lines.append((colour, plate, label(name, size, min(room, WIDEST * size), rows=1)))
    column = max(plate.width + name.width for _, plate, name in lines) + size
    columns = max(1, image.width // column)
    pitch = label("1", size, size).height + 2
    deep = -(-len(lines) // columns)
    out = Image.new("RGB", (image.width, image.height + deep * pitch + size), "white")
    out.paste(image)
    draw = ImageDraw.Draw(out)
    for i, (colour, plate, name) in enumerate(lines):
        at = (i // deep * column + 2, image.height + size // 2 + i % deep * pitch)
        paint(draw, plate, at, colour)
        write(draw, name, (at[0] + plate.width, at[1]), "black")
    return out


def _grouped(entries: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for number, (colour, name) in enumerate(entries, start=1):
        found.setdefault((colour, clean(name)), []).append(number)
    return found


def _ranges(numbers: Sequence[int]) -> str:
    """[1, 2, 3, 7] -> "1–3, 7"."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)
