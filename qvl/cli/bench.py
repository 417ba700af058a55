"""`qvl bench`: how fast a model is on this machine, and how much of what is possible that is."""

from typing import Annotated, Any

import typer

from qvl.cli import output
from qvl.cli.export import Kind
from qvl.cli.options import AsJson, Bits, Folder, Quant, size_of
from qvl.cli.progress import waiting
from qvl.media.errors import shown
from qvl.media.fetch import picture as picture_of
from qvl.media.sizes import BOMB

UNSTEADY = 1.5  # times as long as others of its kind takes what is disturbed
SIDE = 16384  # pixels of a picture that is drawn, at most
SIZE = (640, 480)  # pixels of the picture that is drawn where none is named


def bench(
    model: Annotated[
        str, typer.Argument(help="nano, a checkpoint's folder, or a hub id.")
    ] = "nano",
    picture: Annotated[
        str | None, typer.Option(help="To be seen: a path or address; one is drawn unless given.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="Of the picture that is drawn, WxH (640x480).")
    ] = None,
    tokens: Annotated[int, typer.Option(min=2, help="Tokens of each answer to time.")] = 32,
    batch: Annotated[str, typer.Option(help="How many answers at once.")] = "1,4,8",
    dtype: Annotated[
        Kind | None, typer.Option(help="Of the weights: float32 on a CPU, else bfloat16.")
    ] = None,
    quant: Quant = None,
    device: Annotated[
        str | None, typer.Option(help="Such as cpu or cuda:1; a GPU if there is one.")
    ] = None,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """How fast a model is here: its first token by stages, tokens a second, memory.

    Memory bandwidth and the rate of matrix products are measured in the same run, to compare with.
    """
    batches, drawn = _batches(batch), _drawn(size)
    if picture is not None and size is not None:
        raise ValueError(f"--size {size} is of a picture that is drawn; leave it or --picture out")
    if picture is not None:
        picture_of(picture)  # what is none is told before the model is opened
    vlm = _load(model, dtype, quant, device)
    from qvl.cli import benched

    source = benched.drawn(*drawn) if picture is None else picture
    figures = _measured(vlm, model, source, tokens, batches)
    figures["model"]["quant"] = quant and str(quant)
    _caution(figures)
    if as_json:
        output.data(figures)
    else:
        from qvl.cli.bench_table import table

        output.text("\n".join(table(figures)))
    if output_folder:
        output.save_json(figures, output_folder / "bench.json")


def _load(model: str, dtype: Kind | None, quant: Bits | None, device: str | None) -> Any:
    import torch

    from qvl.vlm import load

    if device is not None:
        _check(device)
    with waiting(f"opening {model}"):
        kind = getattr(torch, dtype) if dtype else None
        return load(model, device=device, dtype=kind, quant=quant)


def _check(device: str) -> None:
    """ValueError unless torch can compute there."""
    import torch

    try:
        torch.ones(1, device=device).item()
    except (RuntimeError, AssertionError):  # an unknown name; a build of torch without it
        have = ["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
        raise ValueError(
            f"--device {device!r} is none that this torch can use; it has {', '.join(have)}"
        ) from None


def _measured(
    vlm: Any, model: str, source: str | bytes, tokens: int, batches: list[int]
) -> dict[str, Any]:
    from qvl.cli import bench_machine, benched

    device = vlm.model.model.embed_tokens.weight.device
    with waiting("looking at a picture"):
        first = benched.first_token(vlm, source)
    named = "drawn" if isinstance(source, bytes) else shown(source)
    rows = []
    for count in batches:
        with waiting(f"writing {count} answers at once" if count > 1 else "writing an answer"):
            rows.append(benched.decode(vlm, count, tokens))
    held = bench_machine.memory(device)  # before the peaks, which need some themselves
    with waiting("measuring the machine"):
        machine = bench_machine.machine(device, benched.dtype_of(vlm))
    figures = {
        "machine": machine,
        "model": benched.told(vlm, model),
        "first_token": {"picture": named, **first},
        "decode": rows,
        "memory": held,
    }
    benched.shares(figures)
    return benched.short(figures)


def _caution(figures: dict[str, Any]) -> None:
    """What may mislead, on stderr."""
    one = figures["decode"][0]
    low, high = (1e3 * one[key] for key in ("tenth_seconds", "ninetieth_seconds"))
    if high > UNSTEADY * low:
        output.note(
            f"qvl: the same step took {low:.3g} to {high:.3g} ms: the machine does other work; "
            "run it again when it is idle"
        )
    if one["bandwidth_share"] > 1:
        output.note(
            "qvl: more than all of the bandwidth: the weights that a token reads stay in the "
            "processor's caches"
        )


def _batches(text: str) -> list[int]:
    """Sizes of "1,4,8", 1 always among them; ValueError for anything else."""
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and 0 < int(word) <= 1024 for word in words):
        raise ValueError(f"--batch is {text!r}; give numbers from 1 to 1024 such as 1,4,8")
    return sorted({1, *map(int, words)})


def _drawn(size: str | None) -> tuple[int, int]:
    """Of the picture that is drawn; ValueError for one that is no size, or too large to draw."""
    width, height = size_of("--size", size) or SIZE
    if max(width, height) > SIDE or width * height > BOMB:
        raise ValueError(
            f"--size {size} is too large; give sides of at most {SIDE} and {BOMB} pixels"
        )
    return width, height
