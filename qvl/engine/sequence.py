"""A request and what has become of it so far."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from qvl.engine.arena import Extent
from qvl.engine.constrain import Rule
from qvl.engine.lookup import Lookup
from qvl.engine.resolve import Resolved
from qvl.sample import Sample


@dataclass(frozen=True)
class Request:
    """A prompt, and how to answer it."""

    sample: Sample
    how: Resolved
    ends: Collection[int]  # tokens that end the answer
    rule: Rule | None = None
    priority: int = 0  # higher goes first
    tenant: str = ""  # who asks: shares nothing kept with others, and waits its turn
    logprobs: int | None = None  # likeliest tokens to tell at each step; 0 for the chosen alone


@dataclass(frozen=True)
class Told:
    """Log-probabilities at one token of an answer, before settings changed them."""

    token: int
    logprob: float
    likeliest: tuple[tuple[int, float], ...]


@dataclass(eq=False)
class Sequence:
    """One answer in the making. `computed` rows of prompt and answer lie in `extent`."""

    request: Request
    arrival: int
    digests: tuple[bytes, ...]  # of the prompt up to each boundary (engine/prefix)
    media: tuple[bytes, ...]  # digests of its pictures and clips
    prompt: Tensor  # int64[T] on the device
    position_ids: Tensor  # int64[3, T] on the device
    generator: torch.Generator
    seen: Tensor | None = None  # vision tokens[U, D], once all that are needed are there
    tokens: list[int] = field(default_factory=list)  # the answer so far
    told: list[Told] = field(default_factory=list)
    lookup: Lookup | None = None  # from the first guess on
    guess: list[int] = field(default_factory=list)  # tokens that this step tries beyond the last
    computed: int = 0
    extent: Extent | None = None
    inbox: deque[int] = field(default_factory=deque)  # tokens that nobody has fetched yet
    error: Exception | None = None
    done: bool = False

    @property
    def length(self) -> int:
        """Rows that are known: the prompt and the answer so far."""
        return len(self.prompt) + len(self.tokens)

    @property
    def most(self) -> int:
        """Rows when it ends at the latest."""
        return len(self.prompt) + self.request.how.max_tokens

    @property
    def rank(self) -> tuple[int, int]:
        """Lower comes first."""
        return -self.request.priority, self.arrival

    @property
    def reading(self) -> bool:
        """Whether part of its prompt is still to be computed."""
        return self.computed < len(self.prompt)

    def ids(self, rows: int) -> Tensor:
        """int64[rows] of the next rows to compute; never of prompt and answer at once."""
        start, length = self.computed, len(self.prompt)
        if start < length:
            return self.prompt[start : start + rows]
        return self.prompt.new_tensor([*self.tokens, *self.guess][start - length :][:rows])

    def places(self, rows: int) -> Tensor:
        """Their position ids[3, rows]; an answer counts on from the highest of the prompt."""
        start, length = self.computed, len(self.prompt)
        if start < length:
            return self.position_ids[:, start : start + rows]
        first = self.after + start - length
        return torch.arange(first, first + rows, device=self.prompt.device).expand(3, -1)

    @cached_property
    def after(self) -> int:
        """The position of the answer's first token."""
        return int(self.position_ids.max()) + 1

    def guessed(self) -> list[int]:
        """What may follow, if it is like before (engine/lookup); none while it is computed anew."""
        left = self.request.how.max_tokens - len(self.tokens) - 1
        if left <= 0 or self.computed < self.length - 1:
            return []
        if self.lookup is None:
            self.lookup = Lookup([*self.request.sample.input_ids.tolist(), *self.tokens])
        return self.lookup.guess(left)

    def judge(self, right: int) -> None:
        """How many tokens of the guess came true."""
        if self.lookup and self.guess:
            self.lookup.judge(right, len(self.guess))
            self.guess = []

    def write(self, tokens: list[int]) -> None:
        self.tokens += tokens
        self.inbox.extend(tokens)
        if self.lookup is not None:
            for token in tokens:
                self.lookup.push(token)

    def history(self) -> Tensor:
        """int64[T] of prompt and answer."""
        return torch.cat([self.prompt, self.prompt.new_tensor(self.tokens)])
