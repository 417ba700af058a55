"""A small cache of packages, drawn here: stamps, drawings, icons, maps, wallpapers, pages."""

from pathlib import Path

from PIL import Image, ImageDraw

STAMPS = {  # category/name: captions and a shape
    "animals/birds/owl": ("An owl.", "猫头鹰。", "Une chouette."),
    "animals/birds/robin": ("A robin.", "知更鸟。", "Un rouge-gorge."),
    "animals/birds/heron": ("A heron.", "苍鹭。", "Un héron."),
    "animals/mammals/otter": ("An otter.", "水獭。", "Une loutre."),
    "food/fruit/plum": ("A plum.", "李子。", "Une prune."),
    "food/fruit/quince": ("A quince.", "榅桲。", "Un coing."),
    "household/kettle": ("A kettle.", "水壶。", "Une bouilloire."),
    "clothes/glove": ("A glove.", "手套。", "Un gant."),  # held out
}
DRAWINGS = ("anvil", "bugle", "cactus", "dagger", "easel", "ferry")
ICONS = ("terminal", "mixer", "ledger", "weather", "gauge")
_COLOURS = ("tomato", "gold", "teal", "navy", "orchid", "sienna", "olive", "grey")
_KGM = """<map><mapFile>{0}.png</mapFile><name>{1}</name>
<division><name>Sea</name><ignore>yes</ignore>
<color><red>200</red><green>240</green><blue>250</blue></color></division>{2}</map>"""
_DIVISION = """<division><name>{0}</name><capital>{0}ville</capital>
<color><red>{1}</red><green>{2}</green><blue>{3}</blue></color></division>"""
MAPS = {  # none of them is held out by its name
    "alandia": ("North Aland", "South Aland", "Hill Aland", "Lake Aland"),
    "borduria": ("Dravia", "Szohod", "Plekszy", "Zileheroum"),
}
TEXT = (
    "The kettle stands on the stove beside the window. Steam rises towards the painted ceiling "
    "while nobody listens. Later the gardener carries heavy baskets into the cellar. Finally "
    "everyone drinks tea and talks about tomorrow."
)


def cache(folder: Path) -> Path:
    """The folder, filled."""
    _stamps(folder / "tuxpaint-stamps-default/usr/share/tuxpaint/stamps")
    for at, name in enumerate(DRAWINGS):
        words = f"<rdf:li>{name}</rdf:li><rdf:li>thing</rdf:li>"
        text = f"<svg><dc:title>{name}</dc:title>{words}</svg>"
        _write(folder / f"openclipart-svg/usr/share/openclipart/svg/tools/{name}.svg", text)
        png = folder / f"openclipart-png/usr/share/openclipart/png/tools/{name}.png"
        png.parent.mkdir(parents=True, exist_ok=True)
        _cutout(at + 3).save(png)
    for at, name in enumerate(ICONS):
        shape = f'<rect x="6" y="{6 + at}" width="36" height="30" fill="{_COLOURS[at]}"/>'
        text = f'<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48">{shape}</svg>'
        _write(folder / f"papirus-icon-theme/usr/share/icons/Papirus/48x48/apps/{name}.svg", text)
    for name, divisions in MAPS.items():
        _map(folder / "kgeography-data/usr/share/kgeography", name, divisions)
    wall = folder / "mate-backgrounds/usr/share/backgrounds/wide.png"
    wall.parent.mkdir(parents=True, exist_ok=True)
    Image.linear_gradient("L").resize((900, 700)).convert("RGB").save(wall)
    page = f"<html><body><p>{TEXT}</p><p>{TEXT.replace('kettle', 'lantern')}</p></body></html>"
    _write(folder / "debian-handbook/usr/share/doc/debian-handbook/html/en-US/a.html", page)
    return folder


def _stamps(top: Path) -> None:
    for at, (name, (en, zh, fr)) in enumerate(STAMPS.items()):
        _write(top / f"{name}.txt", f"{en}\nzh_CN.utf8={zh}\nfr.utf8={fr}\n")
        _cutout(at).save(top / f"{name}.png")


def _cutout(at: int) -> Image.Image:
    image = Image.new("RGBA", (120, 90), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 5, 100 - 3 * at, 80), _COLOURS[at % 8])
    draw.rectangle((30, 20, 50, 45), "black")
    return image


def _map(home: Path, name: str, divisions: tuple[str, ...]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", (240, 180), (200, 240, 250))
    draw = ImageDraw.Draw(image)
    rows = []
    for at, division in enumerate(divisions):
        colour = (40 + 50 * at, 200 - 40 * at, 90)
        left, top = 20 + at % 2 * 100, 15 + at // 2 * 75
        draw.rectangle((left, top, left + 92 + 4 * (at % 2), top + 70), colour)
        rows.append(_DIVISION.format(division, *colour))
    image.save(home / f"{name}.png")
    _write(home / f"{name}.kgm", _KGM.format(name, name.capitalize(), "".join(rows)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
