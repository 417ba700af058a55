"""What things are called: names out of captions and titles, and names of what is not there."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

LONGEST = 4  # words; what is longer tells a story and names nothing
_ARTICLE = re.compile(r"^(?:an?|the|some|another|one)\s+", re.IGNORECASE)
_STORY = re.compile(r"\b(?:clip\s?arts?|by|part of|theme|collection|various|sibmission)\b", re.I)
_NUMBERED = re.compile(r"[\s_-]*\d+$")
_PLURALS = {"sheep": "sheep", "fish": "fish", "deer": "deer", "mouse": "mice", "goose": "geese"}
_NO_NAME = frozenset(("icon", "icons", "the", "of", "and", "in", "for", "with", "on", "to"))
_WITH = re.compile(r"\s(?:of|with|in|on|for|from|at|to)\s")


def named(caption: str) -> str | None:
    """ "A bald eagle." -> "bald eagle"; None where a caption names no single thing."""
    text = _NUMBERED.sub("", " ".join(caption.replace("_", " ").split()).strip(" .!"))
    text = _ARTICLE.sub("", text)
    words = text.split()
    odd = _STORY.search(text) or re.search(r"[^\w\s'’-]", text) or re.search(r"\d", text)
    if odd or not 1 <= len(words) <= LONGEST or len(text) < 3:
        return None
    first = words[0]
    lower = first[1:].islower() or len(first) == 1
    alone = len(words) == 1 or all(word.islower() for word in words[1:])
    return first.lower() + text[len(first) :] if lower and alone else text


def plural(name: str) -> str:
    """ "box of toys" -> "boxes of toys"."""
    cut = _WITH.search(name)
    head, tail = (name[: cut.start()], name[cut.start() :]) if cut else (name, "")
    before, space, last = head.rpartition(" ")
    return before + space + _many(last) + tail


def _many(word: str) -> str:
    low = word.lower()
    if low in _PLURALS:
        return _PLURALS[low]
    if re.search(r"(?:s|x|z|ch|sh)$", low):
        return word + "es" if re.search(r"(?:ss|us|is|[^s])$", low) else word
    if re.search(r"[^aeiou]y$", low):
        return word[:-1] + "ies"
    if low.endswith("man"):
        return word[:-3] + "men"
    return word + "s"


def words_of(text: str) -> set[str]:
    """The words of a name, and each without the mark of the plural, to compare names by."""
    found = set(re.findall(r"[^\W\d_]{2,}", text.lower())) - _NO_NAME
    return found | {word.removesuffix("s") for word in found}


def absent(
    rng: np.random.Generator, names: Sequence[str], there: Iterable[str], taken: set[str]
) -> str | None:
    """A name of `names` that shares no word with what is there; None if luck does not find one.

    `there` are all words for what can be seen: names, other names, keywords. `taken` are words
    that the background may show.
    """
    seen = set().union(taken, *map(words_of, there))
    for _ in range(40):
        name = names[int(rng.integers(len(names)))]
        if (words := words_of(name)) and not words & seen:
            return name
    return None
