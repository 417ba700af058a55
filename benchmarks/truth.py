"""Whether what we say stands in a box really stands there: read back from a PDF's text layer.

python benchmarks/truth.py [--boxes 500] [SECTION ...]

Each section draws pictures and gives, for each box, the words that records tell and the words
that PDFium finds in that place of the same drawing printed as PDF. Prints the character error
rate of all boxes together; exit code 1 above 1 %.
"""

import argparse
import io
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from qvl.data.sources import home
from qvl.data.synth.atlas import stage as atlas
from qvl.data.synth.atlas.labels import printed
from qvl.data.synth.charts.boxed import Element, boxed
from qvl.data.synth.charts.figure import DRAW, figure, settings
from qvl.data.synth.charts.look import look
from qvl.data.synth.charts.stage import ALL, language_of
from qvl.data.synth.charts.traces import TRACES
from qvl.data.synth.charts.web import TEMPLATES, web_chart
from qvl.data.synth.documents.dom import CutText
from qvl.data.synth.documents.letters import LANGUAGES
from qvl.data.synth.documents.markup import flat
from qvl.data.synth.documents.pen import to_pdf
from qvl.data.synth.documents.stage import leaves, making_of
from qvl.data.synth.documents.web import dress, shown, web_pages
from qvl.data.synth.forms.stage import drawn as form_drawn
from qvl.data.synth.geometry import stage as geometry
from qvl.data.synth.geometry.draw import draw
from qvl.data.synth.geometry.draw import look as drawn_as
from qvl.data.synth.tables import paper
from qvl.data.synth.tables.stage import SHEETS
from qvl.data.synth.tables.style import style
from qvl.data.synth.tables.web import web_table
from qvl.tasks.document.model import List, Page, Picture, Table

WORST = 0.01
Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels of the picture
Pair = tuple[str, str]  # told, found


class Layer:
    """The text layer of a page of a PDF, asked in pixels of a picture of it."""

    def __init__(self, pdf: bytes, width: float, page_at: int = 0) -> None:
        import pypdfium2

        self.document = pypdfium2.PdfDocument(pdf)
        page = self.document[page_at]
        self.high, self.scale = page.get_height(), width / page.get_width()
        self.text = page.get_textpage()
        count = self.text.count_chars()
        self.letters = self.text.get_text_range(0, count) if count else ""
        self.spots = np.array([self._spot(i) for i in range(count)]).reshape(-1, 2)

    def _spot(self, at: int) -> tuple[float, float]:
        left, bottom, right, top = self.text.get_charbox(at, loose=True)
        return (left + right) / 2 * self.scale, (self.high - (bottom + top) / 2) * self.scale

    def within(self, box: Box) -> str:
        """The letters whose middle is in a box, in the order of the layer."""
        left, top, right, bottom = box
        x, y = self.spots[:, 0], self.spots[:, 1]
        inside = (x >= left - 1) & (x <= right + 1) & (y >= top - 1) & (y <= bottom + 1)
        return "".join(self.text.get_text_range(int(i), 1) for i in np.flatnonzero(inside))


def charts() -> Iterator[Pair]:
    """Charts of matplotlib and seaborn: titles, labels, ticks, numbers, names."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        language, kind = language_of(rng), list(DRAW)[seed % len(DRAW)]
        chart, seen = ALL[kind](kind, rng, language), look(rng, language)
        with settings(seen):
            canvas, marks = figure([chart], seen)
            drawn = boxed(canvas, marks)
            held = io.BytesIO()
            canvas.savefig(held, format="pdf")
        if not drawn.fault():
            yield from _pairs(Layer(held.getvalue(), drawn.image.width), drawn.elements)


def web_charts() -> Iterator[Pair]:
    """Charts of plotly."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        language, kind = language_of(rng), list(TRACES)[seed % len(TRACES)]
        chart = ALL[kind](kind, rng, language)
        seen = replace(look(rng, language), theme=TEMPLATES[seed % len(TEMPLATES)])
        printed: list[bytes] = []
        drawn = web_chart(
            chart, seen, lambda tab, to=printed, of=seen: to.append(_pdf(tab, of.size))
        )
        if not drawn.fault():
            yield from _pairs(Layer(printed[0], drawn.image.width), drawn.elements)


def web_tables() -> Iterator[Pair]:
    """Cells of tables drawn by Chromium."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        language = language_of(rng)
        sheet = SHEETS[seed % len(SHEETS)](rng, language)
        printed: list[bytes] = []
        drawn = web_table(
            sheet, style(rng, language), keep=lambda tab, to=printed: to.append(_pdf(tab, None))
        )
        layer = Layer(printed[0], drawn.image.width)
        told = [cell.text for row in sheet.rows for cell in row]
        for text, cell in zip(told, drawn.cells, strict=True):
            if text:
                yield text, layer.within(cell.box)


def paper_tables() -> Iterator[Pair]:
    """Cells of tables set by reportlab."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        sheet = SHEETS[seed % len(SHEETS)](rng, paper.LANGUAGES[seed % len(paper.LANGUAGES)])
        pdf, drawn = paper.set_table(sheet, paper.look(rng, sheet)[1])
        layer = Layer(pdf, drawn.image.width)
        for cell in drawn.cells:
            if cell.text:
                yield cell.text, layer.within(cell.box)


def figures() -> Iterator[Pair]:
    """Labels of geometry figures."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        task = geometry.MAKERS[seed % len(geometry.MAKERS)](rng)
        drawn = draw(task.figure, {**drawn_as(rng), "face": "dejavusans"})
        if geometry.crossing([box for _, box in drawn.labels]):
            continue
        held = io.BytesIO()
        drawn.canvas.savefig(held, format="pdf")
        layer = Layer(held.getvalue(), drawn.image.width)
        for text, box in drawn.labels:
            if "\\" not in text:  # a root is drawn, not written
                yield text, layer.within(box)


def map_labels() -> Iterator[Pair]:
    """Names and numbers on the divisions of real maps."""
    held, _, fonts = atlas.atlas(home())
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        seen = atlas.look(rng)
        if seen.labels not in ("numbers", "names"):
            continue
        shown = atlas.page(held[seed % len(held)], seen, fonts)
        labels = [label for _, label in shown.labels]
        if not labels or shown.font is None:
            continue
        layer = Layer(printed(labels, shown.image.size, shown.font, shown.size), shown.image.width)
        for label in labels:
            yield label.text, layer.within(label.box)


def documents() -> Iterator[Pair]:
    """Headings, paragraphs, items, captions and tables of pages set by skia."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        language = LANGUAGES[seed % len(LANGUAGES)]
        theme = ("prose", "report", "illustrated")[seed % 3]
        for leaf in leaves(making_of(rng, home(), language), 1, theme):
            layer = Layer(to_pdf([leaf.drawing]), leaf.drawing.size[0])
            for box, text in told_in(leaf.page):
                yield text, layer.within(box)


def books() -> Iterator[Pair]:
    """The same, on the last pages of documents of many."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        language = LANGUAGES[seed % len(LANGUAGES)]
        drawn = list(leaves(making_of(rng, home(), language), 5, "prose"))
        pdf = to_pdf([each.drawing for each in drawn])
        layer = Layer(pdf, drawn[-1].drawing.size[0], len(drawn) - 1)
        for box, text in told_in(drawn[-1].page):
            yield text, layer.within(box)


def forms() -> Iterator[Pair]:
    """Values of forms, invoices and receipts."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        try:
            board, drawing, _ = form_drawn(rng, home(), LANGUAGES[seed % len(LANGUAGES)])
        except ValueError:
            continue  # a value too long for its field
        layer = Layer(to_pdf([drawing]), drawing.size[0])
        for key, box in board.boxes.items():
            yield board.values[key], layer.within(box)


def webpages() -> Iterator[Pair]:
    """Elements of real pages in Chromium, by the boxes of text that its layout engine reports."""
    every = [
        each
        for language in ("en", "de", "ru", "zh", "ar")
        for each in web_pages(home(), language)[::9]
    ]
    for seed, (_, path) in enumerate(every * 9):
        rng = np.random.default_rng(seed)
        held: list[list[tuple[str, Box]]] = []
        try:
            _, page = shown(path, dress(rng), "en", float(rng.random()),
                            keep=lambda tab, to=held: to.append(_laid_out(tab)))  # fmt: skip
        except CutText:
            continue
        for box, text in told_in(page):
            yield text, _among(held[0], box)


def _laid_out(tab: Any) -> list[tuple[str, Box]]:
    """Every line of text that Chromium has laid out and shows, in pixels of the view."""
    session = tab.context.new_cdp_session(tab)
    styles = ["visibility", "opacity"]
    told = session.send("DOMSnapshot.captureSnapshot", {"computedStyles": styles})
    session.detach()
    names, document = told["strings"], told["documents"][0]
    right, down = document["scrollOffsetX"], document["scrollOffsetY"]
    layout, lines = document["layout"], document["textBoxes"]
    found = []
    for at, begin, length, (x, y, wide, high) in zip(
        lines["layoutIndex"], lines["start"], lines["length"], lines["bounds"], strict=True
    ):
        text = names[layout["text"][at]]
        units = text.encode("utf-16-le")[2 * begin : 2 * (begin + length)]
        seen = names[layout["styles"][at][0]] if layout["styles"][at] else "visible"
        if seen == "visible":
            box = (x - right, y - down, x - right + wide, y - down + high)
            found.append((units.decode("utf-16-le", errors="ignore"), box))
    return found


def _among(lines: list[tuple[str, Box]], box: Box) -> str:
    """The lines whose middle is in a box, in the order of the document."""
    left, top, right, bottom = box
    return "".join(
        text
        for text, (x1, y1, x2, y2) in lines
        if left <= (x1 + x2) / 2 <= right and top <= (y1 + y2) / 2 <= bottom
    )


def told_in(page: Page) -> Iterator[tuple[Box, str]]:
    """The box and the words of every element that has both; a table's cells row by row."""
    for each in page.elements:
        if isinstance(each, List):
            yield from _items(each)
        elif isinstance(each, Table) and each.box:
            yield each.box, "".join(flat(c.content) for row in each.rows for c in row)
        elif isinstance(each, Picture):
            if each.box and (each.box != each.image or each.text == "ocr"):  # words that are seen
                yield each.box, flat(each.content)
        elif each.box and (content := getattr(each, "content", ())):
            yield each.box, flat(content).replace("\\$", "$")


def _items(each: List) -> Iterator[tuple[Box, str]]:
    for item in each.items:
        if item.box:
            yield item.box, flat(item.content)
        for inner in item.lists:
            yield from _items(inner)


def _pairs(layer: Layer, elements: tuple[Element, ...]) -> Iterator[Pair]:
    for each in elements:
        if each.written:
            yield each.text, layer.within(each.box)


def _pdf(tab: Any, size: tuple[int, int] | None) -> bytes:
    """The page that a tab shows, as PDF of one page of the same pixels."""
    if size is None:
        wide, high = tab.evaluate(
            "() => { const r = document.body.getBoundingClientRect();"
            " return [Math.ceil(r.right), Math.ceil(r.bottom)]; }"
        )
        size = (wide, high)
    tab.emulate_media(media="screen")
    return tab.pdf(
        width=f"{size[0]}px", height=f"{size[1] + 1}px", print_background=True, page_ranges="1"
    )


SECTIONS: dict[str, Callable[[], Iterator[Pair]]] = {
    "charts": charts,
    "web charts": web_charts,
    "web tables": web_tables,
    "paper tables": paper_tables,
    "geometry": figures,
    "map labels": map_labels,
    "documents": documents,
    "books": books,
    "forms": forms,
    "webpages": webpages,
}


def letters(text: str, *, ordered: bool) -> str:
    """What is compared: no blanks, composed; right-to-left scripts as a bag, since layers differ.

    The degree sign of a formula is the ring operator in its font.
    """
    kept = "".join(unicodedata.normalize("NFKC", text).split()).replace("∘", "°")
    return kept if ordered else "".join(sorted(kept))


def measure(name: str, boxes: int) -> float:
    """The error rate of a section, with its worst boxes printed."""
    wrong, total, worst, count = 0, 0, [], 0
    for told, found in islice(SECTIONS[name](), boxes):
        turned = any(unicodedata.bidirectional(c) in ("R", "AL") for c in told)
        one, two = (letters(text, ordered=not turned) for text in (told, found))
        distance = Levenshtein.distance(one, two)
        wrong, total, count = wrong + distance, total + len(one), count + 1
        if distance:
            worst.append((distance, told, found))
    print(f"| {name} | {count} | {total} | {wrong / total:.2%} | {len(worst)} |", flush=True)
    for _, told, found in sorted(worst, reverse=True)[:4]:
        print(f"    told {told!r}, found {found!r}", file=sys.stderr)
    return wrong / total


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("sections", nargs="*", default=list(SECTIONS))
    parser.add_argument("--boxes", type=int, default=500)
    told = parser.parse_args()
    print("| generator | boxes | characters | error rate | boxes with errors |")
    print("|---|---|---|---|---|")
    return int(max(measure(name, told.boxes) for name in told.sections) > WORST)


if __name__ == "__main__":
    sys.exit(main())
