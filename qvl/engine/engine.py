"""Many answers at once: requests join and leave between steps, each step is one forward pass.

A step shows the tower some pictures, then computes a row of every answer at work and chunks of
prompts that wait, up to a number of rows. Chunks begin at multiples of a length, whatever else is
computed; so in the mode `same` an answer does not depend on its neighbours.
"""

import threading
from collections.abc import Iterator

import torch
from torch import Tensor

from qvl.engine.arena import Arena
from qvl.engine.choice import chosen
from qvl.engine.engaged import Engaged
from qvl.engine.pool import Pool
from qvl.engine.prefix import digests, media_digest, stamp
from qvl.engine.runner import Asking, run
from qvl.engine.scheduler import Due, Scheduler
from qvl.engine.sequence import Request, Sequence
from qvl.engine.tower import Tower
from qvl.model.qwen import QwenVL


class Engine:
    """Answers requests of one model; safe to use from several threads, which share its steps."""

    def __init__(self, model: QwenVL, engaged: Engaged) -> None:
        self.model, self.engaged = model, engaged
        arena = Arena.of(model.cfg.text, engaged.tokens, model.model.embed_tokens.weight)
        self.pool = Pool(arena, engaged.ahead)
        self.tower = Tower(model, engaged.patches, engaged.sights, alone=engaged.same)
        self.scheduler = Scheduler(self.pool, self.tower, engaged)
        self.arrivals = 0
        self.lock = threading.RLock()

    @property
    def idle(self) -> bool:
        return self.scheduler.idle

    @torch.inference_mode()
    def add(self, request: Request) -> Sequence:
        """A request to be answered by the steps to come.

        ValueError where prompt and answer exceed what the engine holds for all.
        """
        sample = request.sample
        self.check(len(sample), request.how.max_tokens)
        device = self.model.model.embed_tokens.weight.device
        salt = stamp(self.model) + request.tenant.encode()
        media = [
            media_digest(*each) for each in zip(sample.pixel_values, sample.grid_thw, strict=True)
        ]
        known = digests(sample, media, self.engaged.chunk, salt)
        with self.lock:
            self.arrivals += 1
            sequence = Sequence(
                request,
                self.arrivals,
                known,
                tuple(salt + digest for digest in media),
                sample.input_ids.to(device),
                sample.position_ids.to(device),
                torch.Generator(device).manual_seed(request.how.seed),
            )
            self.scheduler.queue.add(sequence)
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
            self._end(sequence)

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
                if sequence.done and not sequence.inbox:
                    if sequence.error is not None:
                        raise sequence.error
                    return
        finally:
            self.cancel(sequence)

    @torch.inference_mode()
    def step(self) -> None:
        """One forward pass over what is due; nothing where all is idle."""
        with self.lock:
            for sequence in self.scheduler.admit():
                logits = self.pool.inherit(sequence)
                if logits is not None and not sequence.tokens:
                    self._choose([(sequence, logits[None])])
            due: list[Due] = []
            try:
                due = self.scheduler.due()
                asking = self._run(due)
            except RuntimeError as error:  # such as memory that a device has not got
                for sequence in [each for each, _ in due] or self.scheduler.looking():
                    self._end(sequence, error)
                return
            for sequence, rows in due:
                self.pool.publish(sequence, self.engaged.chunk)
                self.scheduler.queue.count(sequence, rows)
            self._choose(asking)

    def _run(self, due: list[Due]) -> list[Asking]:
        if not due:
            return []
        return run(self.model, self.pool, self.tower, due, same=self.engaged.same)

    def _choose(self, asking: list[Asking]) -> None:
        """The next tokens of each; who fails or ends leaves."""
        if not asking:
            return
        every = torch.cat([logits for _, logits in asking])
        sound = iter(torch.isfinite(every).all(-1).tolist())
        for sequence, logits in asking:
            if not sequence.tokens and len(logits) == 1:
                self.pool.prefixes.remember(sequence.digests[-1], logits[0])
            rows = [(row, next(sound)) for row in logits]
            try:
                ended = self._written(sequence, rows)
            except (FloatingPointError, ValueError) as error:
                self._end(sequence, error)
                continue
            if ended:
                self._end(sequence)

    def _written(self, sequence: Sequence, rows: list[tuple[Tensor, bool]]) -> bool:
        """Tokens from the logits after each row, as long as they are what was guessed."""
        guess, right = sequence.guess, 0
        for at, (logits, sound) in enumerate(rows):
            new, ended = chosen(sequence, logits, sound=sound)
            sequence.write(new)
            if ended:
                return True
            if at == len(guess) or new[0] != guess[at]:
                break
            right += 1
        sequence.computed += right
        sequence.judge(right)
        return False

    def _end(self, sequence: Sequence, error: Exception | None = None) -> None:
        if not sequence.done:
            sequence.done, sequence.error = True, error
            self.scheduler.leave(sequence, keep=error is None)
