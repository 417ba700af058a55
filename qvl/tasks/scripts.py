"""What a text is written in, told by its letters alone: the script, which may be of many languages.

A language is named only where its script has no other: Japanese, Korean, Thai, Greek and the like.
"""

import unicodedata
from collections import Counter

_NAMES = {"CJK": "Han", "HIRAGANA": "Kana", "KATAKANA": "Kana", "HALFWIDTH": "Kana"}
LANGUAGES = {
    "Kana": "Japanese",
    "Hangul": "Korean",
    "Thai": "Thai",
    "Greek": "Greek",
    "Armenian": "Armenian",
    "Georgian": "Georgian",
    "Hebrew": "Hebrew",
    "Khmer": "Khmer",
    "Lao": "Lao",
    "Tamil": "Tamil",
}
LEFTWARD = frozenset({"Arabic", "Hebrew", "Syriac", "Thaana", "Nko"})


def script(text: str) -> str:
    """The script of most letters: "Latin", "Arabic", "Han", ...; "" for a text without letters.

    Han beside any kana is "Kana": Japanese is written with both.
    """
    counted = Counter(_of(sign) for sign in text if sign.isalpha())
    if counted["Kana"] and counted["Han"]:
        counted["Kana"] += counted.pop("Han")
    return max(counted, key=lambda name: counted[name], default="")


def _of(letter: str) -> str:
    first = unicodedata.name(letter, "unknown").split()[0].split("-")[0]
    return _NAMES.get(first, first.capitalize())
