"""The three steps of the vision stage: told apart, aligned to a decoder, learnt end to end."""

from dataclasses import replace
from pathlib import Path

import torch
from pairs import objective, pair
from records import picture

from qvl.chat.tokenizer import Tokenizer
from qvl.config import TINY
from qvl.data.lessons import Lessons
from qvl.data.records import Picture, Record, Turn
from qvl.inputs import Limits
from qvl.messages import Text
from qvl.model import weights
from qvl.model.parts import LLM, MERGER, TOWER, by_part, freeze
from qvl.sample import Batch
from qvl.train.contrast import Sigmoid
from qvl.train.objective import NextToken
from qvl.train.optim import Rates, adamw
from qvl.train.pairs import PairBatch
from qvl.train.start import build
from qvl.train.supervised import steps

NANO = Path(__file__).resolve().parents[2] / "checkpoints" / "nano"
NAMES = ("a red ring", "a blue bar", "two stars")


def captions(cfg) -> Batch:
    """Pictures of noise with names, as a model of nano's vocabulary reads them."""
    lessons = Lessons(Tokenizer.load(NANO), cfg, Limits(28 * 28, 4 * 28 * 28))
    made = []
    for i, name in enumerate(NAMES):
        turns = (Turn("user", (Picture("0.png"),)), Turn("assistant", (Text(name),)))
        media = {"0.png": picture(i, (56, 56))}
        made.append(lessons(Record("k", "captions", turns, media, "CC0-1.0", ("made:noise",))))
    return Batch.of(made)


def moved(model, run) -> tuple[set[str], list[float]]:
    """The parts that training changes, and the losses."""
    before = {name: x.detach().clone() for name, x in model.named_parameters()}
    losses = [done.figures["loss"] for done in run()]
    now = dict(model.named_parameters())
    parts = by_part(model)
    return {
        part
        for part, held in parts.items()
        if any(not torch.equal(now[name], before[name]) for name in held)
    }, losses


def test_from_contrast_to_captions(tmp_path):
    """Each step starts from the folder of the one before; the decoder comes from another run."""
    nano = weights.read_config(NANO)
    ids = {k: getattr(nano, k) for k in vars(nano) if k.endswith("_id")}
    cfg = replace(TINY, text=replace(TINY.text, vocab_size=512), **ids)
    first = objective(Sigmoid, cfg=cfg)
    batch = PairBatch.of([pair(i) for i in range(4)])
    parts, _ = moved(
        first.model,
        lambda: steps(first, adamw([first]), Rates(3e-3, 1, 3), lambda _: [batch]),
    )
    assert parts == {TOWER, MERGER}
    weights.save(first.model, tmp_path / "contrast")
    weights.save(build(cfg, seed=8), tmp_path / "decoder")

    second = build(cfg, tower=tmp_path / "contrast", llm=tmp_path / "decoder")
    for name, x in by_part(first.model)[TOWER].items():
        assert torch.equal(second.state_dict()[name], x)
    freeze(second, {TOWER, MERGER})
    told, optimise = NextToken(second), adamw([second])
    parts, losses = moved(
        second,
        lambda: steps(told, optimise, Rates(5e-3, 1, 60), lambda _: [captions(cfg)]),
    )
    assert parts == {TOWER, MERGER} and losses[-1] < 0.85 * losses[0]
    weights.save(second, tmp_path / "aligned")

    third = build(cfg, whole=tmp_path / "aligned")
    freeze(third, {TOWER, MERGER, LLM})
    told, optimise = NextToken(third), adamw([third])
    parts, more = moved(
        third, lambda: steps(told, optimise, Rates(5e-3, 1, 20), lambda _: [captions(cfg)])
    )
    assert parts == {TOWER, MERGER, LLM} and more[0] < losses[0] and more[-1] < 0.5 * losses[-1]
