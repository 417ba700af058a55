"""`qvl inspect`: what a model will see; no weights are read."""

from typing import Annotated, Any

import typer

from qvl.cli import frames, output
from qvl.cli.options import AsJson, Model
from qvl.cli.progress import waiting
from qvl.media.errors import shown
from qvl.messages import Video


def inspect(
    file: Annotated[str, typer.Argument(help="A picture, clip or PDF: a path or address.")],
    model: Model = "nano",
    min_pixels: frames.MinPixels = None,
    max_pixels: frames.MaxPixels = None,
    fps: frames.Fps = None,
    nframes: frames.Count = None,
    max_frames: frames.MaxFrames = None,
    start: frames.Start = None,
    end: frames.End = None,
    pages: Annotated[str, typer.Option(help="Of a PDF, such as 1-3,7,-2 (the first 32).")] = "",
    as_json: AsJson = False,
) -> None:
    """What a model will see of a picture, clip or PDF: sizes, tokens, times, bytes; no weights."""
    from qvl.cli.seen import needs, seen_of
    from qvl.hub import locate_settings
    from qvl.inputs import Limits
    from qvl.model.weights import read_config

    wish = Video(
        "",
        fps=fps,
        nframes=nframes,
        max_frames=max_frames,
        start=start,
        end=end,
        min_pixels=min_pixels,
        max_pixels=max_pixels,
    )
    with waiting(f"looking at {shown(file)}"):
        folder = locate_settings(model)
        seen = seen_of(file, Limits.load(folder), wish, pages)
    if (folder / "config.json").is_file():
        seen |= needs(seen, read_config(folder))
    if as_json:
        output.data(seen)
    else:
        for name, value in seen.items():
            output.text(f"{name:18} {_plainly(value)}")


def _plainly(value: Any) -> str:
    """A value for people: seconds to a thousandth, lists without brackets."""
    if isinstance(value, float):
        return f"{round(value, 3):g}"
    if isinstance(value, list | tuple):
        return " ".join(map(_plainly, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plainly(each)}" for name, each in value.items())
    return str(value)
