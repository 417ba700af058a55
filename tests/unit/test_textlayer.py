"""The text layer of a PDF page: which letters, where, in which order."""

from pathlib import Path

import numpy as np
import pytest

from qvl.media.blocks import blocks_of, joined
from qvl.media.paper import open_paper
from qvl.media.pdf import open_pdf
from qvl.media.textlayer import HYPHEN, read_layer
from qvl.tasks.document.model import Heading, Paragraph, Table
from qvl.tasks.document.plain import element_text
from qvl.tasks.document.truth import page_of

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "pages.pdf"


def written(stream: str, page: str = "") -> bytes:
    """A page of 200x300 points with a content stream; /F is Helvetica."""
    bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/Contents 4 0 R"
        f"/Resources<</Font<</F 5 0 R>>>>{page}>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{rows}trailer<</Size 6/Root 1 0 R>>\nstartxref\n"
    return out + f"{end}{len(out)}\n%%EOF".encode("latin-1")


def layer_of(data: bytes, dpi: float = 144):
    with open_pdf(data) as pdf:
        ((_, picture),) = pdf.pages(dpi=dpi)
        return read_layer(pdf, 1, picture.size), picture


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", ["", "/CropBox[20 40 180 280]"])
@pytest.mark.parametrize("turn", ["1 0 0 1 60 150", "0 1 -1 0 100 100", "-1 0 0 -1 150 150"])
def test_boxes_are_where_the_ink_is(rotate, crop, turn):
    stream = f"BT /F 24 Tf {turn} Tm (Hag) Tj ET"
    layer, picture = layer_of(written(stream, f"/Rotate {rotate}{crop}"))
    assert "".join(each.text for each in layer.letters) == "Hag"
    (block,) = blocks_of(layer)
    dark = np.argwhere(np.asarray(picture.convert("L")) < 128)
    (top, left), (bottom, right) = dark.min(0), dark.max(0) + 1
    assert np.abs(np.subtract(block.box, (left, top, right, bottom))).max() <= 1.5
    assert block.text == "Hag"
    first, last = (layer.letters[at].ink for at in (0, -1))
    forward = [
        (last[0] > first[0]),
        (last[1] > first[1]),
        (last[0] < first[0]),
        (last[1] < first[1]),
    ]
    assert forward[block.turn]


def test_what_the_picture_does_not_show_is_no_text():
    stream = "BT /F 12 Tf 1 0 0 1 30 150 Tm (in) Tj ET BT /F 12 Tf 1 0 0 1 30 20 Tm (out) Tj ET"
    layer, _ = layer_of(written(stream, "/CropBox[0 100 200 300]"))
    assert "".join(each.text for each in layer.letters if not each.text.isspace()) == "in"


def test_control_characters_are_left_out_and_divided_words_joined():
    stream = r"BT /F 12 Tf 1 0 0 1 30 150 Tm (a\001\007b) Tj 0 -14 Td (c) Tj ET"
    layer, _ = layer_of(written(stream))
    assert {each.text for each in layer.letters} <= set("abc \n")
    assert joined([f"dis{HYPHEN}", "tance of", "3"]) == "distance of 3"
    assert joined(["二つの", "行"]) == "二つの行"


def test_columns_are_read_one_after_the_other():
    with open_paper(str(SAMPLE)) as paper:
        page = page_of(paper.sheet(1, layer=True).layer)
    said = [element_text(each) for each in page.elements]
    heads = [t for t, e in zip(said, page.elements, strict=True) if isinstance(e, Heading)]
    assert heads == ["Notes on paper", "1 Fibres", "2 Sizes", "3 Weight"]
    whole = " ".join(said)
    starts = [
        "A sheet of paper",
        "Long fibres",
        "The sizes of",
        "The largest size",
        "Weight is",
        "a thumb.",
    ]
    places = [whole.index(each) for each in starts]
    assert places == sorted(places)
    assert "forty-five" in whole and "office" not in whole.replace("Office", "")


def test_tables_formulas_and_other_scripts():
    with open_paper(str(SAMPLE)) as paper:
        sheet = paper.sheet(2, layer=True)
    page = page_of(sheet.layer)
    (table,) = (each for each in page.elements if isinstance(each, Table))
    rows = element_text(table).splitlines()
    assert rows[0].split("\t") == ["Size", "Width, mm", "Height, mm", "Weight, g"]
    assert rows[-1].split("\t") == ["A4", "210", "297", "5"] and len(rows) == 6
    said = [element_text(each) for each in page.elements if isinstance(each, Paragraph)]
    assert "Ligatures and accents: office, affluent, fjord, naïve, Ångström, Łódź, Dvořák." in said
    assert any(text.startswith("紙は水に混ぜた繊維") for text in said)
    assert any("把一张纸对折，得到的两半" in text for text in said)
    assert any("ℎ = 𝑤√2" in element_text(each).replace("√ 2", "√2") for each in page.elements)
    assert sheet.layer.unknown == 0


def test_a_page_without_a_layer_has_no_letters():
    layer, _ = layer_of(written("1 0 0 rg 0 0 50 50 re f"))
    assert layer.letters == () and blocks_of(layer) == [] and page_of(layer).elements == ()
