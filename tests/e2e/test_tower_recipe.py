"""The small run that starts a tower: it prints its figures, and the next stage takes it up."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from qvl.config import TINY
from qvl.model import weights
from qvl.train.start import build

ROOT = Path(__file__).resolve().parents[2]


def test_a_short_run_ends_in_a_folder_to_go_on_from(tmp_path):
    small = ["--steps", "2", "--pictures", "200", "--patches", "800", "--width", "64"]
    done = subprocess.run(
        [sys.executable, "recipes/tower.py", *small, "--depth", "2", "--out", tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["after"]["pairs"] == 100 and 0 <= told["after"]["text_recall"]["@1"] <= 1
    tower = weights.read_config(tmp_path).vision
    cfg = replace(TINY, vision=replace(tower, out_hidden_size=TINY.text.hidden_size))
    assert build(cfg, tower=tmp_path).visual.cfg == cfg.vision
