"""Text in rows and places: code, strings, numbers, contents, labels."""

from dataclasses import replace
from typing import Any

import numpy as np

from qvl.data.synth.texts import strings
from qvl.data.synth.texts.desk import Desk
from qvl.data.synth.texts.flow import Flow, side_by_side
from qvl.data.synth.texts.letters import letters
from qvl.data.synth.texts.run import level
from qvl.data.synth.texts.setting import wrapped
from qvl.data.synth.texts.tones import pick


def code(desk: Desk) -> None:
    flow, size = desk.flow(), desk.type.size
    width = float(letters(desk.type).widths("0")[0])
    numbered, shown = bool(desk.rng.random() < 0.5), 0
    block, depth = desk.block("left", leading=1.35), 0
    for line in strings.code(desk.rng, 60):
        if flow.full:
            break
        depth = max(0, min(4, depth + int(desk.rng.integers(-1, 2))))
        left, _, right, _ = flow.column
        text = line.strip()
        if desk.face.lacks(text):
            continue
        start = (4 * width if numbered else 0) + depth * 2 * width
        if len(wrapped(text, replace(block, width=right - left - start))) != 1:
            continue
        shown += 1
        y = flow.y
        colour = desk.accent if text[0] in '#"<' else desk.ink
        flow.put(text, replace(block, colour=colour), 0, start)
        if numbered and flow.sheet.runs and flow.y > y:
            flow.sheet.runs[-1] = _joined_number(desk, shown, flow.sheet.runs[-1], left)
    desk.sheet.runs = [run for run in desk.sheet.runs if run.box[3] < desk.sheet.size[1] - size / 2]


def _joined_number(desk: Desk, number: int, run: Any, left: float) -> Any:
    """A line of code with its number, as one line of text."""
    from qvl.data.synth.texts.run import Run

    baseline = float(np.nanmedian(run.ink[:, 3]))
    counted = level(str(number), desk.type, (left, baseline), desk.accent)
    ink = np.concatenate([counted.ink, np.full((1, 4), np.nan), run.ink])

    def draw(canvas: Any) -> None:
        counted.draw(canvas)
        run.draw(canvas)

    return Run(f"{number} {run.text}", ink, draw)


def random(desk: Desk) -> None:
    flow, block = desk.flow(), desk.block(pick(desk.rng, ("left", "middle")))
    while not flow.full:
        longest = int(desk.rng.integers(5, 70))
        flow.put(desk.drawn(lambda most=longest: strings.nonsense(desk.rng, most)), block, 0)


def numbers(desk: Desk) -> None:
    """Columns of numbers, each cell a line of its own."""
    width, high = desk.sheet.size
    size = desk.type.size
    count = max(1, min(5, int(width / (9 * size))))
    y, step = size, max(desk.block().step, size * float(desk.rng.uniform(1.5, 2.2)))
    align = pick(desk.rng, ("left", "right"))
    while y + 2 * size < high:
        for left, _, right, _ in side_by_side((size, y, width - size, high), count, size, False):
            block = desk.block(align, width=right - left)
            text = desk.drawn(lambda: strings.numbers(desk.rng))
            if len(wrapped(text, block)) == 1:
                Flow(desk.sheet, [(left, y, right, y + 4 * size)]).put(text, block, 0)
        y += step


def contents(desk: Desk) -> None:
    """A table of contents: titles, leaders, pages."""
    width, high = desk.sheet.size
    size, y, number = desk.type.size, desk.type.size * 1.5, int(desk.rng.integers(1, 30))
    dot = float(letters(desk.type).widths(".")[0]) or 1.0
    while y + size < high - size:
        depth = int(desk.rng.integers(0, 3)) * size
        number += int(desk.rng.integers(0, 12))
        title = desk.text(max(8, int((width - 6 * size - depth) / size)))
        text = f"{title} "
        start = size + depth
        room = width - size - start - sum(letters(desk.type).widths(text + f" {number}"))
        text += "." * max(3, int(room / dot)) + f" {number}"
        if sum(letters(desk.type).widths(text)) < width - size - start + dot:
            desk.sheet.runs.append(level(text, desk.type, (start, y), desk.ink))
            y += max(desk.block().step, size * 1.6)
        else:
            y += 1


def scattered(desk: Desk) -> None:
    """Words at places of their own, as on a map or a diagram."""
    taken: list[Any] = []
    for _ in range(int(desk.rng.integers(3, 30))):
        text = desk.any(22)
        type_ = replace(
            desk.type, size=max(9.0, desk.type.size * float(desk.rng.uniform(0.6, 1.5)))
        )
        run = level(text, type_, (0, 0), desk.ink)
        left, top, right, bottom = run.box
        room = np.array(desk.sheet.size) - (right - left + 8, bottom - top + 8)
        if (room <= 0).any():
            continue
        x, y = desk.rng.uniform(4, room + 4)
        box = (x - 4, y - 3, x + right - left + 4, y + bottom - top + 3)
        if any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in taken):
            continue
        taken.append(box)
        colour = pick(desk.rng, (desk.ink, desk.ink, desk.accent))
        desk.sheet.runs.append(level(text, type_, (x - left, y - top), colour))
    desk.sheet.runs.sort(key=lambda run: (run.box[1] // (desk.type.size * 0.7), run.box[0]))
