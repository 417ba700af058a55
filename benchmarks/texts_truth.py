"""Whether runs of text say what they are told to: read back from the text layer of a PDF.

python benchmarks/texts_truth.py [--boxes 500]

The same calls that draw a sheet as pixels print it as PDF; PDFium finds the letters in each box.
Right-to-left text and columns are compared as bags of letters, since their layers' order is not
the reader's. Prints the character error rate of each generator; exit code 1 above 1 %.
"""

import argparse
import sys
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
from rapidfuzz.distance import Levenshtein

from qvl.data.sources import home
from qvl.data.synth.texts.items import EM, KINDS, Place
from qvl.data.synth.texts.letters import Type
from qvl.data.synth.texts.lines import arranged
from qvl.data.synth.texts.pages import page
from qvl.data.synth.texts.run import joined
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.supply import face_of, texts
from qvl.data.synth.texts.upright import upright
from qvl.data.words.languages import TWELVE

WORST = 0.01
Pair = tuple[str, str, bool]  # told, found, whether the order of letters counts


def layer(sheet: Sheet) -> tuple[list[str], np.ndarray]:
    """The letters of a sheet printed as PDF, and their middles in pixels, float[N, 2]."""
    import pypdfium2

    document = pypdfium2.PdfDocument(sheet.pdf())
    text = document[0].get_textpage()
    high = document[0].get_height()
    found, spots = [], []
    for at in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(at)
        found.append(text.get_text_range(at, 1))
        spots.append(((left + right) / 2, high - (bottom + top) / 2))
    return found, np.array(spots).reshape(-1, 2)


def pairs(sheet: Sheet, ordered: bool = True) -> Iterator[Pair]:
    found, spots = layer(sheet)
    for run in sheet.runs:
        left, top, right, bottom = run.box
        x, y = spots[:, 0], spots[:, 1]
        inside = (x > left - 1) & (x < right + 1) & (y > top - 1) & (y < bottom + 1)
        text = "".join(found[i] for i in np.flatnonzero(inside))
        yield run.text, text, ordered and not joined(run.text)


def _sheets(make: Callable[..., tuple[Sheet, str]], first: int) -> Iterator[Sheet]:
    for seed in range(first, 10_000):
        rng = np.random.default_rng(seed)
        yield make(rng, home(), TWELVE[seed % len(TWELVE)])[0]


def lines() -> Iterator[Pair]:
    for sheet in _sheets(arranged, 100):
        yield from islice(pairs(sheet), 12)


def hand() -> Iterator[Pair]:
    for sheet in _sheets(lambda *told: arranged(*told, hand=True), 200):
        yield from islice(pairs(sheet), 12)


def pages() -> Iterator[Pair]:
    for sheet in _sheets(page, 300):
        yield from islice(pairs(sheet), 20)


def columns() -> Iterator[Pair]:
    for seed, sheet in enumerate(_sheets(upright, 400), 400):
        if TWELVE[seed % len(TWELVE)] != "ar":
            yield from islice(pairs(sheet, ordered=False), 12)


def scenes() -> Iterator[Pair]:
    """What scenes are made of, before the perspective, which no text layer survives."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        language = TWELVE[seed % len(TWELVE)]
        face = face_of(rng, home(), language)
        supply = texts(rng, home(), language, face)

        def read(longest: int, of: Iterator = supply) -> str:  # type: ignore[type-arg]
            return next(p.text for p in of if len(p.text) <= max(longest, 12))

        place = Place(rng, face, Type.of(face, EM), read, 200.0, language)
        kind = list(KINDS)[seed % len(KINDS)]
        if kind == "curved":
            continue  # PDFium's boxes of turned letters are not theirs
        runs, _below = KINDS[kind][1](place)
        moved = Sheet((2000, 2000), below=[], runs=runs)
        yield from pairs(_shifted(moved), ordered=kind != "hanging")


def _shifted(sheet: Sheet) -> Sheet:
    """The same runs away from the corner, so that nothing of them is cut off."""
    from qvl.data.synth.texts.run import Run

    def away(run: Run) -> Run:
        def draw(canvas) -> None:  # noqa: ANN001
            canvas.save()
            canvas.translate(700, 700)
            run.draw(canvas)
            canvas.restore()

        return Run(run.text, run.ink + 700, draw)

    return Sheet(sheet.size, runs=[away(run) for run in sheet.runs])


SECTIONS: dict[str, Callable[[], Iterator[Pair]]] = {
    "lines": lines,
    "hand": hand,
    "pages": pages,
    "upright": columns,
    "scenes": scenes,
}


def letters(text: str, ordered: bool) -> str:
    """What is compared: composed letters without blanks, in order or as a bag."""
    kept = "".join(unicodedata.normalize("NFKC", text).split())
    return kept if ordered else "".join(sorted(kept))


def measure(name: str, boxes: int) -> float:
    wrong, total, worst, count = 0, 0, [], 0
    for told, found, ordered in islice(SECTIONS[name](), boxes):
        one, two = letters(told, ordered), letters(found, ordered)
        distance = Levenshtein.distance(one, two)
        wrong, total, count = wrong + distance, total + len(one), count + 1
        if distance:
            worst.append((distance, told, found))
    print(f"| {name} | {count} | {total} | {wrong / total:.2%} | {len(worst)} |", flush=True)
    for _, told, found in sorted(worst, reverse=True)[:6]:
        print(f"    told {told!r}, found {found!r}", file=sys.stderr)
    return wrong / total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", default=list(SECTIONS))
    parser.add_argument("--boxes", type=int, default=500)
    told = parser.parse_args()
    print("| generator | boxes | characters | error rate | boxes with errors |")
    print("|---|---|---|---|---|")
    return int(max(measure(name, told.boxes) for name in told.sections) > WORST)


if __name__ == "__main__":
    sys.exit(main())
