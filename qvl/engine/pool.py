"""Room in the arena: who gets it, and what was kept that makes way."""

from torch import Tensor

from qvl.engine.arena import Arena, Extent
from qvl.engine.prefix import Prefixes
from qvl.engine.sequence import Sequence


class Pool:
    def __init__(self, arena: Arena, ahead: int) -> None:
        self.arena = arena
        self.ahead = ahead  # tokens of an answer that room is taken for at a time
        self.prefixes = Prefixes()

    def admit(self, sequence: Sequence) -> bool:
        """Room for all that is known of a sequence, and what has been computed of it elsewhere.

        False where there is none without taking it from a sequence at work.
        """
        tokens = min(sequence.length + self.ahead, sequence.most)
        extent = self._take(tokens)
        if extent is None:
            return False
        sequence.extent = extent
        return True

    def inherit(self, sequence: Sequence) -> Tensor | None:
        """Copy the longest known prefix; the logits after the prompt, if it is known whole."""
        assert sequence.extent is not None
        found = self.prefixes.find(sequence.digests)
        if found is None:
            return None
        source, tokens, logits = found
        self.arena.copy(source, sequence.extent, tokens)
        sequence.computed = tokens
        return logits

    def reserve(self, sequence: Sequence, rows: int) -> bool:
        """Room for `rows` rows in all."""
        assert sequence.extent is not None
        extent = sequence.extent
        if rows <= extent.size:
            return True
        tokens = min(rows + self.ahead, sequence.most)
        while not self.arena.grow(extent, tokens):
            if not self._evict():
                self.arena.part(extent)
                return self.arena.grow(extent, tokens) or self.arena.grow(extent, rows)
        return True

    def publish(self, sequence: Sequence, chunk: int) -> None:
        """What is computed of its prompt may be copied by others."""
        assert sequence.extent is not None
        length = len(sequence.prompt)
        for at in range(min(sequence.computed, length) // chunk):
            self.prefixes.add(sequence.digests[at], sequence.extent, (at + 1) * chunk)
        if sequence.computed >= length:
            self.prefixes.add(sequence.digests[-1], sequence.extent, length)

    def release(self, sequence: Sequence, *, keep: bool) -> None:
        """A sequence leaves; what it knows of its prompt is kept until room is needed."""
        extent, sequence.extent = sequence.extent, None
        if extent is None:
            return
        tokens = self.prefixes.holds(extent) if keep else 0
        if tokens:
            self.arena.shrink(extent, tokens)
            self.prefixes.kept[extent] = None
        else:
            self.prefixes.forget(extent)
            self.arena.give(extent)

    def _take(self, tokens: int) -> Extent | None:
        while (extent := self.arena.take(tokens)) is None:
            if not self._evict():
                self.arena.part()
                return self.arena.take(tokens)
        return extent

    def _evict(self) -> bool:
        """Forget the prefix that was asked for least lately; False where none is left."""
        if not self.prefixes.kept:
            return False
        extent = next(iter(self.prefixes.kept))
        self.prefixes.forget(extent)
        self.arena.give(extent)
        return True
