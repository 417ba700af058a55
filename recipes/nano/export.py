"""Writes a run's weights as a published checkpoint: `checkpoints/nano`, in bfloat16.

python recipes/nano/export.py --run runs/nano --out checkpoints/nano
"""

import argparse
import json
from pathlib import Path

from size import LIMITS, config

from qvl.chat.tokenizer import Tokenizer
from qvl.model.pixels import MEAN, STD
from qvl.tokens import ENDOFTEXT, IM_END
from qvl.train.export import export

TOKENIZER = Path(__file__).parent / "tokenizer"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("runs/nano"))
    parser.add_argument("--out", type=Path, default=Path("checkpoints/nano"))
    options = parser.parse_args()
    tokenizer = Tokenizer.load(TOKENIZER)
    export(options.run, options.out, TOKENIZER, config=config(tokenizer))
    pixels = {
        "min_pixels": LIMITS.min_pixels,
        "max_pixels": LIMITS.max_pixels,
        "patch_size": 14,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "image_mean": list(MEAN),
        "image_std": list(STD),
        "image_processor_type": "Qwen2VLImageProcessor",
        "processor_class": "Qwen2_5_VLProcessor",
    }
    (options.out / "preprocessor_config.json").write_text(json.dumps(pixels, indent=2) + "\n")
    generation = {
        "bos_token_id": tokenizer.id(ENDOFTEXT),
        "eos_token_id": [tokenizer.id(IM_END), tokenizer.id(ENDOFTEXT)],
        "pad_token_id": tokenizer.id(ENDOFTEXT),
        "do_sample": False,
    }
    (options.out / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")


if __name__ == "__main__":
    main()
