"""What a run is: everything that decides it, as a TOML file says it.

phase = "sft"
out = "runs/mine"
steps = 1000
[model]
sizes = "Qwen/Qwen2.5-VL-3B-Instruct"
whole = "Qwen/Qwen2.5-VL-3B-Instruct"
[[data]]
shards = "data/mine/*.tar"
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from glob import glob
from pathlib import Path
from typing import Literal

from qvl.data.costs import Overflow
from qvl.data.stock import Source
from qvl.model.lora import Lora
from qvl.model.parts import PARTS
from qvl.train.guard import Limits as GuardLimits
from qvl.train.meshes import Parallel
from qvl.train.objective import Weighting
from qvl.train.optim import OTHER, Part, Rates
from qvl.train.phases import BY_NAME, Phase
from qvl.train.preference import Tuning


@dataclass(frozen=True)
class Start:
    """Where the weights come from; a model is `nano`, a folder, or a hub id."""

    sizes: str  # its config, tokenizer and limits of pictures; its weights are not read
    whole: str = ""  # all weights from here,
    tower: str = ""  # or the tower,
    llm: str = ""  # and the decoder, of a text model too; what nothing gives starts at random
    min_pixels: int = 0  # limits of a picture's area after the resize; 0: those of `sizes`
    max_pixels: int = 0

    def __post_init__(self) -> None:
        _least(0, self, "min_pixels", "max_pixels", table="model.")


@dataclass(frozen=True)
class Set:
    """A set of the mixture. `qvl.data.stock.Source` tells what the fields mean."""

    shards: str  # a pattern of paths
    name: str = ""  # the folder's where none is given
    weight: float = 1.0
    overflow: Overflow = "drop"
    fps: tuple[float, ...] = ()
    max_pixels: tuple[int, ...] = ()
    loss_weight: float = 1.0

    def source(self) -> Source:
        """ValueError where no shard is there."""
        found = sorted(map(Path, glob(self.shards, recursive=True)))
        if not found:
            raise ValueError(f"no shard matches {self.shards!r}; make some with qvl data make")
        told = (self.weight, self.overflow, self.fps, self.max_pixels, self.loss_weight)
        return Source(self.name or found[0].parent.name, tuple(found), *told)


@dataclass(frozen=True)
class Optim:
    kind: Literal["adamw", "muon"] = "adamw"
    rate: float = 1e-4  # at its peak
    warmup: int = 50  # steps
    decay: float = 1.0  # share of the steps in which the rate falls; 1: from the warm-up on
    floor: float = 0.1  # share of the peak that is left at the end
    fall: Literal["cosine", "linear"] = "cosine"
    weight_decay: float = 0.05
    tower: float = 1.0  # factors of the rate
    merger: float = 1.0
    llm: float = 1.0
    other: float = 1.0  # of heads that are thrown away
    layer_decay: float = 1.0  # of the rate, from a block of the tower to the one below
    ema: float = 0.0  # decay of the average of the weights; 0: none is kept

    def __post_init__(self) -> None:
        _least(0, self, "warmup", "weight_decay", *PARTS, "other", table="optim.")
        if not 0 < self.rate < math.inf:
            raise ValueError(f"optim.rate is {self.rate}; give a number above 0, such as 1e-4")
        for name in ("decay", "floor", "layer_decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"optim.{name} is {getattr(self, name)}; give a share from 0 to 1")
        if not 0 <= self.ema < 1:
            raise ValueError(f"optim.ema is {self.ema}; give a decay from 0 to below 1")

    def rates(self, steps: int) -> Rates:
        return Rates(self.rate, self.warmup, steps, self.decay, self.floor, self.fall)

    def parts(self) -> dict[str, Part]:
        told = {"merger": self.merger, "llm": self.llm, OTHER: self.other}
        return {"tower": Part(self.tower, self.layer_decay)} | {
            name: Part(factor) for name, factor in told.items()
        }


@dataclass(frozen=True)
class Contrast:
    """Of the contrastive phase alone."""

    loss: Literal["sigmoid", "softmax"] = "softmax"  # sigmoid wants thousands of pairs a step
    width: int = 256  # of the features that are compared
    layers: int = 4  # of the text tower, whose other sizes are the decoder's
    patches: int = 4096  # of a rank's micro-batch at most
    longest: int = 128  # tokens of a caption

    def __post_init__(self) -> None:
        _least(1, self, "width", "layers", "patches", "longest", table="contrast.")


@dataclass(frozen=True)
class Look:
    """Held-out records that are asked at each checkpoint, for `out/look`; of chatml phases."""

    shards: str  # a pattern of paths
    count: int = 8  # records, from the first on
    max_tokens: int = 64  # of an answer

    def __post_init__(self) -> None:
        _least(1, self, "count", "max_tokens", table="look.")

    def source(self) -> Source:
        return Set(self.shards).source()


@dataclass(frozen=True)
class Run:
    phase: str
    out: Path
    steps: int  # for dpo at most: it is one pass
    model: Start
    data: tuple[Set, ...]
    packs: int = 8  # a step, over all ranks and micro-batches
    pack: int = 0  # tokens; 0: as long as the phase has them
    weighting: Weighting = "token"
    seed: int = 0
    device: str = ""  # cuda or cpu; cuda where there is one
    threads: int = 0  # of torch on a CPU; 0: as it likes
    workers: int = 1  # processes that make batches ahead
    save: int = 500  # steps from one checkpoint to the next
    keep: int = 2  # of them, the newest
    keep_every: int = 0  # those of its multiples stay as well; 0: none
    report: int = 10  # steps from one line of the log to the next
    peak: float = 0.0  # FLOP/s of a device at its best, for the MFU; 0: not told
    optim: Optim = field(default_factory=Optim)
    parallel: Parallel = field(default_factory=Parallel)
    guard: GuardLimits = field(default_factory=GuardLimits)
    contrast: Contrast = field(default_factory=Contrast)
    tuning: Tuning = field(default_factory=Tuning)
    lora: Lora | None = None
    look: Look | None = None

    def __post_init__(self) -> None:
        if self.phase not in BY_NAME:
            raise ValueError(f"no phase is called {self.phase!r}; there are {', '.join(BY_NAME)}")
        _least(0, self, "pack", "seed", "threads", "workers", "keep_every", "peak")
        _least(1, self, "steps", "packs", "save", "keep", "report")
        if self.device not in ("", "cpu", "cuda"):
            raise ValueError(f"device is {self.device!r}; take cpu or cuda, or leave it out")
        if self.lora and self.row.loss == "contrast":
            raise ValueError(f"the phase {self.phase} has no adapters; take [lora] out")
        if not self.data:
            raise ValueError("the run has no data; give it at least one [[data]] with shards")

    @property
    def row(self) -> Phase:
        return BY_NAME[self.phase]

    @property
    def tokens(self) -> int:
        """Of a pack."""
        return self.pack or self.row.pack

    def settings(self) -> str:
        """A hash of what a checkpoint cannot be gone on with when it changes."""
        told = asdict(self)
        for name in ("out", "steps", "device", "threads", "workers", "save", "keep", "keep_every"):
            del told[name]
        for name in ("report", "peak", "parallel", "optim", "guard", "look"):
            del told[name]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _least(low: int, held: object, *names: str, table: str = "") -> None:
    """ValueError names what is below its least value, or no number."""
    for name in names:
        value = getattr(held, name)
        if not low <= value < math.inf:
            raise ValueError(f"{table}{name} is {value}; it starts at {low}")
