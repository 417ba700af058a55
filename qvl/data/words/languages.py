"""Names of languages: what packages, catalogues and captions call them, and the report's twelve."""

TWELVE = ("zh", "en", "fr", "de", "it", "es", "pt", "ar", "ru", "ja", "ko", "vi")
_OTHER = {"no": "nb", "c": "en", "zh_hant": "zh_TW", "zh_hk": "zh_TW", "zh_tw": "zh_TW"}
_OTHER |= {"iw": "he", "in": "id", "posix": "en"}
_SAME = frozenset(("valencia", "euro", "quot", "boldquot"))  # variants in the same letters
UNSPACED = frozenset(("zh", "zh_TW", "ja", "th", "km", "lo", "my", "bo"))  # no spaces at words


def language_of(locale: str) -> str:
    """The language of a locale: "de-DE" -> "de", "zh_Hant" -> "zh_TW", "sr@latin" as it is.

    Chinese has two, as it is written: "zh", simplified, and "zh_TW", traditional.
    """
    name, at, variant = locale.split(".")[0].replace("-", "_").partition("@")
    known = _OTHER.get(name.lower()) or _OTHER.get(name.split("_")[0].lower())
    language = known or name.split("_")[0].lower()
    return f"{language}@{variant.lower()}" if at and variant.lower() not in _SAME else language
