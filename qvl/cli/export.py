"""`qvl export`: a model as a checkpoint folder that every reader of the format takes."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qvl.cli import output

SETTINGS = (  # what lies beside the weights; the first one must be there
    "tokenizer.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
    "generation_config.json",
    "chat_template.jinja",
    "chat_template.json",
    "processor_config.json",
    "video_preprocessor_config.json",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
)
EXPECTED = SETTINGS[:4]
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}
SPARE = 16 * 2**20  # bytes on the disk for what is no weight


class Kind(StrEnum):
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


def export(
    model: Annotated[str, typer.Argument(help="nano, a checkpoint's folder, or a hub id.")],
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    dtype: Annotated[
        Kind | None, typer.Option(help="Type of the weights; that of MODEL unless given.")
    ] = None,
    shard_size: Annotated[str, typer.Option(help="Of a file at most: 5GB, 500MB, 4GiB.")] = "5GB",
) -> None:
    """Write a model as it is published: a folder that transformers and others load strictly."""
    limit = size_of(shard_size)
    check_new(model, out)
    from qvl.hub import locate

    source = locate(model)
    write(source, out, limit, dtype)
    output.text(str(out))


def size_of(text: str) -> int:
    """Bytes of "5GB" or "4GiB"; ValueError for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]?I?)B?", text.strip().upper())
    size = int(float(found[1]) * UNITS[found[2]]) if found and found[2] in UNITS else 0
    if not size:
        raise ValueError(f"--shard-size {text!r} is no size; write it like 5GB, 500MB or 4GiB")
    return size


def check_new(model: str, out: Path) -> None:
    """ValueError unless `out` is free: an export never mixes with files that are there."""
    if out.is_dir() and Path(model).is_dir() and out.samefile(model):
        raise ValueError(f"{out} is the model itself; name a new folder")
    if out.is_dir() and any(out.iterdir()):
        raise ValueError(f"{out} is not empty; name a new folder, or remove this one first")
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; name a new folder")


def write(source: Path, out: Path, shard_bytes: int, dtype: str | None) -> None:
    """The model of `source` as a new folder."""
    import torch

    from qvl.chat.tokenizer import Tokenizer
    from qvl.model import weights

    Tokenizer.load(source)  # a broken one is found before hours of copying
    kind = getattr(torch, dtype) if dtype else None
    model = weights.load(source)
    size = sum(x.numel() * (kind or x.dtype).itemsize for x in model.parameters())
    with drafted(source, out, size) as draft:
        weights.save(model, draft, shard_bytes, kind, progress())


@contextmanager
def drafted(source: Path, out: Path, size: int) -> Iterator[Path]:
    """A folder beside `out` with the settings of `source`, which moves there when it is whole.

    ValueError where the disk has no room for `size` bytes of weights.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(out.parent).free
    if size + SPARE > free:
        raise ValueError(
            f"{out} needs {(size + SPARE) / 1e9:.2f} GB, {free / 1e9:.2f} are free; make room"
        )
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    draft.mkdir()
    try:
        output.note(f"writing {size / 1e9:.2f} GB to {out}")
        for name in _present(source):
            shutil.copyfile(source / name, draft / name)
        yield draft
        draft.replace(out)
    except BaseException:
        shutil.rmtree(draft)
        raise


def _present(source: Path) -> list[str]:
    """The settings that `source` has; what other programs will miss is told."""
    for name in EXPECTED:
        if not (source / name).is_file():
            output.note(f"{source} has no {name}; the export has none either")
    return [name for name in SETTINGS if (source / name).is_file()]


def progress() -> Callable[[int, int], None]:
    """Tells of each file once a second has passed."""
    began = time.monotonic()

    def told(done: int, total: int) -> None:
        if time.monotonic() - began > 1:
            output.note(f"{done / 1e9:.2f} of {total / 1e9:.2f} GB")

    return told
