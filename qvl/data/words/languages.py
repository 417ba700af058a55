"""Names of languages: what packages, catalogues and captions call them, and the report's twelve."""

TWELVE = ("zh", "en", "fr", "de", "it", "es", "pt", "ar", "ru", "ja", "ko", "vi")
NAMES = {
    "en": "English",
    "zh": "Chinese",
    "fr": "French",
    "de": "German",
    "it": "Italian",
    "es": "Spanish",
    "pt": "Portuguese",
    "ar": "Arabic",
    "ru": "Russian",
    "ja": "Japanese",
    "ko": "Korean",
    "vi": "Vietnamese",
}
_OTHER = {"no": "nb", "c": "en", "zh_hant": "zh-TW", "zh_hk": "zh-TW", "zh_tw": "zh-TW"}
_OTHER |= {"iw": "he", "in": "id", "posix": "en"}
_SAME = frozenset(("", "valencia", "euro", "quot", "boldquot"))  # variants in the same letters
_WRITTEN = {"latin": "Latn", "cyrillic": "Cyrl", "shaw": "Shaw"}
UNSPACED = frozenset(("zh", "zh-TW", "ja", "th", "km", "lo", "my", "bo"))  # no spaces at words


def language_of(locale: str) -> str:
    """The language of a locale as a BCP 47 tag: "de_DE.UTF-8" -> "de", "sr@latin" -> "sr-Latn".

    Chinese has two, as it is written: "zh", simplified, and "zh-TW", traditional.
    """
    name, _, variant = locale.replace("-", "_").partition("@")
    whole = name.split(".")[0].lower()
    short = whole.split("_")[0]
    language = _OTHER.get(whole) or _OTHER.get(short) or short
    variant = variant.lower()
    return f"{language}-{_WRITTEN.get(variant, variant)}" if variant not in _SAME else language
