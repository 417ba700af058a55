"""What a model will see of a file; its content, and not its name, says what it is."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from PIL import Image

from qvl.config import Config
from qvl.inputs import Limits
from qvl.media.container import is_clip
from qvl.media.errors import BadImage, shown
from qvl.media.fetch import fetch, opening
from qvl.media.image import open_image
from qvl.media.sizes import asked, smart_resize
from qvl.media.video import survey
from qvl.messages import Image as Picture
from qvl.messages import Video

PAGES = 32  # of a document that are looked at; the answer says how many are not


def seen_of(file: str, limits: Limits, wish: Video, pages: str = "") -> dict[str, Any]:
    """Sizes, grid, tokens, bytes of a picture, of each page, of a clip with its times.

    `wish` holds what is asked of any of them; ValueError for what the file has no use for.
    """
    held = fetch(file, kind="video" if file[:10].lower() == "data:video" else "image")
    if opening(held) == b"%PDF":
        _refuse(file, "document", wish)
        return {"file": shown(file), **_pages(held, limits, wish, pages)}
    if pages:
        raise ValueError(f"{shown(file)} has no pages; leave --pages {pages} out")
    try:
        picture = open_image(held)
    except BadImage:
        if not is_clip(held):
            raise
        clip = replace(wish, source=held)
        return {"file": shown(file), **asdict(survey(clip, limits.clips))}
    _refuse(file, "picture", wish)
    return {"file": shown(file), **_still(picture, limits, wish)}


def needs(seen: dict[str, Any], cfg: Config) -> dict[str, Any]:
    """How full the context becomes, and bytes of keys and values, two for each number."""
    text = cfg.text
    numbers = 2 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim
    return {
        "positions": text.max_position_embeddings,
        "context_share": round(seen["tokens"] / text.max_position_embeddings, 4),
        "cache_bytes": seen["tokens"] * numbers * 2,
    }


def _refuse(file: str, kind: str, wish: Video) -> None:
    names = ("fps", "nframes", "max_frames", "start", "end")
    if wrong := next((name for name in names if getattr(wish, name) is not None), None):
        option = wrong.replace("_", "-")
        raise ValueError(f"--{option} is for clips, and {shown(file)} is a {kind}; leave it out")


def _pages(held: bytes | Path, limits: Limits, wish: Video, which: str) -> dict[str, Any]:
    from qvl.media.pdf import open_pdf

    with open_pdf(held) as pdf:
        wanted = which or f"1-{min(len(pdf), PAGES)}"
        pages = {number: _still(page, limits, wish) for number, page in pdf.pages(wanted)}
        told = {"pages": len(pdf), "pages_not_shown": len(pdf) - len(pages)}
    for key in ("tokens", "patch_bytes"):
        told[key] = sum(page[key] for page in pages.values())
    keys = ("original_size", "processed_size", "tokens", "patch_bytes")
    return {**told, **{f"page_{i}": {k: page[k] for k in keys} for i, page in pages.items()}}


def _still(picture: Image.Image, limits: Limits, wish: Video) -> dict[str, Any]:
    wanted = Picture(picture, wish.min_pixels, wish.max_pixels)
    low, high, _ = asked(wanted, limits.min_pixels, limits.max_pixels)
    height, width = smart_resize(picture.height, picture.width, low, high)
    return {
        "original_size": [picture.width, picture.height],
        "processed_size": [width, height],
        "grid_thw": [1, height // 14, width // 14],
        "tokens": height * width // 784,
        "patch_bytes": height * width * 3,
        "min_pixels": low,
        "max_pixels": high,
    }
