"""A scene drawn by lot: its size, ground, layout, things, and how they look."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import ImageEnhance

from qvl.data.synth.pasting import paste
from qvl.data.synth.pasting.backdrop import GROUNDS, ground
from qvl.data.synth.pasting.names import words_of
from qvl.data.synth.pasting.paste import TINTS, Put, Scene
from qvl.data.synth.pasting.placing import LAYOUTS, spots
from qvl.data.synth.pasting.stock import Backdrop, Cutout, Stock, pixels

SIZES = (
    *((448, 336), (336, 448), (512, 512), (640, 480), (480, 640), (800, 600), (700, 394)) * 2,
    *((1024, 768), (768, 1024), (1280, 720), (720, 1280), (1920, 1080), (1080, 1920)),
)
LOOKS = ("plain", "shadow", "dyed", "faded", "turned")
CROWDS = ("few", "some", "many", "alike", "tiny")
# what the wallpapers show, by a look at each: no such thing is put on them or asked for
_FOLDERS = "icons/places"  # hundreds of them differ in their colour alone
_IN_PHOTOS = words_of(
    "bridge dragonfly insect glass wine bottle mountain lake hill cliff boat ship sunset sun sky "
    "cloud sea ocean water wave tree leaf leaves flower plant grass stem seed bird nuthatch mouse "
    "fish goldfish elephant ladybird ladybug beetle bug butterfly animal person people man woman "
    "child friend hand fossa cat city building house tower desert sand dune wood fence wall road "
    "rain drop garden meadow blinds paper string rope paint colour star moon rock stone river "
    "symbol grid window landscape nature field forest"
)
_COLOURS = words_of(" ".join(TINTS)) | words_of("gold silver black white brown cyan magenta teal")


@dataclass(frozen=True)
class Drawn:
    scene: Scene
    style: str
    backdrop: Backdrop | None
    taken: set[str]  # words of what the ground itself may show


def compose(rng: np.random.Generator, held: Stock) -> Drawn:
    """A scene with at least one thing in it."""
    grounds = GROUNDS if held.backdrops else GROUNDS[1:]
    shares = np.array([0.5 if kind == "photo" else 0.5 / 7 for kind in grounds])
    kind = grounds[int(rng.choice(len(grounds), p=shares / shares.sum()))]
    size = SIZES[int(rng.integers(len(SIZES)))]
    look, crowd = _one(rng, LOOKS), _one(rng, CROWDS)
    layout = _one(rng, tuple(LAYOUTS))
    canvas, backdrop = ground(rng, kind, size, held.backdrops)
    taken = _IN_PHOTOS if kind == "photo" else set()
    if look == "dyed":
        taken = taken | _COLOURS
    while True:
        puts = _puts(rng, held, (layout, look, crowd), size, taken)
        made = paste.scene(canvas, puts, "shadow" if look == "shadow" else "plain")
        if made.things:
            return Drawn(made, f"{layout}-{kind}-{look}-{crowd}", backdrop, taken)


def _puts(
    rng: np.random.Generator,
    held: Stock,
    style: tuple[str, str, str],
    size: tuple[int, int],
    taken: set[str],
) -> list[Put]:
    layout, look, crowd = style
    kinds, count = _amounts(rng, crowd)
    if layout in ("row", "column"):
        count = min(count, 9)
    chosen: list[Cutout] = []
    while len(chosen) < kinds:
        new = _cutout(rng, held, taken)
        if not any(_confused(new, old) for old in chosen):
            chosen.append(new)
    short = min(size)
    room = short / max(count, 1) ** 0.5 * (1.2 if layout in ("pile", "groups") else 0.85)
    room = min(room, max(size) / count * 0.95) if layout in ("row", "column") else room
    low = 18.0 if crowd == "tiny" else 30.0
    high = 46.0 if crowd == "tiny" else max(room, 40.0)
    puts = []
    for at, (x, y) in enumerate(spots(layout, count, rng, size)):
        cutout = chosen[at] if at < kinds else chosen[int(rng.integers(kinds))]
        side = float(rng.uniform(0.45, 1.0)) * high if high > 60 else float(rng.uniform(low, high))
        puts.append(_put(rng, cutout, max(side, low), look, (x * size[0], y * size[1])))
    return puts


def _put(
    rng: np.random.Generator, cutout: Cutout, side: float, look: str, middle: tuple[float, float]
) -> Put:
    readable = cutout.category.startswith(("stamps/symbols", "drawings/signs", "drawings/shapes"))
    flip = not readable and cutout.kind != "icon" and bool(rng.random() < 0.5)
    turned = look == "turned" and cutout.kind == "stamp" and bool(rng.random() < 0.4)
    angle = 180.0 if turned else 0.0
    if look != "turned" and not readable and rng.random() < 0.5:
        angle = float(rng.uniform(-35, 35))
    colour = _one(rng, tuple(TINTS)) if look == "dyed" else None
    image = paste.shaped(pixels(cutout.path), round(side), angle, flip, colour)
    if look == "faded":
        alpha = image.getchannel("A")
        image = ImageEnhance.Color(image).enhance(float(rng.uniform(0.3, 1.6)))
        image = ImageEnhance.Brightness(image).enhance(float(rng.uniform(0.6, 1.3)))
        image.putalpha(alpha)
    left, top = round(middle[0] - image.width / 2), round(middle[1] - image.height / 2)
    return Put(cutout, image, left, top, colour, turned)


def _confused(one: Cutout, other: Cutout) -> bool:
    """Whether a name of one could be said of the other: "bird" of a magpie, "apple" of both."""
    said = [
        (words_of(c.name), set().union(*map(words_of, (c.name, *c.others)))) for c in (one, other)
    ]
    return bool(said[0][0] & said[1][1] or said[1][0] & said[0][1])


def _amounts(rng: np.random.Generator, crowd: str) -> tuple[int, int]:
    """How many kinds of things, and how many things."""
    if crowd == "few":
        return (kinds := int(rng.integers(1, 4))), kinds + int(rng.integers(0, 2))
    if crowd == "some":
        return (kinds := int(rng.integers(2, 6))), kinds + int(rng.integers(1, 6))
    if crowd == "many":
        return int(rng.integers(2, 6)), int(rng.integers(16, 61))
    if crowd == "alike":
        return 1, int(rng.integers(2, 26))
    return int(rng.integers(2, 6)), int(rng.integers(6, 25))


def _cutout(rng: np.random.Generator, held: Stock, taken: set[str]) -> Cutout:
    """Stamps and drawings are seen more often than their share: they are things, not signs."""
    kind = ("stamp", "drawing", "icon")[int(rng.choice(3, p=[0.45, 0.35, 0.2]))]
    while True:
        found = held.cutouts[int(rng.integers(len(held.cutouts)))]
        wanted = found.kind == kind and (found.category != _FOLDERS or rng.random() < 0.15)
        if rng.random() < 0.4 and found.kind == "icon" and found.others:
            other = found.others[int(rng.integers(len(found.others)))]
            found = replace(found, name=other, others=(found.name, *found.others))
        if not wanted or words_of(found.name) & taken:
            continue
        try:
            pixels(found.path)
        except (ValueError, OSError):
            continue  # it shows nothing, or cannot be read
        return found


def _one(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]
