"""Guesses at the next tokens: what followed the same three tokens before, in prompt or answer.

A document that is read repeats itself, and an answer repeats its question. A guess costs rows of a
step and changes no answer: tokens are chosen as ever, and kept as long as they agree with it.
"""

from collections.abc import Iterable

GRAM = 3  # tokens that must agree
MOST = 8  # tokens of a guess
PAUSE = 64  # tokens without one, at most, after guesses that were wrong


class Lookup:
    def __init__(self, prompt: Iterable[int]) -> None:
        self.tokens: list[int] = []
        self.follows: dict[tuple[int, ...], int] = {}  # where the latest one of these went on
        self.size, self.wait, self.pause = 2, 0, 1
        for token in prompt:
            self.push(token)

    def push(self, token: int) -> None:
        if len(self.tokens) >= GRAM:
            self.follows[tuple(self.tokens[-GRAM:])] = len(self.tokens)
        self.tokens.append(token)

    def guess(self, most: int) -> list[int]:
        """At most `most` tokens, or none."""
        if self.wait:
            self.wait -= 1
            return []
        at = self.follows.get(tuple(self.tokens[-GRAM:]))
        return [] if at is None else self.tokens[at : at + min(self.size, most)]

    def judge(self, right: int, guessed: int) -> None:
        """Guess more where it was right, and less often where it was not."""
        if right:
            self.pause, self.size = 1, min(MOST, 2 * right + 2)
        elif guessed:
            self.size, self.wait, self.pause = 2, self.pause, min(2 * self.pause, PAUSE)
