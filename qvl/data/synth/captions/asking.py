"""Questions about a picture of which the caption is known, in the languages of its captions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qvl.data.synth.captions.card import place
from qvl.data.synth.captions.told import Told
from qvl.data.synth.pasting.case import Asked
from qvl.data.synth.pasting.names import words_of
from qvl.tasks import prompts

DESCRIBE = {
    "en": ("What does the picture show?", "Describe the picture briefly.", "Caption this picture."),
    "zh": ("这张图片里是什么？", "请简短地描述这张图片。"),
    "fr": ("Que montre l'image ?", "Décrivez brièvement l'image."),
    "de": ("Was zeigt das Bild?", "Beschreibe das Bild kurz."),
    "it": ("Che cosa mostra l'immagine?", "Descrivi brevemente l'immagine."),
    "es": ("¿Qué muestra la imagen?", "Describe brevemente la imagen."),
    "pt": ("O que mostra a imagem?", "Descreva brevemente a imagem."),
    "ru": ("Что изображено на картинке?", "Кратко опишите картинку."),
    "ar": ("ماذا تظهر الصورة؟", "صف الصورة باختصار."),
    "ja": ("この画像には何が写っていますか。", "この画像を簡単に説明してください。"),
    "ko": ("이 그림은 무엇을 보여 줍니까?", "이 그림을 간단히 설명하세요."),
    "vi": ("Bức tranh này cho thấy gì?", "Hãy mô tả ngắn gọn bức tranh."),
}
IN = ("Describe the picture in {}.", "Write a caption for the picture in {}.")
BOTH = "What is this? Please give its name in Chinese and English."
ALL_BOTH = "What are these? Please give their names in Chinese and English."
ICON = ("What is this icon called?", "Which program or action does this icon stand for?")
ALSO = ("What other names does this icon have?", "Give further names of this icon.")
KEYWORDS = ("Give keywords for this drawing.", "Tag this picture with keywords.")
FITS = ("Does this caption fit the picture? “{}”", "Is this what the picture shows: “{}”?")
CHOOSE = "Which caption fits the picture? Answer with the letter.\n{}"
CATEGORY = (
    "What kind of thing is it? Answer with one of: {}.",
    "Sort the picture into one of these folders: {}.",
)
_BY_CATEGORY = (  # words of a category, and the released prompt for one or for several
    ("birds", prompts.BIRD, prompts.BIRDS),
    ("food", prompts.FOODS, prompts.FOODS),
    ("monuments", prompts.ATTRACTIONS, prompts.ATTRACTIONS),
    ("vehicles/auto", prompts.CARS, prompts.CARS),
)


@dataclass(frozen=True)
class Case:
    rng: np.random.Generator
    shown: Sequence[Told]  # in reading order
    arranged: str
    held: Sequence[Told]  # of the same kind, for captions that do not fit

    def one(self, options: Sequence[Any]) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def caption(self, told: Told) -> tuple[str, str]:
        """Language and words; one of the twelve more often than its share."""
        most = [(tag, words) for tag, words in told.captions if tag in DESCRIBE]
        return self.one(most if most and self.rng.random() < 0.6 else told.captions)

    @property
    def alone(self) -> Told | None:
        return self.shown[0] if len(self.shown) == 1 else None


def describe(case: Case) -> Asked | None:
    if case.alone is None or case.alone.kind == "icon":
        return None
    language, words = case.caption(case.alone)
    if language in DESCRIBE and case.rng.random() < 0.8:
        return Asked(case.one(DESCRIBE[language]), words, "describe", language)
    name = _english(language)
    return Asked(case.one(IN).format(name), words, "describe", language) if name else None


def several(case: Case) -> Asked | None:
    """All captions of a card in one language, numbered by place."""
    if case.alone or case.shown[0].kind == "icon":
        return None
    known = set.intersection(*({tag for tag, _ in each.captions} for each in case.shown))
    tags = sorted(known & set(DESCRIBE))
    if not tags:
        return None
    language = case.one(tags)
    rows = [f"{at}. {each.caption(language)}" for at, each in enumerate(case.shown, start=1)]
    return Asked(case.one(DESCRIBE[language]), "\n".join(rows), "describe", language)


def both(case: Case) -> Asked | None:
    """Names in Chinese and English, by place where there are several."""
    pairs = [(each.caption("zh"), each.caption("en")) for each in case.shown]
    told = [(zh.strip("。. "), en.strip(". ")) for zh, en in pairs if zh and en]
    if len(told) < len(case.shown):
        return None
    category = case.shown[0].category
    same = all(each.category == category for each in case.shown)
    found = [(one, more) for word, one, more in _BY_CATEGORY if same and word in category]
    one, more = found[0] if found else (BOTH, ALL_BOTH)
    if case.alone:
        if case.rng.random() < 0.25:
            one = prompts.RECOGNITION_CHINESE.format("东西")
        return Asked(one, f"{told[0][0]} ({told[0][1]})", "both", "mul")
    rows = [
        f"{at + 1}. {place(at, case.arranged).capitalize()}: {zh} ({en})"
        for at, (zh, en) in enumerate(told)
    ]
    return Asked(more, "\n".join(rows), "both", "mul")


def names(case: Case) -> Asked | None:
    """What icons are called, and what else."""
    if case.shown[0].kind != "icon":
        return None
    if case.alone is None:
        rows = [f"{at}. {each.caption('en')}" for at, each in enumerate(case.shown, start=1)]
        return Asked("What are these icons called?", "\n".join(rows), "icons")
    if case.alone.keywords and case.rng.random() < 0.4:
        return Asked(case.one(ALSO), ", ".join(case.alone.keywords), "aliases")
    return Asked(case.one(ICON), str(case.alone.caption("en")), "icons")


def keywords(case: Case) -> Asked | None:
    if case.alone is None or case.alone.kind != "drawing":
        return None
    return Asked(case.one(KEYWORDS), ", ".join(case.alone.keywords), "keywords")


def fits(case: Case) -> Asked | None:
    if case.alone is None:
        return None
    language, words = case.caption(case.alone)
    if case.rng.random() < 0.5:
        return Asked(case.one(FITS).format(words), "Yes.", "fits", language)
    other = _others(case, case.alone, language, 1)
    return Asked(case.one(FITS).format(other[0]), "No.", "fits", language) if other else None


def choose(case: Case) -> Asked | None:
    """One caption of four; the others are of other pictures, near ones first."""
    if case.alone is None:
        return None
    language, words = case.caption(case.alone)
    options = [words, *_others(case, case.alone, language, 3)]
    if len(options) < 4:
        return None
    case.rng.shuffle(options)
    listed = "\n".join(f"{'ABCD'[at]}. {each}" for at, each in enumerate(options))
    return Asked(CHOOSE.format(listed), "ABCD"[options.index(words)], "choose", language)


def category(case: Case) -> Asked | None:
    if case.alone is None or case.alone.kind == "icon":
        return None
    mine = case.alone.category.split("/")[0]
    rest = sorted({each.category.split("/")[0] for each in case.held} - {mine})
    options = [mine, *(case.one(rest) for _ in range(3))] if rest else [mine]
    options = list(dict.fromkeys(options))
    case.rng.shuffle(options)
    named = [each.replace("_", " ") for each in options]
    return Asked(case.one(CATEGORY).format(", ".join(named)), mine.replace("_", " "), "category")


def _others(case: Case, mine: Told, language: str, count: int) -> list[str]:
    """Captions of other pictures that share no word with any of this one's, near ones first."""
    own = words_of(" ".join((mine.caption("en") or "", mine.path.stem, *mine.keywords)))
    near = [each for each in case.held if each.category == mine.category]
    found: list[str] = []
    for at in range(60):
        other: Told = case.one(near if at < 20 else case.held)
        words, english = other.caption(language), other.caption("en") or ""
        far = not words_of(" ".join((english, *other.keywords))) & own
        if words and far and words not in found and words != mine.caption(language):
            found.append(words)
        if len(found) == count:
            break
    return found


def _english(tag: str) -> str | None:
    """The English name of a language; None for one that has none here."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag.replace("-", "_")).get_display_name("en")
    except (UnknownLocaleError, ValueError):
        return None


KINDS: tuple[Callable[[Case], Asked | None], ...] = (
    *(describe, describe, several, both, names, keywords, fits, choose, category, both),
)
