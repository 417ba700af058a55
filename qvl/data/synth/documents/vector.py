"""SVG that a library has engraved, as art: drawn at twice its size, so that it stays sharp."""

import io
from functools import cache
from pathlib import Path

from PIL import Image

from qvl.data.synth.documents.pen import Sheet
from qvl.data.synth.documents.strips import Art
from qvl.tasks.place import Corners

SHARP = 2


def svg_art(svg: str, width: float) -> Art:
    """The ink of an SVG whose whole width is `width` pixels, without what is empty around it."""
    import resvg_py

    files = [str(path) for path in _files()] if "<text" in svg else []  # to load them takes long
    raw = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=round(width * SHARP),
        font_files=files,
        skip_system_fonts=True,
        font_family="DejaVu Serif",
        serif_family="DejaVu Serif",
        sans_serif_family="DejaVu Sans",
    )
    drawn = Image.open(io.BytesIO(bytes(raw))).convert("RGBA")
    ink = drawn.getchannel("A").getbbox()
    if ink is None:
        raise ValueError("an engraving without ink")
    return image_art(drawn.crop(ink), 1 / SHARP)


def image_art(image: Image.Image, scale: float = 1.0) -> Art:
    """A picture as art, a pixel of it `scale` pixels of the page."""

    def draw(sheet: Sheet, box: Corners) -> None:
        sheet.image(box, image)

    return Art((max(1, round(image.width * scale)), max(1, round(image.height * scale))), draw)


@cache
def _files() -> tuple[Path, ...]:
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts/ttf"
    return tuple(folder / f"DejaVu{name}.ttf" for name in ("Sans", "Serif", "Sans-Bold"))
