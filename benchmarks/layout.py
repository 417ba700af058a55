"""How many layout pictures a second: python benchmarks/layout.py [PAGES]. At least 5 are wanted."""

import sys
import time
from pathlib import Path

from qvl.media.paper import open_paper
from qvl.tasks.document.layout import draw_layout
from qvl.tasks.document.truth import page_of

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "pages.pdf"
SIZE = (1240, 1754)  # A4 at 150 dots an inch


def main(count: int) -> None:
    with open_paper(str(SAMPLE), dpi=150) as paper:
        sheet = paper.sheet(1, layer=True)
    assert (
        sheet.layer and max(abs(a - b) for a, b in zip(sheet.picture.size, SIZE, strict=True)) <= 1
    )
    page = page_of(sheet.layer)
    began = time.perf_counter()
    for _ in range(count):
        draw_layout(sheet.picture, page)
    drawn = time.perf_counter() - began
    print(f"{sheet.picture.width}x{sheet.picture.height}, {len(page.elements)} elements")
    print(f"drawn: {count / drawn:.1f} a second")
    began = time.perf_counter()
    for _ in range(count):
        draw_layout(sheet.picture, page).save(Path("/dev/null"), "png")
    saved = time.perf_counter() - began
    print(f"drawn and written as PNG: {count / saved:.1f} a second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
