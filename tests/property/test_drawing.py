"""Names on pictures: apart, inside, legible; and whatever a model says can be drawn."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor, ImageDraw

from qvl.media import fonts, labels
from qvl.media.draw import PALETTE, draw_boxes, draw_points, spot
from qvl.media.fonts import font, leftward, runs
from qvl.media.labels import clean, contrast, ink, label, paint
from qvl.media.legend import legend_below
from qvl.media.plates import beyond

whole = st.integers(0, 60)
sizes = st.tuples(st.integers(4, 30), st.integers(4, 12))
rectangles = st.tuples(whole, whole, st.integers(0, 30), st.integers(0, 30)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
TEXTS = [
    "mug",
    "猫",
    "قطة سوداء",
    "हिन्दी",
    "ขวดน้ำ bottle",
    "한국어",
    "\U0001f600",
    "ⴰⵣⵓⵍ",
    "e\u0301" * 9,
]
words = st.sampled_from(TEXTS) | st.text(max_size=60)


def overlap(a, b):
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


@given(st.lists(st.tuples(sizes, rectangles), min_size=1, max_size=9))
def test_plates_are_apart_where_there_is_room_at_all(wanted):
    width, height = 60, 40
    taken = []
    things = [box for _, box in wanted]
    for size, box in wanted:
        plate = spot(size, box, taken, things, (0, 0, width, height))
        assert (plate[2] - plate[0], plate[3] - plate[1]) == size
        assert plate[0] >= 0 and plate[1] >= 0 and plate[2] <= width and plate[3] <= height
        if any(overlap(plate, other) for other in taken):
            for x in range(width - size[0] + 1):
                for y in range(height - size[1] + 1):
                    tried = (x, y, x + size[0], y + size[1])
                    assert any(overlap(tried, other) for other in taken)
        taken.append(plate)


@given(sizes, rectangles)
def test_a_lone_plate_hides_nothing_where_it_can(size, box):
    assume(box[2] < 400 and box[3] < 400)
    plate = spot(size, box, [], [box], (0, 0, 500, 500))
    assert not overlap(plate, box)
    assert beyond(plate, box) is None  # and it touches its box


def test_a_line_leads_from_a_plate_to_its_box():
    assert beyond((0, 0, 10, 10), (20, 2, 30, 8)) == (10, 5, 20, 5)
    assert beyond((0, 0, 10, 10), (12, 40, 30, 50)) == (10, 10, 12, 40)
    assert beyond((0, 0, 10, 10), (5, 5, 30, 50)) is None


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_letters_stand_out_from_any_plate(rgb):
    colour = "#{:02x}{:02x}{:02x}".format(*rgb)
    assert contrast(colour, ink(colour)) >= 4.5
    assert contrast(colour, colour) == 1 and round(contrast("white", "black")) == 21


def test_colours_are_told_apart():
    assert len(set(PALETTE)) == len(PALETTE) == 8
    assert all(contrast(colour, ink(colour)) >= 4.5 for colour in PALETTE)


@given(words, st.integers(11, 40), st.integers(60, 400), st.integers(1, 3))
def test_a_label_keeps_to_its_room(text, size, widest, rows):
    made = label(text, size, widest, rows)
    assert len(made.lines) <= rows
    for line in made.lines:
        wide = sum(letters.getlength(piece) for piece, letters in runs(line, size))
        assert wide <= widest or len(line.rstrip("…")) <= 1 or _one_cluster(line)
    told = "".join(made.lines).replace(" ", "")
    if not told.endswith("…"):
        assert told == clean(text).replace(" ", "")


def _one_cluster(line):
    return all(labels._clings(sign) for sign in line.rstrip("…")[1:])


def test_a_long_label_is_broken_at_a_blank_and_ends_in_an_ellipsis():
    words = "a very long label that goes on and on and never ends"
    first, second = label(words, 16, 160).lines
    assert words.startswith(first + " ") and second.endswith("…")
    assert len(label("x" * 1_000_000, 16, 160).lines) == 2
    assert label("字" * 30, 16, 160, 1).lines[0].endswith("…")


def test_what_cannot_be_printed_is_shown():
    assert clean("a\x00b\n c\u202e\ud800") == "a\ufffdb c\ufffd"
    assert clean("می\u200cخواهم") == "می\u200cخواهم"  # the joiner shapes its neighbours


@pytest.mark.parametrize("text", [*TEXTS, "\ufffd", "\U00010900", "𓀀"])
def test_every_sign_leaves_ink(text):
    made = label(text, 24, 400)
    plate = Image.new("RGB", (made.width, made.height))
    paint(ImageDraw.Draw(plate), made, (0, 0), "#0072B2")
    seen = {colour for _, colour in plate.getcolors(1 << 20)}
    blue = ImageColor.getrgb("#0072B2")
    assert blue in seen and max(red for red, _, _ in seen) > 150  # white letters, some of them thin
    edge = plate.crop((0, 0, 1, made.height)).getcolors(1 << 10)
    assert len(edge) == 1  # letters stay on their plate


def test_pieces_of_a_line_run_as_it_is_read():
    assert "".join(piece for piece, _ in runs("ขวด bottle 猫", 20)) == "ขวด bottle 猫"
    assert leftward("قطة cat") and not leftward("cat قطة") and not leftward("12")
    turned = [piece for piece, _ in runs("قطة ไทย", 20)]
    assert turned in (["قطة ไทย"], ["ไทย", "قطة "])


@contextmanager
def forgotten():
    """Fonts are sought anew, now and afterwards."""
    caches = (fonts._best, fonts._usual, fonts._named, fonts._opened, fonts._has, fonts._drawn)
    try:
        [each.cache_clear() for each in caches]
        yield
    finally:
        [each.cache_clear() for each in caches]


def test_without_fonts_and_with_broken_ones_the_own_font_writes(monkeypatch, tmp_path):
    bad = tmp_path / "bad.ttf"
    bad.write_bytes(b"no font")
    monkeypatch.setattr(fonts, "FONTS", (str(bad), str(tmp_path / "none.ttf")))
    monkeypatch.setattr(fonts, "OTHERS", (str(bad),))
    monkeypatch.setattr(fonts.shutil, "which", lambda _: None)
    with forgotten():
        assert not isinstance(font(20, "猫").path, str)
        assert draw_boxes(Image.new("RGB", (50, 50)), [("猫 cat", 1, 1, 9, 9)]).width >= 640


THAI = "/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf"


@pytest.mark.skipif(not Path(THAI).is_file(), reason=f"no {THAI}: apt-get install fonts-noto-core")
def test_known_places_serve_where_the_system_tells_nothing(monkeypatch):
    monkeypatch.setattr(fonts.shutil, "which", lambda _: None)
    with forgotten():
        assert font(20, "ไทย").path == THAI


pictures = st.sampled_from([(28, 28), (1, 1), (640, 480), (3000, 40), (30, 1500), (7, 900)])
numbers = st.floats(-1e9, 1e9) | st.integers(-50, 3100)
marked = st.lists(st.tuples(words, numbers, numbers, numbers, numbers), max_size=12)


@settings(max_examples=30)
@given(pictures, marked, st.none() | st.booleans())
def test_whatever_is_said_can_be_drawn(size, boxes, legend):
    picture = Image.new("RGB", size, "gray")
    out = draw_boxes(picture, boxes, legend=legend)
    assert out.width >= size[0] and out.height >= size[1] and max(out.size) >= 640
    draw_points(picture, [box[:3] for box in boxes], legend=legend)
    assert picture.getcolors() == [(size[0] * size[1], (128, 128, 128))]


@pytest.mark.parametrize("background", ["white", "black", *PALETTE])
def test_outlines_show_on_any_ground(background):
    ground = ImageColor.getrgb(background)
    for draw, mark in ((draw_boxes, (100, 100, 300, 300)), (draw_points, (200, 200))):
        out = draw(Image.new("RGB", (700, 700), background), [("", *mark)])
        seen = {colour for _, colour in out.getcolors(1 << 20)}
        best = max(contrast("#{:02x}{:02x}{:02x}".format(*c), background) for c in seen - {ground})
        assert best >= 3


def test_many_things_bear_numbers_and_a_legend_names_them():
    boxes = [(f"k{i % 3}", 6 * i, 5 * i, 6 * i + 40, 5 * i + 30) for i in range(100)]
    picture = Image.new("RGB", (800, 600), "gray")
    crowded, few = draw_boxes(picture, boxes), draw_boxes(picture, boxes[:5])
    assert crowded.height > few.height + 10
    assert draw_boxes(picture, boxes[:5], legend=True).height > few.height
    assert draw_boxes(picture, [("", *box[1:]) for box in boxes]).size == picture.size


def test_a_legend_of_equal_names_is_short():
    picture = Image.new("RGB", (800, 20))
    one = legend_below(picture, [("#0072B2", "mug")] * 200, 12)
    two = legend_below(picture, [("#0072B2", str(i)) for i in range(200)], 12)
    assert one.height < 60 < two.height


def test_boxes_without_area_are_seen():
    out = draw_boxes(Image.new("RGB", (700, 700), "gray"), [("", 50, 50, 50, 50)])
    hue = ImageColor.getrgb(PALETTE[0])
    assert sum(count for count, colour in out.getcolors(1 << 20) if colour == hue) >= 9


def test_ranges_read_back():
    from qvl.media.legend import _ranges

    told = _ranges([1, 2, 3, 7, 9, 10])
    assert told == "1–3, 7, 9–10" and re.findall(r"\d+", told) == ["1", "3", "7", "9", "10"]


def test_a_reply_that_went_round_in_circles_is_drawn():
    out = draw_boxes(Image.new("RGB", (800, 600)), [("mug", 100, 100, 140, 130)] * 300)
    assert out.width >= 800  # once 5 s for 200, and growing with the square
