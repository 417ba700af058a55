"""The letters in common use of each of the report's twelve languages, and of traditional Chinese.

Thousands of Han letters and syllables come from the national standards, by Python's own codecs:
the first level of GB 2312, JIS X 0208 and Big5, and the syllables of KS X 1001.
"""

_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FIGURES = "0123456789"


def _both(letters: str) -> str:
    return letters + letters.upper().replace("SS", "")


def _rows(codec: str, first: int, last: int) -> str:
    """The characters of the rows `first` to `last`, lead bytes of a two-byte code."""
    trail = [*range(0x40, 0x7F), *range(0xA1, 0xFF)] if codec == "big5" else range(0xA1, 0xFF)
    raw = (bytes((lead, t)) for lead in range(first, last + 1) for t in trail)
    return "".join(code.decode(codec, errors="ignore") for code in raw)


_KANA = "".join(map(chr, [*range(0x3041, 0x3094), *range(0x30A1, 0x30F7), 0x30FC]))
_VIETNAMESE = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
LETTERS: dict[str, str] = {
    "en": _LATIN + _FIGURES,
    "fr": _LATIN + _both("àâæçéèêëîïôœùûü"),
    "de": _LATIN + _both("äöü") + "ß",
    "it": _LATIN + _both("àèéìíîòóùú"),
    "es": _LATIN + _both("áéíóúüñ") + "¿¡",
    "pt": _LATIN + _both("àáâãçéêíóôõúü"),
    "vi": _LATIN + _both(_VIETNAMESE),
    "ru": _both("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي" + "،؛؟",
    "ja": _KANA + _rows("euc_jp", 0xB0, 0xCF),
    "ko": _rows("euc_kr", 0xB0, 0xC8),
    "zh": _rows("gb2312", 0xB0, 0xD7),
    "zh-TW": _rows("big5", 0xA4, 0xC6),
}
