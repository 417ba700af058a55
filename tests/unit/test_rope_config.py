"""`rope_scaling` of a config.json: kept, refused, warned of."""

import json
import warnings
from dataclasses import replace

import pytest

import qvl
from qvl.config import QWEN_7B, TINY, Config, Yarn

ASKED = {
    "type": "yarn",
    "mrope_section": [16, 24, 24],
    "factor": 4,
    "original_max_position_embeddings": 32768,
}


def changed(rope):
    return {**QWEN_7B.to_dict(), "rope_scaling": rope}


def test_yarn_is_read_and_kept():
    cfg = Config.from_dict(changed(ASKED))
    assert cfg.text.yarn == Yarn(4, 32768) and cfg.text.mrope_section == (16, 24, 24)
    assert Config.from_dict(cfg.to_dict()) == cfg
    assert json.loads(json.dumps(cfg.to_dict()))["rope_scaling"]["type"] == "yarn"
    newer = {k: v for k, v in changed(None).items() if k != "rope_theta"}
    newer["rope_parameters"] = {**ASKED, "rope_type": "yarn", "type": "mrope", "rope_theta": 1e6}
    assert Config.from_dict(newer) == cfg
    full = Yarn(4, 32768, 16.0, 2.0, 1.1)
    cfg = replace(TINY, text=replace(TINY.text, yarn=full))
    assert Config.from_dict(cfg.to_dict()) == cfg


def test_without_it_nothing_changes():
    assert Config.from_dict(QWEN_7B.to_dict()).text.yarn is None
    assert QWEN_7B.to_dict()["rope_scaling"] == {"type": "mrope", "mrope_section": [16, 24, 24]}


@pytest.mark.parametrize(
    ("rope", "named"),
    [
        ({**ASKED, "type": "dynamic"}, "dynamic"),
        ({**ASKED, "rope_type": "linear"}, "linear"),
        ({**ASKED, "mscale": 2.0}, "mscale"),
        ({k: v for k, v in ASKED.items() if k != "factor"}, "factor"),
        ({**ASKED, "factor": 0.5}, "factor"),
        ({**ASKED, "factor": "4"}, "factor"),
        ({**ASKED, "original_max_position_embeddings": None}, "original_max_position_embeddings"),
    ],
)
def test_what_is_not_known_is_refused(rope, named):
    with pytest.raises(ValueError, match=named):
        Config.from_dict(changed(rope))


def test_loading_warns_of_what_it_costs(tmp_path):
    from qvl.vlm import locate

    home = locate("nano")
    for path in home.iterdir():
        (tmp_path / path.name).symlink_to(path)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        (tmp_path / "generation_config.json").unlink()
        (tmp_path / "generation_config.json").write_text('{"shiny": 1, "eos_token_id": 7}')
        raw = json.loads((home / "config.json").read_text())
        raw["rope_scaling"] |= {"type": "yarn", "factor": 2, "original_max_position_embeddings": 99}
        (tmp_path / "config.json").unlink()
        (tmp_path / "config.json").write_text(json.dumps(raw))
        vlm = qvl.load(tmp_path)
    assert vlm.ends == {7}
    of_file, of_yarn = [str(w.message) for w in told]
    assert "shiny 1 is no known field" in of_file
    assert "pictures" in of_yarn and "99 tokens" in of_yarn
