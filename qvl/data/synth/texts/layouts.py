"""How pages are made up, one choice after another."""

from dataclasses import dataclass

import numpy as np

from qvl.data.synth.texts.tones import TONES, pick

TITLES = {"none": 2, "left": 3, "middle": 3, "ruled": 2, "banner": 1.5, "boxed": 1}
PARAGRAPHS = {"indented": 3, "spaced": 3, "tight": 1, "hanging": 1}
FURNITURE = {"none": 3, "foot": 2, "head": 2, "both": 2}
EXTRAS = {"none": 4, "bullets": 2, "numbers": 2, "quote": 1.5, "note": 1.5, "mixed": 2}


@dataclass(frozen=True)
class Layout:
    """How a page is made up; its name is what a record calls its style."""

    columns: int
    title: str
    paragraph: str
    align: str
    furniture: str
    extra: str
    tone: str

    @property
    def name(self) -> str:
        told = (self.title, self.paragraph, self.align, self.furniture, self.extra, self.tone)
        return f"{self.columns} columns/" + "/".join(told)


def layout(rng: np.random.Generator, language: str) -> Layout:
    aligns = {"justified": 3, "right" if language == "ar" else "left": 3, "middle": 0.4}
    align = "right" if language == "ar" else pick(rng, aligns)
    columns = pick(rng, {1: 5, 2: 3, 3: 1.5})
    choices = (TITLES, PARAGRAPHS, FURNITURE, EXTRAS, TONES)
    title, paragraph, furniture, extra, tone = (pick(rng, each) for each in choices)
    return Layout(columns, title, paragraph, align, furniture, extra, tone)
