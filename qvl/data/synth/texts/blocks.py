"""Blocks of text: a line, a few, a paragraph, dense columns, bubbles, a card."""

from dataclasses import replace

from qvl.data.synth.texts.desk import Desk
from qvl.data.synth.texts.flow import Flow, side_by_side
from qvl.data.synth.texts.run import joined, level
from qvl.data.synth.texts.setting import wrapped
from qvl.data.synth.texts.tones import area, frame, pick


def one(desk: Desk) -> None:
    """A single line with little room around it."""
    size = desk.type.size
    pad = float(desk.rng.uniform(0.2, 1.2)) * size
    text = desk.any(int(desk.rng.integers(4, 60)))
    gap = float(desk.rng.choice((0, 0, 0, 0.1, 0.3))) * size
    run = level(text, desk.type, (0, 0), desk.ink, 0 if joined(text) else gap)
    left, top, right, bottom = run.box
    desk.sheet.size = (max(28, int(right - left + 2 * pad)), max(28, int(bottom - top + 2 * pad)))
    at = (pad - left, pad - top)
    desk.sheet.runs = [level(text, desk.type, at, desk.ink, 0 if joined(text) else gap)]


def few(desk: Desk) -> None:
    flow, block = desk.flow(), desk.block(pick(desk.rng, ("left", "middle", "right")))
    for _ in range(int(desk.rng.integers(2, 9))):
        flow.put(desk.any(40), block, desk.type.size * float(desk.rng.uniform(0, 0.8)))


def paragraph(desk: Desk) -> None:
    align = pick(desk.rng, ("justified", desk.near, "middle")) if desk.near == "left" else "right"
    desk.flow().put(desk.text(600, 80), desk.block(align), 0)


def dense(desk: Desk) -> None:
    width, high = desk.sheet.size
    size = desk.type.size
    count = int(min(desk.rng.integers(1, 4), max(1, width // (13 * size))))
    columns = side_by_side(
        (size, size, width - size, high - size), count, size, desk.near == "right"
    )
    flow, block = Flow(desk.sheet, columns), desk.block(leading=float(desk.rng.uniform(1.1, 1.3)))
    while not flow.full:
        flow.put(desk.text(900), block, 0)


def chat(desk: Desk) -> None:
    """Bubbles of a conversation, on two sides."""
    width, high = desk.sheet.size
    size, y = desk.type.size, desk.type.size
    while True:
        wide = float(desk.rng.uniform(0.4, 0.75)) * width
        block = desk.block(width=wide - 1.4 * size, leading=1.3)
        text = desk.text(110)
        deep = len(wrapped(text, block)) * block.step + 0.9 * size
        if y + deep > high - size * 0.5:
            break
        x = pick(desk.rng, (size, width - size - wide))
        tint = tuple(
            int(0.86 * a + 0.14 * b) for a, b in zip(desk.sheet.ground, desk.ink, strict=True)
        )
        desk.sheet.below.append(area((x, y, x + wide, y + deep), tint, size * 0.6))  # type: ignore[arg-type]
        column = (x + 0.7 * size, y + 0.45 * size, x + wide - 0.7 * size, y + deep + size)
        Flow(desk.sheet, [column]).put(text, block, 0)
        y += deep + 0.6 * size


def card(desk: Desk) -> None:
    """A label: a large word, smaller ones below, in a frame."""
    width, high = desk.sheet.size
    size, pad = desk.type.size, desk.type.size
    flow = Flow(desk.sheet, [(2 * pad, 1.6 * pad, width - 2 * pad, high - pad)])
    align = pick(desk.rng, ("left", "middle", "right"))
    big = replace(desk.type, size=min(48.0, size * 1.8))
    flow.put(desk.any(16), desk.block(align, type=big, colour=desk.accent), size * 0.5)
    flow.skip(size * 0.3)
    for _ in range(int(desk.rng.integers(1, 6))):
        flow.put(desk.any(34), desk.block(align), size * 0.2)
    bottom = min(high - 2.0, flow.y + pad if not flow.full else high - 2.0)
    desk.sheet.below.append(
        frame((pad * 0.6, pad * 0.6, width - pad * 0.6, bottom), desk.accent, 2)
    )
