"""Notices an answer that goes round in circles, while it is written.

Tables, lists, leaders and rows of zeros repeat by right, and say little each time. So a cycle
counts by how many different tokens it has: a sentence of 20 is stopped when it comes for the
26th time, a paragraph of 80 at the 7th, one lone sign after 512, and 60 equal rows of empty cells
(`<td></td>`, eight different tokens) are left alone.
"""

import numpy as np

PERIOD = 512  # tokens of the longest cycle that is looked for
CYCLES = 6  # fewer are never a loop, whatever they say


class Watch:
    """Told each token as it comes; the cost of one does not grow with the answer."""

    def __init__(self, limit: int) -> None:
        """`limit`: cycles times different tokens in one cycle, from which on it is a loop."""
        self.limit = limit
        self.tokens: list[int] = []
        self.recent = np.full(PERIOD, -1)  # the tokens before this one, latest first
        self.run = np.zeros(PERIOD, int)  # how long each token equals the one 1, 2, ... before it
        self.need = (CYCLES - 1) * np.arange(1, PERIOD + 1)

    def push(self, token: int) -> int | None:
        """How many tokens of the answer are no loop: up to the end of the first cycle of one."""
        self.run = (self.run + 1) * (self.recent == token)
        self.recent[1:] = self.recent[:-1]
        self.recent[0] = token
        self.tokens.append(token)
        found = (self.run >= self.need).nonzero()[0]
        if not len(found):
            return None
        period = int(found[0]) + 1
        equal = int(self.run[found[0]])
        cycles = equal // period + 1
        if cycles * len(set(self.tokens[-period:])) < self.limit:
            return None
        return len(self.tokens) - equal
