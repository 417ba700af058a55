"""What the model thought of both answers before it was tuned: computed once, kept in files.

    reference-MODEL/00000.jsonl    a line a pair: name, hash, rows, both log-probabilities

A file holds BLOCK pairs and is there whole or not at all, so that a run that was killed goes on
with the next one, on any number of ranks, to the same bytes. The name of the folder tells the
weights, the pairs and the arithmetic, so that none of another run is ever taken.
"""

import json
import math
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from torch.distributed.fsdp import register_fsdp_forward_method

from qvl.data.drafts import draft
from qvl.data.pairs import Pair, Pairs
from qvl.data.preferences import HasClip
from qvl.train.parallel import ALONE, World
from qvl.train.preference import Preference

BLOCK = 64  # pairs of a file
FEWEST = 20  # pairs before the share of those left out is judged


class Source(Protocol):
    """Pairs by number; ValueError or OSError for one that cannot be read."""

    def __len__(self) -> int: ...

    def __call__(self, n: int, /) -> Pair: ...


@dataclass(frozen=True)
class Reference:
    """A pair as the start model sees it, or why it is left out."""

    name: str
    digest: str = ""  # of the pair
    rows: int = 0  # in the stream
    chosen: float = 0.0  # log-probability of the answer that is preferred
    rejected: float = 0.0
    left_out: str = ""


def weights_digest(model: nn.Module) -> str:
    """A hash of all weights, taken before they are spread over ranks."""
    told = sha256()
    for name, x in sorted(model.state_dict().items()):
        told.update(f"{name} {x.dtype} {tuple(x.shape)} ".encode())
        told.update(x.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return told.hexdigest()


@dataclass(frozen=True)
class Cache:
    """Where references lie, and what they are of: hashes of the start weights and of the pairs.

    They depend on the arithmetic as well: on `half`, the type that products are taken in.
    """

    folder: Path
    weights: str
    pairs: str
    capacity: int  # rows of a pack
    half: torch.dtype | None = None

    @property
    def home(self) -> Path:
        told = repr((self.weights, self.pairs, self.capacity, str(self.half)))
        return self.folder / f"reference-{sha256(told.encode()).hexdigest()[:16]}"

    def path(self, block: int) -> Path:
        return self.home / f"{block:05d}.jsonl"

    def read(self, count: int, most_left_out: float = 0.05) -> list[Reference]:
        """All of `count` pairs. ValueError where too many are left out, with the reasons."""
        found = []
        for block in range(-(-count // BLOCK)):
            lines = self.path(block).read_text(encoding="utf-8").splitlines()
            found += [Reference(**json.loads(line)) for line in lines]
        if len(found) != count:
            raise ValueError(f"{self.home} tells of {len(found)} pairs, not {count}; remove it")
        reasons = Counter(each.left_out for each in found if each.left_out)
        out = sum(reasons.values())
        if out == count or (count >= FEWEST and out > most_left_out * count):
            told = "; ".join(f"{n} x {why}" for why, n in reasons.most_common(3))
            raise ValueError(
                f"{out} of {count} pairs are left out, at most {most_left_out:.1%} may be: {told}"
            )
        return found


def compute(
    objective: Preference, source: Source, cache: Cache, world: World = ALONE
) -> list[Reference]:
    """The references of all pairs by the objective's model as it is now; what is there stays.

    Call it before the first step. Every rank computes blocks of its own and gets all; one that is
    done earlier computes along, since a sharded model needs every rank for every pack.
    """
    register_fsdp_forward_method(objective, "score")  # nothing where the model is whole
    count = len(source)
    blocks = [each for each in range(-(-count // BLOCK)) if not cache.path(each).is_file()]
    world.any(False)  # every rank has looked before one writes
    work = _packs(source, cache, blocks[world.rank :: world.size])
    pack, spare = next(work, None), list[Pair]()
    while world.any(pack is not None):
        spare = pack or spare or [_readable(source)]
        scores = _scores(objective, spare, cache.half)
        if pack is not None:
            try:
                pack = work.send(scores)
            except StopIteration:
                pack = None
    return cache.read(count)


_Packs = Generator[list[Pair], list[list[float]], Any]  # gives packs, is sent their scores


def _packs(source: Source, cache: Cache, blocks: Sequence[int]) -> _Packs:
    """The packs of these blocks, each of which is written once it is scored."""
    for block in blocks:
        numbers = range(block * BLOCK, min((block + 1) * BLOCK, len(source)))
        found = yield from _block(source, numbers, cache.capacity)
        with draft(cache.path(block)) as beside:
            beside.write_text("".join(json.dumps(asdict(each)) + "\n" for each in found))


def _block(source: Source, numbers: Sequence[int], capacity: int) -> _Packs:
    """The packs of some pairs, in their order; at the end their references."""
    found: dict[int, Reference] = {}
    pack: dict[int, Pair] = {}
    for n in numbers:
        try:
            pair = source(n)
            if len(pair) > capacity:
                raise ValueError(f"{len(pair)} rows, more than a pack of {capacity}")
        except HasClip:
            raise
        except (ValueError, OSError) as error:  # broken media, facts, no pair
            found[n] = Reference(f"pair {n}", left_out=str(error))
            continue
        if pack and sum(map(len, pack.values())) + len(pair) > capacity:
            found |= _told(pack, (yield list(pack.values())))
            pack = {}
        pack[n] = pair
    if pack:
        found |= _told(pack, (yield list(pack.values())))
    return [found[n] for n in numbers]


def _told(pack: Mapping[int, Pair], scores: Sequence[Sequence[float]]) -> dict[int, Reference]:
    told = {}
    for (n, pair), (chosen, rejected) in zip(pack.items(), scores, strict=True):
        if not math.isfinite(chosen + rejected):
            raise FloatingPointError(
                f"{pair.name}: the start model gives it {chosen} and {rejected}; check its weights"
            )
        told[n] = Reference(pair.name, pair.digest(), len(pair), chosen, rejected)
    return told


def _readable(source: Source) -> Pair:
    """Any pair, for a rank that has none of its own to compute."""
    for n in range(len(source)):
        with suppress(ValueError, OSError):
            return source(n)
    raise ValueError("no pair can be read; look at the first one")


@torch.no_grad()
def _scores(
    objective: Preference, pairs: Sequence[Pair], half: torch.dtype | None
) -> list[list[float]]:
    device = next(objective.parameters()).device
    batch = Pairs.pack(pairs, [(0.0, 0.0)] * len(pairs)).to(device)
    with torch.autocast(device.type, half, enabled=half is not None):
        scores, _ = objective.score(batch)
    return scores.tolist()
