"""Room in the arena: nobody's keys are overwritten, nothing leaks."""

import random
from itertools import pairwise

import torch

from qvl.config import TINY
from qvl.engine.arena import PAGE, Arena, Extent


def marked(arena: Arena, extent: Extent, mark: int) -> bool:
    own = arena.keys[:, :, extent.start : extent.start + extent.size]
    return bool((own[:, :, :PAGE] == mark).all())


def test_extents_never_overlap_and_keep_what_they_hold():
    dice = random.Random(0)
    arena = Arena.of(TINY.text, 40 * PAGE, torch.zeros(1))
    held: dict[Extent, int] = {}
    for mark in range(3000):
        move = dice.choice(("take", "grow", "give", "part"))
        if move == "take" and (new := arena.take(dice.randrange(1, 6 * PAGE))):
            arena.keys[:, :, new.start : new.start + new.size] = mark
            held[new] = mark
        elif move == "grow" and held:
            each = dice.choice(list(held))
            before = each.size
            if not arena.grow(each, each.size + dice.randrange(1, 3 * PAGE)):
                assert each.size == before
        elif move == "give" and held:
            each = dice.choice(list(held))
            del held[each]
            arena.give(each)
        elif move == "part" and held:
            arena.part(dice.choice([None, *held]))
        order = sorted(held, key=lambda each: each.start)
        assert order == arena.taken
        for one, two in pairwise(order):
            assert one.start + one.size <= two.start
        assert all(marked(arena, each, own) for each, own in held.items())
        assert arena.free == arena.slots - sum(each.size for each in held)


def test_all_that_is_free_can_be_had():
    arena = Arena.of(TINY.text, 8 * PAGE, torch.zeros(1))
    extents = [arena.take(PAGE) for _ in range(8)]
    assert arena.take(1) is None
    for each in extents[::2]:
        assert each is not None
        arena.give(each)
    last = extents[1]
    assert last is not None and arena.take(2 * PAGE) is None and not arena.grow(last, 5 * PAGE)
    arena.part(last)
    assert arena.grow(last, 5 * PAGE) and arena.free == 0
