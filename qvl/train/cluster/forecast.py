"""A step's time, and what follows from it: tokens a second, utilisation, days."""

from dataclasses import dataclass

from qvl.config import Config
from qvl.model.flops import Factors
from qvl.train.cluster.activations import Block, kept
from qvl.train.cluster.hardware import ATTENTION, MATRICES, MEMORY, USABLE, Hardware
from qvl.train.cluster.layout import check, compute, data, together
from qvl.train.cluster.memory import peak
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.traffic import Flow, heads, sharding
from qvl.train.cluster.work import Work
from qvl.train.meshes import Parallel, Recompute

DAY = 86400.0  # seconds


@dataclass(frozen=True)
class Forecast:
    """What a step takes on every rank of a cluster, and the whole stage."""

    stage: Stage
    layout: Parallel
    card: Hardware
    memory: dict[str, float]  # line -> bytes on the fullest rank
    flows: tuple[Flow, ...]
    work: Work
    flops: float  # of a step over all ranks, ViT counted, recomputation not
    computing: float  # seconds a step on a rank, its share of waiting for the slowest too
    talking: float  # of collectives that computation waits for
    hidden: float  # of collectives that run beside it
    updating: float  # the optimiser's

    @property
    def seconds(self) -> float:
        """A step: what is asked for ahead hides behind all else, as far as that lasts."""
        return max(self.computing + self.talking, self.hidden) + self.updating

    @property
    def tokens(self) -> float:
        """A step."""
        return self.work.tokens * self.stage.packs

    @property
    def mfu(self) -> float:
        return self.flops / self.seconds / (self.layout.size * self.card.flops)

    @property
    def days(self) -> float:
        return self.stage.tokens / self.tokens * self.seconds / DAY

    @property
    def gpu_days(self) -> float:
        return self.days * self.layout.size

    @property
    def total(self) -> float:
        """Bytes on the fullest rank."""
        return sum(self.memory.values())

    @property
    def fits(self) -> bool:
        return self.total <= USABLE * self.card.memory


def forecast(cfg: Config, stage: Stage, layout: Parallel, card: Hardware, done: Work) -> Forecast:
    """One stage on one layout, whose mean pack is `done`."""
    check(layout, cfg, stage.packs)
    if layout.param_dtype != "bfloat16":
        raise ValueError(f"param_dtype is {layout.param_dtype!r}; cards are known for bfloat16")
    factors, micro = Factors.of(stage.learns), stage.packs // data(layout)
    flows = [
        *sharding(cfg, layout, stage, card.node),
        *heads(cfg, layout, stage, card.node, done),
    ]
    memory = peak(cfg, layout, stage, done.most)
    state = memory["parameters"] + memory["gradients"] + memory["optimiser"]
    cost = factors.tower * done.tower + factors.merger * done.merger + factors.llm * done.llm
    one = _computing(cfg, layout, stage, card, done)
    return Forecast(
        stage=stage,
        layout=layout,
        card=card,
        memory=memory,
        flows=tuple(flows),
        work=done,
        flops=cost * stage.packs,
        computing=micro * done.imbalance * one,
        talking=sum(flow.seconds(card) for flow in flows if not flow.hidden),
        hidden=sum(flow.seconds(card) for flow in flows if flow.hidden),
        updating=2 * state / (card.bandwidth * MEMORY),  # each number is read and written
    )


def _computing(cfg: Config, layout: Parallel, stage: Stage, card: Hardware, done: Work) -> float:
    """Seconds of one pack on the busiest of the ranks that share it.

    Matrix products and attention go at their shares of the card's FLOP/s. All else goes at the
    speed of the memory: it reads and writes about what autograd would keep, twice its bytes
    forward and twice that backward (blocks compiled). What is checkpointed goes forward once more
    where gradients reach it; "selective" spares the products and the attention.
    """
    factors = Factors.of(stage.learns)
    llm = _passes(factors.llm, layout.checkpointing)
    tower = _passes(factors.tower, layout.tower_checkpointing)
    part = done.busiest / max(done.patches, 1)
    products = llm * (done.llm - done.attention) / together(layout)
    products += (tower * done.tower + factors.merger * done.merger) * part
    # without weights of its own, attention goes backward at twice its forward cost all the same
    attention = llm + (factors.llm == 2) if factors.llm > 1 else 1
    attention *= done.attention / together(layout)
    seconds = products / (card.flops * MATRICES) + attention / (card.flops * ATTENTION)
    layer, block = Block.of_layer(cfg, stage, layout.cp), Block.of_tower(cfg, stage)
    rows, b = done.tokens / layout.cp * ("llm" in stage.runs), compute(layout)
    moved = cfg.text.num_hidden_layers * kept(layer, rows, "none", layout.tp, b)
    moved *= _moves(factors.llm, layout.checkpointing)
    seen = cfg.vision.depth * kept(block, done.busiest, "none", 1, b)
    moved += seen * _moves(factors.tower, layout.tower_checkpointing)
    return seconds + moved / (card.bandwidth * MEMORY)


def _passes(factor: int, policy: Recompute) -> int:
    """Forward passes' worth of products: one more where all is computed again."""
    return factor + (policy == "full" and factor > 1)


def _moves(factor: int, policy: Recompute) -> int:
    """How often what a block keeps is written and read beside its products."""
    return 2 * (3 + (policy != "none") if factor > 1 else 1)
