"""How much an engine does at once, and holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Engaged:
    tokens: int  # rows of all sequences whose keys and values are held
    rows: int = 2048  # of a step
    chunk: int = 512  # rows of a prompt at once; prompts are shared up to its multiples
    ahead: int = 128  # tokens of an answer that room is taken for at a time
    sequences: int = 64  # at work at once
    patches: int = 16384  # that the tower is shown in a step
    sights: int = 1 << 28  # bytes of vision tokens that are kept
    guessing: int = 4  # sequences at work, beyond which no guesses are made
    same: bool = False  # each answer as if it were alone, to the bit; slower

    def __post_init__(self) -> None:
        for name in ("tokens", "rows", "chunk", "ahead", "sequences", "patches"):
            if (value := getattr(self, name)) < 1:
                raise ValueError(f"{name} is {value}; it must be at least 1")
