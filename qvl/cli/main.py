"""`qvl`: one verb a command. Data on stdout, words on stderr; exit code 2 for bad input."""

import os
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.cli import chat, doctor, export, output
from qvl.cli import generation as how
from qvl.cli.content import Images, Pdfs, Videos, content
from qvl.media.draw import draw_boxes
from qvl.media.errors import shown
from qvl.media.fetch import picture as picture_of
from qvl.media.fetch import stem_of
from qvl.messages import LOOP, Answer, Settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Qwen2.5-VL, whole: read pictures, find things in them, see what a model sees.",
)
Model = Annotated[
    str, typer.Option("--model", "-m", help="nano, a checkpoint's folder, or a hub id.")
]
Picture = Annotated[
    str, typer.Argument(help="A picture (PNG, JPEG, WebP, TIFF, GIF, BMP): path or address.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folder = Annotated[Path | None, typer.Option("-o", "--output", help="Save results in a folder.")]
MaxTokens = Annotated[int, typer.Option(min=1, help="Tokens to write at most.")]


@app.command()
def run(
    prompt: Annotated[str, typer.Argument(help="What to ask.")],
    images: Images = None,
    videos: Videos = None,
    pdfs: Pdfs = None,
    model: Model = "nano",
    max_tokens: how.MaxTokens = None,
    temperature: how.Temperature = None,
    top_p: how.TopP = None,
    top_k: how.TopK = None,
    min_p: how.MinP = None,
    repetition_penalty: how.Penalty = None,
    stop: how.Stop = None,
    loop: how.Loop = LOOP,
    seed: int = 0,
    verbose: how.Verbose = False,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """One answer, streamed."""
    asked = content(images, videos, pdfs, prompt)
    vlm = _load(model)
    chosen = (max_tokens, temperature, top_p, top_k, repetition_penalty, seed, tuple(stop or ()))
    settings = Settings(*chosen, min_p, loop=loop or None)
    if verbose:
        how.table(vlm.resolve(settings))
    answer = None
    for piece in vlm.stream([{"role": "user", "content": asked}], settings):
        if isinstance(piece, Answer):
            answer = piece
        elif not as_json:
            sys.stdout.write(piece)
            sys.stdout.flush()
    assert answer is not None
    given = {"images": images, "videos": videos, "pdfs": pdfs}
    names = {kind: [shown(each) for each in some or []] for kind, some in given.items()}
    told = {"prompt": prompt, **names, **_told(answer)}
    if as_json:
        output.data(told)
    else:
        output.text("")
    how.ended(answer)
    if output_folder:
        output.save_json(told, output_folder / "transcript.json")


@app.command()
def ocr(
    image: Picture,
    text: Annotated[bool, typer.Option("--text", help="The plain text and nothing else.")] = False,
    model: Model = "nano",
    max_tokens: MaxTokens = 2048,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """Read a picture: lines with boxes in its own pixels, or the plain text."""
    picture = picture_of(image)
    vlm = _load(model)
    if text:
        output.text(vlm.read(picture, max_tokens))
        return
    lines = vlm.ocr(picture, max_tokens)
    rows = output.plain(lines)
    if as_json:
        output.data(rows)
    else:
        for line in lines:
            output.text(f"{_corners(line)}  {line.text}")
    marked = [(str(i), x.left, x.top, x.right, x.bottom) for i, x in enumerate(lines, start=1)]
    _keep(output_folder, image, rows, lambda: draw_boxes(picture, marked))


@app.command()
def ground(
    image: Picture,
    what: Annotated[list[str], typer.Argument(help="Names of things to find.")],
    model: Model = "nano",
    max_tokens: MaxTokens = 1024,
    max_pixels: Annotated[
        int | None, typer.Option(help="Area of what the model sees [the model's limit].")
    ] = None,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """Find things: boxes in pixels of the original picture."""
    picture = picture_of(image)
    boxes = _load(model).ground(picture, what, max_tokens, max_pixels)
    rows = output.plain(boxes)
    if as_json:
        output.data(rows)
    else:
        for box in boxes:
            output.text(f"{_corners(box)}  {box.label}")
    if not boxes:
        output.note(f"none of {', '.join(what)} found in {shown(image)}")
    marked = [(b.label, b.left, b.top, b.right, b.bottom) for b in boxes]
    _keep(output_folder, image, rows, lambda: draw_boxes(picture, marked))


@app.command()
def inspect(
    file: Annotated[str, typer.Argument(help="A picture, clip or PDF: a path or address.")],
    model: Model = "nano",
    as_json: AsJson = False,
) -> None:
    """What a model will see of a picture, clip or PDF: sizes, tokens, times. Reads no weights."""
    from qvl.cli.seen import seen_of
    from qvl.hub import locate_settings
    from qvl.inputs import Limits

    seen = seen_of(file, Limits.load(locate_settings(model)))
    if as_json:
        output.data(seen)
    else:
        for name, value in seen.items():
            output.text(f"{name:18} {value}")


def _load(model: str) -> Any:
    from qvl.vlm import load  # torch takes a second; a bad picture should not wait for it

    return load(model)


def _told(answer: Answer) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(answer)


def _corners(at: Any) -> str:
    return " ".join(f"{round(c):5}" for c in (at.left, at.top, at.right, at.bottom))


def _keep(folder: Path | None, image: str, rows: Any, draw: Any) -> None:
    if folder:
        stem = stem_of(image)
        output.save_json(rows, folder / f"{stem}.json")
        output.save_image(draw(), folder / f"{stem}.png")
        output.note(f"wrote {folder / stem}.json and .png")


for verb in (chat.chat, doctor.doctor, export.export):
    app.command()(verb)


def main() -> None:
    """Run a verb; what is wrong with the input is one line on stderr and exit code 2."""
    warnings.showwarning = lambda message, *_: output.note(f"qvl: {message}")
    warnings.filterwarnings("ignore", module="PIL")  # of what is wrong the last line speaks
    try:
        app()
    except (ValueError, OSError) as error:
        output.note(f"qvl: {error}")
        sys.exit(2)
    except FloatingPointError as error:
        output.note(f"qvl: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        os._exit(130)
