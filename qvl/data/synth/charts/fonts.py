"""Families that have the letters of a language, made known to matplotlib."""

import subprocess
from functools import cache

_LATIN = ("DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "Liberation Sans", "Liberation Serif")
_LATIN += ("Liberation Sans Narrow", "Noto Sans", "Noto Serif")
_OTHERS = {
    "vi": ("DejaVu Sans", "DejaVu Serif", "Noto Sans", "Noto Serif"),
    "ru": _LATIN,
    "ar": ("Noto Sans Arabic", "Noto Naskh Arabic", "Noto Kufi Arabic", "DejaVu Sans"),
    "zh": ("Noto Sans CJK SC", "Noto Serif CJK SC"),
    "ja": ("Noto Sans CJK JP", "Noto Serif CJK JP"),
    "ko": ("Noto Sans CJK KR", "Noto Serif CJK KR"),
}
REST = "DejaVu Sans"  # for signs that a family lacks


def families(language: str) -> tuple[str, ...]:
    """The families to choose from, in a fixed order."""
    return _OTHERS.get(language, _LATIN)


@cache
def known(family: str) -> str:
    """The family, once matplotlib has its files; RuntimeError says what to install."""
    from matplotlib.font_manager import fontManager

    if family not in {font.name for font in fontManager.ttflist}:
        for path in _files(family):
            fontManager.addfont(path)  # matplotlib's own list is as old as its cache
    if family not in {font.name for font in fontManager.ttflist}:
        raise RuntimeError(
            f"font {family!r} is not installed; apt-get install fonts-dejavu fonts-liberation "
            "fonts-noto-core fonts-noto-cjk"
        )
    return family


def _files(family: str) -> list[str]:
    try:
        found = subprocess.run(
            ["fc-list", f":family={family}", "file"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return []
    return sorted(line.rstrip(": ") for line in found.stdout.splitlines())
