"""A tiny model learns from one pass which colour is preferred: on pictures that it has not seen."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from size import LIMITS, config

from qvl.chat.tokenizer import Tokenizer
from qvl.data.pairs import Pairs
from qvl.data.preferences import PairShards, Preferences, preferred
from qvl.data.records import Picture, Record, Turn
from qvl.data.shards import write
from qvl.messages import Text
from qvl.model.qwen import QwenVL
from qvl.train.initial import initialise
from qvl.train.onepass import one_pass
from qvl.train.optim import Rates, adamw
from qvl.train.preference import Preference, Tuning
from qvl.train.references import Cache, compute, weights_digest
from qvl.train.supervised import steps

NANO = Path(__file__).resolve().parents[2] / "checkpoints" / "nano"
COLOURS = {"red": (200, 40, 40), "green": (40, 180, 60), "blue": (50, 60, 210)}
TRAIN, HELD, CAPACITY = 480, 60, 1024


def record(rng: np.random.Generator, key: str) -> Record:
    """A square of a colour in noise, and the name of it preferred to another; or that in words."""
    name, other = rng.permutation(list(COLOURS))[:2].tolist()
    parts: tuple = (Text(f"Say {name}."),)
    media = {}
    if rng.random() < 0.75:
        pixels = np.full((56, 56, 3), COLOURS[name]) + rng.normal(0, 30, (56, 56, 3))
        file = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "png")
        parts, media = (Picture("0.png"), Text("Which colour?")), {"0.png": file.getvalue()}
    turns = (Turn("user", parts), Turn("assistant", (Text(name),)))
    made = Record(key, "colours", turns, media, "CC0-1.0", ("made:squares",), "en")
    return preferred(made, (Text(other),), {})


def margin(objective: Preference, pairs: PairShards, references) -> tuple[float, float]:
    """Mean margin and share of pairs that are the right way round, of all pairs."""
    known = [(each.chosen, each.rejected) for each in references]
    batch = Pairs.pack([pairs(n) for n in range(len(pairs))], known)
    with torch.no_grad():
        _, figures = objective(batch, 1.0)
    return tuple(float(figures[name][0] / figures[name][1]) for name in ("margin", "accuracy"))


def test_one_pass_raises_the_margin_of_what_was_not_seen(tmp_path):
    rng, tokenizer = np.random.default_rng(0), Tokenizer.load(NANO)
    nano = config(tokenizer)
    size = replace(
        nano,
        vision=replace(nano.vision, depth=2, out_hidden_size=128, fullatt_block_indexes=(1,)),
        text=replace(nano.text, hidden_size=128, num_hidden_layers=2, num_attention_heads=2,
                     num_key_value_heads=1, intermediate_size=256),
    )  # fmt: skip
    encode = Preferences(tokenizer, size, LIMITS)
    sets = {}
    for name, count in (("train", TRAIN), ("held", HELD)):
        write(tmp_path / f"{name}-00000.tar", [record(rng, f"{name}-{n}") for n in range(count)])
        sets[name] = PairShards([tmp_path / f"{name}-00000.tar"], encode)
    model = QwenVL(size)
    initialise(model, 0)
    model.visual.requires_grad_(False)
    model.visual.merger.requires_grad_(True)
    before = [x.clone() for x in model.visual.blocks.parameters()]
    objective = Preference(model, Tuning(beta=0.1))
    start = weights_digest(model)
    caches = {n: Cache(tmp_path, start, pairs.digest(), CAPACITY) for n, pairs in sets.items()}
    known = compute(objective, sets["held"], caches["held"])
    once = one_pass(objective, sets["train"], caches["train"], at_once=1)
    optimizer, rates = adamw([objective]), Rates(1e-3, 5, once.steps, decay=0.5)
    assert margin(objective, sets["held"], known)[0] == pytest.approx(0, abs=1e-4)
    for _ in steps(objective, optimizer, rates, once):
        pass
    found, right = margin(objective, sets["held"], known)
    assert found > 1 and right > 0.95
    for old, new in zip(before, model.visual.blocks.parameters(), strict=True):
        assert torch.equal(old, new)
