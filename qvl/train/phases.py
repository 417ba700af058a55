"""The phases of the recipe as rows: what learns, from how long packs, in which schema.

Report, sections 2.1 (the vision tower), 2.2.2 and table 2 (pre-training), 2.3 (post-training).
"""

from dataclasses import dataclass
from typing import Literal

from qvl.data.reading import Schema
from qvl.model.parts import LLM, MERGER, TOWER


@dataclass(frozen=True)
class Phase:
    name: str
    loss: Literal["contrast", "next", "preference"]
    learns: tuple[str, ...]  # parts of the model
    pack: int  # tokens
    schema: Schema  # what the samples of a document or a conversation look like
    why: str


ALL = (TOWER, MERGER, LLM)
SEE = (TOWER, MERGER)
PHASES = (
    Phase("text", "next", (LLM,), 8192, "plain", "a decoder, where none is at hand"),
    # What is compared has passed the merger, which learns with the tower and may be kept with it.
    Phase("contrastive", "contrast", SEE, 8192, "plain", "pictures and captions that match"),
    Phase("align", "next", SEE, 8192, "plain", "captions through a decoder that rests"),
    Phase("end-to-end", "next", ALL, 8192, "plain", "captions, all of the model"),
    # The report names the tower alone; nothing else would teach a fresh merger.
    Phase("pretrain-1", "next", SEE, 8192, "plain", "captions, knowledge, text in pictures"),
    Phase("pretrain-2", "next", ALL, 8192, "plain", "all kinds of data"),
    Phase("pretrain-3", "next", ALL, 32768, "plain", "long documents, clips and errands"),
    Phase("sft", "next", (MERGER, LLM), 8192, "chatml", "answers; the tower rests"),
    Phase("dpo", "preference", (MERGER, LLM), 8192, "chatml", "the better of two answers, once"),
)
BY_NAME = {phase.name: phase for phase in PHASES}
