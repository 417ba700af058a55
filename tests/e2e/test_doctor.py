"""`qvl doctor` tries each part; a broken one costs a line and exit code 1, never a traceback."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from qvl.cli import doctor, parts
from qvl.cli.main import app
from qvl.hub import locate


def findings(check):
    return {each.part: each for each in doctor.examine({"part": (check, "the remedy")})}


def test_a_whole_installation():
    done = CliRunner().invoke(app, ["doctor", "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == (0 if told["ok"] else 1)
    seen = {each["part"]: each for each in told["findings"]}
    wanted = {"python", "torch", "memory", "pictures", "clips", "pdf", "hub", "disk", "nano"}
    assert wanted | {"self-test", "processor", "gpu", "font"} <= set(seen)
    for part in ("python", "pictures", "clips", "pdf", "nano", "self-test"):
        assert not seen[part]["remedy"], seen[part]
    assert told["ok"] == (not any(each["remedy"] for each in told["findings"]))


def test_a_broken_part_is_told_with_its_remedy(monkeypatch):
    def broken():
        yield parts.Finding("first", "works")
        raise OSError("libav is\nmissing")

    checks = {"clips": (broken, "install av again")}
    monkeypatch.setattr(doctor, "CHECKS", checks)
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "ok first        works",
        "!! clips        OSError: libav is",
    ]
    assert done.stderr == "clips: install av again\n"
    told = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)
    assert not told["ok"]


def test_versions_against_what_is_asked(monkeypatch):
    asked = ["torch>=999", "nothing-of-this-name>=1", "numpy>=1", "absent; extra == 'dev'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda name: asked)
    found = findings(doctor._libraries)
    assert found["torch"].remedy == "pip install 'torch>=999'"
    assert found["nothing-of-this-name"].value == "missing"
    assert found["nothing-of-this-name"].remedy
    assert not found["numpy"].remedy
    assert "absent" not in found


def test_no_nano(monkeypatch, tmp_path):
    monkeypatch.setattr("qvl.hub._HOMES", (tmp_path,))
    assert findings(parts.nano)["part"].remedy == "the remedy"
    assert "no nano checkpoint" in findings(parts.nano)["part"].value


def test_a_broken_nano(monkeypatch, tmp_path):
    shutil.copytree(locate("nano"), tmp_path / "nano")
    for path in (tmp_path / "nano").glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:1000])
    monkeypatch.setattr("qvl.hub._HOMES", (tmp_path / "nano",))
    assert "cut short" in findings(parts.nano)["part"].value


@pytest.mark.parametrize("offline", [True, False])
def test_the_cache_of_the_hub(monkeypatch, tmp_path, offline):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "deep" / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    found = findings(parts.hub)
    assert str(tmp_path / "deep" / "cache") in found["hub"].value
    assert ("offline" in found["hub"].value) == offline
    assert found["disk"].value.endswith(str(tmp_path)) or "little" in found["disk"].value


def test_clips_without_an_encoder(monkeypatch):
    import av

    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"libx264"})
    assert "only read" in doctor.examine({"clips": (parts.clips, "r")})[1].value
