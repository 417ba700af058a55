"""PDF pages: sizes, rotation, ranges, passwords, and files that are not what they claim."""

import hashlib
import io
import random
import threading
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.media.image import BOMB
from qvl.media.pdf import BadPdf, open_pdf, page_numbers

LETTER = "/MediaBox[0 0 100 200]"
INK = "1 0 0 rg 0 100 50 100 re f"  # the upper left quarter, in red


def pdf(pages, *, count=None, more=(), trailer=""):
    """A PDF by hand; objects: 1 catalogue, 2 tree, 3 ink, 4... pages, then `more`."""
    kids = " ".join(f"{4 + i} 0 R" for i in range(len(pages)))
    bodies = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/DR<<>>>>>>"
        if any("Widget" in m for m in more)
        else "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages) if count is None else count}>>",
        f"<</Length {len(INK)}>>stream\n{INK}\nendstream",
        *(f"<</Type/Page/Parent 2 0 R/Contents 3 0 R{page}>>" for page in pages),
        *more,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    table = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{rows}"
    end = f"trailer<</Size {len(bodies) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF"
    return out + (table + end).encode("latin-1")


def drawn(data, which=None, **options):
    with open_pdf(data) as document:
        return list(document.pages(which, **options))


def test_pages_in_order_upright_and_on_white():
    upright, turned = drawn(pdf([LETTER, LETTER + "/Rotate 90"]))
    assert [upright[0], turned[0]] == [1, 2]
    assert upright[1].size == (200, 400) and turned[1].size == (400, 200)  # 144 dots an inch
    assert upright[1].mode == "RGB"
    assert upright[1].getpixel((20, 20)) == (255, 0, 0)
    assert upright[1].getpixel((180, 20)) == upright[1].getpixel((20, 380)) == (255, 255, 255)
    assert turned[1].getpixel((380, 20)) == (255, 0, 0)  # a quarter clockwise
    assert turned[1].getpixel((20, 20)) == (255, 255, 255)


def test_a_picture_survives():
    out = io.BytesIO()
    Image.new("RGB", (72, 36), (0, 0, 255)).save(out, "PDF")
    ((_, page),) = drawn(out.getvalue(), dpi=72)
    assert page.size == (72, 36)
    red, green, blue = page.getpixel((30, 20))
    assert max(red, green) < 8 and blue > 247


def test_what_people_filled_in_is_drawn():
    stream = "0 0 1 rg 0 0 50 50 re f"
    widget = (
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(x)/Rect[25 25 75 75]/F 4/P 4 0 R"
        "/AP<</N 6 0 R>>>>",
        f"<</Type/XObject/Subtype/Form/BBox[0 0 50 50]/Length {len(stream)}>>"
        f"stream\n{stream}\nendstream",
    )
    ((_, page),) = drawn(pdf([LETTER + "/Annots[5 0 R]"], more=widget))
    assert page.getpixel((100, 300)) == (0, 0, 255)


@given(
    st.tuples(*[st.floats(0.1, 1e8)] * 2),
    st.floats(1, 5000),
    st.integers(1, 300_000),
)
def test_no_page_is_larger_than_asked(box, dpi, most):
    width, height = box
    ((_, page),) = drawn(pdf([f"/MediaBox[0 0 {width:f} {height:f}]"]), dpi=dpi, max_pixels=most)
    assert page.width * page.height <= most


def test_huge_pages_keep_their_shape():
    ((_, page),) = drawn(pdf(["/MediaBox[0 0 10000000 5000000]"]), max_pixels=100_000)
    assert 90_000 < page.width * page.height <= 100_000
    assert page.width / page.height == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        (None, [1, 2, 3, 4, 5, 6, 7, 8]),
        ("1-3,7,-2", [1, 2, 3, 7, 8]),
        ("5-", [5, 6, 7, 8]),
        ("7,1-2, 2 ,8-8", [7, 1, 2, 8]),
        (" 2 - 3 ", [2, 3]),
        ("-8", [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_ranges(which, numbers):
    assert list(page_numbers(which, 8)) == numbers


@pytest.mark.parametrize(
    ("which", "reason"),
    [
        ("9", "has 8 pages"),
        ("1-9", "has 8 pages"),
        ("-9", "has 8 pages"),
        ("0", "counted from 1"),
        ("3-1", "write 1-3"),
        ("", "no range"),
        ("-", "no range"),
        ("1,,2", "no range"),
        ("1-2-3", "no range"),
        ("two", "'two' is no range"),
        ("1.5", "no range"),
        ("9" * 5000, "no range"),
    ],
)
def test_bad_ranges(which, reason):
    with pytest.raises(BadPdf, match=reason):
        page_numbers(which, 8)
    with pytest.raises(BadPdf, match=r"has 1 page$"):
        page_numbers("2", 1)


@given(st.text("0123456789-, ", max_size=12), st.integers(1, 40))
def test_a_range_names_pages_that_exist_or_is_refused(which, count):
    try:
        numbers = list(page_numbers(which, count))
    except BadPdf:
        return
    assert numbers and len(set(numbers)) == len(numbers)
    assert set(numbers) <= set(range(1, count + 1))


def test_a_claim_of_a_million_pages_costs_nothing():
    with open_pdf(pdf([LETTER], count=1_000_000)) as document:
        assert len(document) == 1_000_000
        pages = document.pages("1,900000-")
        assert next(pages)[0] == 1
        with pytest.raises(BadPdf, match=r"page 900000 of .* missing"):
            next(pages)
        with pytest.raises(BadPdf, match="has 1000000 pages"):
            document.pages("1000001")


def test_a_page_without_an_area_is_named():
    data = pdf([LETTER, "/MediaBox[0 0 9 9]/CropBox[20 20 30 30]"])
    with pytest.raises(BadPdf, match=r"page 2 of .* measures 0x0"):
        drawn(data)
    assert len(drawn(data, "1")) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"hello", "no PDF"),
        (b"%PDF-1.7\n%%EOF", "cannot be read"),
        (pdf([]), "without pages"),
        (pdf([LETTER])[:100], "cut short"),
    ],
)
def test_what_is_no_whole_pdf(data, reason, tmp_path):
    with pytest.raises(BadPdf, match=reason):
        open_pdf(data)
    (tmp_path / "a.pdf").write_bytes(data)
    with pytest.raises(BadPdf, match=r"a\.pdf.*" + reason):
        open_pdf(tmp_path / "a.pdf")


def test_paths(tmp_path):
    (tmp_path / "ä 1.pdf").write_bytes(pdf([LETTER] * 3))
    with open_pdf(str(tmp_path / "ä 1.pdf")) as document:
        assert len(document) == 3
    with pytest.raises(BadPdf, match="is a folder"):
        open_pdf(tmp_path)
    for missing in ("none.pdf", "a\0b"):
        with pytest.raises(BadPdf, match="check the path"):
            open_pdf(tmp_path / missing)


def test_options_that_draw_nothing():
    with open_pdf(pdf([LETTER])) as document:
        for dpi in (0, -1, float("nan"), float("inf")):
            with pytest.raises(BadPdf, match="dots per inch"):
                document.pages(dpi=dpi)
        for pixels in (0, BOMB + 1):
            with pytest.raises(BadPdf, match=f"{pixels} pixels"):
                document.pages(max_pixels=pixels)


def locked(password):
    """The same, encrypted with 40-bit RC4 (PDF 1.7, 7.6.3, revision 2)."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")

    def rc4(key, data):
        s, j, out = list(range(256)), 0, bytearray()
        for i in range(256):
            j = (j + s[i] + key[i % len(key)]) % 256
            s[i], s[j] = s[j], s[i]
        i = j = 0
        for byte in data:
            i = (i + 1) % 256
            j = (j + s[i]) % 256
            s[i], s[j] = s[j], s[i]
            out.append(byte ^ s[(s[i] + s[j]) % 256])
        return bytes(out)

    word = (password.encode() + pad)[:32]
    owner = rc4(hashlib.md5(word).digest()[:5], word)
    name = b"0123456789abcdef"
    key = hashlib.md5(word + owner + (0xFFFFFFFC).to_bytes(4, "little") + name).digest()[:5]
    rule = f"<</Filter/Standard/V 1/R 2/P -4/O<{owner.hex()}>/U<{rc4(key, pad).hex()}>>>"
    return pdf([LETTER], more=(rule,), trailer=f"/Encrypt 5 0 R/ID[<{name.hex()}><{name.hex()}>]")


def test_passwords():
    data = locked("open sesame")
    with open_pdf(data, password="open sesame") as document:
        assert len(document) == 1
    with pytest.raises(BadPdf, match="give its password"):
        open_pdf(data)
    with pytest.raises(BadPdf, match="give the right one"):
        open_pdf(data, password="shazam")
    assert len(drawn(locked(""))) == 1  # locked against changes only


def test_one_page_in_memory_at_a_time():
    with open_pdf(pdf([LETTER] * 3)) as document:
        pages = document.pages()
        seen = weakref.ref(next(pages)[1])
        assert seen() is None


def test_a_closed_document_says_so():
    document = open_pdf(pdf([LETTER]))
    pages = document.pages()
    document.close()
    document.close()
    with pytest.raises(BadPdf, match="is closed"):
        next(pages)


def test_nothing_stays_open(monkeypatch):
    """Pages are closed even where drawing fails; a document where its `with` ends."""
    import pypdfium2

    alive = []
    real = pypdfium2.PdfDocument.get_page

    def get_page(self, index):
        alive.append(real(self, index))
        return alive[-1]

    monkeypatch.setattr(pypdfium2.PdfDocument, "get_page", get_page)
    with open_pdf(pdf([LETTER, "/MediaBox[0 0 9 9]/CropBox[20 20 30 30]"])) as document:
        with pytest.raises(BadPdf):
            list(document.pages())
        assert len(alive) == 2 and not any(page.raw for page in alive)
    assert not document.inner.raw


def test_threads_may_draw_at_once():
    """The library itself may be entered by one thread only."""
    data, found = pdf([LETTER] * 8), []

    def work():
        found.append([page.getpixel((20, 20)) for _, page in drawn(data)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[(255, 0, 0)] * 8] * 4


@given(st.integers(0, 1 << 32))
def test_mutated_files_are_drawn_or_refused(number):
    draw = random.Random(number)
    data = bytearray(draw.choice([pdf([LETTER, LETTER]), locked("")]))
    for _ in range(draw.randint(1, 12)):
        at = draw.randrange(len(data))
        match draw.randrange(4):
            case 0:
                data[at] = draw.randrange(256)
            case 1:
                del data[at : at + draw.randrange(20)]
            case 2:
                data[at:at] = data[at : at + draw.randrange(20)]
            case 3 if len(data) > 300:
                del data[at:]
        data = data or bytearray(b"%")
    try:
        pages = drawn(bytes(data), "1", max_pixels=10_000)
    except BadPdf as error:
        assert "\n" not in str(error)
    else:
        assert all(page.width * page.height <= 10_000 for _, page in pages)
