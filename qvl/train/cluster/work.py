"""What a step computes and how evenly ranks share it: packs are made and dealt, never read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

from qvl.config import Config
from qvl.data.mixture import BLOCK
from qvl.data.packing import first_fit
from qvl.model.flops import Factors, flops
from qvl.train.cluster.layout import data, together
from qvl.train.cluster.mixtures import Shape, shapes
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.units import PARTS
from qvl.train.looking import deal
from qvl.train.meshes import Parallel

SIMULATED = 1024  # packs at least, in whole steps
SEED = 0


@dataclass(frozen=True)
class Pack:
    """Samples of one micro-batch: what they hold, and their forward FLOPs by part."""

    tokens: int
    patches: tuple[int, ...]  # of each picture and frame pair
    tower: float
    merger: float
    llm: float
    attention: float  # of the decoder, counted in `llm` too
    labels: int  # rows that become logits

    def cost(self, factors: Factors) -> float:
        """FLOPs of a training step on it, recomputation not counted."""
        return factors.tower * self.tower + factors.merger * self.merger + factors.llm * self.llm

    def patches_of(self, ranks: int) -> int:
        """Patches of the busiest of `ranks` that share the frames, each given whole."""
        dealt = deal(self.patches, ranks)
        return max(sum(self.patches[i] for i in each) for each in dealt)


@dataclass(frozen=True)
class Work:
    """A mean pack of some steps, and the largest."""

    tokens: float
    patches: float  # of the whole pack
    busiest: float  # patches of the busiest of the ranks that share it
    most: int  # and in the pack where that is most
    tower: float  # forward FLOPs, as `Pack` has them
    merger: float
    llm: float
    attention: float
    labels: float  # rows that become logits
    imbalance: float  # time of the slowest data rank, in times of the mean


def packs(
    cfg: Config, stream: Iterable[Shape], capacity: int, runs: frozenset[str] = PARTS
) -> Iterator[Pack]:
    """Packs of up to `capacity` tokens, a window of the stream at a time, as the loader packs.

    Only the parts in `runs` cost anything: the contrastive stage has no decoder.
    """
    stream = iter(stream)
    while window := list(islice(stream, BLOCK)):
        for held in first_fit([shape.tokens for shape in window], capacity):
            yield pack_of(cfg, [window[i] for i in held], runs)


def pack_of(cfg: Config, samples: Sequence[Shape], runs: frozenset[str] = PARTS) -> Pack:
    """These samples as one pack."""
    lengths = [shape.tokens for shape in samples] if "llm" in runs else []
    grids = [grid for shape in samples for grid in shape.grids]
    labels = sum(shape.labels for shape in samples) if "llm" in runs else 0
    found = flops(cfg, lengths, grids, (), labels)
    text = cfg.text
    pairs = sum(n * (n + 1) for n in lengths)  # twice what causal attention sees
    attention = 2.0 * text.num_hidden_layers * text.num_attention_heads * text.head_dim * pairs
    return Pack(
        tokens=sum(shape.tokens for shape in samples),
        patches=tuple(h * w for t, h, w in grids for _ in range(t)),
        tower=float(found.tower),
        merger=float(found.merger),
        llm=float(found.llm),
        attention=attention,
        labels=labels,
    )


def work(made: Sequence[Pack], stage: Stage, layout: Parallel) -> Work:
    """Of whole steps of packs, each dealt to the data ranks by cost."""
    factors = Factors.of(stage.learns)
    shared = [pack.patches_of(together(layout)) for pack in made]
    return Work(
        tokens=fmean(pack.tokens for pack in made),
        patches=fmean(sum(pack.patches) for pack in made),
        busiest=fmean(shared),
        most=max(shared),
        tower=fmean(pack.tower for pack in made),
        merger=fmean(pack.merger for pack in made),
        llm=fmean(pack.llm for pack in made),
        attention=fmean(pack.attention for pack in made),
        labels=fmean(pack.labels for pack in made),
        imbalance=imbalance([pack.cost(factors) for pack in made], stage.packs, data(layout)),
    )


def imbalance(costs: Sequence[float], a_step: int, data: int) -> float:
    """Time of steps over that of steps shared out evenly: ranks wait for the slowest.

    Packs of a step are sorted by cost and dealt in turn, so that those of one micro-batch are
    alike: the micro-batch takes as long as its dearest.
    """
    slowest = total = 0.0
    for start in range(0, len(costs) - a_step + 1, a_step):
        step = sorted(costs[start : start + a_step], reverse=True)
        slowest += sum(step[::data])
        total += sum(step) / data
    return slowest / total if total else 1.0


def simulated(cfg: Config, stage: Stage) -> tuple[Pack, ...]:
    """Whole steps of a stage, from its stated mixture."""
    steps = -(-SIMULATED // stage.packs)
    stream = shapes(stage.mixture, stage.pack, SEED)
    return tuple(islice(packs(cfg, stream, stage.pack, stage.runs), steps * stage.packs))
