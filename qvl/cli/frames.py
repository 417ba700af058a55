"""Which part of a clip is read, and how finely, as options of a command."""

from typing import Annotated

import typer

Fps = Annotated[float | None, typer.Option(help="Frames a second to sample (the model's, or 2).")]
Count = Annotated[int | None, typer.Option("--nframes", help="Frames to sample, instead of --fps.")]
MaxFrames = Annotated[int | None, typer.Option(help="Frames to sample at most (the model's).")]
Start = Annotated[float | None, typer.Option(help="Seconds at which to begin.")]
End = Annotated[float | None, typer.Option(help="Seconds at which to end.")]
MinPixels = Annotated[int | None, typer.Option(help="Least area of what is seen (the model's).")]
MaxPixels = Annotated[int | None, typer.Option(help="Largest area of what is seen (the model's).")]
