"""What people see of a run: reports, curves, a line that moves, pictures with answers."""

import json
import math
import os
import pty
import select
import sys
import time

import pytest
import torch
from PIL import Image
from records import boxes, prose
from small_run import Loss, batch_of

from qvl.cli.live import live
from qvl.config import TINY
from qvl.data.records import Facts, Picture, Record, Turn
from qvl.inputs import Limits
from qvl.messages import Answer, Settings, Text, Usage
from qvl.model.qwen import QwenVL
from qvl.train.board import board, write
from qvl.train.initial import initialise
from qvl.train.line import told
from qvl.train.look import look
from qvl.train.meter import Meter, read, work_of
from qvl.train.norms import part_norms
from qvl.train.plot import Panel, plot

LINE = {"step": 50, "phase": "sft", "loss": 2.34567, "loss/charts": None, "tokens/s": 31400.0}


def test_figures_are_quotients_amounts_are_rates(tmp_path, monkeypatch):
    clock = iter([0.0, 4.0, 4.0, 5.0, 5.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    meter = Meter(tmp_path / "a" / "log.jsonl", peak=1e12)
    for filled in (6000, 8192):
        meter.add("fill", filled, 8192)
    meter.add("loss", math.nan, 3.0)
    meter.mean(grad_norm=2.0)
    meter.mean(grad_norm=1.0)
    meter.amount(flops=1e12, tokens=10)
    meter.spend(wait=0.2)
    other = {"flops": 7e11, "tokens": 30.0}
    line = meter.report(5, [meter.amounts, other], phase="x")
    want = {"fill": 0.866211, "loss": None, "grad_norm": 1.5, "tokens/s": 10.0, "wait": 0.05}
    assert line == {**line, **want, "flops/s": 4.25e11, "mfu": 0.425, "step": 5, "phase": "x"}
    assert json.loads((tmp_path / "a" / "log.jsonl").read_text()) == line
    assert set(meter.report(6)) == {"step", "time"}


def test_work_is_told_by_grids_and_lengths():
    assert work_of([batch_of(1), batch_of(2)]) == {
        "tokens": 44,
        "samples": 4,
        "pictures": 2,
        "patches": 16,
    }


def test_a_log_has_whole_lines_and_each_step_once(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1, "loss": 3}\n{"step": 2, "loss": 9}\n{"step": 3, "lo')
    meter = Meter(path)
    meter.mean(loss=2.0)
    meter.report(2)
    assert [line["loss"] for line in read(path)] == [3, 2.0]
    path.write_text('{"st')
    Meter(path)
    assert path.read_text() == ""


def test_norms_of_parts_make_the_whole():
    model = QwenVL(TINY)
    initialise(model, 0)
    assert part_norms(model, 1.0) == {}
    Loss(model)([batch_of(1)]).backward()
    norm = float(torch.nn.utils.clip_grad_norm_(model.parameters(), 0.01))
    told = part_norms(model, norm)
    assert set(told) == {"tower", "merger", "llm"} and norm > 0.01
    assert math.hypot(*told.values()) == pytest.approx(norm)
    merger = math.hypot(*(float(p.grad.norm()) for p in model.visual.merger.parameters()))
    assert told["merger"] == pytest.approx(merger * norm / 0.01, rel=1e-3)
    model.lm_head.weight.grad[0] = math.nan
    assert part_norms(model, norm) == {}


def test_curves_are_drawn_from_any_log(tmp_path):
    lines = [
        {"step": s, "phase": "one" if s < 5 else "two", "loss": 3 / s, "loss/charts": 4 / s}
        | ({"grad_norm": 1 / s, "wait": None} if s > 3 else {})
        for s in range(1, 10)
    ]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    plot(log, tmp_path / "out" / "curves.png")
    two = Image.open(tmp_path / "out" / "curves.png")
    plot(log, tmp_path / "one.png", [Panel("loss", ("loss",))])
    assert two.height > Image.open(tmp_path / "one.png").height > 100
    with pytest.raises(ValueError, match="no figures that these panels show"):
        plot(log, tmp_path / "none.png", [Panel("rest", ("wait", "fill"))])
    assert not (tmp_path / "none.png").exists()


def test_tensorboard_has_every_number_of_a_report(tmp_path):
    events = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="tensorboard is missing: pip install 'qvl[train]'",
    )
    for start in (0, 50):  # the second process does step 100 again
        to = board(tmp_path, start)
        for step in (50, 100):
            if step > start:
                write(to, {**LINE, "step": step, "time": 1e9, "loss": float(step + start)})
        to.close()
        time.sleep(1.1)  # files are read in the order of the seconds in their names
    found = events.EventAccumulator(str(tmp_path)).Reload()
    assert set(found.Tags()["scalars"]) == {"loss", "tokens/s"}
    assert [(e.step, e.value) for e in found.Scalars("loss")] == [(50, 50.0), (100, 150.0)]


def test_a_report_in_words():
    words = told({**LINE, "mfu": 0.4125, "fill": 0.993, "wait": 0.004, "skipped": 0.02}, 900, 4000)
    assert words == (
        "step 50/900 · sft · loss 2.346 · loss/charts no number · 31.4k tokens/s · 41.2% MFU · "
        "99.3% packs full · 0.4% waiting for data · 2% of steps skipped · 67 min left"
    )
    assert told({"step": 3}, 9, 12.0) == "step 3/9 · 12 s left"


def test_a_line_moves_on_a_terminal_and_is_plain_elsewhere(monkeypatch, capsys):
    with live(100) as show:
        show({**LINE, "step": 60})
    assert capsys.readouterr().err.startswith("step 60/100 · sft · loss 2.346")
    near, far = pty.openpty()
    with os.fdopen(far, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("COLUMNS", "150")
        with live(100, start=10) as show:
            show({**LINE, "step": 60})
            show({**LINE, "step": 70})
        terminal.flush()
        seen = ""
        while select.select([near], [], [], 0.5)[0]:
            seen += os.read(near, 1 << 16).decode()
    assert "\x1b[2K" in seen and "step 70/100" in seen.split("\x1b[2K")[-1]


def answered(text: str):
    asked = []

    def chat(messages, settings):
        asked.append([part.text for m in messages for part in m.content if isinstance(part, Text)])
        return Answer(text, "stop", Usage(1, 1))

    return chat, asked


def test_answers_stand_beside_the_truth(tmp_path):
    more = Record(
        "two",
        "boxes",
        (
            Turn("user", (Picture("0.png"), Text("Where is the cup?"))),
            Turn(
                "assistant",
                (Facts("boxes", [{"label": "cup", "box": [1, 2, 30, 40]}], of="0.png"),),
            ),
            Turn("user", (Text("And what colour?"),)),
        ),
        boxes().media,
        "CC0-1.0",
        ("made:noise",),
    )
    chat, asked = answered('[{"bbox_2d": [10, 10, 60, 50], "label": "<mug>"}]')
    look(
        [boxes("one"), more, prose("three")], chat, Limits(), Settings(8), tmp_path / "step-9.html"
    )
    page = (tmp_path / "step-9.html").read_text()
    assert asked == [["Locate every mug."], ["Where is the cup?"], ["Say something."]]
    assert page.count("<article>") == 3 and page.count("what the model says") == 3
    assert page.count("data:image/jpeg") == 4 and "&lt;mug&gt;" in page and "<script" not in page
    chat, _ = answered("I see a mug.")
    look([boxes("one")], chat, Limits(), Settings(8), tmp_path / "b.html")
    page = (tmp_path / "b.html").read_text()
    assert page.count("data:image/jpeg") == 1 and page.count("class=wrong") == 1
    says = Record("x", "a", (Turn("assistant", (Text("Hi."),)),), {}, "CC0-1.0", ("made:x",))
    with pytest.raises(ValueError, match="record x asks nothing before its answer"):
        look([says], chat, Limits(), Settings(8), tmp_path / "c.html")
