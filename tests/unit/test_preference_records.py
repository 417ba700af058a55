"""Preference records: read from published rows, kept in shards, encoded to pairs."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from size import LIMITS, config

from qvl.chat.tokenizer import Tokenizer
from qvl.data.lessons import Lessons
from qvl.data.preferences import HasClip, PairShards, Preferences, instead, preferred
from qvl.data.readers.conversations import Origin
from qvl.data.readers.media import in_folder
from qvl.data.readers.preferences import preferences
from qvl.data.readers.stream import BadRow
from qvl.data.records import Clip, Facts, Picture, Turn
from qvl.data.shards import write
from qvl.messages import Text
from qvl.tokens import IGNORE
from tests.films import film
from tests.records import BOX, boxes, picture, prose

NANO = Path(__file__).resolve().parents[2] / "checkpoints" / "nano"
WORSE = Facts("boxes", [{**BOX, "box": [50, 40, 100, 80]}], of="0.png")


@pytest.fixture(scope="module")
def encode() -> Preferences:
    tokenizer = Tokenizer.load(NANO)
    return Preferences(tokenizer, config(tokenizer), LIMITS)


def test_both_answers_are_written_for_the_size_that_is_seen(encode, tmp_path):
    """Each conversation of a pair is the lesson that its record alone gives."""
    record = preferred(boxes(), (WORSE,), {"scores": [1, 0]})
    write(tmp_path / "some-set-00000.tar", [prose("b", meta={"instead": [{"text": "No"}]}), record])
    source = PairShards([tmp_path / "some-set-00000.tar"], encode)
    assert len(source) == 2
    pair = source(1)
    assert pair.name == "some-set/a"
    lesson = Lessons(encode.tokenizer, encode.config, encode.limits)
    chosen, rejected = lesson(record), lesson(instead(record))
    assert torch.equal(pair.first.input_ids, chosen.input_ids)
    whole = torch.cat([pair.first.input_ids[: pair.shared], pair.second.input_ids])
    assert torch.equal(whole, rejected.input_ids)
    positions = torch.cat([pair.first.position_ids[:, : pair.shared], pair.second.position_ids], 1)
    assert torch.equal(positions, rejected.position_ids)
    assert torch.equal(pair.second.labels, rejected.labels[pair.shared :])
    assert (rejected.labels[: pair.shared] == IGNORE).all()
    assert len(pair.first.pixel_values) == 1 and not pair.second.pixel_values
    assert pair.digest() == source(1).digest() != source(0).digest()
    again = PairShards([tmp_path / "some-set-00000.tar"], encode)
    assert again.digest() == source.digest()
    wider = replace(encode, limits=replace(LIMITS, max_pixels=2 * LIMITS.max_pixels))
    assert PairShards([tmp_path / "some-set-00000.tar"], wider).digest() != source.digest()


def test_what_is_no_preference_is_named(encode):
    with pytest.raises(ValueError, match="record a is no preference"):
        encode(boxes())
    with pytest.raises(ValueError, match="record a: both answers are the same"):
        preferred(prose(), (Text("A short answer."),), {})
    with pytest.raises(ValueError, match="answers with a picture"):
        preferred(boxes(), (Picture("0.png"),), {})
    with pytest.raises(ValueError, match="unknown field 'colour'"):
        encode(prose(meta={"instead": [{"text": "No", "colour": "red"}]}))
    turns = (Turn("user", (Clip("0.mp4"),)), Turn("assistant", (Text("A square"),)))
    with pytest.raises(HasClip, match="record a has a clip"):
        preferred(replace(prose(), turns=turns, media={"0.mp4": film(6)}), (Text("No"),), {})
    with pytest.raises(ValueError, match="no pair in 0 shards"):
        PairShards([], encode)


ASKED = {"role": "user", "content": "What is it?"}
GOOD, BAD = ({"role": "assistant", "content": text} for text in ("A mug.", "A pen."))
PLACED = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is it?"}]}
ROWS = {
    "texts": {"prompt": "What is it?", "chosen": "A mug.", "rejected": "A pen."},
    "turns": {"prompt": [ASKED], "chosen": [GOOD], "rejected": [BAD]},
    "whole": {"chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
    "again": {"prompt": [ASKED], "chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
    "named": {
        "conversations": [{"from": "human", "value": "<image>What is it?"}],
        "chosen": {"from": "gpt", "value": "A mug."},
        "rejected": {"from": "gpt", "value": "A pen."},
    },
    "parts": {"prompt": [PLACED], "chosen": [GOOD], "rejected": [BAD]},
    "last": {"messages": [ASKED, GOOD], "rejected_response": "A pen."},
    "cells": {
        "prompt": [{"role": "user", "content": [{"type": "text", "text": "What is it?"}]}],
        "chosen": [{"role": "assistant", "content": [{"type": "text", "text": "A mug."}]}],
        "rejected": [{"role": "assistant", "content": [{"type": "text", "text": "A pen."}]}],
    },
}


@pytest.fixture
def convert(tmp_path):
    (tmp_path / "a.png").write_bytes(picture())
    return preferences(in_folder(tmp_path), Origin("some", "CC0-1.0"))


@pytest.mark.parametrize("form", ROWS)
def test_published_rows(convert, form):
    record = convert({**ROWS[form], "images": ["a.png"]}, "k")
    assert record.turns == (
        Turn("user", (Picture("0.png"), Text("What is it?"))),
        Turn("assistant", (Text("A mug."),)),
    )
    assert instead(record).turns[-1].parts == (Text("A pen."),)
    assert record.sources == ("set:some",)
    if form != "named" and form != "parts":
        bare = convert(ROWS[form], "k")
        assert not bare.media and bare.turns[-1] == record.turns[-1]


def test_earlier_turns_and_a_system_text_stay(convert):
    more = [ASKED, BAD, {"role": "user", "content": "Look again <image>."}]
    row = {
        "system": "Be brief.",
        "chosen": [*more, GOOD],
        "rejected": [*more, {**BAD, "content": "Yes"}],
    }
    record = convert({**row, "image": "a.png"}, "k")
    assert [turn.role for turn in record.turns] == ["system", *("user", "assistant") * 2]
    assert record.turns[3].parts == (Text("Look again "), Picture("0.png"), Text("."))


@pytest.mark.parametrize(
    "row, reason",
    [
        ({**ROWS["texts"], "rejected": "A mug."}, "no preference"),
        ({**ROWS["texts"], "videos": ["a.mp4"]}, "clip"),
        ({**ROWS["texts"], "rejected": ""}, "no single answer"),
        ({**ROWS["named"], "images": ["a.png", "a.png"]}, "pictures without a place"),
        (ROWS["named"], "places without a picture"),
        ({"chosen": "A", "rejected": "B"}, "no question"),
        ({**ROWS["turns"], "rejected": [BAD, ASKED, BAD]}, "no single answer"),
        ({**ROWS["turns"], "rejected": [ASKED]}, "no single answer"),
        ({**ROWS["texts"], "images": ["b.png"]}, "missing picture"),
    ],
)
def test_rows_that_are_none(convert, row, reason):
    with pytest.raises(BadRow) as error:
        convert(row, "k")
    assert error.value.reason == reason
