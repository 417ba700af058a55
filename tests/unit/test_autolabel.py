"""Labels from a detector and a segmenter: what is kept and why, and that tiny real models run."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from qvl.data import autolabel
from qvl.data.detections import Detection, Rules, chosen, overlap, record
from qvl.data.rules.formats import formatted

SIZE = (120, 90)
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", "cat", "red", "mug", "##s"]


def found(label="cat", box=(10.0, 10.0, 50.0, 50.0), score=0.9):
    return Detection(label, box, score)


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ([found(score=0.2)], "low score"),
        ([found(score=0.8), found(box=(11.0, 10.0, 50.0, 50.0), score=0.7)], "found twice"),
        ([found(), found("dog", score=0.5)], "two names for one thing"),
        ([found(box=(10.0, 10.0, 14.0, 50.0))], "too small"),
        ([found(box=(-1.0, 10.0, 40.0, 50.0))], "off the picture"),
        ([found(box=(0.0, 0.0, 120.0, 90.0))], "the whole picture"),
    ],
)
def test_what_is_dropped_has_a_reason(others, reason):
    told = chosen(others, SIZE, Rules())
    assert [why for _, why in told.dropped] == [reason]
    assert len(told.kept) == len(others) - 1


def test_two_things_of_one_name_stay():
    pair = [found(), found(box=(60.0, 10.0, 100.0, 50.0), score=0.5)]
    assert len(chosen(pair, SIZE, Rules()).kept) == 2
    assert overlap(pair[0].box, pair[1].box) == 0.0
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)


def test_boxes_are_in_pixels_of_the_original_and_names_are_the_best():
    scores = np.array([[0.1, 0.8], [0.7, 0.2]])
    boxes = np.array([[0.5, 0.5, 0.5, 0.2], [0.0, 0.0, 0.5, 0.5]])
    first, second = autolabel.detections(scores, boxes, ["cat", "mug"], SIZE)
    assert (first.label, first.score) == ("mug", 0.8)
    assert first.box == pytest.approx((30, 36, 90, 54))
    assert second.box == pytest.approx((0, 0, 30, 22.5))  # cut at the edge


def test_names_and_their_places_in_the_prompt():
    text, spans = autolabel.prompt(["Cat", "red mug"])
    assert text == "cat. red mug."
    assert [text[a:b] for a, b in spans] == ["cat", "red mug"]
    with pytest.raises(ValueError, match="no name"):
        autolabel.prompt(["."])


def picture() -> Image.Image:
    image = Image.new("RGB", SIZE, "white")
    ImageDraw.Draw(image).ellipse((20, 20, 60, 70), "red")
    return image


@pytest.fixture(scope="module")
def dino(tmp_path_factory):
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("dino")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    text = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32,
    )  # fmt: skip
    backbone = transformers.SwinConfig(
        image_size=64, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[2, 2, 2, 2], window_size=2,
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = transformers.GroundingDinoConfig(
        backbone_config=backbone, text_config=text, d_model=32, encoder_layers=1, decoder_layers=2,
        encoder_ffn_dim=32, decoder_ffn_dim=32, encoder_attention_heads=2, num_queries=6,
        decoder_attention_heads=2, max_text_len=32,
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.GroundingDinoForObjectDetection(config)
    model.save_pretrained(folder)
    tokenizer = transformers.BertTokenizerFast(vocab_file=str(folder / "vocab.txt"))
    images = transformers.GroundingDinoImageProcessorPil(
        size={"shortest_edge": 64, "longest_edge": 96}
    )
    transformers.GroundingDinoProcessor(images, tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def sam(tmp_path_factory):
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("sam")
    vision = transformers.SamVisionConfig(
        hidden_size=32, output_channels=16, num_hidden_layers=1, num_attention_heads=2,
        image_size=64, patch_size=16, mlp_dim=32, window_size=2, global_attn_indexes=[0],
        num_pos_feats=8,
    )  # fmt: skip
    prompts = transformers.SamPromptEncoderConfig(
        hidden_size=16, image_size=64, patch_size=16, mask_input_channels=4
    )
    decoder = transformers.SamMaskDecoderConfig(
        hidden_size=16,
        mlp_dim=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        iou_head_hidden_dim=16,
    )
    config = transformers.SamConfig(
        vision_config=vision, prompt_encoder_config=prompts, mask_decoder_config=decoder
    )
    torch.manual_seed(0)
    transformers.SamModel(config).save_pretrained(folder)
    images = transformers.SamImageProcessorPil(
        size={"longest_edge": 64}, pad_size={"height": 64, "width": 64},
        mask_size={"longest_edge": 16}, mask_pad_size={"height": 16, "width": 16},
    )  # fmt: skip
    transformers.SamProcessor(images).save_pretrained(folder)
    return folder


def test_a_detector_and_a_segmenter_make_a_record(dino, sam):
    image = picture()
    labels = ["cat", "red mug"]
    all_found = autolabel.grounding_dino(dino)(image, labels)
    assert len(all_found) == 6
    assert {each.label for each in all_found} <= set(labels)
    told = chosen(all_found, SIZE, Rules(score=0.0, overlap=0.99, names=0.99, side=1, share=1.0))
    assert told.kept
    kept, dropped = autolabel.masked(image, told.kept, autolabel.sam(sam))
    assert len(kept) + len(dropped) == len(told.kept)
    for each in kept:
        assert each.mask is not None and each.mask.shape == (90, 120)
        left, top, right, bottom = (int(side) for side in each.box)
        assert each.mask[top:bottom, left:right].sum() == each.mask.sum()
    held = io.BytesIO()
    image.save(held, "png")
    fitting = chosen(kept, SIZE, Rules(score=0.0, overlap=1.1, names=1.1, side=1, share=1.0))
    made = record("a", held.getvalue(), fitting, labels, ("CC0-1.0", "made:test"))
    assert formatted(made) is None
    assert len(made.turns) == (4 if kept else 2)


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(OSError, match=r"config\.json"):
        autolabel.grounding_dino(tmp_path)
