"""What a model will see of a file; its content, and not its name, says what it is."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from qvl.inputs import Limits
from qvl.media.container import is_clip
from qvl.media.errors import BadImage, shown
from qvl.media.fetch import fetch
from qvl.media.image import open_image
from qvl.media.sizes import smart_resize
from qvl.media.video import survey
from qvl.messages import Video

PAGES = 32  # of a document that are looked at; the answer says how many are not


def seen_of(file: str, limits: Limits) -> dict[str, Any]:
    """Sizes, grid, tokens of a picture, of each page, of a clip with its times."""
    held = fetch(file, kind="video" if file[:10].lower() == "data:video" else "image")
    if opening(held) == b"%PDF":
        return {"file": shown(file), **_pages(held, limits)}
    try:
        picture = open_image(held)
    except BadImage:
        if not is_clip(held):
            raise
        return {"file": shown(file), **asdict(survey(Video(held), limits.clips))}
    return {"file": shown(file), **_still(picture, limits)}


def opening(held: bytes | Path) -> bytes:
    """The first four bytes, which tell a PDF; none where there is no file."""
    if isinstance(held, bytes):
        return held[:4]
    if not held.is_file():
        return b""
    with open(held, "rb") as file:
        return file.read(4)


def _pages(held: bytes | Path, limits: Limits) -> dict[str, Any]:
    from qvl.media.pdf import open_pdf

    with open_pdf(held) as pdf:
        shown_pages = min(len(pdf), PAGES)
        pages = [_still(page, limits) for _, page in pdf.pages(f"1-{shown_pages}")]
        told = {"pages": len(pdf), "pages_not_shown": len(pdf) - shown_pages}
    told["tokens"] = sum(page["tokens"] for page in pages)
    keys = ("original_size", "processed_size", "tokens")
    rows = {f"page_{i}": {key: page[key] for key in keys} for i, page in enumerate(pages, start=1)}
    return {**told, **rows}


def _still(picture: Image.Image, limits: Limits) -> dict[str, Any]:
    height, width = smart_resize(
        picture.height, picture.width, limits.min_pixels, limits.max_pixels
    )
    return {
        "original_size": [picture.width, picture.height],
        "processed_size": [width, height],
        "grid_thw": [1, height // 14, width // 14],
        "tokens": height * width // 784,
        "patch_bytes": height * width * 3,
        "min_pixels": limits.min_pixels,
        "max_pixels": limits.max_pixels,
    }
