"""Which letters a font really draws: fonts made here, with blanks and boxes in them."""

import numpy as np
import pytest

from qvl.data import fonts, ink
from qvl.data.alphabets import LETTERS
from qvl.data.sources import home

SQUARE = [(100, 0), (100, 600), (500, 600), (500, 0)]
BOX = [(0, 0), (0, 700), (400, 700), (400, 0)]


def font(path, letters: dict[str, list], family="Test", style="Regular"):
    """A font file: each letter with its outline, [] for none; the box where one is missing."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    def glyph(outline):
        pen = TTGlyphPen(None)
        if outline:
            pen.moveTo(outline[0])
            for point in outline[1:]:
                pen.lineTo(point)
            pen.closePath()
        return pen.glyph()

    names = {letter: f"uni{ord(letter):04X}" for letter in letters}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(letter): name for letter, name in names.items()})
    outlines = {".notdef": BOX} | {names[letter]: o for letter, o in letters.items()}
    builder.setupGlyf({name: glyph(outline) for name, outline in outlines.items()})
    builder.setupHorizontalMetrics(dict.fromkeys(outlines, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": style})
    builder.setupOS2()
    builder.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)


@pytest.fixture
def cache(tmp_path):
    folder = tmp_path / "fonts-breip/usr/share/fonts/truetype"
    letters = dict.fromkeys(LETTERS["en"], SQUARE) | {"é": [], "ö": BOX, " ": []}
    font(folder / "a.ttf", letters)
    font(folder / "again.ttf", letters)  # the same face once more
    font(folder / "b.ttf", dict.fromkeys("АБбв", SQUARE), "Cyrillic")
    font(folder / "c.ttf", {"ب": SQUARE, "ا": SQUARE}, "Loose")
    (folder / "broken.ttf").write_bytes(b"no font")
    return tmp_path


def test_blank_glyphs_boxes_and_loose_letters_are_not_drawn(cache):
    faces = {f.family: f for f in fonts.faces(cache)}
    assert sorted(faces) == ["Cyrillic", "Loose", "Test"]
    face = faces["Test"]
    assert face.lacks("Abc 123\n") == "" and face.lacks("éöñ") == "éñö"
    assert face.blank == 3 and face.handwritten and face.languages == {"en"}
    assert faces["Loose"].lacks("ab") == "ab" and faces["Loose"].lacks("با") == "اب"
    assert faces["Cyrillic"].lacks("Аб") == "" and faces["Cyrillic"].lacks("АБВ") == "В"


def test_fonts_are_found_for_a_text(cache):
    faces = fonts.faces(cache)
    assert [f.family for f in fonts.fonts_for("Hello", faces)] == ["Test"]
    assert [f.family for f in fonts.fonts_for("Бв", faces)] == ["Cyrillic"]
    assert fonts.fonts_for("Бв", faces, "ru") == [] and fonts.fonts_for("café", faces) == []
    assert len(fonts.fonts_for(" \n\u200d", faces)) == 3


def test_what_was_probed_is_kept(cache, monkeypatch):
    one = fonts.faces(cache)
    fonts._faces.cache_clear()
    monkeypatch.setattr(fonts, "drawn_faces", lambda folder: pytest.fail("probed twice"))
    two = fonts.faces(cache)
    assert [(f.path, f.family) for f in one] == [(f.path, f.family) for f in two]
    assert all(np.array_equal(a.runs, b.runs) for a, b in zip(one, two, strict=True))


def test_runs_are_what_was_given():
    codes = [5, 1, 2, 3, 9, 10]
    assert fonts._runs(codes).tolist() == [[1, 3], [5, 5], [9, 10]]
    assert fonts._runs([]).shape == (0, 2)


def test_alphabets_are_whole():
    assert {language: len(set(LETTERS[language])) for language in ("zh", "ja", "ko")} == {
        "zh": 3755,
        "ja": 3135,
        "ko": 2350,
    }
    assert len(set(LETTERS["vi"])) == 186 and "ß" in LETTERS["de"] and "SS" not in LETTERS["de"]


@pytest.mark.skipif(
    not (home() / "fonts-seto").is_dir(),
    reason="not fetched: fonts-seto (qvl data fetch)",
)
def test_a_real_font_with_thousands_of_blanks_is_found_out():
    (face, *_) = ink.file_faces(next((home() / "fonts-seto").rglob("setofont.ttf")))
    assert face.family == "SetoFont" and face.blank > 20_000
    assert ord("あ") in face.codes and ord("ب") not in face.codes  # it does not join Arabic
