"""Measures a stage of the tour on held-out records and adds a row to its table.

    python recipes/tour/measure.py OUT STAGE FOLDER SET [--plain] [--shuffled]

An answer is right if every token of it is the likeliest, given those before it: what greedy
decoding would write. Retrieval and margins are measured by `retrieval` and `margin` as SET.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from qvl.chat.tokenizer import Tokenizer
from qvl.data.lessons import Lessons
from qvl.data.preferences import PairShards, Preferences
from qvl.data.records import Record
from qvl.data.shards import Shard
from qvl.inputs import Limits
from qvl.model.qwen import QwenVL
from qvl.model.weights import load
from qvl.sample import Batch
from qvl.tokens import IGNORE
from qvl.train.checkpoint import newest
from qvl.train.config import Contrast
from qvl.train.contrast import Softmax
from qvl.train.contrastive import Contrastive
from qvl.train.onepass import one_pass
from qvl.train.pairs import Pairs
from qvl.train.preference import Preference, Tuning
from qvl.train.references import Cache, weights_digest
from qvl.train.retrieval import retrieval

AT_ONCE = 20  # records of a pack


def held(out: Path, name: str) -> list[Record]:
    shard = Shard(out / "data" / "held" / name / f"{name}-00000.tar")
    return [shard[i] for i in range(len(shard))]


def shuffled(records: Sequence[Record]) -> list[Record]:
    """Each with the picture of the next."""
    media = [record.media for record in records]
    return [replace(r, media=m) for r, m in zip(records, media[1:] + media[:1], strict=True)]


@torch.no_grad()
def exact(model: QwenVL, lessons: Lessons, records: Sequence[Record]) -> float:
    """The share of records whose whole answer would be written."""
    right = 0
    for at in range(0, len(records), AT_ONCE):
        some = records[at : at + AT_ONCE]
        batch = Batch.of([lessons(record) for record in some])
        likeliest = model.lm_head(model(batch)).argmax(-1) == batch.labels
        known = [labels != IGNORE for labels in batch.labels.split(batch.lengths)]
        for record, each in zip(some, likeliest.split(batch.lengths), strict=True):
            answer = record.turns[-1].parts[0].text  # type: ignore[union-attr]
            learnt = each[known.pop(0)]
            tail = len(lessons.tokenizer.encode(answer)) + 1 if lessons.schema == "plain" else 0
            right += bool(learnt[-tail:].all())  # of a document all is learnt
    return right / len(records)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("stage")
    parser.add_argument("folder", type=Path)
    parser.add_argument("set")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--shuffled", action="store_true")
    options = parser.parse_args()
    sizes = options.out / "sizes"
    tokenizer, limits = Tokenizer.load(sizes), Limits.load(sizes)
    if options.set == "retrieval":
        value, what = recall(options, tokenizer, limits), "recall@1 of 100 captions"
    elif options.set == "margin":
        value, what = margin(options, tokenizer, limits), "margin of held-out pairs"
    else:
        model = load(options.folder).eval()
        lessons = Lessons(tokenizer, model.cfg, limits, "plain" if options.plain else "chatml")
        records = held(options.out, options.set)
        value = exact(model, lessons, shuffled(records) if options.shuffled else records)
        what = f"{options.set} answered" + (", pictures shuffled" if options.shuffled else "")
    row = {"stage": options.stage, "measure": what, "value": round(value, 3)}
    with open(options.out / "table.jsonl", "a") as file:
        file.write(json.dumps(row) + "\n")
    print(f"{row['stage']:22} {row['measure']:36} {row['value']}")


def recall(options: argparse.Namespace, tokenizer: Tokenizer, limits: Limits) -> float:
    """Captions found for a picture, by the heads that the stage throws away."""
    model = load(options.folder / "model")
    asked = Contrast(width=128, layers=2)
    text = replace(model.cfg.text, num_hidden_layers=asked.layers)
    objective = Contrastive(model, text, Softmax(), asked.width)
    state = newest(options.folder, "objective")["objective"]
    objective.load_state_dict({**objective.state_dict(), **state})
    pairs = Pairs(tokenizer, model.cfg, limits)
    found = retrieval(objective, [pairs(record) for record in held(options.out, "captions")])
    return found.texts[1]


@torch.no_grad()
def margin(options: argparse.Namespace, tokenizer: Tokenizer, limits: Limits) -> float:
    """How much further apart both answers of a pair are than where tuning began."""
    paths = sorted((options.out / "sampled-held").glob("sampled-pairs-*.tar"))
    start = load(options.out / "sft" / "model")
    shards = PairShards(paths, Preferences(tokenizer, start.cfg, limits))
    cache = Cache(options.out / "margin", weights_digest(start), shards.digest(), 512)
    once = one_pass(Preference(start, Tuning()), shards, cache, 1)
    objective = Preference(load(options.folder), Tuning())
    total = count = 0.0
    for step in range(once.steps):
        for batch in once(step):
            told = objective(batch, 1.0)[1]["margin"]
            total, count = total + float(told[0]), count + float(told[1])
    return total / count


if __name__ == "__main__":
    main()
