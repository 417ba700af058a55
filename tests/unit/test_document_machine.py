"""A page is asked for, tried again where the reply cannot be right, and drawn."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from qvl.media.errors import BadImage
from qvl.media.paper import open_paper
from qvl.media.turns import turned, turned_box, turned_size
from qvl.messages import Answer, Media, Usage
from qvl.tasks.document.inline import inline
from qvl.tasks.document.ladder import CAPTIONED, PROMPT, is_blank, sideways
from qvl.tasks.document.layout import COLOURS, draw_layout
from qvl.tasks.document.model import Chart, Heading, Page, Paragraph, Picture, Table
from qvl.tasks.document.pages import Ask, read_page
from qvl.tasks.document.plain import element_text
from qvl.tasks.document.reader import parse_document
from qvl.tasks.document.rebuild import harmless
from qvl.tasks.document.render import render

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
GOOD = Page((Paragraph((10, 20, 200, 40), inline("read")),))


def lines(width=400, height=560):
    """A page with lines of ink, so that it is not blank and lies upright."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for y in range(40, height - 40, 24):
        for x in range(30, width - 60, 37):
            draw.rectangle((x, y, x + 30, y + 10), fill="black")
    return image


def model(*replies):
    """A Chat that gives these (text, finish reason) in turn, and a list of what it was asked."""
    waiting, asked = list(replies), []

    def chat(messages, settings):
        picture, text = messages[0].content
        asked.append((picture.pixels.size, text.text, settings.temperature, settings.seed))
        reply = waiting.pop(0)
        if isinstance(reply, Exception):
            raise reply
        said, reason = reply
        size = picture.pixels.size
        return Answer(said, reason, Usage(7, 11), (Media(size, size, 7),))

    return chat, asked


def faults(reading):
    return [one.fault for look in reading.looks for one in look.made]


def test_a_good_page_is_asked_for_once_in_the_published_words():
    chat, asked = model((render(GOOD), "stop"))
    reading = read_page(chat, lines(), Ask())
    assert asked == [((400, 560), PROMPT, 0.0, 0)] and reading.status == "ok"
    assert reading.page == Page(GOOD.elements, (400, 560)) and reading.reply == render(GOOD)
    chat, asked = model((render(GOOD), "stop"))
    read_page(chat, lines(), Ask(captions=True))
    assert asked[0][1] == CAPTIONED == "QwenVL HTML with image caption"


def test_the_ladder_goes_from_temperatures_to_turns_and_keeps_the_best():
    empty = "```html\n<html><body>\n</body></html>\n```"
    chat, asked = model(
        ("<html><body></body></html>", "stop"),
        (render(GOOD)[:-20], "length"),
        (render(GOOD), "repetition"),
        (empty, "stop"),
        ValueError("too long for this model"),
        FloatingPointError("not a number"),
        ("still nothing", "stop"),
    )
    reading = read_page(chat, lines(), Ask(seed=5))
    assert faults(reading) == [
        *("empty", "length", "repetition", "empty"),
        *("no answer", "no answer", "no markup"),
    ]
    assert [temperature for _, _, temperature, _ in asked] == [0.0, 0.1, 0.4, 0.8, 0.0, 0.0, 0.0]
    assert [seed for *_, seed in asked] == [5, 6, 7, 8, 9, 10, 11]
    assert [size for size, *_ in asked[4:]] == [(560, 400), (400, 560), (560, 400)]
    (cut,) = reading.page.elements
    assert reading.status == "doubtful" and cut.cut and element_text(cut) == "read"
    told = reading.report()
    assert [one["kept"] for one in told["attempts"]].index(True) == 1
    assert told["attempts"][4]["error"] == "too long for this model"
    assert [one["turned_degrees"] for one in told["attempts"]] == [0, 0, 0, 0, 90, 180, 270]


def test_the_budget_bounds_attempts_and_a_failed_page_stays_in_place():
    chat, asked = model(("prose", "stop"), ("prose", "stop"))
    reading = read_page(chat, lines(), Ask(attempts=2))
    assert len(asked) == 2 and reading.status == "failed"
    assert reading.page == Page((), (400, 560)) and reading.reply == "prose"
    with pytest.raises(ValueError, match="0 attempts"):
        Ask(attempts=0)


def test_an_empty_page_is_right_for_empty_paper():
    chat, asked = model(("<html><body></body></html>", "stop"))
    assert read_page(chat, Image.new("RGB", (300, 300), "white"), Ask()).status == "ok"
    assert len(asked) == 1


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_boxes_of_a_turned_page_come_back(quarters):
    """The picture is turned until its text is read; boxes are told as the page lies."""
    lying = turned(lines(), -quarters)
    replies = [("nothing", "stop")] * 3
    order = [1, 3, 2] if quarters % 2 else None
    at = 1 + (order or [1, 2, 3]).index(quarters)
    replies.insert(at, (render(GOOD), "stop"))
    chat, asked = model(*replies)
    reading = read_page(chat, lying, Ask())
    assert len(asked) == at + 1 and reading.status == "ok"
    (element,) = reading.page.elements
    assert reading.page.size == lying.size
    assert turned_box(element.box, lying.size, quarters) == (10, 20, 200, 40)
    assert reading.reply == render(reading.page)


def test_turns_agree_with_pixels():
    image = Image.new("RGB", (40, 30))
    image.paste("red", (5, 10, 15, 12))
    for quarters in range(4):
        out = turned(image, quarters)
        assert out.size == turned_size(image.size, quarters)
        red = np.argwhere(np.asarray(out)[:, :, 0] > 128)
        (top, left), (bottom, right) = red.min(0), red.max(0) + 1
        assert turned_box((5, 10, 15, 12), image.size, quarters) == (left, top, right, bottom)


def test_lying_text_is_seen():
    assert not sideways(lines()) and sideways(turned(lines(), 1)) and not is_blank(lines())
    with open_paper(str(SAMPLES / "pages.pdf")) as paper:
        for sheet in paper.sheets([1, 2]):
            assert not sideways(sheet.picture) and sideways(turned(sheet.picture, 3))


def test_a_layout_picture_shows_every_kind_and_number():
    page = Page(
        (
            Heading((20, 20, 300, 50), 1, inline("Title")),
            Paragraph((20, 60, 300, 120), inline("text")),
            Table((20, 130, 300, 200), ()),
            Chart((20, 210, 300, 300), (20, 210, 300, 300)),
            Picture(None, None),
        ),
        (400, 560),
    )
    drawn = draw_layout(lines(), page)
    assert drawn.width > 2 * 400 and drawn.height > 2 * 560  # a small page is enlarged
    seen = {tuple(c) for c in np.asarray(drawn).reshape(-1, 3)}
    for name in ("Heading", "Paragraph", "Table", "Chart"):
        colour = tuple(int(COLOURS[name][at : at + 2], 16) for at in (1, 3, 5))
        assert colour in seen
    assert tuple(int(COLOURS["List"][at : at + 2], 16) for at in (1, 3, 5)) not in seen
    draw_layout(Image.new("RGB", (8, 8)), Page((), (8, 8)))


def frames(count):
    pictures = [Image.new("L", (60 + at, 40), 40 * at) for at in range(count)]
    out = io.BytesIO()
    pictures[0].save(out, "TIFF", save_all=True, append_images=pictures[1:])
    return out.getvalue()


def test_every_page_of_a_tiff(tmp_path):
    path = tmp_path / "scan.tif"
    path.write_bytes(frames(3))
    with open_paper(str(path)) as paper:
        assert paper.count == 3 and paper.name == "scan"
        assert [s.picture.size for s in paper.sheets(paper.numbers("2-3"))] == [(61, 40), (62, 40)]
        assert paper.sheet(3).picture.getpixel((0, 0)) == (80, 80, 80)
        with pytest.raises(ValueError, match="has 3 pages"):
            paper.numbers("4")


@pytest.mark.parametrize(
    "data", [frames(2)[:8], b"II*\0" + bytes(8), b"%PDF-1.7 and no more", b"x"]
)
def test_what_is_no_document(data):
    with pytest.raises(ValueError) as caught:
        open_paper(data)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_a_tiff_that_is_cut_fails_on_its_page():
    data = frames(3)
    with pytest.raises(BadImage), open_paper(data[: len(data) // 2]) as paper:
        list(paper.sheets(paper.numbers()))


def test_a_document_from_python():
    chat, asked = model((render(GOOD), "stop"), ("nothing", "stop"))
    document = parse_document(chat, str(SAMPLES / "pages.pdf"), "2,1", Ask(attempts=1))
    assert document.numbers == (2, 1) and len(asked) == 2
    assert [r.status for r in document.readings] == ["ok", "failed"]
    assert document.to_markdown().strip() == "read" and "read" in document.to_html()
    assert document.draw(2).width > document.readings[0].page.size[0]
    with pytest.raises(ValueError, match="page 3 was not read"):
        document.draw(3)


def test_html_of_a_model_is_made_harmless():
    reply = (
        "Sure:\n```html\n<html><head><title>t</title><style>p { color: red;"
        " background: url(https://evil.example/x.png) } @import 'https://evil.example/a.css';"
        "</style><script>alert(1)</script></head><body onload='x()'><p class=\"a\""
        ' style="background:url(javascript:1);width:3px" onclick="y()">A &amp; B</p>'
        '<img src="https://evil.example/i.png"><iframe src="file:///etc/passwd"></iframe>'
        '<a href="javascript:z()">go</a><form><input></form></body></html>\n```\nDone.'
    )
    page = harmless(reply)
    for bad in (
        "script",
        "evil",
        "onload",
        "onclick",
        "iframe",
        "javascript",
        "form",
        "Sure",
        "```",
    ):
        assert bad not in page
    for good in ('<p class="a"', "width:3px", "A &amp; B", "color: red", ">go<"):
        assert good in page
    with pytest.raises(ValueError, match="no markup"):
        harmless("only prose")
