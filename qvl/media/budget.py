"""What a checkpoint says of its clips, and how much of one its context has room for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qvl.media.sampling import PAIR, RELEASED, Budget
from qvl.media.sizes import MAX_PIXELS, MIN_PIXELS, UNIT

ROUNDED = 1.2  # times its least area is what a frame may have, as sides are multiples of 28
REST = 2048  # tokens of a small context that are kept for the question and the answer
_FILES = ("processor_config.json", "video_preprocessor_config.json")


def of_context(positions: int) -> Budget:
    """The released budget, scaled to a context of so many positions.

    Nine tenths of it at most, as released, but no more than leaves `REST` tokens, or half of a
    context that is shorter still. Where the released 768 frames of least size exceed that, there
    are fewer frames, so that a clip fits unless its message asks for more:

        positions          128,000    32,768    4,096 (nano)
        tokens of a clip   115,200    29,491    2,048
        frames at most         768       382       26
    """
    tokens = int(max(min(positions * 9 / 10, positions - REST), positions / 2))
    return _fitting(Budget(total_pixels=tokens * UNIT**2))


def clip_budget(folder: Path) -> Budget:
    """Of a checkpoint's files, as transformers reads them, within what its context holds.

    `video_processor` in `processor_config.json`, else `video_preprocessor_config.json`. The
    limits of pictures that an old checkpoint's files hand on to clips are none of theirs.
    ValueError for a value that is no number above 0.
    """
    config = _read(folder / "config.json")
    config = {**config, **config.get("text_config", {})}
    nested = _read(folder / _FILES[0]).get("video_processor")
    said = nested if isinstance(nested, Mapping) else _read(folder / _FILES[1])
    size = said.get("size") or {}
    low = _number(said, "min_pixels") or _number(size, "shortest_edge")
    high = _number(said, "max_pixels") or _number(size, "longest_edge")
    if (low, high) == (MIN_PIXELS, MAX_PIXELS):
        low = high = None
    positions = _number(said, "max_video_tokens") or _number(config, "max_position_embeddings")
    room = of_context(int(positions)) if positions else RELEASED
    return _fitting(
        Budget(
            int(low or room.min_pixels),
            int(high or room.max_pixels),
            room.total_pixels,
            _number(said, "fps") or room.fps,
            int(_number(said, "min_frames") or room.min_frames),
            int(_number(said, "max_frames") or RELEASED.max_frames),
        )
    )


def _fitting(budget: Budget) -> Budget:
    """With frames as few, and at need as small, as the whole has room for."""
    pairs = max(budget.min_frames // PAIR, 1)
    low = min(budget.min_pixels, max(int(budget.total_pixels / pairs / ROUNDED), UNIT**2))
    room = PAIR * int(budget.total_pixels // (low * ROUNDED))
    return Budget(
        low,
        max(budget.max_pixels, low),
        budget.total_pixels,
        budget.fps,
        budget.min_frames,
        max(min(budget.max_frames, room), budget.min_frames),
    )


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    raw = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise ValueError(f"{path} is no JSON object; fetch the checkpoint again")
    return raw


def _number(raw: Mapping[str, Any], name: str) -> float | None:
    """None where it is not said."""
    value = raw.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ValueError(f"{name} of a checkpoint's clips is {value!r}; make it a number above 0")
    return value
