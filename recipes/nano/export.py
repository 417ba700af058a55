"""Writes a run's weights as a published checkpoint: `checkpoints/nano`, in bfloat16.

python recipes/nano/export.py --run runs/nano --out checkpoints/nano
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from size import LIMITS, config

from qvl.chat.tokenizer import Tokenizer
from qvl.model import weights
from qvl.model.pixels import MEAN, STD
from qvl.model.qwen import QwenVL
from qvl.tokens import ENDOFTEXT, IM_END
from qvl.train import checkpoint

TOKENIZER = Path(__file__).parent / "tokenizer"
PREFIX = "model."  # of the model inside the objective


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("runs/nano"))
    parser.add_argument("--out", type=Path, default=Path("checkpoints/nano"))
    options = parser.parse_args()
    tokenizer = Tokenizer.load(TOKENIZER)
    model = QwenVL(config(tokenizer))
    state = checkpoint.newest(options.run)["objective"]
    own = {k.removeprefix(PREFIX): v for k, v in state.items() if k.startswith(PREFIX)}
    model.load_state_dict(own)
    options.out.mkdir(parents=True, exist_ok=True)
    for path in TOKENIZER.iterdir():
        shutil.copy(path, options.out / path.name)
    weights.save(model, options.out, dtype=torch.bfloat16)
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
