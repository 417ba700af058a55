"""Words in the wild: signs, plates, posters and letters in perspective on real photographs."""

from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.drafts import draft
from qvl.data.items.wallpapers import Wallpaper, wallpapers
from qvl.data.sources import named
from qvl.data.synth.move import Move, homography
from qvl.data.synth.texts.flow import credit
from qvl.data.synth.texts.items import EM, KINDS, Item, Place, around, widened
from qvl.data.synth.texts.letters import Type
from qvl.data.synth.texts.run import Draw, Run
from qvl.data.synth.texts.sheet import Sheet
from qvl.data.synth.texts.supply import face_of, fitting, texts
from qvl.data.synth.texts.tones import pick
from qvl.tasks.place import Corners

LONGEST = 1600  # pixels of a photograph's longer side, as it is kept


@cache
def _photographs(folder: Path) -> tuple[Wallpaper, ...]:
    found = tuple(wallpapers(folder))
    if not found:
        raise OSError(f"no photographs below {folder}; run qvl data fetch")
    return found


@lru_cache(maxsize=80)
def _opened(folder: Path, path: Path) -> Image.Image:
    """A photograph at a size that scenes need; made small once and kept beside the packages."""
    name = sha256(f"{path.relative_to(folder)} {LONGEST}".encode()).hexdigest()[:24]
    kept = folder / ".photographs" / f"{name}.jpg"
    if not kept.is_file():
        with Image.open(path) as held:
            small = held.convert("RGB")
        small.thumbnail((LONGEST, LONGEST))
        with draft(kept) as beside:
            small.save(beside, "jpeg", quality=92)
    with Image.open(kept) as held:
        return held.convert("RGB")


def ground(rng: np.random.Generator, folder: Path) -> tuple[Image.Image, Wallpaper]:
    """A part of a photograph, of a size of its own."""
    chosen = pick(rng, _photographs(folder))
    whole = _opened(folder, chosen.path)
    shape = (int(rng.integers(360, 1000)), int(rng.integers(360, 900)))
    zoom = float(rng.uniform(0.5, 1.0)) * min(whole.width / shape[0], whole.height / shape[1])
    wide, high = shape[0] * zoom, shape[1] * zoom
    x, y = rng.uniform(0, whole.width - wide), rng.uniform(0, whole.height - high)
    part = whole.resize(shape, Image.Resampling.BILINEAR, (x, y, x + wide, y + high))
    return part, chosen


def scene(rng: np.random.Generator, folder: Path, language: str) -> tuple[Sheet, str]:
    """A photograph with up to twelve things to read, or in few cases none; its style's name."""
    back, chosen = ground(rng, folder)
    sheet = Sheet(back.size, back=back)
    sheet.sources.append(named(chosen.path, folder))
    sheet.licences.append(chosen.licence)
    wanted = 0 if rng.random() < 0.04 else int(pick(rng, {1: 4, 2: 3, 4: 3, 7: 2, 12: 1}))
    light = float(np.asarray(back.convert("L").resize((8, 8))).mean())
    taken: list[Corners] = []
    placed: list[tuple[float, list[Run]]] = []
    kinds: dict[str, None] = {}
    for _ in range(wanted * 2):
        if len(taken) == wanted:
            break
        kind = pick(rng, {name: share for name, (share, _) in KINDS.items()})
        runs, below = KINDS[kind][1](_place(rng, folder, language, sheet, light))
        if put := _put(rng, sheet, (runs, below), wanted, taken):
            kinds[kind] = None
            placed.append(put)
    for _, runs in sorted(placed, key=lambda each: each[0]):
        sheet.runs += runs
    return sheet, f"{'+'.join(sorted(kinds)) or 'nothing'}/{len(taken)}"


def _place(
    rng: np.random.Generator, folder: Path, language: str, sheet: Sheet, light: float
) -> Place:
    face = face_of(rng, folder, language, hand=bool(rng.random() < 0.2))
    supply = texts(rng, folder, language, face)

    def read(longest: int) -> str:
        text, piece = fitting(supply, longest)
        credit(sheet, piece, face)
        return text

    return Place(rng, face, Type.of(face, EM), read, light, language)


def _put(
    rng: np.random.Generator, sheet: Sheet, item: Item, wanted: int, taken: list[Corners]
) -> tuple[float, list[Run]] | None:
    """An item in perspective where there is room for it: where it begins, and its runs."""
    runs, below = item
    left, top, right, bottom = widened(around(runs), 0.5 * EM)
    width, high = sheet.size
    least, most = 17 / EM, min(2.2, 0.9 * width / (right - left), 0.9 * high / (bottom - top))
    if most <= least:
        return None
    scale = float(np.exp(rng.uniform(np.log(least), np.log(max(least, most / wanted**0.35)))))
    old = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    middle = (old - old.mean(0)) * scale
    turn = np.deg2rad(rng.normal(0, 7))
    middle = middle @ np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    middle *= 1 + rng.uniform(-0.14, 0.14, (4, 2)) * (rng.random() < 0.7)
    room = np.array(sheet.size) - np.ptp(middle, axis=0) - 6
    if (room <= 0).any():
        return None
    corners = middle - middle.min(0) + 3 + rng.uniform(0, 1, 2) * room
    (x1, y1), (x2, y2) = corners.min(0).tolist(), corners.max(0).tolist()
    if any(x1 < o[2] and o[0] < x2 and y1 < o[3] and o[1] < y2 for o in taken):
        return None
    taken.append((x1, y1, x2, y2))
    matrix = homography(old, corners)
    move = Move(tuple(tuple(row) for row in matrix.tolist()))
    sheet.below += [_through(draw, matrix) for draw in below]
    return y1, [Run(r.text, _moved(r.ink, move), _through(r.draw, matrix)) for r in runs]


def _through(draw: Draw, matrix: np.ndarray) -> Draw:
    import skia

    seen = skia.Matrix.MakeAll(*matrix.ravel().tolist())

    def drawn(canvas: Any) -> None:
        canvas.save()
        canvas.concat(seen)
        draw(canvas)
        canvas.restore()

    return drawn


def _moved(ink: np.ndarray, move: Move) -> np.ndarray:
    """The upright boxes around boxes that were moved."""
    corners = move.points(ink[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)).reshape(-1, 4, 2)
    return np.concatenate([corners.min(1), corners.max(1)], 1)
