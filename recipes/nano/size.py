"""The size of nano: the published architecture, narrow enough for one core to train."""

from qvl.chat.tokenizer import Tokenizer
from qvl.config import Config, TextConfig, VisionConfig
from qvl.inputs import Limits
from qvl.tokens import (
    ENDOFTEXT,
    IM_END,
    IMAGE_PAD,
    VIDEO_PAD,
    VISION_END,
    VISION_START,
)

VOCABULARY = 512  # rows of the embedding, a multiple of 64
LIMITS = Limits(min_pixels=28 * 28, max_pixels=640 * 28 * 28)


def config(tokenizer: Tokenizer) -> Config:
    """About 8 million parameters; token ids are those of nano's own vocabulary."""
    return Config(
        VisionConfig(6, 192, 512, 3, 256, fullatt_block_indexes=(2, 5)),
        TextConfig(
            hidden_size=256,
            num_hidden_layers=6,
            num_attention_heads=4,
            num_key_value_heads=2,
            intermediate_size=640,
            vocab_size=VOCABULARY,
            rope_theta=100.0,  # the released million would turn a step across by 0.0002 at most
            mrope_section=(4, 12, 16),
            max_position_embeddings=4096,
            tie_word_embeddings=True,
        ),
        bos_token_id=tokenizer.id(ENDOFTEXT),
        eos_token_id=tokenizer.id(IM_END),
        vision_start_token_id=tokenizer.id(VISION_START),
        vision_end_token_id=tokenizer.id(VISION_END),
        vision_token_id=tokenizer.id("<|vision_pad|>"),
        image_token_id=tokenizer.id(IMAGE_PAD),
        video_token_id=tokenizer.id(VIDEO_PAD),
    )
