"""What is asked of a plan: a model, cards, a layout or none, stages; read from a TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from qvl import overrides
from qvl.config import Config
from qvl.model.weights import read_config
from qvl.train.cluster.hardware import hardware
from qvl.train.cluster.layout import told
from qvl.train.cluster.paper import PAPER, SIZES
from qvl.train.cluster.stage import Stage
from qvl.train.meshes import Parallel


@dataclass(frozen=True)
class Request:
    """A plan to make; without `parallel` the quickest layout that fits is searched."""

    model: str = "72B"  # one of SIZES, or a checkpoint's folder
    hardware: tuple[str, ...] = ("H100", "H200")
    ranks: int = 1024
    parallel: Parallel | None = None
    stages: tuple[Stage, ...] = PAPER

    def __post_init__(self) -> None:
        for name in self.hardware:
            hardware(name)
        if not 1 <= self.ranks <= 16384:
            raise ValueError(f"ranks is {self.ranks}; give 1 to 16384")
        if self.parallel and self.parallel.size != self.ranks:
            raise ValueError(
                f"parallel ({told(self.parallel)}) makes {self.parallel.size} ranks, not "
                f"{self.ranks}; make dp_replicate x dp_shard x cp x tp equal to ranks"
            )

    @property
    def config(self) -> Config:
        if self.model in SIZES:
            return SIZES[self.model]
        folder = Path(self.model)
        if not (folder / "config.json").is_file():
            raise ValueError(
                f"model {self.model!r} is neither one of {', '.join(SIZES)} nor a folder with a "
                "config.json"
            )
        return read_config(folder)

    def only(self, name: str) -> "Request":
        """One stage of it; ValueError tells which there are."""
        found = tuple(stage for stage in self.stages if stage.name == name)
        if not found:
            known = ", ".join(stage.name for stage in self.stages)
            raise ValueError(f"stage {name!r} is not in the plan; take one of {known}")
        return replace(self, stages=found)


def read(name: str) -> Request:
    """The request in a TOML file; the name of a size or a checkpoint's folder asks for the paper's
    stages of that model."""
    path = Path(name)
    if path.suffix != ".toml":
        return Request(model=name)
    return request_of(overrides.parsed(path), str(path))


def request_of(raw: Mapping[str, Any], where: str) -> Request:
    """A parsed file; ValueError for a name that is not known or a value of another type."""
    values = dict(raw)
    if isinstance(values.get("hardware"), str):
        values["hardware"] = [values["hardware"]]
    if isinstance(layout := values.get("parallel"), Mapping):
        values["parallel"] = {"param_dtype": "bfloat16"} | dict(layout)
        sizes = overrides.read(Parallel, values["parallel"], f"{where}: parallel").size
        values.setdefault("ranks", sizes)
    if isinstance(stages := values.get("stages"), list):
        values["stages"] = [_changed(each) for each in stages]
    return overrides.read(Request, values, where)


def _changed(raw: Any) -> Any:
    """A row by itself, or one of the paper's by its name with some values changed."""
    rows = {row.name: row for row in PAPER}
    if not isinstance(raw, Mapping) or raw.get("name") not in rows:
        return raw
    own = {f.name: getattr(rows[raw["name"]], f.name) for f in fields(Stage)}
    return {k: sorted(v) if isinstance(v, frozenset) else v for k, v in own.items()} | dict(raw)
