"""`qvl train sample`: a model's own right answers, and pairs of a right one with a worse one."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from qvl.cli import output
from qvl.cli.data_sift import HeldOut, Name, Out, Rate, Redo, Shards, run
from qvl.cli.options import load

JOURNAL = "draws.jsonl"


def sample(
    model: Annotated[str, typer.Argument(help="nano, a checkpoint's folder, or a hub id.")],
    shards: Shards,
    out: Out,
    name: Name = "sampled",
    n: Annotated[int, typer.Option("--n", min=1, help="Answers a question.")] = 8,
    keep: Annotated[int, typer.Option(min=1, help="Of these, kept at most.")] = 2,
    temperature: Annotated[float, typer.Option(min=0, help="Above 0, answers differ.")] = 1.0,
    top_p: Annotated[float, typer.Option(min=0, max=1, help="1 keeps every token.")] = 1.0,
    max_tokens: Annotated[int, typer.Option(min=1, help="An answer is cut off here.")] = 2048,
    longest: Annotated[int, typer.Option(min=1, help="Tokens of what is kept at most.")] = 1024,
    easiest: Annotated[
        float, typer.Option(min=0, max=1, help="Share right above which a question is left out.")
    ] = 1.0,
    judge: Annotated[
        str | None, typer.Option(help="A model that says whether steps use the picture.")
    ] = None,
    languages: Annotated[
        Path | None, typer.Option(help="Fetched packages, to tell languages of one script apart.")
    ] = None,
    max_error_rate: Rate = 0.05,
    redo: Redo = False,
    held_out: HeldOut = False,
) -> None:
    """Answer questions again and keep what is right; what was answered before is not asked."""
    from qvl.data.filters import Reread, over
    from qvl.data.reject.draws import opened
    from qvl.data.reject.drops import RULES, Drops, Steps
    from qvl.data.reject.sampling import Kept, Paired, Policy, Sampler, table
    from qvl.messages import Settings

    policy = Policy(n, keep, easiest)
    rules = (*RULES, *_language(languages))
    settings = Settings(max_tokens, temperature, top_p, top_k=0)
    with opened(out / JOURNAL) as journal:
        asker, limits = _asker(model, settings, journal)
        steps = Steps(_asker(judge, Settings(16, 0.0), journal)[0]) if judge else None
        drops = Drops(longest, rules, steps)
        sampler = Sampler(asker, limits, policy, drops, at_once=n)
        of = Reread(tuple(shards))
        config: dict[str, Any] = {
            "weights": asker.weights,
            "judge": [steps.asker.weights, steps.prompt] if steps else [],
            "settings": asdict(settings),
            "policy": [*asdict(policy).values(), longest],
            "rules": [getattr(rule, "__name__", type(rule).__name__) for rule in rules],
        }
        told, how = {}, (0, max_error_rate, redo)
        for what, stage in ((name, Kept(of, sampler)), (f"{name}-pairs", Paired(of, sampler))):
            plan = over(what, shards, config, held_out=held_out)
            told[what] = run(plan, stage, out, how, ray=False)
        told["families"] = table(plan, of, sampler)
    output.save_json(told, out / f"{name}.sampled.json")
    output.data(told)


def _asker(model: str, settings: Any, journal: Any) -> tuple[Any, Any]:
    """A model to be asked, loaded only where there is something left to ask; and its limits."""
    from functools import cache

    from qvl.data.reject.draws import Asker
    from qvl.hub import locate
    from qvl.inputs import Limits

    folder = locate(model)
    opened = cache(lambda: load(model))
    name = folder.name if Path(model).exists() else model
    asker = Asker(
        lambda messages, settings: opened().answer(messages, settings),
        name,
        _hash(folder),
        settings,
        journal,
    )
    return asker, Limits.load(folder)


def _hash(folder: Path) -> str:
    """Of all that decides what a checkpoint answers."""
    from hashlib import sha256

    from qvl.data.index import digest

    paths = sorted(p for p in folder.iterdir() if p.suffix in (".safetensors", ".json", ".jinja"))
    return sha256("".join(f"{p.name} {digest(p)}\n" for p in paths).encode()).hexdigest()[:32]


def _language(packages: Path | None) -> tuple[Any, ...]:
    if packages is None:
        return ()
    from qvl.data.rules.language import Language
    from qvl.data.words.identify import identifier

    return (Language(identifier(packages)),)
