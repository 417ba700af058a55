"""Questions about a paragraph whose answers stand in it, word for word."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qvl.data.synth.passages.supply import Passage
from qvl.data.words.languages import NAMES, UNSPACED

CONTINUE = {
    "en": ("Continue this text:", "How does this paragraph go on?", "Write the rest:"),
    "zh": ("请续写这段文字：", "接下来的内容是什么？"),
    "fr": ("Continuez ce texte :", "Comment ce paragraphe se poursuit-il ?"),
    "de": ("Setze diesen Text fort:", "Wie geht dieser Absatz weiter?"),
    "it": ("Continua questo testo:", "Come prosegue questo paragrafo?"),
    "es": ("Continúa este texto:", "¿Cómo sigue este párrafo?"),
    "pt": ("Continue este texto:", "Como continua este parágrafo?"),
    "ar": ("أكمل هذا النص:", "كيف تستمر هذه الفقرة؟"),
    "ru": ("Продолжите этот текст:", "Как продолжается этот абзац?"),
    "ja": ("この文章の続きを書いてください。", "次の段落はどう続きますか。"),
    "ko": ("다음 글을 이어서 쓰세요.", "이 단락은 어떻게 이어집니까?"),
    "vi": ("Hãy viết tiếp đoạn văn này:", "Đoạn văn này tiếp tục thế nào?"),
}
CLOZE = ("Which word stands in the gap: {}?", "Fill the gap ____ with one of these words: {}.")
ORDER = (
    "Put these sentences into their right order. Answer with their numbers.",
    "The sentences of this paragraph are mixed up. In which order do they belong?",
)
QUOTE = (
    "Quote the sentence that contains “{}”.",
    "Which sentence has “{}” in it? Copy it exactly.",
)
AFTER = ("Which word comes right after “{}” in the text?", "What follows “{}”? One word.")
TIMES = ("How often does the word “{}” stand in the text?", "Count the word “{}”. Only the number.")
SENTENCES = ("How many sentences does the text have?", "Count the sentences. Only the number.")
LANGUAGE = ("In which language is this text?", "Name the language of this paragraph.")
MEND = (
    "Two neighbouring words have been exchanged in this text. Write it as it should be.",
    "Somewhere two words are in the wrong order. Give the corrected text.",
)
LAST = ("What is the last sentence?", "Copy the last sentence of the text.")


@dataclass(frozen=True)
class Posed:
    """A question; `text` is shown before it, `answer` is a part of the truth."""

    text: str
    question: str
    answer: str
    kind: str


@dataclass(frozen=True)
class Case:
    rng: np.random.Generator
    passage: Passage

    def one(self, options: Sequence[Any]) -> Any:
        return options[int(self.rng.integers(len(options)))]

    @property
    def spaced(self) -> bool:
        return self.passage.language not in UNSPACED

    def rare(self) -> list[str]:
        """Words of four letters or more, without signs, that stand once in the text."""
        words = [word.strip(".,;:!?()[]«»“”\"'’‘…") for word in self.passage.words]
        often = Counter(word.lower() for word in words)
        text = self.passage.text.lower()
        return [
            word
            for word in words
            if len(word) > 3
            and word.isalpha()
            and often[word.lower()] == text.count(word.lower()) == 1
        ]


def onwards(case: Case) -> Posed | None:
    words = case.passage.words
    if len(words) < 16:
        return None
    cut = int(case.rng.integers(len(words) // 3, 3 * len(words) // 4))
    join = " " if case.spaced else ""
    question = case.one(CONTINUE[case.passage.language])
    return Posed(join.join(words[:cut]), question, join.join(words[cut:]), "continue")


def gap(case: Case) -> Posed | None:
    rare = case.rare() if case.spaced else []
    if len(rare) < 5:
        return None
    order = case.rng.permutation(len(rare))[:4].tolist()
    right, *wrong = (rare[at] for at in order)
    text = case.passage.text.replace(right, "____", 1)
    for word in wrong:
        text_words = text.split()
        if not any(word in each for each in text_words):
            return None
    options = sorted((right, *wrong), key=str.lower)
    return Posed(text, case.one(CLOZE).format(", ".join(options)), right, "cloze")


def order(case: Case) -> Posed | None:
    sentences = case.passage.sentences
    if not 3 <= len(sentences) <= 6 or len(set(sentences)) < len(sentences):
        return None
    mixed = case.rng.permutation(len(sentences)).tolist()
    text = "\n".join(f"{at}. {sentences[index]}" for at, index in enumerate(mixed, start=1))
    answer = ", ".join(str(mixed.index(at) + 1) for at in range(len(sentences)))
    return Posed(text, case.one(ORDER), answer, "order")


def quote(case: Case) -> Posed | None:
    rare = case.rare() if case.spaced else []
    if not rare or len(case.passage.sentences) < 2:
        return None
    word = case.one(rare)
    answer = next((each for each in case.passage.sentences if word in each), None)
    question = case.one(QUOTE).format(word)
    return Posed(case.passage.text, question, answer, "quote") if answer else None


def after(case: Case) -> Posed | None:
    words = case.passage.words
    if not case.spaced or len(words) < 12:
        return None
    at = int(case.rng.integers(3, len(words)))
    before, answer = " ".join(words[at - 3 : at]), words[at].strip('.,;:!?()[]«»“”"')
    if case.passage.text.count(before) != 1 or not answer.isalpha():
        return None
    return Posed(case.passage.text, case.one(AFTER).format(before), answer, "after")


def times(case: Case) -> Posed | None:
    if not case.spaced:
        return None
    words = [word.strip('.,;:!?()[]«»“”"').lower() for word in case.passage.words]
    known = [
        word
        for word, often in Counter(words).items()
        if word.isalpha() and case.passage.text.lower().count(word) == often
    ]
    if not known:
        return None
    word = case.one(known)
    return Posed(case.passage.text, case.one(TIMES).format(word), str(words.count(word)), "times")


def language(case: Case) -> Posed:
    name = NAMES[case.passage.language]
    return Posed(case.passage.text, case.one(LANGUAGE), f"{name}.", "language")


def mend(case: Case) -> Posed | None:
    words = case.passage.words
    if not case.spaced or not 8 <= len(words) <= 60:
        return None
    at = int(case.rng.integers(1, len(words) - 2))
    if words[at].lower() == words[at + 1].lower():
        return None
    mixed = [*words[:at], words[at + 1], words[at], *words[at + 2 :]]
    return Posed(" ".join(mixed), case.one(MEND), case.passage.text, "mend")


def last(case: Case) -> Posed | None:
    sentences = case.passage.sentences
    if len(sentences) < 2:
        return None
    return Posed(case.passage.text, case.one(LAST), sentences[-1], "last")


KINDS: tuple[Callable[[Case], Posed | None], ...] = (
    *(onwards, onwards, onwards, gap, order, quote, after, times, language, mend, last),
)
