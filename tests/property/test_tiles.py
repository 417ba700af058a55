"""A page read in tiles is the page read at once."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from qvl.messages import Answer, Media, Usage
from qvl.messages import Image as Part
from qvl.tasks.document.inline import inline
from qvl.tasks.document.model import Cell, Item, List, Page, Paragraph, Picture, Table
from qvl.tasks.document.pages import Ask, read_page
from qvl.tasks.document.plain import element_text
from qvl.tasks.document.render import render
from qvl.tasks.document.tiles import OVERLAP, Tile, cut

LINE, LEADING = 14, 22  # pixels: a line's ink, and from line to line
kinds = st.sampled_from(["text", "text", "table", "list", "picture"])


@st.composite
def pages(draw):
    """[(kind, left, top, width, lines)] in one or two columns, and the size of the page."""
    columns = draw(st.integers(1, 2))
    width, blocks, number = 1180 // columns, [], 0
    for column in range(columns):
        y = 30
        for kind, lines in draw(
            st.lists(st.tuples(kinds, st.integers(1, 9)), min_size=4, max_size=9)
        ):
            lines = min(lines, 3) if kind == "picture" else lines
            texts = [[f"{number + 4 * row + i:08d}w" for i in range(4)] for row in range(lines)]
            number += 4 * lines
            blocks.append((kind, 10 + column * (width + 20), y, width - 40, texts))
            y += lines * LEADING + draw(st.integers(16, 60))
    return blocks, max(top + len(texts) * LEADING for _, _, top, _, texts in blocks) + 30


def elements(blocks, tile):
    """What is wholly visible in a tile, line by line."""
    for kind, left, y, width, texts in blocks:
        rows = [
            (y + i * LEADING, row)
            for i, row in enumerate(texts)
            if y + i * LEADING >= tile.top and y + i * LEADING + LINE <= tile.bottom
        ]
        if left < tile.left or left + width > tile.right:
            continue
        if kind == "picture" and len(rows) < len(texts):
            rows = []
        if not rows:
            continue
        box = (left, rows[0][0], left + width, rows[-1][0] + LINE)
        said = tuple(row for _, row in rows)
        if kind == "text":
            yield Paragraph(box, inline(" ".join(" ".join(row) for row in said)))
        elif kind == "picture":
            yield Picture(box, box)
        elif kind == "table":
            yield Table(box, tuple(tuple(Cell((cell,)) for cell in row) for row in said))
        else:
            items = ((left, top, left + width, top + LINE) for top, _ in rows)
            yield List(
                box,
                False,
                tuple(Item(b, inline(" ".join(r))) for b, r in zip(items, said, strict=True)),
            )


def drawn(blocks, height):
    image = Image.new("RGB", (1240, height), "white")
    draw = ImageDraw.Draw(image)
    for kind, left, y, width, texts in blocks:
        for i in range(len(texts)):
            bottom = (
                y + i * LEADING + (LINE if kind != "picture" or i == len(texts) - 1 else LEADING)
            )
            draw.rectangle((left, y + i * LEADING, left + width, bottom), fill="black")
    return image


def answering(blocks, tiles):
    """A model that reads every tile rightly, whole lines alone."""
    waiting = iter(tiles)

    def chat(messages, settings):
        (part,) = (p for p in messages[0].content if isinstance(p, Part))
        tile, size = next(waiting), part.pixels.size
        assert size == (tile.right - tile.left, tile.bottom - tile.top)
        x, y = tile.left, tile.top
        seen = Page(tuple(elements(blocks, tile)))
        seen = seen.moved(lambda b: (b[0] - x, b[1] - y, b[2] - x, b[3] - y), size)
        return Answer(render(seen), "stop", Usage(1, 1), (Media(size, size, 1),))

    return chat


def said(element):
    return type(element), element_text(element)


@given(pages(), st.sampled_from([420, 640, 1210]))
def test_a_tiled_page_is_the_whole_page(page, side):
    blocks, height = page
    image = drawn(blocks, height)
    truth = list(elements(blocks, Tile(0, 0, *image.size)))
    read = read_page(answering(blocks, cut(image, side)), image, Ask(tile=side)).page
    assert [(type(e), element_text(e)) for e in read.elements] == [
        (type(e), element_text(e)) for e in truth
    ]
    assert [e.box for e in read.elements] == [e.box for e in truth]


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(112, 900), st.integers(0, 2**32 - 1))
def test_tiles_cover_the_page_and_overlap(width, height, side, seed):
    grey = np.random.default_rng(seed).integers(0, 256, (height, 1), dtype=np.uint8)
    grey[np.random.default_rng(seed + 1).random(height) < 0.5] = 255
    image = Image.fromarray(np.repeat(grey, width, axis=1))
    tiles = cut(image, side)
    rows = sorted({(t.top, t.bottom) for t in tiles})
    assert rows[0][0] == 0 and rows[-1][1] == height
    assert all(b - a <= side for a, b in rows)
    for (_, end), (start, _) in pairwise(rows):
        assert end - start >= OVERLAP * side - 1
