"""Random pages of every element, for the tests of documents."""

from hypothesis import strategies as st

from qvl.tasks.document import model
from qvl.tasks.document.model import Cell, Item, Mark, inline

SIZE = (1000, 1400)  # width, height of a page in pixels
TYPICAL = st.sampled_from(
    [
        *(
            "Words of a line",
            "a < b",
            "R&D",
            "&lt;",
            "x &amp; y",
            "<b>",
            "</p>",
            "$a<b$",
            "\n",
            " ",
        ),
        *(
            "<!-- c -->",
            "```",
            "$$",
            "naïve",
            "全文",
            "مرحبا",
            "👩‍🔬",
            "\\frac{a}{b} & c \\\\",
            '"',
        ),
        *("&#32;", "&nbsp;", "\xa0", "a\r\nb", "<p data-bbox='1 2 3 4'>", "</body></html>", "'>"),
    ]
)
ANY = st.text(st.characters(codec="utf-8", exclude_characters=""), max_size=8)


def _writable(text):
    return "".join(part for part in inline(text) if isinstance(part, str))


TEXT = st.lists(TYPICAL | ANY, max_size=3).map("".join).map(_writable)
ADDRESS = st.sampled_from(
    ["", "https://example.org/?a=1&b=2", "mailto:a@example.org", "#top", "a/b"]
)
MARKS = st.recursive(
    TEXT,
    lambda inner: st.one_of(
        st.builds(
            lambda tag, parts: Mark(tag, inline(*parts)),
            st.sampled_from(["b", "i", "u", "s", "sup", "sub", "code"]),
            st.lists(inner, max_size=2),
        ),
        st.builds(
            lambda parts, to: Mark("a", inline(*parts), to), st.lists(inner, max_size=2), ADDRESS
        ),
        st.builds(
            lambda parts, how: Mark("span", inline(*parts), how),
            st.lists(inner, max_size=2),
            st.sampled_from(["", "color:red", 'font-family: "A"']),
        ),
    ),
    max_leaves=3,
)
CONTENT = st.lists(MARKS | st.just(Mark("br")), max_size=3).map(lambda parts: inline(*parts))
BOX = st.builds(
    lambda x, y, w, h: (x, y, min(x + w, SIZE[0]), min(y + h, SIZE[1])),
    st.integers(0, SIZE[0] - 1),
    st.integers(0, SIZE[1] - 1),
    st.integers(1, 400),
    st.integers(1, 400),
)
MAYBE = st.none() | BOX
CELL = st.builds(Cell, CONTENT, st.booleans(), st.integers(1, 3), st.integers(1, 3))
ROWS = st.lists(st.lists(CELL, max_size=3).map(tuple), max_size=3).map(tuple)
ITEM = st.recursive(
    st.builds(Item, MAYBE, CONTENT),
    lambda inner: st.builds(
        Item,
        MAYBE,
        CONTENT,
        st.lists(
            st.builds(model.List, MAYBE, st.booleans(), st.lists(inner, max_size=2).map(tuple)),
            max_size=2,
        ).map(tuple),
    ),
    max_leaves=4,
)
# Beside it no box and no text: that is how a separator is written.
PARAGRAPH = st.builds(model.Paragraph, MAYBE, CONTENT).filter(lambda p: p.box or p.content)
STYLE = st.sampled_from(["", "table3{border:1px solid}", ".table3 td { color: red }\n th {}"])
ELEMENT = st.one_of(
    PARAGRAPH,
    st.builds(model.Heading, MAYBE, st.integers(1, 6), CONTENT),
    st.builds(model.Author, MAYBE, CONTENT),
    st.just(model.Separator()),
    st.builds(model.List, MAYBE, st.booleans(), st.lists(ITEM, max_size=3).map(tuple)),
    st.builds(model.Table, MAYBE, ROWS, st.none() | st.integers(0, 99), STYLE),
    st.builds(model.Chart, MAYBE, MAYBE, ROWS),
    st.builds(
        model.Formula, MAYBE, MAYBE, TEXT, st.sampled_from(["", "machine_printed", "handwritten"])
    ),
    st.builds(model.Picture, MAYBE, MAYBE),
    st.builds(model.Picture, MAYBE, MAYBE, st.sampled_from(["caption", "ocr"]), CONTENT),
    st.builds(model.Music, MAYBE, MAYBE, TEXT),
    st.builds(model.Chemical, MAYBE, MAYBE, TEXT),
)
PAGE = st.lists(ELEMENT, max_size=5).map(lambda parts: model.Page(tuple(parts), SIZE))
