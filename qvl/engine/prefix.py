"""What sequences have in common: prompts known by a digest up to each boundary.

A digest covers the tokens, their positions, the pixels and grids of every picture that has begun,
who asks, and what the weights are; so equal pads of other pictures, equal bytes of another shape,
another adapter and another tenant never meet.
"""

from collections import OrderedDict
from collections.abc import Sequence as Ordered
from hashlib import blake2b
from itertools import accumulate, chain

from torch import Tensor, nn

from qvl.engine.arena import Extent
from qvl.sample import Grid, Sample, units


def stamp(model: nn.Module) -> bytes:
    """Of the weights as they are now; another one after each change, be it in place."""
    hashed = blake2b(digest_size=32)
    for weight in chain(model.parameters(), model.buffers()):
        version = 0 if weight.is_inference() else weight._version
        hashed.update(b"%d %d %d\n" % (id(weight), weight.data_ptr(), version))
    return hashed.digest()


def media_digest(pixels: Tensor, grid: Grid) -> bytes:
    """Of one picture or clip as the tower reads it."""
    told = f"{tuple(pixels.shape)}{pixels.dtype}{grid}".encode()
    return blake2b(pixels.contiguous().numpy().data, digest_size=32, key=told[:64]).digest()


def digests(sample: Sample, media: Ordered[bytes], every: int, salt: bytes) -> tuple[bytes, ...]:
    """Of the first `every`, 2 `every`, ... tokens, and last of the whole prompt."""
    begins = _begins(sample)
    ids, positions = sample.input_ids.numpy(), sample.position_ids.numpy()
    length, known, out = len(ids), salt, []
    for start in range(0, length, every):
        end = min(start + every, length)
        hashed = blake2b(known, digest_size=32)
        hashed.update(ids[start:end].tobytes() + positions[:, start:end].tobytes())
        for at, digest in zip(begins, media, strict=True):
            if start <= at < end:
                hashed.update(digest)
        known = hashed.digest()
        out.append(known)
    return tuple(out)


def _begins(sample: Sample) -> list[int]:
    """The row at which each picture or clip begins."""
    starts = accumulate(map(units, sample.grid_thw[:-1]), initial=0)
    return [
        int(sample.vision_rows[start]) for start, _ in zip(starts, sample.grid_thw, strict=False)
    ]


class Prefixes:
    """Where prompts lie in the arena: of sequences at work, and of ended ones, oldest first."""

    def __init__(self) -> None:
        self.where: dict[bytes, tuple[Extent, int]] = {}  # and how many of its tokens
        self.logits: dict[bytes, Tensor] = {}  # after whole prompts, float32[V]
        self.kept: OrderedDict[Extent, None] = OrderedDict()  # of ended sequences

    def find(self, digests: Ordered[bytes]) -> tuple[Extent, int, Tensor | None] | None:
        """The longest prefix that lies somewhere; with the logits after it where it is all."""
        for at in range(len(digests) - 1, -1, -1):
            found = self.where.get(digests[at])
            last = at == len(digests) - 1
            if found and (not last or digests[at] in self.logits):
                if found[0] in self.kept:
                    self.kept.move_to_end(found[0])
                return (*found, self.logits.get(digests[at]) if last else None)
        return None

    def add(self, digest: bytes, extent: Extent, tokens: int) -> None:
        self.where.setdefault(digest, (extent, tokens))

    def remember(self, digest: bytes, logits: Tensor) -> None:
        """The logits[V] after a whole prompt that lies somewhere."""
        if digest in self.where and digest not in self.logits:
            self.logits[digest] = logits.clone()

    def forget(self, extent: Extent) -> None:
        """Nothing lies there any more."""
        for digest in [d for d, (own, _) in self.where.items() if own is extent]:
            del self.where[digest]
            self.logits.pop(digest, None)
        self.kept.pop(extent, None)

    def holds(self, extent: Extent) -> int:
        """How many tokens of the extent somebody may ask for."""
        return max((tokens for own, tokens in self.where.values() if own is extent), default=0)
