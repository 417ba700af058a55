"""Settings and a model's defaults to the values that hold, each with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qvl.engine.defaults import FILE, RANGES, Defaults, checked
from qvl.messages import Settings
from qvl.tasks.schema import described

Source = Literal["caller", "generation_config.json", "built in"]
BUILT_IN: dict[str, Any] = {
    "max_tokens": 512,
    "temperature": 0.0,
    "top_p": 1.0,
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
}


@dataclass(frozen=True)
class Resolved:
    """Settings without a gap. `sources` names the origin of every other field."""

    max_tokens: int
    temperature: float
    top_p: float
    top_k: int
    min_p: float
    repetition_penalty: float
    no_repeat_ngram_size: int
    seed: int
    stop: tuple[str, ...]
    loop: int | None
    schema: Mapping[str, Any] | None = None
    sources: tuple[tuple[str, Source], ...] = ()

    def rows(self) -> list[tuple[str, Any, Source]]:
        """(name, value, source) of every choice."""
        return [(name, getattr(self, name), source) for name, source in self.sources]

    def note(self) -> str:
        """Why a temperature that was asked for changes nothing; empty where it does."""
        asked = self.temperature > 0 and ("temperature", "caller") in self.sources
        if asked and self.top_k == 1 and ("top_k", FILE) in self.sources:
            return f"temperature {self.temperature} changes nothing: {FILE} sets top_k 1; set it 0"
        if asked and self.top_p < 0.1 and ("top_p", FILE) in self.sources:
            return (
                f"temperature {self.temperature} changes little: {FILE} sets top_p {self.top_p}; "
                "set it 1"
            )
        return ""


def resolve(settings: Settings, defaults: Defaults | None = None) -> Resolved:
    """What a caller says holds, then the model's default, then the built-in one.

    ValueError for a value out of range.
    """
    values: dict[str, Any] = {}
    sources: list[tuple[str, Source]] = []
    for name in BUILT_IN:
        said, default = getattr(settings, name), getattr(defaults, name, None)
        if said is not None:
            values[name], source = checked(name, said), "caller"
        elif default is not None:
            values[name], source = default, "generation_config.json"
        else:
            values[name], source = BUILT_IN[name], "built in"
        sources.append((name, source))
    values["schema"] = described(settings.schema)
    for name in ("seed", "stop", "loop", "schema"):
        values.setdefault(name, getattr(settings, name))
        own = values[name] == getattr(Settings(), name)
        sources.append((name, "built in" if own else "caller"))
    if isinstance(settings.stop, str) or not all(isinstance(s, str) and s for s in settings.stop):
        raise ValueError(f"stop is {settings.stop!r}; it must be a tuple of strings, none empty")
    if settings.loop is not None and settings.loop < 1:
        raise ValueError(f"loop is {settings.loop}; it must be at least 1, or None for never")
    return Resolved(**values, sources=tuple(sources))


assert BUILT_IN.keys() == RANGES.keys()
