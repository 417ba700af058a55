"""The small run that starts a tower: it prints its figures, and the next stage takes it up."""

import json
from dataclasses import replace

from launching import ran

from qvl.config import TINY
from qvl.model import weights
from qvl.train.start import build


def test_a_short_run_ends_in_a_folder_to_go_on_from(tmp_path):
    small = ["--steps", "2", "--pictures", "200", "--patches", "800", "--width", "64"]
    told = json.loads(ran("recipes/tower.py", *small, "--depth", 2, "--out", tmp_path))
    assert told["after"]["pairs"] == 100 and 0 <= told["after"]["text_recall"]["@1"] <= 1
    tower = weights.read_config(tmp_path).vision
    cfg = replace(TINY, vision=replace(tower, out_hidden_size=TINY.text.hidden_size))
    assert build(cfg, tower=tmp_path).visual.cfg == cfg.vision
