"""The real command: phases move their own parts, runs go on, bad settings are told."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import qvl
from qvl.chat.tokenizer import Tokenizer
from qvl.data import shards
from qvl.data.preferences import preferred
from qvl.data.records import part_to_json
from qvl.model.parts import by_part
from qvl.model.weights import load
from qvl.train.phases import PHASES

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "recipes" / "tour"))

import drawn  # noqa: E402
import prepare  # noqa: E402


@pytest.fixture(scope="module")
def tour(tmp_path_factory) -> Path:
    """A few records of each kind, and the sizes of a small model."""
    out = tmp_path_factory.mktemp("tour")
    for number, (name, (make, _)) in enumerate(drawn.SETS.items()):
        rng = np.random.default_rng(number)
        made = [make(rng, f"{name}-{i:03d}") for i in range(40)]
        shards.write(out / "data" / name / f"{name}-00000.tar", made)
        if name == "questions":
            told = [replace(r, meta={}) for r in made]
            pairs = [preferred(r, r.turns[0].parts[1:], {}) for r in told]
            assert part_to_json(pairs[0].turns[0].parts[1])
            shards.write(out / "data" / "pairs" / "pairs-00000.tar", pairs)
    prepare.sizes(out / "sizes")
    return out


def settings(tour: Path, folder: Path, phase: str, name: str, *more: str) -> list[str]:
    path = folder / f"{phase}.toml"
    path.write_text(f"""
phase = "{phase}"
out = "{folder / phase}"
steps = 4
pack = 256
packs = 2
save = 2
report = 2
workers = 0
threads = 1
device = "cpu"
[model]
sizes = "{tour / "sizes"}"
[[data]]
shards = "{tour / "data" / name / "*.tar"}"
[optim]
rate = 0.01
warmup = 1
[contrast]
patches = 300
layers = 1
width = 32
""")
    return ["train", "run", str(path), *more]


def command(*words: str, **how: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "qvl.cli", *words]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, **how)  # type: ignore[call-overload]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(load(folder).named_parameters())


@pytest.fixture(scope="module")
def start(tour) -> Path:
    """A checkpoint to start from: the text phase of no step that counts."""
    done = command(*settings(tour, tour, "text", "keys", "steps=1", "optim.rate=1e-9"))
    assert done.returncode == 0, done.stderr
    return tour / "text" / "model"


SETS = {"contrast": "captions", "next": "questions", "preference": "pairs"}


@pytest.mark.parametrize("phase", PHASES, ids=[p.name for p in PHASES])
def test_each_phase_moves_exactly_its_parts(tour, start, tmp_path, phase):
    from qvl.cli.live import live
    from qvl.overrides import load as settings_of
    from qvl.train.config import Run
    from qvl.train.program import train

    words = settings(tour, tmp_path, phase.name, SETS[phase.loss])
    run = settings_of(Run, Path(words[2]), [f"model.whole={start}"])
    before, model = weights(start), load(train(run, lambda line: None, live))
    for part, parameters in by_part(model).items():
        moved = [name for name, x in parameters.items() if not torch.equal(x, before[name])]
        assert bool(moved) == (part in phase.learns), part
        if part in phase.learns and phase.loss == "next":
            still = {name for name in parameters if name not in moved}
            assert all("bias" in name or "norm" in name for name in still), still


def test_stopped_and_gone_on_is_the_same_run(tour, start, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    more = (f"model.whole={start}", "steps=12", "optim.ema=0.9")
    straight = command(*settings(tour, tmp_path / "a", "sft", "questions", *more))
    assert straight.returncode == 0, straight.stderr
    words = settings(tour, tmp_path / "b", "sft", "questions", *more)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        run = subprocess.Popen(
            [sys.executable, "-m", "qvl.cli", *words], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        known = len(_steps(tmp_path / "b" / "sft"))
        until = time.monotonic() + 60
        while len(_steps(tmp_path / "b" / "sft")) == known and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(run.pid, sign)
        run.wait()
        assert _steps(tmp_path / "b" / "sft") != []
    again = command(*words)
    assert again.returncode == 0 and "goes on from step" in again.stderr
    one, two = (weights(tmp_path / each / "sft" / "model") for each in "ab")
    assert all(torch.equal(x, two[name]) for name, x in one.items())
    answer = qvl.load(tmp_path / "a" / "sft" / "model").chat(
        [{"role": "user", "content": "what is red?"}], max_tokens=4
    )
    assert answer.usage is not None
    assert Tokenizer.load(tmp_path / "a" / "sft" / "model")


def _steps(folder: Path) -> set[str] | list[str]:
    return sorted({p.name for p in folder.glob("step-*")})


def test_adapters_are_saved_and_merged(tour, start, tmp_path):
    more = (f"model.whole={start}", "lora.rank=4")
    done = command(*settings(tour, tmp_path, "sft", "questions", *more))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sft" / "adapter" / "adapter_model.safetensors").is_file()
    moved = [n for n, x in weights(tmp_path / "sft" / "model").items()
             if not torch.equal(x, weights(start)[n])]  # fmt: skip
    assert moved and all("proj" in name and "visual" not in name for name in moved)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("optim.rat=1",), "did you mean 'rate'"),
        (("phase=sfd",), "no phase is called 'sfd'"),
        (("data.0.shards=/none/*.tar",), "no shard matches"),
        (("pack=8",), "no sample that fits 8 tokens"),
        (("model.whole=nano",), "start from a folder of the run's sizes"),
        (("model.min_pixels=9999999",), "is over max_pixels"),
        (("parallel.dp_shard=2",), "there are 1 processes"),
    ],
)
def test_bad_settings_are_one_line(tour, tmp_path, words, said):
    done = command(*settings(tour, tmp_path, "sft", "questions", *words))
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1], done.stderr
    assert not list(tmp_path.glob("sft/step-*"))
