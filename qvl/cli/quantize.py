"""`qvl quantize`: a model in 4 bits, as a checkpoint folder in the published layout."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.cli import output
from qvl.cli.export import check_new, drafted, progress, size_of

PROBE = (  # of the manual of SQLite, which is in the public domain, as in samples
    "SQLite is an in-process library that implements a self-contained, serverless, "
    "zero-configuration, transactional SQL database engine. The code for SQLite is in the public "
    "domain and is thus free for use for any purpose, commercial or private. Unlike most other SQL "
    "databases, SQLite does not have a separate server process. SQLite reads and writes directly "
    "to ordinary disk files. A complete SQL database with multiple tables, indices, triggers, and "
    "views, is contained in a single disk file."
)


def quantize(
    model: Annotated[str, typer.Argument(help="nano, a checkpoint's folder, or a hub id.")],
    out: Annotated[Path, typer.Option("-o", "--output", help="A new folder.")],
    shard_size: Annotated[str, typer.Option(help="Of a file at most: 5GB, 500MB, 4GiB.")] = "5GB",
) -> None:
    """Write a model with its decoder in 4 bits (AWQ's layout) and tell how far it is off.

    Vision tower, embedding and head stay as they are.
    """
    limit = size_of(shard_size)
    check_new(model, out)
    from qvl.chat.tokenizer import Tokenizer
    from qvl.engine import coding
    from qvl.hub import locate

    source = locate(model)
    Tokenizer.load(source)  # a broken one is found before hours of work
    plan = coding.plan(source)
    after = sum(plan.sizes.values())
    with drafted(source, out, after) as draft:
        errors = coding.write(plan, draft, limit, progress())
    output.text(f"weights   {plan.before / 1e6:.1f} MB, now {after / 1e6:.1f} MB")
    for kind, error in errors.items():
        output.text(f"{kind:10}off by {error:.2%}")
    apart, nats = _compared(source, out, plan.dtype)
    output.text(f"logits    off by {apart:.2%}, KL {nats:.4f} nats a token")


def _compared(source: Path, out: Path, kind: Any) -> tuple[float, float]:
    """How far the logits of a text are from those of the model as it was."""
    from qvl.engine.coding import divergence
    from qvl.vlm import load

    asked = [{"role": "user", "content": [{"text": PROBE}]}]
    theirs = load(source, dtype=kind, device="cpu").logits(asked)
    ours = load(out, device="cpu").logits(asked)
    return divergence(ours, theirs)
