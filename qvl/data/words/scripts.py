"""Which letters a language is written with, to tell its text from what was left in English."""

import re

_RANGES = {
    "Latn": "A-Za-zÀ-ÖØ-öø-ʯḀ-ỿ",
    "Cyrl": "Ѐ-ԯ",
    "Grek": "Ͱ-Ͽἀ-῿",
    "Arab": "ؠ-يٮ-ۓݐ-ݿﭐ-﷽ﹰ-ﻼ",
    "Hebr": "א-ת",
    "Hani": "々〇㐀-䶿一-鿿豈-﫿𠀀-𪛟",
    "Kana": "ぁ-ゖァ-ヺー",
    "Hang": "가-힣ᄀ-ᇿㄱ-ㆎ",
    "Deva": "ऄ-ह",
    "Beng": "অ-হ",
    "Guru": "ਅ-ਹ",
    "Gujr": "અ-હ",
    "Taml": "அ-ஹ",
    "Telu": "అ-హ",
    "Knda": "ಅ-ಹ",
    "Mlym": "അ-ഹ",
    "Thai": "ก-ฮ",
    "Geor": "ა-ჰ",
    "Armn": "Ա-և",
    "Khmr": "ក-អ",
}
_SCRIPT_OF = {
    "ru": ("Cyrl",), "uk": ("Cyrl",), "bg": ("Cyrl",), "sr": ("Cyrl",), "be": ("Cyrl",),
    "mk": ("Cyrl",), "kk": ("Cyrl",), "el": ("Grek",), "ar": ("Arab",), "fa": ("Arab",),
    "ur": ("Arab",), "he": ("Hebr",), "zh": ("Hani",), "zh-TW": ("Hani",), "ja": ("Kana", "Hani"),
    "ko": ("Hang",), "hi": ("Deva",), "mr": ("Deva",), "ne": ("Deva",), "bn": ("Beng",),
    "as": ("Beng",), "pa": ("Guru",), "gu": ("Gujr",), "ta": ("Taml",), "te": ("Telu",),
    "kn": ("Knda",), "ml": ("Mlym",), "th": ("Thai",), "ka": ("Geor",), "hy": ("Armn",),
    "km": ("Khmr",),
}  # fmt: skip
_LETTER = re.compile(r"[^\W\d_]")
_OWN = {name: re.compile(f"[{ranges}]") for name, ranges in _RANGES.items()}


def scripts_of(language: str) -> tuple[str, ...]:
    """ISO 15924 names of the scripts of a language: Latin unless it is known for another."""
    return _SCRIPT_OF.get(language, ("Latn",))


def share(text: str, language: str) -> float:
    """How many of a text's letters are of the language's scripts, 0 to 1; 0 without letters."""
    letters = len(_LETTER.findall(text))
    own = sum(len(_OWN[name].findall(text)) for name in scripts_of(language))
    return min(1.0, own / letters) if letters else 0.0


def written_in(text: str) -> frozenset[str]:
    """The scripts of which a text has a letter."""
    return frozenset(name for name, pattern in _OWN.items() if pattern.search(text))
