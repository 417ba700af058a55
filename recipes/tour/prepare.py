"""Draws the tour's data, training and held out, and writes the sizes of its model.

python recipes/tour/prepare.py OUT
"""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from drawn import SETS

from qvl.config import TextConfig, VisionConfig
from qvl.data import shards
from qvl.hub import locate_settings
from qvl.model.weights import read_config

HELD_OUT = 100  # records of each set
SMALL = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json")


def main(out: Path) -> None:
    for number, (name, (make, count)) in enumerate(SETS.items()):
        for kind, size, seed in (("train", count, 0), ("held", HELD_OUT, 1)):
            path = out / "data" / kind / name / f"{name}-00000.tar"
            if not path.is_file():
                rng = np.random.default_rng((seed, number))
                shards.write(path, (make(rng, f"{kind}-{name}-{i:06d}") for i in range(size)))
    sizes(out / "sizes")


def sizes(folder: Path) -> None:
    """Config, tokenizer and limits of the tour's model: nano's, but smaller."""
    nano = locate_settings("nano")
    folder.mkdir(parents=True, exist_ok=True)
    for name in SMALL:
        shutil.copyfile(nano / name, folder / name)
    cfg = read_config(nano)
    cfg = replace(
        cfg,
        vision=VisionConfig(4, 128, 340, 2, 192, fullatt_block_indexes=(1, 3)),
        text=TextConfig(
            hidden_size=192,
            num_hidden_layers=4,
            num_attention_heads=3,
            num_key_value_heads=3,
            intermediate_size=512,
            vocab_size=cfg.text.vocab_size,
            rope_theta=1000.0,
            mrope_section=(8, 12, 12),
            max_position_embeddings=4096,
            tie_word_embeddings=True,
        ),
    )
    (folder / "config.json").write_text(json.dumps(cfg.to_dict(), indent=2) + "\n")
    limits = {"min_pixels": 28 * 28, "max_pixels": 64 * 28 * 28}
    (folder / "preprocessor_config.json").write_text(json.dumps(limits) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
