"""Families of faces for documents: those of fetched packages, or what matplotlib has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from qvl.data.fonts import Face, faces
from qvl.data.synth.documents.pen import BLACK, Colour, Type, lacking

_PLAIN = ("Regular", "Book", "Roman", "Medium", "Normal")
_ODD = re.compile(
    r"Symbol|Math|Music|Mono|Initial|Emoji|Fallback|Display|Capital|Dingbat|Outline|Kufi|Nastaliq"
    r"|Keyboard|O$| O |Slanted|Rashi"
)
_HAN = re.compile(r"CJK|Kaiti|KaitiM|IPAex|Nanum|^Un[A-Z]")  # their other letters are wide
LANGUAGES = ("en", "zh", "fr", "de", "it", "es", "pt", "ru", "ja", "ko", "vi")


@dataclass(frozen=True)
class Family:
    """Files and indexes of faces; where a family has none of a kind, its plain one stands there."""

    name: str
    plain: tuple[Path, int]
    bold: tuple[Path, int]
    italic: tuple[Path, int]
    package: str
    licence: str

    def lacks(self, text: str) -> str:
        """The characters that one of the faces cannot draw."""
        every = {self.plain, self.bold, self.italic}
        return "".join(lacking(*each)(text) for each in sorted(every))


@dataclass(frozen=True)
class Voice:
    """How text of one kind is set: faces, size in pixels, colour."""

    family: Family
    mono: Family
    size: float
    colour: Colour = BLACK
    strong: bool = False
    slanted: bool = False

    def type(self, *, bold: bool = False, italic: bool = False, code: bool = False) -> Type:
        of = self.mono if code else self.family
        face = of.plain
        if bold or self.strong:
            face = of.bold
        elif italic or self.slanted:
            face = of.italic
        return Type(*face, self.size * (0.9 if code else 1), self.colour)

    def at(self, scale: float, **changes: object) -> "Voice":
        """The same at another size, a quarter of a pixel at a time."""
        return replace(self, size=max(7, round(self.size * scale * 4) / 4), **changes)  # type: ignore[arg-type]


@cache
def families(cache: Path, language: str) -> tuple[Family, ...]:
    """Upright book faces with every letter of a language; OSError where there is none."""
    held = [f for f in faces(cache) if language in f.languages and not f.handwritten]
    held = [f for f in held if not _ODD.search(f.family)]
    if language not in ("zh", "ja", "ko"):
        held = [f for f in held if not _HAN.search(f.family)]
    found = _grouped(held)
    if not found and language in ("en", "fr", "de", "it", "es", "pt", "ru", "vi"):
        found = (_bundled("DejaVu Sans", "DejaVuSans"), _bundled("DejaVu Serif", "DejaVuSerif"))
    if not found:
        raise OSError(f"no font in {cache} has the letters of {language!r}; qvl data fetch")
    return found


@cache
def monospaced(cache: Path, language: str) -> tuple[Family, ...]:
    """Families for code in a language's documents; never none."""
    held = [f for f in faces(cache) if language in f.languages and "Mono" in f.family]
    return (*_grouped(held), _bundled("DejaVu Sans Mono", "DejaVuSansMono"))


@cache
def handwriting(cache: Path, language: str) -> tuple[Family, ...]:
    """Families that look written by hand; none where no package has them."""
    return _grouped([f for f in faces(cache) if language in f.languages and f.handwritten])


def _grouped(held: Sequence[Face]) -> tuple[Family, ...]:
    """Each family once, with the faces of usual names."""
    by_name: dict[tuple[str, str], dict[str, Face]] = {}
    for face in held:
        by_name.setdefault((face.package, face.family), {}).setdefault(face.style, face)
    found = []
    for (package, name), styles in sorted(by_name.items()):
        plain = next((styles[s] for s in _PLAIN if s in styles), None)
        if plain is None:
            continue
        bold = styles.get("Bold", plain)
        italic = styles.get("Italic") or styles.get("Oblique") or plain
        one, two, three = ((each.path, each.index) for each in (plain, bold, italic))
        found.append(Family(name, one, two, three, package, plain.licence))
    return tuple(found)


@cache
def _bundled(name: str, stem: str) -> Family:
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts/ttf"

    def named(*endings: str) -> tuple[Path, int]:
        return next(p for e in endings if (p := folder / f"{stem}{e}.ttf").is_file()), 0

    italic = named("-Oblique", "-Italic")
    return Family(name, named(""), named("-Bold"), italic, "matplotlib", "bitstream-vera")
