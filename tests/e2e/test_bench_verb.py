"""`qvl bench` with the shipped nano, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import qvl
from qvl.cli.bench_table import table
from qvl.cli.benched import first_token

ROOT = Path(__file__).resolve().parents[2]
STAGES = ["fetch", "decode", "resize", "tower", "prefill", "sample", "rest"]


def bench(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qvl.cli", "bench", *map(str, words)]
    own = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, env=own, check=False
    )


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    asked = ["--size", "84x56", "--tokens", 4, "--batch", "3, 2", "--dtype", "bfloat16"]
    done = bench("nano", *asked, "--json", "-o", folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((folder / "bench.json").read_text())
    return told


def test_weights_in_few_bits_are_counted_as_they_lie():
    done = bench("--quant", "int8", "--size", "56x56", "--tokens", 2, "--batch", 1, "--json")
    assert done.returncode == 0, done.stderr
    model = json.loads(done.stdout)["model"]
    assert model["quant"] == "int8" and model["dtype"] == "bfloat16"
    assert model["weight_bytes_per_token"] < 1.1 * 4_266_240  # numbers of layers, norms and head
    assert model["weight_bytes_per_token"] >= 4_266_240


def numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for each in value for number in numbers(each)]
    return [value] if isinstance(value, int | float) else []


def test_figures_are_whole_and_above_nothing(figures):
    assert list(figures) == ["machine", "model", "first_token", "decode", "memory"]
    assert numbers(figures) and min(numbers(figures)) >= 0
    machine, model = figures["machine"], figures["model"]
    assert machine["read_bytes_per_second"] > 0 and machine["threads"] == 1
    assert list(machine["flops_per_second"]) == ["bfloat16", "float32"]
    assert model["parameters"] * 2 == model["weight_bytes"]
    assert model["weight_bytes_per_token"] < model["weight_bytes"]
    assert model["cache_bytes_per_token"] == 2 * 6 * 2 * 64 * 2  # layers, heads, width, bytes
    assert figures["memory"]["process_peak_bytes"] > model["weight_bytes"]
    assert figures["memory"]["device_peak_bytes"] is None


def test_stages_add_up_to_the_first_token(figures):
    first = figures["first_token"]
    assert list(first["stages"]) == STAGES
    assert sum(each["share"] for each in first["stages"].values()) == pytest.approx(1, abs=1e-3)
    seconds = sum(each["seconds"] for each in first["stages"].values())
    assert seconds == pytest.approx(first["seconds"], rel=1e-3)
    assert first["picture"] == "drawn" and first["original_size"] == [84, 56]
    assert first["vision_tokens"] == 6 < first["prompt_tokens"]
    for name in ("tower", "prefill"):
        assert first["stages"][name]["seconds"] > 0
        assert first[f"{name}_matrix_share"] > 0


def test_decode_is_told_for_each_batch_and_one(figures):
    assert [row["batch"] for row in figures["decode"]] == [1, 2, 3]
    for row in figures["decode"]:
        assert row["tenth_seconds"] <= row["seconds"] <= row["ninetieth_seconds"]
        assert row["tokens_per_second"] == pytest.approx(row["batch"] / row["seconds"], rel=1e-3)
        assert row["bandwidth_share"] > 0


def test_the_table_names_every_figure(figures):
    lines = list(table(figures))
    assert [line.split()[0] for line in lines if line[:1].strip()] == [
        "machine", "model", "first", "answers", "memory"
    ]  # fmt: skip
    begun = [line.split()[0] for line in lines if line]
    assert max(map(len, lines)) <= 80
    assert all(name in begun for name in [*STAGES, "1", "2", "3"])


def test_a_picture_of_a_file_is_seen():
    first = first_token(qvl.load(), str(ROOT / "samples" / "line-1.png"))
    assert first["original_size"] == (425, 19) and first["processed_size"] == (420, 28)
    assert first["vision_tokens"] == 15 and first["passes"] >= 1
    assert min(stage["seconds"] for stage in first["stages"].values()) >= 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no/such/model"], "no/such/model"),
        (["--batch", "1,,4"], "--batch is '1,,4'; give numbers"),
        (["--batch", "0"], "--batch is '0'; give numbers"),
        (["--size", "640"], "--size is '640'; give width and height"),
        (["--size", "20000x9"], "--size 20000x9 is too large; give sides of at most 16384"),
        (["--picture", "missing.png"], "missing.png does not exist; check the path"),
        (["--picture", "samples/truth.json"], "samples/truth.json is no picture"),
        (["--picture", "samples/map.png", "--size", "64x64"], "--size 64x64 is of a picture"),
        (["--device", "abacus"], "--device 'abacus' is none that this torch can use"),
        (["--tokens", "5000"], "exceed the model's 4096"),
    ],
)
def test_what_cannot_be_measured_is_one_line(words, said):
    done = bench(*words)
    assert done.returncode == 2 and not done.stdout
    lines = [line for line in done.stderr.splitlines() if line.startswith("qvl: ")]
    assert len(lines) == 1 and said in lines[0] and "Traceback" not in done.stderr
