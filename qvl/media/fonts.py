"""Which font has the signs of a text: the system's own answer, else files at known places."""

import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/segoeui.ttf",
)
OTHERS = (  # asked in turn where the system has no fontconfig
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Kohinoor.ttc",
    "/System/Library/Fonts/Supplemental/Thonburi.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/malgun.ttf",
    "C:/Windows/Fonts/Nirmala.ttf",
    "C:/Windows/Fonts/LeelawUI.ttf",
)
Face = tuple[str, int]  # a file, and which of the faces in it


def font(size: int, text: str = "") -> Font:
    """The font of `size` pixels that has most signs of `text`; a sign it lacks is an empty box."""
    return _opened(_best(_signs(text)), size)


def runs(text: str, size: int) -> list[tuple[str, Font]]:
    """A line from left to right, in pieces of one font each; what is read from the right turns."""
    usual = _best(_signs(text))
    pieces: list[tuple[str, Face | None]] = []
    for sign in text:
        face = usual
        if not sign.isprintable() or sign.isspace() or unicodedata.category(sign)[0] == "M":
            face = pieces[-1][1] if pieces else usual  # stays with what it stands beside
        elif usual and not _has(usual, sign):
            face = _best(frozenset(sign))
        if pieces and pieces[-1][1] == face:
            pieces[-1] = (pieces[-1][0] + sign, face)
        else:
            pieces.append((sign, face))
    return [(piece, _opened(face, size)) for piece, face in pieces[:: -1 if leftward(text) else 1]]


def leftward(text: str) -> bool:
    """Whether a text is read from right to left: its first letter is Arabic, Hebrew or the like."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def _signs(text: str) -> frozenset[str]:
    return frozenset(c for c in text if c.isprintable() and not c.isspace())


@lru_cache(maxsize=4096)
def _best(wanted: frozenset[str]) -> Face | None:
    """The first face that has all that is wanted, else the one that has most of it."""
    best, most = None, -1
    for face in _candidates(wanted):
        have = sum(_has(face, sign) for sign in wanted)
        if have > most:
            best, most = face, have
        if most == len(wanted):
            break
    return best


def _candidates(wanted: frozenset[str]) -> Iterator[Face]:
    """The usual face, then those that the system names for each block of signs."""
    usual = _usual()
    if usual:
        yield usual
    yield from dict.fromkeys(f for block in sorted(map(_block, wanted)) for f in _named(*block))
    yield from (face for path in OTHERS if _readable(face := (path, 0)))


@cache
def _usual() -> Face | None:
    found = (face for path in FONTS if _readable(face := (path, 0)))
    return next(found, None) or next(iter(_named(0x20, 0x7E)), None)


def _readable(face: Face) -> bool:
    return Path(face[0]).is_file() and _opened(face, 16) is not _opened(None, 16)


def _block(sign: str) -> tuple[int, int]:
    """The signs around one that fonts have or lack together: a script, or 4096 of the Han."""
    code = ord(sign)
    size = 0x80 if code < 0x3000 or code >= 0x10000 else 0x1000
    return code - code % size, code - code % size + size - 1


@cache
def _named(first: int, last: int) -> tuple[Face, ...]:
    """The face that fontconfig gives for a block of signs; none where it is not installed."""
    program = shutil.which("fc-match")
    if not program:
        return ()
    asked = f":charset={first:x}-{last:x}:scalable=true:color=false"
    words = [program, "-f", "%{file}|%{index}", asked]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    path, _, index = done.stdout.partition("|")
    face = (path, int(index) & 0xFFFF if index.isdigit() else 0)
    return (face,) if _readable(face) else ()


@lru_cache(maxsize=256)
def _opened(face: Face | None, size: int) -> Font:
    """A face at a size; Pillow's own where there is none or where it cannot be read."""
    if face:
        try:
            return ImageFont.truetype(face[0], size, face[1])
        except OSError:
            return _opened(None, size)
    own = ImageFont.load_default(size)
    assert isinstance(own, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return own


@lru_cache(maxsize=1 << 16)
def _has(face: Face, sign: str) -> bool:
    """Whether a face draws `sign` otherwise than a sign that no font has."""
    return _drawn(face, sign) != _drawn(face, "\uffff")


@lru_cache(maxsize=1024)
def _drawn(face: Face, sign: str) -> bytes:
    plain = ImageFont.truetype(face[0], 24, face[1], layout_engine=ImageFont.Layout.BASIC)
    paper = Image.new("L", (48, 48))
    ImageDraw.Draw(paper).text((12, 8), sign, fill=255, font=plain)
    return paper.tobytes()
