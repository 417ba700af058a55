"""What is trained, on what, for how long: a row of a plan."""

from dataclasses import dataclass

from qvl.train.cluster.mixtures import COSTS, MIXTURES
from qvl.train.cluster.units import PARTS


@dataclass(frozen=True)
class Stage:
    name: str
    learns: frozenset[str]  # of "tower", "merger", "llm"
    pack: int  # tokens
    tokens: float  # in all
    packs: int  # a step
    mixture: str  # its name, or files of samples' costs: "data/*.costs.npz"
    runs: frozenset[str] = PARTS  # parts of the model that take part

    def __post_init__(self) -> None:
        if unknown := sorted((self.learns | self.runs) - PARTS):
            raise ValueError(f"{unknown[0]!r} is no part of the model; take of {sorted(PARTS)}")
        if not self.learns or not self.learns <= self.runs:
            raise ValueError(f"{self.name}: of what runs, {sorted(self.runs)}, a part must learn")
        if self.mixture not in MIXTURES and not self.mixture.endswith(COSTS):
            known = ", ".join(MIXTURES)
            raise ValueError(
                f"mixture {self.mixture!r} is not known; take one of {known}, or files *{COSTS}"
            )
        for name in ("pack", "tokens", "packs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{self.name}: {name} is {getattr(self, name)}; give 1 or more")
