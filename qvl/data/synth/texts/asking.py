"""Questions about text that is seen, and their answers as facts in pixels of the picture."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qvl.data.records import Facts
from qvl.data.synth.texts.tones import pick
from qvl.data.words.languages import NAMES, UNSPACED
from qvl.tasks import ocr
from qvl.tasks.place import Corners

Spot = tuple[str, Corners]  # text, and where it stands
Talk = tuple[str, str | Facts]  # what is asked, and what is answered
PLAIN = (
    *(ocr.PLAIN, ocr.ONLY, ocr.BY_LINE, ocr.RECOGNISE),
    *("What does the text say?", "Transcribe this image.", "Write down every line of text here."),
    *(
        "读出图中的所有文字。",
        "请识别图片中的文字，逐行输出。",
        "仅输出图像中的文本内容，不要添加额外描述或格式。",
    ),
)
OWN = {  # the same in the language of the text
    "fr": "Lis tout le texte de l'image.",
    "de": "Lies den ganzen Text im Bild.",
    "it": "Leggi tutto il testo nell'immagine.",
    "es": "Lee todo el texto de la imagen.",
    "pt": "Leia todo o texto da imagem.",
    "ar": "اقرأ كل النص في الصورة.",
    "ru": "Прочитай весь текст на изображении.",
    "ja": "画像内の文字をすべて読み取ってください。",
    "ko": "이미지에 있는 모든 글자를 읽어 주세요.",
    "vi": "Đọc tất cả chữ trong hình.",
}
LINES = (
    *(ocr.SPOTTING, ocr.SPOTTING),
    "Find each line of text and output bbox_2d and text_content as JSON.",
    "Detect all text lines with their bounding boxes. Answer in JSON.",
    "以行级别检测图中的所有文字，并以JSON格式输出。",
)
WORDS = (
    "Spotting all the text in the image with word-level, and output in JSON format.",
    "Find every word with its bounding box and output bbox_2d and text_content as JSON.",
    "以单词级别检测图中的所有文字，并以JSON格式输出。",
)
FIND = (
    'Locate every word "{}" in the image and output the coordinates in JSON format.',
    'Where does "{}" stand in the text? Output all the boxes in JSON format.',
    "在图中找出文字“{}”的所有位置，以JSON格式输出坐标。",
)
HAS = (
    'Does the word "{}" stand in the image? Answer yes or no.',
    'Is "{}" written here? Yes or no.',
)
LANGUAGE = (
    "What language is the text in this image written in?",
    "Which language is this?",
    "Name the language of the text.",
)
COUNT = ("How many lines of text are there?", "Count the lines of text in the image.")
ONE = "Read the {} line of text only."
MOST_LINES, MOST_WORDS = 90, 60  # in a list of boxes
_MARKS = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True)
class Seen:
    """What a picture shows, in reading order; `words` only where all of them are known."""

    lines: Sequence[Spot]
    words: Sequence[Spot] = ()
    language: str = "und"
    mixed: bool = False  # whether there is text in another language, too
    others: Sequence[str] = field(default=())  # words of the language, there or not


def talks(rng: np.random.Generator, seen: Seen, name: str) -> list[Talk]:
    """One to three questions with their answers; `name` is that of the picture."""
    if not seen.lines:
        return [_nothing(rng, name)]
    fits: dict[Callable[[np.random.Generator, Seen, str], Talk], float] = {plain: 4.0}
    if len(seen.lines) <= MOST_LINES:
        fits[lines] = 4.0
    spaced = seen.language not in UNSPACED  # else words are not what blanks stand between
    if spaced and seen.words and len(seen.words) <= MOST_WORDS:
        fits |= {words: 2.0}
    if _keys(seen):
        fits |= {find: 1.5, has: 0.4}
    if seen.language in NAMES and not seen.mixed and sum(len(text) for text, _ in seen.lines) > 20:
        fits[language] = 0.5
    if 2 < len(seen.lines) < 20:
        fits |= {count: 0.3, one: 0.7}
    made = []
    for _ in range(int(pick(rng, {1: 6, 2: 3, 3: 1}))):
        if fits:
            chosen = pick(rng, fits)
            whole = (plain, lines, words) if chosen in (plain, lines, words) else (chosen,)
            for each in whole:  # the whole text is told once
                fits.pop(each, None)
            made.append(chosen(rng, seen, name))
    return made


def _nothing(rng: np.random.Generator, name: str) -> Talk:
    if rng.random() < 0.6:
        return pick(rng, LINES), Facts("lines", [], of=name)
    return pick(rng, PLAIN[:2]), "There is no text in the image."


def plain(rng: np.random.Generator, seen: Seen, name: str) -> Talk:
    own = OWN.get(seen.language)
    asked = own if own and rng.random() < 0.2 else pick(rng, PLAIN)
    return asked, "\n".join(text for text, _ in seen.lines)


def lines(rng: np.random.Generator, seen: Seen, name: str) -> Talk:
    return pick(rng, LINES), _spotted(seen.lines, name)


def words(rng: np.random.Generator, seen: Seen, name: str) -> Talk:
    return pick(rng, WORDS), _spotted(seen.words, name)


def find(rng: np.random.Generator, seen: Seen, name: str) -> Talk:
    """Every place of a word, or of one that is not there."""
    key = _asked(rng, seen)
    boxes = [{"label": key, "box": list(box)} for text, box in seen.words if bare(text) == key]
    return pick(rng, FIND).format(key), Facts("boxes", boxes, of=name)


def has(rng: np.random.Generator, seen: Seen, name: str) -> Talk:
    key = _asked(rng, seen)
    there = any(bare(text) == key for text, _ in seen.words)
    return pick(rng, HAS).format(key), "Yes." if there else "No."


def language(rng: np.random.Generator, seen: Seen, name: str) -> Talk:
    return pick(rng, LANGUAGE), f"{NAMES[seen.language]}."


def count(rng: np.random.Generator, seen: Seen, name: str) -> Talk:
    return pick(rng, COUNT), str(len(seen.lines))


def one(rng: np.random.Generator, seen: Seen, name: str) -> Talk:
    which = pick(rng, ("first", "second", "last"))
    return ONE.format(which), seen.lines[{"first": 0, "second": 1, "last": -1}[which]][0]


def bare(word: str) -> str:
    """A word without the marks around it."""
    return _MARKS.sub("", word)


def _keys(seen: Seen) -> list[str]:
    """The words that can be asked for: they stand whole, and in no other word."""
    keys = dict.fromkeys(bare(text) for text, _ in seen.words)
    return [key for key in keys if 2 < len(key) < 16 and _apart(key, seen)]


def _apart(key: str, seen: Seen) -> bool:
    inside = [bare(text) for text, _ in seen.words if key.lower() in text.lower()]
    return all(text == key for text in inside)


def _asked(rng: np.random.Generator, seen: Seen) -> str:
    """A word that is there, or in a third of all one that is not."""
    absent = [w for w in seen.others if not any(w.lower() in t.lower() for t, _ in seen.lines)]
    return pick(rng, absent if absent and rng.random() < 0.33 else _keys(seen))


def _spotted(spots: Sequence[Spot], name: str) -> Facts:
    value: list[dict[str, Any]] = [{"text": text, "box": list(box)} for text, box in spots]
    return Facts("lines", value, of=name)
