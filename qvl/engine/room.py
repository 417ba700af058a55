"""Whether a prompt leaves room for its answer, told before anything is computed."""

from collections.abc import Sequence

from qvl.config import Config
from qvl.inputs import Encoded
from qvl.media.sizes import smart_resize
from qvl.messages import Media

ANY = 1 << 62  # pixels: no limit


def check(encoded: Encoded, cfg: Config, max_tokens: int) -> None:
    """ValueError with all counts and what would fit, where prompt and answer exceed the model."""
    prompt, room = len(encoded.sample), cfg.text.max_position_embeddings
    if prompt + max_tokens <= room:
        return
    media = encoded.media
    text = prompt - sum(m.tokens for m in media)
    parts = [f"{text} of text"]
    for kind, own in (("picture", _stills(media)), ("clip", [m for m in media if m.times])):
        parts += [f"{m.tokens} of {kind} {i}" for i, m in enumerate(own, start=1)]
    raise ValueError(
        f"a prompt of {prompt} tokens ({', '.join(parts)}) and {max_tokens} to write exceed the "
        f"model's {room}; {_remedy(encoded, cfg, max_tokens)}"
    )


def _remedy(encoded: Encoded, cfg: Config, max_tokens: int) -> str:
    prompt, room, media = len(encoded.sample), cfg.text.max_position_embeddings, encoded.media
    ways = []
    if prompt < room:
        ways.append(f"write at most {room - prompt} (max_tokens)")
    stills = _stills(media)
    others = prompt - sum(m.tokens for m in stills)
    limit = max_pixels_within(stills, room - max_tokens - others, cfg, encoded.least)
    if limit:
        ways.append(f"set max_pixels of each picture to {limit}")
    if len(stills) < len(media):
        ways.append("take fewer or smaller frames (fps, max_frames, max_pixels)")
    return " or ".join(ways or ["shorten the text" if not media else "leave some of it out"])


def max_pixels_within(
    stills: Sequence[Media], budget: int, cfg: Config, least: int = 0
) -> int | None:
    """The largest max_pixels with which these pictures take at most `budget` tokens, if any.

    `least` is the min_pixels that one of them brought along, below which no limit may go.
    """
    unit = cfg.vision.unit_pixels
    low = lowest = -(-least // unit**2) - 1 if least else 0
    high = max((m.tokens for m in stills), default=0)
    while low < high:  # in tokens a picture: low fits, or is too low to be named; high + 1 not
        middle = (low + high + 1) // 2
        if sum(_tokens(m, middle * unit**2, unit) for m in stills) <= budget:
            low = middle
        else:
            high = middle - 1
    return low * unit**2 if low > lowest else None


def _tokens(media: Media, max_pixels: int, unit: int) -> int:
    """Tokens of a picture under another limit; one enlarged to its lower limit stays so."""
    width, height = media.original_size
    h, w = smart_resize(height, width, 1, ANY, unit)
    if h * w > max_pixels:
        h, w = smart_resize(height, width, 1, max_pixels, unit)
        return h * w // unit**2
    return max(h * w, media.processed_size[0] * media.processed_size[1]) // unit**2


def _stills(media: Sequence[Media]) -> list[Media]:
    return [m for m in media if not m.times]
