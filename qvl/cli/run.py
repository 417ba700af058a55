"""`qvl run`: one question, one answer."""

import sys
from typing import Annotated, Any

import typer

from qvl.cli import generation as how
from qvl.cli import output, schemas
from qvl.cli.content import Images, Pdfs, Videos, content
from qvl.cli.options import AsJson, Folder, Model, Quant, load
from qvl.cli.progress import streamed, waiting
from qvl.media.errors import shown
from qvl.messages import LOOP, Answer, Settings


def run(
    prompt: Annotated[str, typer.Argument(help="What to ask.")],
    images: Images = None,
    videos: Videos = None,
    pdfs: Pdfs = None,
    model: Model = "nano",
    quant: Quant = None,
    max_tokens: how.MaxTokens = None,
    temperature: how.Temperature = None,
    top_p: how.TopP = None,
    top_k: how.TopK = None,
    min_p: how.MinP = None,
    repetition_penalty: how.Penalty = None,
    stop: how.Stop = None,
    loop: how.Loop = LOOP,
    seed: int = 0,
    schema: schemas.Schema = None,
    verbose: how.Verbose = False,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """One answer, streamed."""
    kept_to = schemas.read(schema) if schema is not None else None
    with waiting("fetching what is to be seen"):
        asked = content(images, videos, pdfs, prompt)
    vlm = load(model, quant)
    chosen = (max_tokens, temperature, top_p, top_k, repetition_penalty, seed, tuple(stop or ()))
    settings = Settings(*chosen, min_p, schema=kept_to, loop=loop or None)
    if verbose:
        how.table(vlm.resolve(settings))
    turns = [{"role": "user", "content": asked}]
    answer = _whole(vlm, turns, settings) if as_json else _shown(vlm, turns, settings)
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


def _whole(vlm: Any, turns: list[dict[str, Any]], settings: Settings) -> Answer:
    with waiting("answering"):
        return vlm.answer(turns, settings)


def _shown(vlm: Any, turns: list[dict[str, Any]], settings: Settings) -> Answer:
    *_, last = map(_written, streamed(lambda: vlm.stream(turns, settings)))
    return last


def _written(piece: str | Answer) -> Any:
    if isinstance(piece, str):
        sys.stdout.write(piece)
        sys.stdout.flush()
    return piece


def _told(answer: Answer) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(answer)
