"""Text by language: what is read, what was never translated, and which language it is in."""

import gettext
import io
import struct
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from qvl.data.sources import home
from qvl.data.words import catalogues, identify, paragraphs
from qvl.data.words.languages import language_of
from qvl.data.words.scripts import share
from tests.needs import fetched

EN = (
    "<html><body><nav>Contents of the book</nav><h1>Installing</h1>"
    "<p>This chapter was written in English, and it tells how to begin.</p>"
    "<p>A second paragraph about disks.</p></body></html>"
)
DE = (
    "<html><body><h1>Installation</h1>"
    "<p>Dieses Kapitel wurde auf\n Deutsch geschrieben und sagt, wie man anfängt.</p>"
    "<p>A second paragraph about disks.</p>"
    "<p>Kapitel 3: this chapter was written in English, and it tells how to begin.</p></html>"
)
ZH = "<html><body><p>本章介绍\n如何安装 Debian 系统。</p><p>Only English here</p></html>"


def compiled(messages: dict[str, str]) -> bytes:
    """A catalogue as msgfmt writes it."""
    pairs = sorted((a.encode(), b.encode()) for a, b in messages.items())
    count, start = len(pairs), 28 + 16 * len(pairs)
    tables, body = [[], []], b""
    for side in (0, 1):
        for pair in pairs:
            tables[side].append(struct.pack("<2I", len(pair[side]), start + len(body)))
            body += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + b"".join(tables[0] + tables[1]) + body


@pytest.fixture
def cache(tmp_path) -> Path:
    books = tmp_path / "debian-handbook/usr/share/doc/debian-handbook/html"
    for locale, text in (("en-US", EN), ("de-DE", DE), ("zh-CN", ZH)):
        (books / locale).mkdir(parents=True)
        (books / locale / "a.html").write_text(text)
    folder = tmp_path / "gimp-data/usr/share/locale/de/LC_MESSAGES"
    folder.mkdir(parents=True)
    told = {"": "Content-Type: text/plain; charset=UTF-8\n", "_Open": "Ö_ffnen", "Layer": "Layer"}
    told |= {"menu\x04Close": "Schließen", "%d file\0%d files": "%d Datei\0%d Dateien"}
    (folder / "gimp.mo").write_bytes(compiled(told))
    return tmp_path


def test_paragraphs_left_in_english_are_dropped(cache):
    found = list(paragraphs.paragraphs(cache, "de"))
    prose = [p.text for p in found if p.kind == "prose"]
    assert prose == [
        "Installation",
        "Dieses Kapitel wurde auf Deutsch geschrieben und sagt, wie man anfängt.",
    ]
    strings = [p.text for p in found if p.kind == "string"]
    assert strings == ["%d Datei", "Öffnen", "Schließen"]
    assert {p.package for p in found} == {"debian-handbook", "gimp-data"}


def test_english_is_given_whole_and_without_the_frame_of_pages(cache):
    texts = [p.text for p in paragraphs.paragraphs(cache, "en")]
    assert texts[0] == "Installing" and len(texts) == 3


def test_wrapped_lines_of_chinese_get_no_space(cache):
    texts = [p.text for p in paragraphs.paragraphs(cache, "zh")]
    assert texts == ["本章介绍如何安装 Debian 系统。"]
    assert list(paragraphs.paragraphs(cache, "ko")) == []


def test_mallard_pages_are_read_and_damaged_ones_give_nothing():
    page = (
        '<page xmlns="http://projectmallard.org/1.0/"><info><desc>One <em>two</em>.</desc></info>'
    )
    assert paragraphs.mallard(f"{page}<title>T</title><p>P</p></page>") == ["One two.", "T", "P"]
    assert paragraphs.mallard(page) == []


def test_catalogues_read_as_gettext_reads_them(cache):
    path = next(cache.rglob("*.mo"))
    ours, theirs = catalogues.read(path), gettext.GNUTranslations(io.BytesIO(path.read_bytes()))
    assert ours["_Open"] == theirs.gettext("_Open") == "Ö_ffnen"
    assert ours["menu\x04Close"] == theirs.pgettext("menu", "Close")
    assert ours["%d file"] == theirs.ngettext("%d file", "%d files", 1)
    assert "" not in ours


@pytest.mark.parametrize("cut", [0, 3, 10, 30, 60, -1])
def test_damaged_catalogues_are_named(tmp_path, cut):
    held = compiled({"Open": "Öffnen", "Close": "Schließen"})
    (tmp_path / "x.mo").write_bytes(held[: cut - 1 if cut < 0 else cut])
    with pytest.raises(ValueError, match=r"x\.mo is (no gettext catalogue|damaged)"):
        catalogues.read(tmp_path / "x.mo")


def test_marks_of_keys_are_no_words():
    assert paragraphs.plain("_Datei") == "Datei" and paragraphs.plain("Ö_ffnen") == "Öffnen"
    assert (
        paragraphs.plain("ファイル(_F)") == "ファイル" and paragraphs.plain("~Fichier") == "Fichier"
    )
    assert paragraphs.plain("<b>fett</b>") == "fett"


def test_locales_are_languages():
    told = {"de-DE": "de", "pt_BR": "pt", "zh_CN": "zh", "zh-Hant": "zh-TW", "zh_TW": "zh-TW"}
    told |= {"C": "en", "no": "nb", "sr@latin": "sr-Latn", "ca@valencia": "ca", "en_US.UTF-8": "en"}
    assert {locale: language_of(locale) for locale in told} == told


def test_the_share_of_own_letters():
    assert share("Привет, мир", "ru") == 1 and share("hello", "ru") == 0 == share("12", "ru")
    assert share("カタカナと漢字", "ja") == 1 and 0.3 < share("Debian のインストール", "ja") < 0.9
    assert share("Tiếng Việt", "vi") == 1


TEXTS = {
    "en": ["the quick brown fox jumps over the lazy dog", "open the file and close the window"],
    "de": ["der schnelle braune Fuchs springt über den Hund", "die Datei öffnen und schließen"],
    "ru": ["быстрая лиса прыгает через собаку", "открыть файл и закрыть окно"],
}


def test_an_identifier_learns_keeps_and_is_the_same_each_time(tmp_path):
    model = identify.learn(TEXTS)
    assert model("please close the file")[0] == "en" and model("bitte den Hund öffnen")[0] == "de"
    found, sure = model("закрыть собаку")
    assert found == "ru" and sure > 0.9
    assert model("12 %d http://x.y") == (identify.UNKNOWN, 0.0)
    for name in ("a", "b"):
        identify.save(identify.learn(dict(reversed(TEXTS.items()))), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    again = identify.load(tmp_path / "a")
    assert again.languages == model.languages and np.array_equal(again.weights, model.weights)


def test_an_identifier_without_its_packages_says_what_to_do(tmp_path):
    with pytest.raises(OSError, match=r"lacks gimp-data.*run qvl data fetch"):
        identify.identifier(tmp_path)


@fetched("debian-handbook")
def test_fetched_text_is_in_its_language():
    for language in ("zh", "ar", "vi"):
        texts = [p.text for p in islice(paragraphs.prose(home(), "debian-handbook", language), 50)]
        assert len(texts) == 50 and np.mean([share(t, language) for t in texts]) > 0.6, language
