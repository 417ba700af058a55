"""Which rows of which sequences a step computes, and who has to make room."""

from collections.abc import Sequence as Ordered

from qvl.engine.engaged import Engaged
from qvl.engine.pool import Pool
from qvl.engine.queue import Queue
from qvl.engine.sequence import Sequence
from qvl.engine.tower import Tower

Due = tuple[Sequence, int]  # and how many rows of it


class Scheduler:
    def __init__(self, pool: Pool, tower: Tower, engaged: Engaged) -> None:
        self.pool, self.tower, self.engaged = pool, tower, engaged
        self.queue = Queue()
        self.working: list[Sequence] = []

    @property
    def idle(self) -> bool:
        return not (self.working or self.queue.waiting)

    def admit(self) -> list[Sequence]:
        """Let in who waits while there is room, in order; who comes first is never overtaken."""
        entered = []
        reading = {each.digests[-1] for each in self.working if each.reading}
        for sequence in self.queue.ordered():
            if len(self.working) >= self.engaged.sequences:
                break
            if sequence.digests[-1] in reading:
                continue  # the same prompt is being read: soon it is there to be copied
            if not self.pool.admit(sequence):
                break
            self.queue.waiting.remove(sequence)
            self.working.append(sequence)
            entered.append(sequence)
            reading.add(sequence.digests[-1])
        return entered

    def leave(self, sequence: Sequence, *, keep: bool) -> None:
        """Its room is free at once, but for a prompt that is kept until room is needed."""
        for where in (self.working, self.queue.waiting):
            if sequence in where:
                where.remove(sequence)
        self.pool.release(sequence, keep=keep)
        self.tower.forget(sequence)

    def due(self) -> list[Due]:
        """The rows of this step: those of each answer first, then chunks of prompts."""
        answers = [(each, self._rows(each)) for each in self._ranked() if not each.reading]
        due = [(each, rows) for each, rows in answers if self._roomy(each, rows)]
        left = self.engaged.rows - sum(rows for _, rows in due)
        ready = self.tower.look([each for each in self._ranked() if each.reading])
        for sequence in ready:
            if (rows := self._chunk(sequence, left)) > 0:
                due.append((sequence, rows))
                left -= rows
        return [(each, rows) for each, rows in due if each in self.working]

    def looking(self) -> list[Sequence]:
        """Whose pictures the tower is shown."""
        return [each for each in self.working if each.reading and each.seen is None]

    def _rows(self, sequence: Sequence) -> int:
        """One, and those of a guess at what comes after, where few are at work."""
        few = len(self.working) <= self.engaged.guessing
        sequence.guess = sequence.guessed() if few and not self.engaged.same else []
        return 1 + len(sequence.guess)

    def _chunk(self, sequence: Sequence, left: int) -> int:
        """Whole chunks, so that each begins at a multiple of one; one alone where that counts."""
        chunk, rest = self.engaged.chunk, len(sequence.prompt) - sequence.computed
        if left <= 0:
            return 0
        return min(rest, chunk if self.engaged.same else max(left // chunk, 1) * chunk)

    def _roomy(self, sequence: Sequence, rows: int) -> bool:
        """Room for its rows, if need be by sending back who comes last; False if that is itself."""
        while sequence in self.working and not self.pool.reserve(
            sequence, sequence.computed + rows
        ):
            self._send_back(self._ranked()[-1])
        return sequence in self.working

    def _send_back(self, sequence: Sequence) -> None:
        """It waits, and is computed again from its prompt and what it has written."""
        self.leave(sequence, keep=False)
        sequence.computed = 0
        self.queue.waiting.append(sequence)

    def _ranked(self) -> Ordered[Sequence]:
        return sorted(self.working, key=lambda each: each.rank)
