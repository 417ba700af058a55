"""Runs of the training program that are small enough for tests: sizes, shards, settings."""

import shutil
from dataclasses import replace
from pathlib import Path

from size import config

from qvl.chat.tokenizer import Tokenizer
from qvl.config import TINY
from qvl.data.preferences import preferred
from qvl.data.records import Picture, Record, Turn
from qvl.data.shards import write
from qvl.messages import Text
from qvl.model import weights
from qvl.model.qwen import QwenVL
from qvl.train.initial import initialise
from tests.records import picture

ROOT = Path(__file__).resolve().parents[1]
COUNT = 24  # records of a set
COLOURS = ("red", "green", "blue", "white")


def home(folder: Path) -> Path:
    """`sizes`, a whole model with its tokenizer, and the shards of every set, in `data`."""
    sizes = folder / "sizes"
    shutil.copytree(ROOT / "recipes" / "nano" / "tokenizer", sizes)
    (sizes / "preprocessor_config.json").write_text('{"min_pixels": 784, "max_pixels": 12544}')
    own = config(Tokenizer.load(sizes))
    text = replace(TINY.text, vocab_size=own.text.vocab_size)
    model = QwenVL(replace(own, vision=TINY.vision, text=text))
    initialise(model, 0)
    weights.save(model, sizes)
    for name, make in {"captions": caption, "questions": question, "pairs": pair}.items():
        write(folder / "data" / name / f"{name}-00000.tar", [make(i) for i in range(COUNT)])
    return folder


def caption(i: int) -> Record:
    """A picture, and words about it that no question asks for."""
    return _record(f"caption-{i:03d}", i, (), f"{COLOURS[i % 4]} noise, number {i}")


def question(i: int) -> Record:
    return _record(f"question-{i:03d}", i, (Text("Which colour?"),), COLOURS[i % 4])


def pair(i: int) -> Record:
    return preferred(question(i), (Text(COLOURS[(i + 1) % 4]),), {})


def _record(key: str, seed: int, asked: tuple[Text, ...], answer: str) -> Record:
    turns = (Turn("user", (Picture("0.png"), *asked)), Turn("assistant", (Text(answer),)))
    media = {"0.png": picture(seed, (56 + 28 * (seed % 3), 56))}
    return Record(key, "noise", turns, media, "CC0-1.0", ("made:noise",), "en")


def settings(home: Path, out: Path, phase: str, data: str) -> Path:
    """A TOML file in `out` for a short run in `out/run`."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{phase}.toml"
    path.write_text(f"""
phase = "{phase}"
out = "{out / "run"}"
steps = 2
pack = 256
packs = 2
save = 2
report = 2
workers = 0
threads = 1
device = "cpu"
[model]
sizes = "{home / "sizes"}"
whole = "{home / "sizes"}"
[[data]]
shards = "{home / "data" / data / "*.tar"}"
[optim]
rate = 0.01
warmup = 1
[contrast]
patches = 200
layers = 1
width = 32
""")
    return path
