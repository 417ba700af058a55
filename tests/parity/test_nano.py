"""The shipped nano in `transformers`: it loads there, and says the same."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

import qvl
from qvl.tasks import grounding, ocr

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "checkpoints" / "nano"
ASKED = [
    ("line-1.png", ocr.PLAIN),
    ("line-4.png", ocr.SPOTTING),
    ("crop-2.png", ocr.PLAIN),
    ("flag-vn.png", grounding.PROMPT.format("yellow star")),
]


@pytest.fixture(scope="module")
def theirs():
    model, told = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        FOLDER, dtype=torch.float32, output_loading_info=True
    )
    assert not told["missing_keys"] and not told["unexpected_keys"]
    return model.eval()


@pytest.mark.parametrize(("name", "prompt"), ASKED)
def test_greedy_text_is_the_same_there(theirs, name, prompt):
    """Oracle: the reference's own processor, tokenizer, template and `generate`."""
    tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    processor = Qwen2VLImageProcessorPil.from_pretrained(FOLDER)
    picture = Image.open(ROOT / "samples" / name).convert("RGB")
    seen = processor(images=[picture], return_tensors="pt")
    count = int(seen["image_grid_thw"][0].prod()) // 4
    turn = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": prompt}]}
    text = tokenizer.apply_chat_template([turn], tokenize=False, add_generation_prompt=True)
    ids = tokenizer.encode(text.replace("<|image_pad|>", "<|image_pad|>" * count))
    input_ids = torch.tensor([ids])
    pads = (input_ids == theirs.config.image_token_id).int()
    made = theirs.generate(
        input_ids=input_ids,
        attention_mask=torch.ones_like(input_ids),
        mm_token_type_ids=pads,
        pixel_values=seen["pixel_values"],
        image_grid_thw=seen["image_grid_thw"],
        max_new_tokens=48,
        do_sample=False,
    )[0, len(ids) :]
    want = tokenizer.decode(made, skip_special_tokens=True)
    vlm = qvl.load(FOLDER, dtype=torch.float32)
    asked = [{"role": "user", "content": [{"image": picture}, {"text": prompt}]}]
    assert vlm.encode(asked).sample.input_ids.tolist() == ids
    assert vlm.chat(asked, max_tokens=48).text == want
    assert want.strip()
