"""MinHash of word 5-grams: how much of two texts is the same, from 448 bytes each.

n code points of a text, w words, g 5-grams.
"""

import unicodedata
from functools import cache

import numpy as np

GRAM = 5  # words
PERMUTATIONS, BANDS, ROWS = 112, 28, 4
EMPTY = np.uint32(2**32 - 1)  # every value of a text without words
_BLOCK = 4096  # 5-grams that are hashed at one time, so that they stay in the cache
_TABLE = 0x30000  # code points from here on are rare Han: each one is a word
_ALONE = (  # letters of scripts without spaces: Thai to Lao, Burmese, Khmer, kana, Han
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, _TABLE),
)
_LONGEST = 64  # letters of a word whose order counts


def signature(text: str) -> np.ndarray:
    """uint32[112]: the least hash of the text's 5-grams under each permutation."""
    grams = grams_of(text)
    best = np.full(PERMUTATIONS, 2**64 - 1, dtype=np.uint64)
    factor, shift = _permutations()
    for at in range(0, len(grams), _BLOCK):
        hashed = factor[:, None] * grams[at : at + _BLOCK]
        hashed += shift[:, None]
        np.minimum(best, hashed.min(axis=1), out=best)
    return (best >> np.uint64(32)).astype(np.uint32)


def grams_of(text: str) -> np.ndarray:
    """uint64[g]: a hash of each five words in a row; of fewer words, one of all of them."""
    words = words_of(text)
    if not len(words):
        return words
    return chained(words, min(GRAM, len(words)))


def chained(words: np.ndarray, width: int) -> np.ndarray:
    """uint64[w] -> uint64[w - width + 1]: a hash of every `width` neighbours in their order."""
    count = len(words) - width + 1
    grams = np.zeros(count, dtype=np.uint64)
    for i in range(width):
        grams = _mixed(grams + words[i : i + count])
    return grams


def words_of(text: str) -> np.ndarray:
    """uint64[w]: a hash of each word, case and compatible letters aside.

    Words are runs of letters and digits; in scripts without spaces every letter is one.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    codes = np.frombuffer(text.casefold().encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kind = _kinds()[np.minimum(codes, _TABLE)]
    before = np.append(np.uint8(0), kind[:-1])[: len(kind)]
    starts = np.flatnonzero((kind == 2) | ((kind == 1) & (before != 1)))
    if not len(starts):
        return np.zeros(0, dtype=np.uint64)
    lengths = np.diff(starts, append=len(codes))  # with what stands behind each word
    place = np.arange(starts[0], len(codes)) - np.repeat(starts, lengths)
    letters = _mixed(codes[starts[0] :].astype(np.uint64)) * (kind[starts[0] :] > 0)
    letters *= _odd(_LONGEST)[np.minimum(place, _LONGEST - 1)]
    return _mixed(np.add.reduceat(letters, starts - starts[0]))


@cache
def _kinds() -> np.ndarray:
    """uint8[_TABLE + 1]: 0 no letter, 1 a letter, mark or digit, 2 one that is a word alone."""
    told = [unicodedata.category(chr(code))[0] in "LMN" for code in range(_TABLE)]
    table = np.array([*told, True], dtype=np.uint8)
    for first, last in _ALONE:
        table[first : last + 1] *= 2
    return table


@cache
def _odd(count: int) -> np.ndarray:
    """uint64[count]: odd numbers without a pattern, the same for ever."""
    return np.random.PCG64(count).random_raw(count) | np.uint64(1)


@cache
def _permutations() -> tuple[np.ndarray, np.ndarray]:
    """Multiply-shift: a factor and a shift each."""
    return _odd(PERMUTATIONS), _odd(2 * PERMUTATIONS)[PERMUTATIONS:]


def _mixed(x: np.ndarray) -> np.ndarray:
    """uint64 -> uint64: every bit depends on every one; 0 is not 0."""
    x = (x + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(31)
    x *= np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(29))


def bands_of(signatures: np.ndarray) -> np.ndarray:
    """uint32[N, 112] -> uint64[N, 28]: a hash of every four values in a row."""
    rows = signatures.reshape(-1, BANDS, ROWS).astype(np.uint64)
    bands = np.zeros(rows.shape[:2], dtype=np.uint64)
    for i in range(ROWS):
        bands = _mixed(bands + rows[:, :, i])
    return bands
