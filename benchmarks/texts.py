"""How fast text is drawn: letters per core-second, and records of each stage.

python benchmarks/texts.py [--items 60]

Needs `qvl data fetch --profile small`. Core-seconds are those of this process; what is opened or
learnt once (paragraphs, faces, photographs) is so before the clock starts.
"""

import argparse
import time
from functools import partial

import numpy as np

from qvl.data.records import Record
from qvl.data.sources import home
from qvl.data.synth.texts import stage
from qvl.data.synth.texts.letters import Type
from qvl.data.synth.texts.setting import Block, set_lines, wrapped
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.supply import families, pieces
from qvl.data.work import Stage, Work

STAGES: dict[str, Stage] = {
    name: partial(getattr(stage, name), cache=home())
    for name in ("lines", "pages", "upright", "hand", "scenes")
}
WARM = 60  # items before the clock starts


def letters(language: str, size: float, most: int = 60_000) -> str:
    """Paragraphs broken into lines, with a box for each letter and line, drawn and read out."""
    folder = home()
    face = next(f[0] for name, f in families(folder, language) if "Noto" in name or "Amiri" in name)
    type_ = Type.of(face, size)
    block = Block(type_, (0, 0, 0), 920.0, 1.3, "right" if language == "ar" else "left")
    texts = [p.text for p in pieces(folder, language) if p.kind == "prose" and len(p.text) > 60]
    texts = [text for text in texts[:400] if not face.lacks(text)]
    _draw(texts, block, most)
    start = time.process_time()
    drawn = _draw(texts, block, most)
    return f"| {language} | {size:.0f} px | {drawn / (time.process_time() - start):,.0f} |"


def _draw(texts: list[str], block: Block, most: int) -> int:
    """Pages of these texts, over and over; how many letters were drawn."""
    drawn, sheet, y, step = 0, Sheet((1000, 1400)), 40.0, block.step
    at = 0
    while drawn < most:
        lines = wrapped(texts[at % len(texts)], block)
        at += 1
        if y + len(lines) * step > 1360:
            sheet.picture()
            sum(run.box[0] for run in sheet.runs)
            sheet, y = Sheet((1000, 1400)), 40.0
        sheet.runs += set_lines(lines, block, (40.0, y))
        y += len(lines) * step
        drawn += sum(map(len, lines))
    sheet.picture()
    return drawn


def records(name: str, items: int) -> str:
    made = STAGES[name]
    for index in range(WARM):
        list(made(Work(name, 1, index)))
    start = time.process_time()
    kept = [r for i in range(items) for r in made(Work(name, 0, i)) if isinstance(r, Record)]
    spent = time.process_time() - start
    size = np.mean([len(held) for r in kept for held in r.media.values()]) / 1000
    styles = len({r.meta["style"] for r in kept})
    row = (name, f"{len(kept) / spent:.1f}", f"{spent / len(kept):.3f}", f"{size:.0f} kB")
    return f"| {' | '.join(row)} | {styles} of {len(kept)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=60)
    items = parser.parse_args().items
    print("| text | size | letters per core-second |\n|---|---|---|")
    for language, size in (("en", 10), ("en", 16), ("en", 40), ("ru", 16), ("zh", 16), ("ar", 20)):
        print(letters(language, size), flush=True)
    print("\n| family | records per core-second | core-seconds each | media | styles |")
    print("|---|---|---|---|---|")
    for name in STAGES:
        print(records(name, items), flush=True)


if __name__ == "__main__":
    main()
