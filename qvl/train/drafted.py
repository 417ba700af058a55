"""A run's settings as what trains: the objective on its device, and the batches of every step."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from typing import Any

import torch

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config
from qvl.data.lessons import Lessons
from qvl.data.loader import Loader
from qvl.data.plan import Deal, Plan
from qvl.data.preferences import PairShards, Preferences
from qvl.data.stock import Stock, stocks
from qvl.hub import locate, locate_settings
from qvl.inputs import Limits
from qvl.model.flops import flops
from qvl.model.lora import attach
from qvl.model.parts import freeze
from qvl.model.qwen import QwenVL
from qvl.model.weights import read_config
from qvl.tokens import IGNORE
from qvl.train.config import Run
from qvl.train.contrast import Sigmoid, Softmax
from qvl.train.contrastive import Contrastive, begin
from qvl.train.objective import NextToken
from qvl.train.onepass import one_pass
from qvl.train.pairs import PairBatch, Pairs
from qvl.train.pairsets import PairSets, counted
from qvl.train.parallel import World, parallelise
from qvl.train.preference import Preference
from qvl.train.references import Cache, weights_digest
from qvl.train.rounds import Rounds
from qvl.train.start import build

Say = Callable[[str], None]


@dataclass(frozen=True)
class Reader:
    """How records of a run become samples."""

    home: Path  # of the config, tokenizer and limits
    config: Config
    tokenizer: Tokenizer
    limits: Limits


@dataclass(frozen=True)
class Drafted:
    """All that the loop needs. `world` are the processes with batches of their own."""

    objective: Any
    world: World
    steps: int
    batches_of: Callable[[int], list[Any]]
    close: Callable[[], None]
    told: Callable[[], dict[str, Any]]  # of the data, for the log
    learns: Collection[str]
    half: torch.dtype | None
    like: Path  # a model's folder whose small files the result takes over
    capacity: int = 0  # tokens of a pack; 0 where packs are not filled by tokens

    def flops(self, batches: Sequence[Any]) -> float:
        """Of a step on these batches, without what is computed again or thrown away."""
        cfg = self.objective.model.cfg
        total = 0.0
        for each in batches:
            text = not isinstance(each, PairBatch)
            lengths = each.lengths if text else ()
            labels = int((each.labels != IGNORE).sum()) if text else 0
            total += flops(cfg, lengths, each.grid_thw, self.learns, labels).step
        return total


def drafted(run: Run, device: str, everyone: World, say: Say) -> Drafted:
    """ValueError or OSError for settings that do not fit, data or weights that are not there."""
    read = reader(run)
    model = build(
        read.config,
        tower=_folder(run.model.tower),
        llm=_folder(run.model.llm),
        whole=_folder(run.model.whole),
        seed=run.seed,
    )
    model.train()
    freeze(model, () if run.lora else run.row.learns)
    if run.lora:
        attach(model, run.lora, run.seed)
    model.to(device)
    made = {"next": _next, "contrast": _contrast, "preference": _preference}[run.row.loss]
    return made(run, read, model, everyone, say)


def reader(run: Run) -> Reader:
    """ValueError for limits that exclude each other."""
    home = locate_settings(run.model.sizes)
    limits = Limits.load(home)
    low = run.model.min_pixels or limits.min_pixels
    high = run.model.max_pixels or limits.max_pixels
    if low > high:
        raise ValueError(f"min_pixels {low} is over max_pixels {high}; set both, or neither")
    limits = replace(limits, min_pixels=low, max_pixels=high)
    return Reader(home, read_config(home), Tokenizer.load(home), limits)


def _folder(model: str) -> Path | None:
    return locate(model) if model else None


def _next(run: Run, read: Reader, model: QwenVL, everyone: World, say: Say) -> Drafted:
    objective = NextToken(model, run.weighting)
    world = parallelise(objective, run.parallel, everyone)
    if run.packs % world.size:
        raise ValueError(f"{run.packs} packs a step for {world.size} ranks; give a multiple")
    lessons = Lessons(read.tokenizer, read.config, read.limits, run.row.schema)
    sources = [each.source() for each in run.data]
    how = (run.tokens, run.row.learns)
    held = everyone.after_first(  # who counts; the others read what it kept
        lambda first: stocks(sources, lessons, *how, run.workers if first else 0)
    )
    for stock in held:
        say(_told(stock))
    plan = Plan(held, Deal(run.packs, run.seed))  # the same packs on any number of ranks
    loader = Loader(plan, lessons, rank=world.rank, ranks=world.size, workers=run.workers)
    return _made(
        run,
        read,
        objective,
        world,
        batches_of=loader,
        close=loader.close,
        told=lambda: loader.skips.tell(say),
        capacity=run.tokens,
    )


def _told(stock: Stock) -> str:
    counts = ", ".join(f"{n} {name}" for name, n in stock.told().items() if n)
    return f"{stock.source.name}: {counts}"


def _contrast(run: Run, read: Reader, model: QwenVL, everyone: World, say: Say) -> Drafted:
    asked = run.contrast
    text = replace(read.config.text, num_hidden_layers=asked.layers)
    pairs = Pairs(read.tokenizer, read.config, read.limits, asked.longest, run.seed)
    sources = [each.source() for each in run.data]
    rows, sizes = everyone.after_first(
        lambda first: counted(sources, pairs, run.workers if first else 0)
    )
    alone = Rounds(sizes, asked.patches, seed=run.seed)
    at_once = len(rows) / alone.steps_an_epoch
    contrast = Softmax() if asked.loss == "softmax" else Sigmoid(-log(at_once))
    objective = Contrastive(model, text, contrast, asked.width)
    begin(objective, run.seed)
    objective.to(next(model.parameters()).device)
    world = parallelise(objective, run.parallel, everyone)
    objective.world = world
    sets = PairSets(rows, replace(alone, ranks=world.size), pairs, world.rank)
    say(f"{len(rows)} pairs, {sets.rounds.steps_an_epoch} steps an epoch")
    return _made(
        run,
        read,
        objective,
        world,
        batches_of=sets.at,
        told=lambda: sets.skips.tell(say),
    )


def _preference(run: Run, read: Reader, model: QwenVL, everyone: World, say: Say) -> Drafted:
    objective, start = Preference(model, run.tuning), weights_digest(model)
    world = parallelise(objective, run.parallel, everyone)
    paths = [path for each in run.data for path in each.source().shards]
    shards = PairShards(paths, Preferences(read.tokenizer, read.config, read.limits))
    cache = Cache(run.out, start, shards.digest(), run.tokens, run.parallel.half)
    say(f"{len(shards)} pairs; what the start model thinks of them is computed once")
    once = one_pass(objective, shards, cache, run.packs, run.seed, world)
    made = _made(run, read, objective, world, batches_of=once)
    return replace(made, steps=min(run.steps, once.steps), capacity=run.tokens)


def _made(run: Run, read: Reader, objective: Any, world: World, **told: Any) -> Drafted:
    told = {"close": lambda: None, "told": dict, **told}
    learns = run.row.learns
    return Drafted(
        objective=objective,
        world=world,
        steps=run.steps,
        learns=learns,
        half=run.parallel.half,
        like=read.home,
        **told,
    )
