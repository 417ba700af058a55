"""Records to pairs, and which pairs a step reads."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from records import boxes, picture, prose

from qvl.chat.tokenizer import Tokenizer
from qvl.data.lessons import Lessons
from qvl.data.records import Picture, Record, Turn
from qvl.inputs import Limits
from qvl.messages import Text
from qvl.model.weights import read_config
from qvl.train.pairs import Pairs
from qvl.train.rounds import Rounds

NANO = Path(__file__).resolve().parents[2] / "checkpoints" / "nano"
TOKENIZER = Tokenizer.load(NANO)
PAIRS = Pairs(TOKENIZER, read_config(NANO), Limits(28 * 28, 64 * 28 * 28), longest=64)


def told(*captions: str, key: str = "k") -> Record:
    turns = [Turn("user", (Picture("0.png"), Text("What is it?")))]
    for i, caption in enumerate(captions):
        turns += [Turn("user", (Text("And?"),))] * bool(i)
        turns.append(Turn("assistant", (Text(caption),)))
    media = {"0.png": picture(1, (90, 60))}
    return Record(key, "captions", tuple(turns), media, "CC0-1.0", ("made:noise",))


def test_a_picture_and_the_words_about_it():
    pair = PAIRS(told("a red ring"))
    assert TOKENIZER.decode(pair.input_ids.tolist()) == "a red ring"
    assert pair.grid_thw == (1, 4, 6) and pair.pixel_values.shape == (24, 588)
    assert pair.pixel_values.dtype == torch.uint8 and pair.name == "k"
    assert "mug" in TOKENIZER.decode(PAIRS(boxes()).input_ids.tolist())  # facts become words


def test_each_epoch_tells_another_caption_until_all_were_told():
    record = told("one", "two", "three")
    said = [TOKENIZER.decode(PAIRS(record, e).input_ids.tolist()) for e in range(12)]
    rounds = [tuple(said[i : i + 3]) for i in range(0, 12, 3)]
    assert all(sorted(each) == ["one", "three", "two"] for each in rounds)
    assert len(set(rounds)) > 1
    assert said == [TOKENIZER.decode(PAIRS(record, e).input_ids.tolist()) for e in range(12)]
    firsts = {
        TOKENIZER.decode(PAIRS(told("one", "two", "three", key=f"k{i}")).input_ids.tolist())
        for i in range(20)
    }
    assert len(firsts) == 3  # records are not in step with each other


def test_what_makes_no_pair_is_named():
    with pytest.raises(ValueError, match="record a has no picture"):
        PAIRS(prose("a"))
    with pytest.raises(ValueError, match="record k has no words of an assistant"):
        PAIRS(told("  "))
    with pytest.raises(ValueError, match=r"record k has a caption of \d+ tokens, over 64"):
        PAIRS(told("many words " * 60))
    broken = told("a red ring")
    broken.media["0.png"] = b"no picture"  # type: ignore[index]
    with pytest.raises(ValueError, match="10 bytes"):
        PAIRS(broken)


def test_pixels_are_those_that_the_model_reads():
    sample = Lessons(TOKENIZER, PAIRS.config, PAIRS.limits)(told("x"))
    assert torch.equal(sample.pixel_values[0], PAIRS(told("x")).pixel_values)


@given(
    some.lists(some.integers(1, 60), min_size=40, max_size=300),
    some.integers(120, 500),
    some.integers(1, 4),
    some.integers(0, 9),
)
def test_each_pair_once_an_epoch_and_no_share_over_budget(sizes, budget, ranks, seed):
    try:
        rounds = Rounds(np.array(sizes), budget, ranks, seed)
    except ValueError as error:
        assert "too few" in str(error)  # for the shares that the ranks need
        return
    for epoch in range(2):
        seen = []
        for i in range(rounds.steps_an_epoch):
            shares = [rounds.at(epoch * rounds.steps_an_epoch + i, r) for r in range(ranks)]
            assert {e for e, _ in shares} == {epoch}
            for _, rows in shares:
                assert rows and sum(sizes[row] for row in rows) <= budget
                seen += rows
        assert sorted(seen) == list(range(len(sizes)))


def test_epochs_differ_and_shares_are_full():
    sizes = np.random.default_rng(0).integers(4, 256, 5000)
    rounds = Rounds(sizes, 8192, 2)
    assert rounds.at(0) != rounds.at(rounds.steps_an_epoch)
    filled = [sizes[rounds.at(step, step % 2)[1]].sum() for step in range(rounds.steps_an_epoch)]
    assert min(filled) > 0.85 * 8192


def test_a_budget_that_cannot_be_kept_is_refused():
    with pytest.raises(ValueError, match="a picture of 60 patches in a budget of 100; set it"):
        Rounds(np.array([10, 60, 20]), 100)
    with pytest.raises(ValueError, match="some of no patches"):
        Rounds(np.array([10, 0]), 100)
    with pytest.raises(ValueError, match="too few for 8 ranks"):
        Rounds(np.array([10, 10, 20]), 100, ranks=8)
