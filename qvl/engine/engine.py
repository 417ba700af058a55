"""Many answers at once: requests join and leave between steps, each step is one forward pass.

A step shows the tower some pictures, then computes a row of every answer at work and chunks of
prompts that wait, up to a number of rows. Chunks begin at multiples of `chunk`, whatever else is
computed, so that in the mode `same` an answer does not depend on its neighbours.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from qvl.engine import forward
from qvl.engine.arena import Arena
from qvl.engine.choice import chosen
from qvl.engine.pool import Pool
from qvl.engine.prefix import digests, media_digest, stamp
from qvl.engine.queue import Queue
from qvl.engine.sequence import Request, Sequence
from qvl.engine.tower import Tower
from qvl.model.qwen import QwenVL


@dataclass(frozen=True)
class Engaged:
    """How much is done at once, and held."""

    tokens: int  # rows of all sequences whose keys and values are held
    rows: int = 2048  # of a step
    chunk: int = 512  # rows of a prompt at once; prefixes are shared up to its multiples
    sequences: int = 64  # at work at once
    patches: int = 16384  # that the tower is shown in a step
    sights: int = 1 << 28  # bytes of vision tokens that are kept
    same: bool = False  # each answer as if it were alone, to the bit; slower


class Engine:
    """Answers requests of one model; safe to use from several threads, which share its steps."""

    def __init__(self, model: QwenVL, engaged: Engaged) -> None:
        self.model, self.engaged = model, engaged
        self.pool = Pool(Arena.of(model.cfg.text, engaged.tokens, model.lm_head.weight))
        self.tower = Tower(model, engaged.patches, engaged.sights, alone=engaged.same)
        self.queue = Queue()
        self.working: list[Sequence] = []
        self.arrivals = 0
        self.lock = threading.RLock()

    @torch.inference_mode()
    def add(self, request: Request) -> Sequence:
        """A request to be answered by the steps to come.

        ValueError where prompt and answer exceed what the engine holds for all.
        """
        self.check(len(request.sample), request.how.max_tokens)
        device = self.model.lm_head.weight.device
        sample = request.sample
        media = [media_digest(*each) for each in zip(sample.pixel_values, sample.grid_thw, strict=True)]
        salt = stamp(self.model) + request.tenant.encode()
        with self.lock:
            self.arrivals += 1
            sequence = Sequence(
                request,
                self.arrivals,
                digests(sample, media, self.engaged.chunk, salt),
                tuple(salt + digest for digest in media),
                sample.input_ids.to(device),
                sample.position_ids.to(device),
                torch.Generator(device).manual_seed(request.how.seed),
            )
            self.queue.add(sequence)
        return sequence

    def check(self, length: int, more: int) -> None:
        """ValueError where a prompt of `length` tokens and `more` to write have no room."""
        room = self.pool.arena.slots
        if length + more > room:
            raise ValueError(
                f"a prompt of {length} tokens and {more} to write exceed the {room} that the cache "
                "holds; write less (max_tokens) or show less at once"
            )

    def cancel(self, sequence: Sequence) -> None:
        """End it as it is; its room is free at once."""
        with self.lock:
            self._end(sequence, keep=True)

    def tokens(self, sequence: Sequence) -> Iterator[int]:
        """Its tokens as they come, by steps that serve all; closing the iterator cancels it.

        Raises what the sequence failed with, such as FloatingPointError.
        """
        try:
            while True:
                with self.lock:
                    while not sequence.inbox and not sequence.done:
                        self.step()
                    new = list(sequence.inbox)
                    sequence.inbox.clear()
                yield from new
                if sequence.done:
                    if sequence.error is not None:
                        raise sequence.error
                    return
        finally:
            self.cancel(sequence)

    @property
    def idle(self) -> bool:
        return not (self.working or self.queue.waiting)

    @torch.inference_mode()
    def step(self) -> None:
        """One forward pass over what is due; nothing where all is idle."""
        with self.lock:
            self._admit()
            ready = self.tower.look([s for s in sorted(self.working, key=_rank) if s.reading])
            due = self._due(ready)
            if due:
                self._compute(due)

    def _admit(self) -> None:
        """Let in who waits, in order, while there is room; who comes first is never overtaken."""
        reading = {each.digests[-1] for each in self.working if each.reading}
        for sequence in self.queue.ordered():
            if len(self.working) >= self.engaged.sequences:
                return
            if sequence.digests[-1] in reading:
                continue  # the same prompt is being read: it will be there to be copied
            if not self.pool.admit(sequence):
                return
            self.queue.waiting.remove(sequence)
            self.working.append(sequence)
            self._inherit(sequence)
            if sequence.reading:
                reading.add(sequence.digests[-1])

    def _inherit(self, sequence: Sequence) -> None:
        logits = self.pool.inherit(sequence)
        if logits is not None and not sequence.tokens:
            self._choose([sequence], logits[None])

    def _due(self, ready: list[Sequence]) -> list[tuple[Sequence, int]]:
        """(sequence, rows) of this step: first a row of each answer, then chunks of prompts."""
        chunk, left = self.engaged.chunk, self.engaged.rows
        due: list[tuple[Sequence, int]] = []
        for sequence in sorted(self.working, key=_rank):
            if not sequence.reading and sequence in self.working and self._roomy(sequence):
                due.append((sequence, 1))
        left -= len(due)
        for sequence in ready:
            at, length = sequence.computed, len(sequence.prompt)
            while left > 0 and at < length and sequence in self.working:
                rows = min(chunk, length - at)
                if at > sequence.computed and self.engaged.same:
                    break  # a chunk a step, so that each is computed by itself
                at, left = at + rows, left - rows
            if at > sequence.computed:
                due.append((sequence, at - sequence.computed))
        return [(each, rows) for each, rows in due if each in self.working]

    def _roomy(self, sequence: Sequence) -> bool:
        """Room for one row more, if need be by sending back who comes last."""
        while not self.pool.reserve(sequence, sequence.computed + 1):
            last = max(self.working, key=_rank)
            self._send_back(last)
            if last is sequence:
                return False
        return True

    def _send_back(self, sequence: Sequence) -> None:
        """Its room is needed: it waits, and is computed again from what it has written."""
        self.working.remove(sequence)
        self.pool.release(sequence, keep=False)
        sequence.computed = 0
        self.tower.forget(sequence)
        self.queue.waiting.append(sequence)

    def _compute(self, due: list[tuple[Sequence, int]]) -> None:
        parts, embedded, positions = [], [], []
        for sequence, rows in due:
            assert sequence.extent is not None
            parts.append(forward.Rows(sequence.extent.start, sequence.computed, rows))
            embedded.append(self._embedded(sequence, rows))
            positions.append(sequence.places(rows))
        step = forward.Step(self.pool.arena, tuple(parts))
        run = forward.decode_tiled if self.engaged.same else forward.decode
        hidden = run(self.model, torch.cat(embedded), torch.cat(positions, 1), step)
        ends = torch.tensor([rows for _, rows in due]).cumsum(0) - 1
        asking = []
        for (sequence, rows), end in zip(due, ends.tolist(), strict=True):
            sequence.computed += rows
            self.queue.count(sequence, rows)
            self._publish(sequence)
            if sequence.computed == sequence.length:
                asking.append((sequence, end))
        if asking:
            rows = hidden[[end for _, end in asking]]
            logits = (forward.logits_tiled if self.engaged.same else forward.logits)(
                self.model, rows
            )
            self._choose([sequence for sequence, _ in asking], logits)

    def _embedded(self, sequence: Sequence, rows: int) -> Tensor:
        """x[rows, D] of the next rows, with what the tower saw in those of pads."""
        x = self.model.model.embed_tokens(sequence.ids(rows))
        return self.tower.place(sequence, x)

    def _publish(self, sequence: Sequence) -> None:
        """What is computed of a prompt may be copied by others."""
        assert sequence.extent is not None
        chunk, length = self.engaged.chunk, len(sequence.prompt)
        whole = min(sequence.computed, length) // chunk
        for at in range(whole):
            self.pool.prefixes.add(sequence.digests[at], sequence.extent, (at + 1) * chunk)
        if sequence.computed >= length:
            self.pool.prefixes.add(sequence.digests[-1], sequence.extent, length)

    def _choose(self, sequences: list[Sequence], logits: Tensor) -> None:
        """The next token of each from logits[N, V]; who fails or ends leaves."""
        finite = torch.isfinite(logits).all(-1).tolist()
        for sequence, row, sound in zip(sequences, logits, finite, strict=True):
            if not sequence.tokens and sound:
                self.pool.prefixes.logits.setdefault(sequence.digests[-1], row.clone())
            try:
                new, ended = chosen(sequence, row, sound=sound)
            except (FloatingPointError, ValueError) as error:
                self._end(sequence, error)
                continue
            sequence.tokens += new
            sequence.inbox.extend(new)
            if ended:
                self._end(sequence, keep=True)

    def _end(
        self, sequence: Sequence, error: Exception | None = None, *, keep: bool = False
    ) -> None:
        if sequence.done:
            return
        sequence.done, sequence.error = True, error
        for where in (self.working, self.queue.waiting):
            if sequence in where:
                where.remove(sequence)
        self.pool.release(sequence, keep=keep and error is None)
        self.tower.forget(sequence)


def _rank(sequence: Sequence) -> tuple[int, int]:
    return sequence.rank
