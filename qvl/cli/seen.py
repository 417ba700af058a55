"""What a model will see of a file; its content, and not its name, says what it is."""

from dataclasses import asdict
from typing import Any

from qvl.inputs import Limits
from qvl.media.container import is_clip
from qvl.media.errors import BadImage, shown
from qvl.media.fetch import fetch
from qvl.media.image import open_image
from qvl.media.sizes import smart_resize
from qvl.media.video import survey
from qvl.messages import Video


def seen_of(file: str, limits: Limits) -> dict[str, Any]:
    """Sizes, grid, tokens and bytes of a picture, and of a clip what is read of it and when."""
    held = fetch(file, kind="video" if file[:10].lower() == "data:video" else "image")
    try:
        picture = open_image(held)
    except BadImage:
        if not is_clip(held):
            raise
        return {"file": shown(file), **asdict(survey(Video(held), limits.clips))}
    height, width = smart_resize(
        picture.height, picture.width, limits.min_pixels, limits.max_pixels
    )
    return {
        "file": shown(file),
        "original_size": [picture.width, picture.height],
        "processed_size": [width, height],
        "grid_thw": [1, height // 14, width // 14],
        "tokens": height * width // 784,
        "patch_bytes": height * width * 3,
        "min_pixels": limits.min_pixels,
        "max_pixels": limits.max_pixels,
    }
