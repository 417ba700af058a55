"""Real pages in a browser: what is seen is told, with its place; what is not is not."""

from pathlib import Path

import numpy as np

from qvl.data.answers import fault
from qvl.data.pictures import seen_of
from qvl.data.records import Facts, Record
from qvl.data.synth.documents import web
from qvl.data.synth.documents.markup import flat, plain_parts
from qvl.data.work import Rejected, Work
from qvl.tasks.document.model import Heading, List, Mark, Page, Paragraph, Picture, Table
from tests.documentation import HTML, cache
from tests.needs import chromium
from tests.records import picture

pytestmark = chromium
WORN = web.Dress("tablet", (600, 700), "plain", "dejavu", 16, 1)
STYLE = (
    "<style>p{margin:10px 0}.cover{position:absolute;top:600px;left:0;width:600px;height:80px;"
    "background:#fff}</style>"
)


def show(folder: Path, body: str, worn: web.Dress = WORN) -> Page:
    path = folder / "page.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{STYLE}<body>{body}</body>")
    shot, page = web.shown(path, worn, "en", 0.0)
    assert shot[:2] == b"\xff\xd8"
    return page


def texts(page: Page) -> list[str]:
    return [text for each in page.elements for text in plain_parts(each)]


def test_elements_stand_where_they_are_seen(tmp_path):
    (tmp_path / "photo.png").write_bytes(picture(size=(120, 80)))
    page = show(
        tmp_path,
        "<h2>Title</h2><p>One <b>two</b>\n<code>three</code> costs\n$5.<br>End</p>"
        "<ol><li>First<ul><li>Inner</li></ul></li><li>Second</li></ol>"
        "<table><tr><th>A</th><th>B</th></tr><tr><td colspan=2>C</td></tr></table>"
        "<img src=photo.png width=120 height=80><pre>a  b\n  c</pre>",
    )
    heading, paragraph, items, table, image, code = page.elements
    assert heading == Heading(heading.box, 2, ("Title",))
    marks = (Mark("b", ("two",)), " ", Mark("code", ("three",)))
    assert paragraph.content == ("One ", *marks, " costs \\$5.", Mark("br"), "End")
    assert isinstance(items, List) and items.ordered
    assert [flat(i.content) for i in items.items] == ["First", "Second"]
    assert [flat(i.content) for i in items.items[0].lists[0].items] == ["Inner"]
    assert isinstance(table, Table) and table.rows[1][0].colspan == 2
    assert isinstance(image, Picture)
    left, top, right, bottom = image.box
    assert (right - left, bottom - top) == (120, 80)
    assert flat(code.content) == "a  b\n  c"
    tops = [e.box[1] for e in page.elements if e.box]
    assert tops == sorted(tops)
    facts = Facts("page", web.tasks.page_dict(page), "html", "0.jpg")
    assert fault(facts, web.fitted((600, 700), web.Picture("0.jpg"))) == ""


def test_what_is_hidden_covered_or_cut_is_not_told(tmp_path):
    filler = "<div style='height:330px'></div>"
    page = show(
        tmp_path,
        "<p>Seen</p><p style='display:none'>None</p><p style='visibility:hidden'>Hidden</p>"
        "<p style='opacity:0'>Clear</p><p style='position:absolute;left:-900px'>Off</p>"
        f"{filler}<p style='position:absolute;top:620px'>Covered</p><div class=cover></div>"
        "<p style='position:absolute;top:685px;font-size:40px!important'>Cut at the edge</p>",
    )
    assert texts(page) == ["Seen"]


def test_a_picture_in_a_line_does_not_break_it(tmp_path):
    (tmp_path / "icon.png").write_bytes(picture(size=(16, 16)))
    (tmp_path / "photo.png").write_bytes(picture(size=(120, 80)))
    page = show(
        tmp_path, "<p>Press <img src=icon.png> now.</p><p>Above <img src=photo.png> below</p>"
    )
    assert texts(page) == ["Press now.", "Above", "", "below"]
    _, above, image, below = page.elements
    assert above.box[3] <= image.box[1] and image.box[3] <= below.box[1]


def test_text_in_columns_is_not_broken_over_them(tmp_path):
    long = "<p>" + "many words that fill a line and go on until the column ends " * 9 + "</p>"
    page = show(tmp_path, long * 3, web.Dress("paper", (1000, 900), "plain", "dejavu", 16, 2))
    assert all(right - left < 500 for left, _, right, _ in (e.box for e in page.elements))
    assert isinstance(page.elements[0], Paragraph)


def test_pages_become_records_and_fifty_dresses_are_worn(tmp_path, monkeypatch):
    monkeypatch.setattr(web, "language_of", lambda rng: ("en", "de")[int(rng.integers(2))])
    monkeypatch.setattr(web, "web_pages", lambda of, language: web.chapters.pages(of, "de"))
    held = cache(tmp_path)
    found = [each for i in range(5) for each in web.webpages(Work("web", 0, i), held)]
    records = [each for each in found if isinstance(each, Record)]
    assert len(records) >= 3
    for record in records:
        assert record.sources[1].startswith(f"debian:{HTML.split('/')[0]}/")
        for part in record.parts("assistant"):
            if isinstance(part, Facts):
                assert fault(part, seen_of(record, part.of)) == ""
    assert len({web.dress(np.random.default_rng(i)).style for i in range(90)}) >= 50


def test_a_page_that_never_loads_and_a_browser_that_dies_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(web, "WAIT", 1500)
    endless, deadly, good = (tmp_path / f"{name}.html" for name in ("endless", "deadly", "good"))
    endless.write_text("<p>Text</p><script>for (;;) {}</script>")
    good.write_text("".join(f"<p>A good page that says enough, {i}.</p>" for i in range(9)))
    monkeypatch.setattr(web, "dress", lambda rng: WORN)
    monkeypatch.setattr(web, "language_of", lambda rng: "en")

    def tried(path: Path) -> Record | Rejected:
        monkeypatch.setattr(web, "web_pages", lambda of, language: [("debian-handbook", path)])
        return next(iter(web.webpages(Work("web", 0, 0), tmp_path)))

    first = tried(endless)
    assert isinstance(first, Rejected) and first.fault and "load" in first.reason
    deadly.write_text("<p>Text</p>")
    monkeypatch.setattr(web.Dress, "css", lambda worn, language: _crash())
    second = tried(deadly)
    assert isinstance(second, Rejected) and second.fault and second.reason == "the browser failed"
    monkeypatch.undo()
    shot, page = web.shown(good, WORN, "en", 0.0)
    assert len(page.elements) == 9 and shot


def _crash() -> str:
    """The browser's own process ends, as where memory runs out."""
    from qvl.data.synth import browser

    browser._browser().chromium.close()
    return ""
