"""Real PDFs through `qvl parse` with a reader that is never wrong: what comes out is what is there.

python benchmarks/pages.py FOLDER [--pages 50] [--out DIR]

Pages are taken evenly from the PDFs in the folder. The text layer is the truth: a Chat made of it
answers in QwenVL HTML, and what the machine makes of the answer is compared with it, letter by
letter, box by box, in order. Where pdftotext is installed, the text layer itself is compared with
what that reads: the part of the letters that both have, and of those that both have in order.
"""

import argparse
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from qvl.media.paper import Paper, Sheet, open_paper
from qvl.tasks.document.layout import draw_layout
from qvl.tasks.document.model import Document, Element, Page
from qvl.tasks.document.pages import Ask, read_page
from qvl.tasks.document.plain import element_text
from qvl.tasks.document.records import from_dict
from qvl.tasks.document.truth import page_of, truth_chat
from qvl.tasks.place import iou

HALF = 0.5  # pixels of the resized page that whole numbers move an edge by, at most


def chosen(folder: Path, count: int) -> Iterator[tuple[Path, Paper, Sheet]]:
    """Pages with text, spread over the files, and in each file over its length."""
    paths = sorted(folder.rglob("*.pdf"))
    each = -(-count // max(len(paths), 1))
    left = count
    for path in paths:
        try:
            paper = open_paper(str(path))
        except ValueError as error:
            print(f"left out: {error}")
            continue
        with paper:
            step = max(1, paper.count // (each + 1))
            for number in range(min(step, paper.count), paper.count + 1, step)[: min(each, left)]:
                sheet = paper.sheet(number, layer=True)
                if sheet.layer and sheet.layer.letters:
                    left -= 1
                    yield path, paper, sheet


def same_box(truth: Element, got: Element, scale: float) -> tuple[bool, bool]:
    """Whether the boxes agree at 0.9, and whether they agree as well as whole numbers can."""
    if truth.box is None or got.box is None:
        return truth.box == got.box, truth.box == got.box
    off = max(abs(a - b) for a, b in zip(truth.box, got.box, strict=True))
    return iou(truth.box, got.box) >= 0.9, off <= (HALF + 1e-6) * scale + 1


def compare(sheet: Sheet) -> tuple[dict[str, float], Page]:
    """One page there and back."""
    assert sheet.layer
    truth = page_of(sheet.layer)
    began = time.perf_counter()
    reading = read_page(truth_chat(truth), sheet.picture, Ask())
    took = time.perf_counter() - began
    page, document = reading.page, Document((reading.page,))
    pairs = list(zip(truth.elements, page.elements, strict=False))
    processed = reading.looks[0].best.processed or sheet.picture.size
    scale = max(a / b for a, b in zip(sheet.picture.size, processed, strict=True))
    boxes = [same_box(a, b, scale) for a, b in pairs if a.box is not None]
    row = {
        "elements": len(truth.elements),
        "letters": sum(len(element_text(e)) for e in truth.elements),
        "in order": len(truth.elements) == len(page.elements)
        and all(type(a) is type(b) and element_text(a) == element_text(b) for a, b in pairs),
        "boxes": len(boxes),
        "boxes at 0.9": sum(close for close, _ in boxes),
        "boxes within rounding": sum(close for _, close in boxes),
        "problems": len(reading.looks[0].best.problems),
        "json": from_dict(json.loads(json.dumps(document.to_dict()))) == document,
        "html": visible(document.to_html()) == letters(document.to_text().replace("-", "")),
        "unknown letters": sheet.layer.unknown,
        "seconds": took,
    }
    return row, page


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def visible(html: str) -> Counter[str]:
    """The letters of a web page's body."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    tree.strip_tags(["style", "script", "title"])
    body = tree.body
    return letters(body.text().replace("-", "") if body else "")


def beside(path: Path, sheet: Sheet, page: Page) -> dict[str, float]:
    """How far pdftotext agrees: letters, and letters in order."""
    from rapidfuzz.distance import Indel

    number = str(sheet.number)
    command = ["pdftotext", "-f", number, "-l", number, str(path), "-"]
    other = subprocess.run(command, capture_output=True, check=True).stdout.decode(errors="replace")
    text = " ".join(element_text(e) for e in page.elements)
    a, b = letters(text.replace("-", "")), letters(other.replace("-", ""))
    both = sum((a & b).values())
    order = Indel.normalized_similarity(*("".join(each.split()) for each in (text, other)))
    return {"letters": 2 * both / max(a.total() + b.total(), 1), "order": order}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows, agree = [], []
    for path, _, sheet in chosen(given.folder, given.pages):
        row, page = compare(sheet)
        rows.append(row)
        other = beside(path, sheet, page) if which("pdftotext") else {}
        agree += [other] if other else []
        shown = " ".join(f"{k} {v:.3f}" for k, v in other.items())
        print(f"{path.stem:28.28} {sheet.number:4} {row['elements']:4} elements  {shown}")
        if given.out:
            given.out.mkdir(parents=True, exist_ok=True)
            draw_layout(sheet.picture, page).save(given.out / f"{path.stem}-{sheet.number}.png")
    print(f"{len(rows)} pages")
    for name in rows[0] if rows else ():
        print(f"{name:24} {sum(row[name] for row in rows):g}")
    for name in agree[0] if agree else ():
        values = sorted(each[name] for each in agree)
        middle = values[len(values) // 2]
        print(f"pdftotext, {name:13} median {middle:.3f}, least {values[0]:.3f}")


if __name__ == "__main__":
    main()
