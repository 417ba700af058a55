"""A conversation to a sample: pads where the picture is, positions, labels one step ahead."""

from dataclasses import replace

import pytest
import torch
from PIL import Image

from qvl.chat.template import JINJA
from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.config import QWEN_3B, Config
from qvl.inputs import Limits, encode, lesson
from qvl.media.conversation import conversation
from qvl.media.image import MAX_PIXELS, MIN_PIXELS
from qvl.messages import Image as Picture
from qvl.messages import message
from qvl.sample import Batch
from qvl.tokens import IGNORE, IM_END, IMAGE_PAD

RED = Image.new("RGB", (84, 56), "red")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(train_bpe([JINJA, "What is this? A red one."], 330))


@pytest.fixture(scope="module")
def config(tokenizer) -> Config:
    return replace(QWEN_3B, image_token_id=tokenizer.id(IMAGE_PAD))


def test_pads_grids_and_positions(tokenizer, config):
    encoded = encode([message("user", "What", RED, "is this?")], tokenizer, config, Limits())
    sample = encoded.sample
    assert sample.grid_thw == ((1, 4, 6),)
    assert (sample.input_ids[sample.vision_rows] == config.image_token_id).all()
    assert len(sample.vision_rows) == encoded.media[0].tokens == 6
    rows = sample.position_ids[:, sample.vision_rows]
    first = int(sample.vision_rows[0])
    assert rows.tolist() == [
        [first] * 6,
        [first] * 3 + [first + 1] * 3,
        [first + i % 3 for i in range(6)],
    ]
    assert sample.position_ids[0, -1] < len(sample) - 1  # a picture takes fewer steps than tokens
    assert (sample.labels == IGNORE).sum() == len(sample)
    assert sample.pixel_values[0].dtype == torch.uint8


def test_sizes_are_never_lost(tokenizer, config):
    picture = Picture(Image.new("RGB", (300, 413)), max_pixels=100 * 784)
    small = encode([message("user", picture)], tokenizer, config, Limits()).media[0]
    assert small.original_size == (300, 413)
    assert small.processed_size == (224, 308) and small.tokens == 88


def test_labels_are_the_next_token_of_the_assistant(tokenizer, config):
    turns = [message("user", RED), message("assistant", "A red one.")]
    sample = lesson(turns, tokenizer, config, Limits()).sample
    taught = sample.labels[sample.labels != IGNORE].tolist()
    assert taught == [*tokenizer.encode("A red one."), tokenizer.id(IM_END)]
    for i, label in enumerate(sample.labels[:-1].tolist()):
        assert label in (IGNORE, int(sample.input_ids[i + 1]))


def test_limits_of_a_checkpoint(tmp_path):
    assert Limits.load(tmp_path) == Limits(MIN_PIXELS, MAX_PIXELS)
    path = tmp_path / "preprocessor_config.json"
    path.write_text('{"min_pixels": 784, "max_pixels": 7840}')
    assert Limits.load(tmp_path) == Limits(784, 7840)
    path.write_text('{"size": {"shortest_edge": 3136, "longest_edge": 9408}}')
    assert Limits.load(tmp_path) == Limits(3136, 9408)


def test_a_batch_checks_its_counts(tokenizer, config):
    sample = encode([message("user", RED)], tokenizer, config, Limits()).sample
    with pytest.raises(ValueError, match=r"5 vision pads, but grids .* give 6"):
        Batch.of([replace(sample, vision_rows=sample.vision_rows[:-1])])
    with pytest.raises(ValueError, match="patches"):
        Batch.of([replace(sample, pixel_values=(sample.pixel_values[0][:-1],))])
    with pytest.raises(ValueError, match="lengths"):
        Batch.of([replace(sample, position_ids=sample.position_ids[:, :-1])])


def test_messages_in_the_form_of_the_openai_api(tmp_path):
    RED.save(tmp_path / "red.png")
    parts = [
        {"type": "image_url", "image_url": {"url": f"file://{tmp_path}/red.png"}},
        {"type": "image", "image": RED, "max_pixels": 999},
        {"type": "text", "text": "Hi"},
        "there",
    ]
    (turn,) = conversation([{"role": "user", "content": parts}])
    assert [type(part).__name__ for part in turn.content] == ["Image", "Image", "Text", "Text"]
    assert turn.content[1].max_pixels == 999


@pytest.mark.parametrize(
    ("turn", "line"),
    [
        ({"role": "robot", "content": "x"}, "role is 'robot'"),
        ({"role": "user", "content": 3}, "content is 3"),
        ({"role": "user", "content": [{"audio": "x"}]}, "neither text nor image"),
        ({"role": "user", "content": [3]}, "part of a message is 3"),
        ({"role": "user", "content": [{"image": "nowhere.png"}]}, "does not exist"),
    ],
)
def test_odd_messages_are_named(turn, line):
    with pytest.raises(ValueError, match=line):
        conversation([turn])
