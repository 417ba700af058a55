"""What ranks send each other in a step: bytes, links and seconds.

A ring of n ranks hands on (n - 1) / n of what is gathered; an all-reduce does so twice.
"""

from dataclasses import dataclass
from typing import Literal

from qvl.config import Config
from qvl.train.cluster.hardware import HOP, LINKS, NETWORK_HOP, START, Hardware
from qvl.train.cluster.layout import BYTES, compute, data, shards, together
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.units import Unit, units
from qvl.train.cluster.work import Work
from qvl.train.meshes import Parallel

Kind = Literal["all-gather", "reduce-scatter", "all-reduce", "all-to-all"]


@dataclass(frozen=True)
class Ring:
    """Ranks `stride` apart that talk, in a cluster whose nodes hold `node` ranks each."""

    size: int
    stride: int
    node: int

    @property
    def in_node(self) -> int:
        """Members in one node."""
        return max(1, min(self.size, self.node // self.stride))

    @property
    def crosses(self) -> bool:
        return self.in_node < self.size

    def seconds(self, kind: Kind, bytes_: float, card: Hardware) -> float:
        """Of one collective over `bytes_`, the whole of what is gathered, summed or exchanged.

        Between nodes all members of a node send at once, each through its own adapter, so the
        ring is as fast as theirs together. An exchange goes straight to each rank.
        """
        if self.size == 1:
            return 0.0
        nodes = self.size // self.in_node if self.crosses else 1
        speed, share = card.nvlink, (self.size - 1) / self.size
        if self.crosses and kind == "all-to-all":
            speed = card.network
        elif self.crosses:
            speed = min(card.nvlink, card.network * self.in_node)
        hops = HOP * (self.size - nodes) + NETWORK_HOP * (nodes if nodes > 1 else 0)
        turns = 2 if kind == "all-reduce" else 1
        return START + turns * (hops + share * bytes_ / (speed * LINKS))


@dataclass(frozen=True)
class Flow:
    """A kind of collective of a step."""

    name: str
    kind: Kind
    ring: Ring
    calls: float  # on each rank, a step
    payload: float  # bytes a step: the whole of what is gathered, summed or exchanged
    hidden: bool  # behind computation: asked for before it is needed

    @property
    def sent(self) -> float:
        """Bytes that a rank sends a step."""
        turns = 2 if self.kind == "all-reduce" else 1
        return turns * self.payload * (self.ring.size - 1) / self.ring.size

    @property
    def between(self) -> float:
        """Of them, those that a rank of a ring has to send to another node, on average.

        One link of a ring's in each node leaves it; an exchange leaves with all but the node's.
        """
        if not self.ring.crosses:
            return 0.0
        if self.kind == "all-to-all":
            return self.payload * (1 - self.ring.in_node / self.ring.size)
        return self.sent / self.ring.in_node

    def seconds(self, card: Hardware) -> float:
        """A step."""
        if not self.calls:
            return 0.0
        return self.calls * self.ring.seconds(self.kind, self.payload / self.calls, card)


def sharding(cfg: Config, layout: Parallel, stage: Stage, node: int) -> list[Flow]:
    """What sharded weights cost in a step.

    Each unit is gathered for the forward pass and, but for the root, which stays, once more for
    the backward pass where gradients reach it; its gradient is summed into shards where it learns.
    Groups that hold the model whole sum their shards with the last micro-batch.
    """
    made = units(cfg, stage.runs)
    again = _again(made, stage.learns)
    rings = (
        ("of the decoder", ("layer", "root"), Ring(shards(layout, "llm"), layout.tp, node)),
        ("of the tower", ("blocks", "ends"), Ring(shards(layout, "tower"), 1, node)),
    )
    flows = []
    for name, kinds, ring in rings:
        own = [unit for unit in made if unit.kind in kinds]
        flows += _shards(name, own, again, ring, layout, stage)
    return [flow for flow in flows if flow.ring.size > 1 and flow.calls]


def _again(made: tuple[Unit, ...], learns: frozenset[str]) -> dict[Unit, int]:
    """How many of each are gathered for the backward pass, too.

    It begins with the last layer and goes back to the first unit that learns. The one before that
    is fetched ahead for nothing.
    """
    order = [each for kind in ("blocks", "ends", "layer") for each in made if each.kind == kind]
    first = next((i for i, unit in enumerate(order) if unit.learns(learns)), len(order))
    return {unit: unit.count if i >= first else int(i == first - 1) for i, unit in enumerate(order)}


def _shards(
    name: str, own: list[Unit], again: dict[Unit, int], ring: Ring, layout: Parallel, stage: Stage
) -> list[Flow]:
    micro, learns = stage.packs // data(layout), stage.learns
    turns = [unit.count + again.get(unit, 0) for unit in own]
    gathered = sum(n * unit.padded(layout) for n, unit in zip(turns, own, strict=True))
    sums = sum(unit.count for unit in own if unit.learns(learns))
    summed = sum(unit.count * unit.learning(layout, learns) for unit in own)
    replicas = Ring(layout.dp_replicate, shards(layout, "tower"), ring.node)
    weights, b = micro * gathered * compute(layout), BYTES[layout.reduce_dtype]
    whole, shard = micro * summed * b, summed // ring.size * b
    return [
        Flow(f"weights {name}", "all-gather", ring, micro * sum(turns), weights, True),
        Flow(f"gradients {name}", "reduce-scatter", ring, micro * sums, whole, True),
        Flow(f"replicas {name}", "all-reduce", replicas, sums, shard, True),
    ]


def heads(cfg: Config, layout: Parallel, stage: Stage, node: int, done: Work) -> list[Flow]:
    """What sharing a pack costs in a step of mean packs: heads by tp, tokens by cp, frames by both.

    tp: a layer's output is summed twice forward and twice backward, and the embedding's once; what
    is computed again stops before its second sum. Logits are gathered. cp: queries, keys, values
    and what attention gives are exchanged, tokens for heads; key/value heads are repeated where
    there are fewer than ranks. Every rank gets the vision tokens of all.
    """
    text, micro, b = cfg.text, stage.packs // data(layout), compute(layout)
    b_rows = b * done.tokens / layout.cp
    again, layers = int(layout.checkpointing != "none"), text.num_hidden_layers
    in_heads, in_pack = Ring(layout.tp, 1, node), Ring(together(layout), 1, node)
    flows = []
    if "llm" in stage.runs:
        sums = (4 + again) * layers + 1
        stream = sums * b_rows * text.hidden_size
        flows.append(("sums over heads", "all-reduce", in_heads, sums, stream))
        words = b * done.labels / layout.cp * text.vocab_size
        flows.append(("logits", "all-gather", in_heads, 1, words))
        keys = max(text.num_key_value_heads // layout.tp, layout.cp)
        columns = 2 * (text.num_attention_heads // layout.tp + keys) * text.head_dim
        passes, pieces = (
            (2 + (layout.checkpointing == "full")) * layers,
            Ring(layout.cp, layout.tp, node),
        )
        trades = 2 * passes, passes * b_rows * columns
        flows.append(("tokens for heads", "all-to-all", pieces, *trades))
    seen = b * done.patches / cfg.vision.spatial_merge_size**2 * text.hidden_size
    ways = 2 if stage.learns & {"tower", "merger"} else 1
    flows.append(("vision tokens", "all-to-all", in_pack, ways, ways * seen))
    return [
        Flow(name, kind, ring, micro * calls, micro * payload, False)
        for name, kind, ring, calls, payload in flows
        if ring.size > 1
    ]
