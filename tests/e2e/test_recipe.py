"""The recipe in small: sheets to lessons of every kind, training, a stop, a resume, an export."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

import qvl
from qvl.data import shards
from qvl.data.synth.layout import page
from qvl.data.synth.lettered import record
from qvl.data.synth.sheets import Sheet
from qvl.train.checkpoint import newest

ROOT = Path(__file__).resolve().parents[2]
TEXT = [
    "The",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "the",
    "lazy",
    "dog;",
    "1234567890",
    "(and",
    "so",
    "on).",
]


def sheet(seed: int, lines: int = 16) -> Sheet:
    """Words in Pillow's own font, as Chromium's sheets are laid out."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (500, 24 * lines + 16), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    rows = []
    word = 0
    for line in range(lines):
        x = 10.0
        while x < 400:
            word += 1
            for letter in TEXT[rng.integers(len(TEXT))]:
                width = font.getlength(letter)
                draw.text((x, 10 + 24 * line), letter, fill="black", font=font)
                box = (x, 10 + 24 * line, x + width, 30 + 24 * line)
                rows.append((ord(letter), box, word, line, line // 4))
                x += width
            x += 6
    code, boxes, words, lines, blocks = zip(*rows, strict=True)
    about = tuple({"family": "DejaVu Sans", "size": 16, "kind": "prose"} for _ in range(4))
    columns = (np.array(c, dtype=np.int32) for c in (words, lines, blocks))
    return Sheet(
        np.asarray(image),
        np.array(code, dtype=np.int32),
        np.array(boxes, dtype=np.float32),
        *columns,
        blocks=about,
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    for name, lines in (("sheets", 16), ("lines", 2)):
        made = [record(f"{name}-{seed}", sheet(seed, lines), (), "CC0-1.0") for seed in range(3)]
        shards.write(folder / "nano" / name / f"{name}-00000.tar", made)
    run("prepare.py", "--cache", folder)
    return folder


def test_every_maker_gives_a_batch_that_teaches(cache):
    import bank as banks
    import lessons
    import stages
    from size import config

    from qvl.chat.tokenizer import Tokenizer
    from qvl.data.synth.reading import CELLS, CHARSET
    from qvl.data.synth.things import CLASSES
    from qvl.model.qwen import QwenVL
    from qvl.train.direct import Direct
    from qvl.train.initial import initialise

    tokenizer = Tokenizer.load(ROOT / "recipes" / "nano" / "tokenizer")
    bank = lessons.Bank(banks.load(cache), tokenizer, config(tokenizer))
    model = QwenVL(bank.config)
    initialise(model, 0)
    objective = Direct(model, CELLS, len(CHARSET) + 1, len(CLASSES) + 1, beside=0.3)
    named = {name for stage in stages.STAGES for name, _ in stage.mixture}
    assert named == set(stages.MAKERS)
    for name, maker in stages.MAKERS.items():
        one, two = (maker(bank, np.random.default_rng(4)) for _ in range(2))
        loss, figures = objective(one, 1.0)
        assert torch.isfinite(loss) and figures, name
        assert torch.equal(loss, objective(two, 1.0)[0]), f"{name} is no function of its seed"


def run(script: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "recipes" / "nano" / script, *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)


def test_train_resume_export_load(cache, tmp_path):
    common = ("--cache", cache, "--device", "cpu", "--no-compile")
    run("train.py", *common, "--out", tmp_path / "straight", "--steps", 6)
    run("train.py", *common, "--out", tmp_path / "again", "--steps", 6)
    states = [newest(tmp_path / name) for name in ("straight", "again")]
    assert states[0]["step"] == 6
    for name, tensor in states[0]["objective"].items():
        assert torch.equal(tensor, states[1]["objective"][name]), name
    run("train.py", *common, "--out", tmp_path / "straight", "--steps", 8)
    assert (tmp_path / "straight" / "step-00000008").is_dir()
    run("export.py", "--run", tmp_path / "straight", "--out", tmp_path / "nano")
    vlm = qvl.load(tmp_path / "nano")
    picture = Image.new("RGB", (112, 56), "white")
    asked = [{"role": "user", "content": [{"image": picture}, {"text": "Read."}]}]
    assert vlm.chat(asked, max_tokens=3).usage.completion_tokens <= 3
    settings = json.loads((tmp_path / "nano" / "preprocessor_config.json").read_text())
    assert settings["min_pixels"] == 784


def test_a_sheet_is_a_function_of_its_seed():
    parts = [
        ["One paragraph of prose, long enough to be taken."],
        ["Another one <with> signs & all."],
    ]
    assert page(parts, 3) == page(parts, 3)
    assert page(parts, 3) != page(parts, 4)
    markup, blocks = page(parts, 3)
    assert markup.count("data-block") == len(blocks) > 20
    assert "<with>" not in markup
