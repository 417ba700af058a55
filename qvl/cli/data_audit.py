"""`qvl data look, stats, check, overlap`: what is in shards, and whether it may be."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.cli import output
from qvl.cli.options import AsJson
from qvl.cli.progress import waiting

Shards = Annotated[list[Path], typer.Argument(help="Shards: .tar files.")]


def look(
    shard: Annotated[Path, typer.Argument(help="A shard; those in rejected/ tell why, too.")],
    html: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write [SHARD.html, here].")
    ] = None,
    at_most: Annotated[int, typer.Option(min=1, help="Samples to show.")] = 40,
    family: Annotated[str | None, typer.Option(help="Only samples of this family.")] = None,
) -> None:
    """A gallery of samples in one HTML file: boxes drawn, answers as they are taught, licences."""
    from qvl.data.drafts import draft
    from qvl.data.gallery import page
    from qvl.data.shards import stream

    path = html or Path(f"{shard.stem}.html")
    records = (r for r, _ in stream([shard]) if family in (None, r.family))
    with waiting(f"drawing {shard.name}"), draft(path) as beside, beside.open("w") as file:
        file.writelines(page(shard.name, islice(records, at_most)))
    output.text(str(path))


def stats(
    shards: Shards,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Count text tokens as this model does.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Counts by family, language and licence; sizes, words, tokens."""
    from qvl.data.stats import stats as counted

    count = _counter(model) if model else None
    with waiting("reading the shards"):
        told = counted(shards, count)
    if as_json:
        output.data(told)
        return
    for name, value in told.items():
        if isinstance(value, dict):
            output.text(name)
            for key, number in value.items():
                output.text(f"  {key:24} {number:12,}")
        else:
            output.text(f"{name:26} {value:12,}")


def _counter(model: str) -> Callable[[str], int]:
    from qvl.chat.tokenizer import Tokenizer
    from qvl.hub import locate_settings

    tokenizer = Tokenizer.load(locate_settings(model))
    return lambda text: len(tokenizer.encode(text))


def check(shards: Shards) -> None:
    """Read every byte of shards against their checksums; exit code 2 names the first damage."""
    from qvl.data.shards import verify

    for shard in shards:
        with waiting(f"reading {shard.name}"):
            verify(shard)
        output.text(f"ok {shard}")


def overlap(
    train: Annotated[list[Path], typer.Argument(help="Shards for training.")],
    held_out: Annotated[list[Path], typer.Option(help="Shards for tests; may be repeated.")],
    allow: Annotated[
        float, typer.Option(min=0, max=1, help="Share of a text's 5-grams that may be shared.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """What training and tests have in common; exit code 1 unless it is nothing."""
    from dataclasses import asdict

    from qvl.data.overlap import overlap as shared

    with waiting("comparing the shards"):
        found = shared(train, held_out, allow)
    rows: list[dict[str, Any]] = [asdict(each) for each in found]
    if as_json:
        output.data({"shared": rows})
    else:
        for each in found:
            output.text(f"{each.what:8} {each.share:7.2%}  {each.held_out}  {each.train}")
    output.note(f"{len(found)} of the samples for tests have something of training in them")
    if found:
        raise typer.Exit(1)
