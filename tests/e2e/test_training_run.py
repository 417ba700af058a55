"""The real command: it ends in a model, goes on where it was stopped, and says what is wrong."""

import os
import resource
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import qvl
from qvl.chat.tokenizer import Tokenizer
from qvl.cli.main import main
from qvl.data.shards import write
from qvl.model.weights import load
from qvl.train.checkpoint import found, newest
from tests.programs import ROOT, home, question, settings
from tests.records import picture, prose

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
COMMAND = (sys.executable, "-m", "qvl.cli", "train", "run")
TOGETHER = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
            "-m", *COMMAND[2:])  # fmt: skip
PATIENCE = 120  # seconds


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return home(tmp_path_factory.mktemp("home"))


def run(*words: object, start=COMMAND, **how) -> subprocess.CompletedProcess[str]:
    line = [*start, *map(str, words)]
    return subprocess.run(
        line, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE, **how
    )


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load(folder).state_dict()


def same(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return one.keys() == two.keys() and all(torch.equal(x, two[name]) for name, x in one.items())


LONG = ("steps=40", "save=3", "optim.ema=0.9")  # long enough to be caught on the way


@pytest.fixture(scope="module")
def straight(small, tmp_path_factory) -> Path:
    """A run that nobody disturbed."""
    out = tmp_path_factory.mktemp("straight")
    done = run(settings(small, out, "sft", "questions"), *LONG)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out / 'run' / 'model'}\n"
    return out / "run"


def test_a_run_that_is_looked_at_is_the_same_run(small, straight, tmp_path):
    """Its checkpoints ask held-out records, and those that are to stay do."""
    path, held = settings(small, tmp_path, "sft", "questions"), small / "data/questions/*.tar"
    words = (f"look.shards={held}", "look.count=3", "look.max_tokens=4", "save=10", "keep_every=20")
    done = run(path, *LONG[:1], *words, LONG[2], "keep=1")
    assert done.returncode == 0, done.stderr
    assert same(weights(tmp_path / "run/model"), weights(straight / "model"))
    pages = sorted((tmp_path / "run/look").iterdir())
    assert [page.name for page in pages] == [f"step-{n:08}.html" for n in (10, 20, 30, 40)]
    assert pages[0].read_text("utf-8").count("<img") >= 3
    assert sorted(p.name for p in (tmp_path / "run").glob("step-*")) == [
        "step-00000020",
        "step-00000040",
    ]


def test_a_run_ends_in_a_model_that_everything_loads(straight, small):
    vlm = qvl.load(straight / "model")
    asked = [{"image": picture(1)}, {"text": "Which colour?"}]
    answer = vlm.chat([{"role": "user", "content": asked}], max_tokens=4)
    assert 0 < answer.usage.completion_tokens <= 4
    assert Tokenizer.load(straight / "model").encode("red") == (
        Tokenizer.load(small / "sizes").encode("red")
    )
    tensors = load_file(straight / "model" / "model.safetensors")
    assert {x.dtype for x in tensors.values()} == {torch.bfloat16}
    assert [path.name for path in found(straight)] == ["step-00000039", "step-00000040"]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL], ids=lambda sign: sign.name)
def test_ended_on_the_way_and_started_again_is_the_same_run(small, straight, tmp_path, sign):
    path, out = settings(small, tmp_path, "sft", "questions"), tmp_path / "run"
    line = [*COMMAND, str(path), *LONG]
    with subprocess.Popen(line, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as ended:
        until = time.monotonic() + PATIENCE
        while not found(out) and ended.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        ended.send_signal(sign)
        _, told = ended.communicate(timeout=PATIENCE)
    at = newest(out)["step"]
    assert 0 < at < 40, told
    if sign == signal.SIGTERM:
        assert ended.returncode == 0 and f"stopped by SIGTERM at step {at}; saved" in told
        assert (out / "model" / "model.safetensors").is_file()
    else:
        assert ended.returncode == -signal.SIGKILL
        assert not (out / "model").exists()
    again = run(path, *LONG)
    assert again.returncode == 0 and f"goes on from step {at} of 40" in again.stderr
    assert same(weights(out / "model"), weights(straight / "model"))
    one, two = newest(out), newest(straight)
    assert one["step"] == two["step"] == 40
    for part in ("objective", "optimizer", "ema"):
        assert same(one[part], two[part]), part


def trained(capsys, *words: object) -> str:
    """The command in this process, which is started in no time; what it says."""
    assert ended(*words) == 0, capsys.readouterr().err
    return capsys.readouterr().err


def ended(*words: object) -> int:
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr(sys, "argv", ["qvl", *COMMAND[3:], *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
    return end.value.code


SPREAD = [
    ("pretrain-2", ("parallel.dp_shard=2",)),
    pytest.param("pretrain-2", ("parallel.dp_replicate=2",), marks=pytest.mark.slow),
    ("sft", ("parallel.dp_shard=2", "lora.rank=4")),
]


@pytest.mark.parametrize(("phase", "more"), SPREAD)
def test_two_processes_learn_what_one_learns(small, tmp_path, capsys, phase, more):
    paths = [settings(small, tmp_path / name, phase, "captions") for name in ("one", "two")]
    slowly = "optim.rate=1e-3"
    trained(capsys, paths[0], slowly, *more[1:])
    done = run(paths[1], slowly, *more, start=TOGETHER)
    assert done.returncode == 0, done.stderr
    one, two = (newest(path.parent / "run", "objective")["objective"] for path in paths)
    assert one.keys() == two.keys()
    for name, x in one.items():
        assert torch.allclose(x, two[name], rtol=0, atol=1e-4), name
    alone, spread = (weights(path.parent / "run" / "model") for path in paths)
    for name, x in alone.items():  # rounded to bfloat16
        assert torch.allclose(x.float(), spread[name].float(), rtol=2**-7, atol=1e-4), name


def test_packs_are_dealt_to_all_processes_or_none(small, tmp_path):
    path = settings(small, tmp_path, "sft", "questions")
    done = run(path, "packs=3", "parallel.dp_shard=2", start=TOGETHER)
    assert done.returncode == 1
    told = {line for line in done.stderr.splitlines() if line.startswith("qvl: ")}
    assert told == {"qvl: 3 packs a step for 2 ranks; give a multiple"}
    assert not found(tmp_path / "run")


def test_adapters_are_saved_and_merged_and_averaged_if_asked(small, tmp_path, capsys):
    outs = [tmp_path / name / "run" for name in ("plain", "averaged")]
    for out, more in zip(outs, ((), ("optim.ema=0.99",)), strict=True):
        path = settings(small, out.parent, "sft", "questions")
        trained(capsys, path, "lora.rank=4", *more)
        tensors = load_file(out / "adapter" / "adapter_model.safetensors")
        assert tensors and all(".lora_" in name for name in tensors)
        before, after = weights(small / "sizes"), weights(out / "model")
        moved = {name for name, x in after.items() if not torch.equal(x, before[name].bfloat16())}
        assert moved and all("proj" in name and "visual" not in name for name in moved)
        held = newest(out, "objective", "ema")
        kept = held.get("ema", held["objective"])
        for name, x in tensors.items():
            own = name.removeprefix("base_model.model.")
            assert any(k.endswith(".".join(own.split(".")[-4:])) and torch.equal(x, y)
                       for k, y in kept.items()), name  # fmt: skip
    one, two = (weights(out / "model") for out in outs)
    assert not same(one, two)


def test_a_full_disk_leaves_the_checkpoints_before_it(small, tmp_path, capsys):
    """A limit on the size of files stands for the disk: writes fail in the same places."""
    path = settings(small, tmp_path, "sft", "questions")
    trained(capsys, path)
    kept = newest(tmp_path / "run", "objective")["objective"]
    room = (100_000, 100_000)  # bytes
    done = run(path, "steps=4", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, room))
    assert done.returncode == 2, done.stderr
    assert "step 4 was not saved" in done.stderr.splitlines()[-1], done.stderr
    assert same(newest(tmp_path / "run", "objective")["objective"], kept)
    assert not list((tmp_path / "run").glob(".draft-*"))
    assert "goes on from step 2 of 4" in trained(capsys, path, "steps=4")
    assert newest(tmp_path / "run")["step"] == 4


def said(capsys, *words: object) -> list[str]:
    """What the command says on stderr before it ends with exit code 2."""
    assert ended(*words) == 2
    return capsys.readouterr().err.splitlines()


WRONG = [
    ("optim.rat=1", "sft.toml: optim: 'rat' is unknown; did you mean 'rate'?"),
    ("step=9", "did you mean 'steps'?"),
    ("phase=sfd", "no phase is called 'sfd'; there are text, "),
    ("steps=many", "steps is 'many'; it has to be a whole number"),
    ("data=[]", "the run has no data"),
    ("data.1.shards=x", "'1' is no place in a list of 1"),
    ("data.0.shards=/none/*.tar", "no shard matches '/none/*.tar'"),
    ("data.0.shards=", "no shard matches ''"),
    ("data.0.overflow=cut", "'cut'; take one of drop, split, shrink"),
    ("pack=8", "has no sample that fits 8 tokens"),
    ("model.whole=nano", "start from a folder of the run's sizes"),
    ("model.tower=nano", "leaves no part for tower="),
    ("model.sizes=/none/sizes", "/none/sizes"),
    ("model.min_pixels=9999999", "is over max_pixels"),
    ("parallel.dp_shard=2", "there are 1 processes"),
    ("optim.ema=1.0", "optim.ema is 1.0; give a decay"),
    ("optim.rate=-1", "optim.rate is -1.0; give a number above 0"),
    ("optim.rate=nan", "optim.rate is nan; give a number above 0"),
    ("optim.warmup=-1", "optim.warmup is -1; it starts at 0"),
    ("optim.tower=-1", "optim.tower is -1.0; it starts at 0"),
    ("optim.decay=2", "optim.decay is 2.0; give a share from 0 to 1"),
    ("contrast.width=0", "contrast.width is 0; it starts at 1"),
    ("look.shards=/none/*.tar", "no shard matches '/none/*.tar'"),
    ("keep=0", "keep is 0; it starts at 1"),
    ("workers=-1", "workers is -1; it starts at 0"),
    ("pack=-1", "pack is -1; it starts at 0"),
    ("device=tpu", "device is 'tpu'; take cpu or cuda"),
    ("rows", "'rows' is no override"),
]


@pytest.mark.parametrize(("word", "told"), WRONG, ids=[word for word, _ in WRONG])
def test_bad_settings_are_one_line(small, tmp_path, capsys, word, told):
    path = settings(small, tmp_path, "sft", "questions")
    lines = said(capsys, path, word)
    assert len(lines) == 1 and lines[0].startswith("qvl: ") and told in lines[0], lines
    assert not list(tmp_path.glob("run/step-*"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_told(small, tmp_path, capsys):
    path = settings(small, tmp_path, "sft", "questions")
    assert said(capsys, path, "device=cuda") == [
        "qvl: device is cuda, but torch finds no CUDA device; set device=cpu"
    ]


def test_the_command_itself_ends_with_its_code(tmp_path):
    done = run(tmp_path / "none.toml")
    assert done.returncode == 2 and done.stdout == ""
    assert (
        done.stderr == f"qvl: {tmp_path / 'none.toml'} cannot be read: No such file or directory\n"
    )


def test_records_without_labels_teach_nothing(small, tmp_path, capsys):
    mute = [replace(question(i), turns=question(i).turns[:1]) for i in range(3)]
    write(tmp_path / "mute" / "mute-00000.tar", mute)
    path = settings(small, tmp_path, "sft", "questions")
    lines = said(capsys, path, f"data.0.shards={tmp_path}/mute/*.tar")
    assert "mute has no sample that fits 256 tokens and has labels" in lines[-1]
    assert "'unlabelled': 3" in lines[-1]


def test_what_is_longer_than_a_pack_is_counted_and_told(small, tmp_path, capsys):
    records = [question(0), prose("long", "word " * 400), question(1)]
    write(tmp_path / "mixed" / "mixed-00000.tar", records)
    path = settings(small, tmp_path, "sft", "questions")
    assert "mixed: 2 samples, 1 long" in trained(
        capsys, path, f"data.0.shards={tmp_path}/mixed/*.tar"
    )


def test_adapters_are_for_phases_that_train_the_decoder(small, tmp_path, capsys):
    path = settings(small, tmp_path, "contrastive", "captions")
    assert said(capsys, path, "lora.rank=4") == [
        "qvl: the phase contrastive has no adapters; take [lora] out"
    ]


def test_a_folder_goes_on_with_its_own_settings_alone(small, tmp_path, capsys):
    path = settings(small, tmp_path, "sft", "questions")
    trained(capsys, path)
    lines = said(capsys, path, "seed=1")
    assert "was made with the settings" in lines[-1] and "start in another folder" in lines[-1]
