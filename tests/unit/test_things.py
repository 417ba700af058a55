"""Stamps, drawings, icons, wallpapers, maps: small ones made here, and the fetched ones."""

import numpy as np
import pytest
from PIL import Image

from qvl.data import regions
from qvl.data.held_out import map_held_out
from qvl.data.items import clipart, icons, maps, stamps, wallpapers
from qvl.data.sources import home
from tests.needs import fetched

MAP = """<?xml version="1.0"?><map><mapFile>{0}.png</mapFile><name>Land</name>
<division><name>Water</name><ignore>yes</ignore><color><red>255</red><green>255</green>
<blue>255</blue></color></division>
<division><name>North</name><capital>N</capital><color><red>1</red><green>2</green><blue>3</blue>
</color></division>
<division><name>Gone</name><color><red>9</red><green>9</green><blue>9</blue></color></division>
</map>"""


def test_maps_have_true_boxes_and_points(tmp_path):
    folder = tmp_path / "kgeography-data/usr/share/kgeography"
    folder.mkdir(parents=True)
    pixels = np.full((20, 30, 3), 255, np.uint8)
    pixels[4:15, 6:25] = (1, 2, 3)
    pixels[6:15, 9:22] = 255  # a horseshoe, open below: its middle is not in it
    for name in ("africa", "france"):
        Image.fromarray(pixels).save(folder / f"{name}.png")
        (folder / f"{name}.kgm").write_text(MAP.format(name))
    assert map_held_out("france")
    (drawn,), (kept,) = list(maps.maps(tmp_path)), list(maps.maps(tmp_path, held_out=True))
    assert (drawn.name, kept.name, drawn.title) == ("africa", "france", "Land")
    (north,) = drawn.divisions
    assert north.box == (6, 4, 25, 15) and north.capital == "N" and drawn.skipped == ("Gone",)
    mask = maps.mask_of(drawn, north)
    assert mask.sum() == north.area and mask[north.point[1], north.point[0]]


def test_stamps_speak_many_languages_and_some_are_held_out(tmp_path):
    top = tmp_path / "tuxpaint-stamps-default/usr/share/tuxpaint/stamps"
    for category in ("animals/birds", "plants"):
        (top / category).mkdir(parents=True)
        text = "A duck.\npt_BR.utf8=Pato.\npt.utf8=Um pato.\nzh_CN.utf8=鸭子。\nxx.utf8=\n"
        (top / category / "duck.txt").write_text(text)
        Image.new("RGBA", (4, 4)).save(top / category / "duck.png")
    (top / "plants/nothing.txt").write_text("No picture.\n")
    (seen,), (kept,) = list(stamps.stamps(tmp_path)), list(stamps.stamps(tmp_path, held_out=True))
    assert seen.category == "animals/birds" and kept.category == "plants"
    assert seen.captions == {"en": "A duck.", "pt": "Um pato.", "zh": "鸭子。"}


def test_drawings_have_titles_keywords_and_no_other_licence(tmp_path):
    top = tmp_path / "openclipart-svg/usr/share/openclipart/svg/food"
    top.mkdir(parents=True)
    head = (
        "<svg><metadata><dc:title>Ham &amp; egg</dc:title><rdf:li>food</rdf:li><rdf:li></rdf:li>"
        '<cc:license rdf:resource="http://web.resource.org/cc/{}"/></metadata></svg>'
    )
    (top / "a.svg").write_text(head.format("PublicDomain"))
    (top / "b.svg").write_text(head.format("by-nc"))
    (top / "c.svg").write_text("<svg><metadata></metadata></svg>")
    (top / "d.svg").symlink_to("a.svg")
    (drawn,) = clipart.drawings(tmp_path)
    assert drawn.title == "Ham & egg" and drawn.keywords == ("food",) and drawn.category == "food"
    assert drawn.png is None


def test_icons_are_drawn_once_and_keep_their_other_names(tmp_path):
    home_of = tmp_path / "papirus-icon-theme/usr/share/icons/Papirus/48x48/apps"
    home_of.mkdir(parents=True)
    (home_of / "audio-volume_high.svg").write_text("<svg/>")
    (home_of / "org.gnome.Loud.svg").symlink_to("audio-volume_high.svg")
    (home_of / "broken.svg").symlink_to("absent.svg")
    borrowed = tmp_path / "papirus-icon-theme/usr/share/icons/Dark/48x48"
    borrowed.mkdir(parents=True)
    (borrowed / "apps").symlink_to(home_of)
    (icon,) = icons.icons(tmp_path)
    assert (icon.name, icon.aliases, icon.category) == ("audio volume high", ("Loud",), "apps")


def test_wallpapers_come_once_at_their_largest(tmp_path):
    folder = tmp_path / "mate-backgrounds/usr/share/backgrounds"
    folder.mkdir(parents=True)
    for name, size in (("Hill", (640, 480)), ("Hill_1280x960", (1280, 960)), ("tiny", (40, 40))):
        Image.new("RGB", size).save(folder / f"{name}.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    (found,) = wallpapers.wallpapers(tmp_path)
    assert found.size == (1280, 960)


def test_boxes_of_nothing_are_refused():
    with pytest.raises(ValueError, match="empty mask"):
        regions.box_of(np.zeros((3, 3), bool))
    with pytest.raises(ValueError, match="2 numbers"):
        regions.polygons([[1, 2]], (4, 4))
    with pytest.raises(ValueError, match="10 pixels for a mask of 3x3"):
        regions.run_lengths([10], (3, 3))
    with pytest.raises(ValueError, match="cut short"):
        regions.uncompressed("o")


@fetched("kgeography-data", "tuxpaint-stamps-default")
def test_fetched_maps_and_stamps_are_as_many_as_they_should_be():
    cache = home()
    names = [p.stem for p in (cache / maps.PACKAGE).rglob("*.kgm")]
    assert (len(names), sum(map(map_held_out, names))) == (154, 30)
    drawn = next(maps.maps(cache))
    assert len(drawn.divisions) > 5 and not drawn.skipped and drawn.licence == "GPL-2+"
    assert maps.names(cache, "de")["africa", "Algeria"] == "Algerien" and not maps.names(
        cache, "xx"
    )
    assert len(list(stamps.stamps(cache, held_out=True))) == 150
