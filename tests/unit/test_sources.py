"""Debian packages: made here with dpkg-deb, fetched, unpacked, described; and what may go wrong."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qvl.cli import data
from qvl.data import copyright, debs, held_out, packages, provenance, sources

needs_dpkg = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not here")
DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: somebody
License: GPL-2+

Files: pictures/*.png
 odd\\*name.svg
Copyright: another
License: CC-BY-4.0
 text of the licence

License: GPL-2+
 the text
 .
 Files: none of this
"""


def deb(folder: Path, name: str, files: dict[str, str], size: int = 1) -> Path:
    tree = folder / f"tree-{name}"
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1:2.0-1\nArchitecture: all\nMaintainer: a <a@b.c>\n"
        f"Installed-Size: {size}\nDescription: x\n"
    )
    out = folder / f"{name}_2.0-1_all.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Znone", "-b", str(tree), str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.fixture
def store(tmp_path) -> Path:
    folder = tmp_path / "debs"
    folder.mkdir()
    text = {"usr/share/doc/one/copyright": DEP5, "usr/share/one/pictures/a.png": "x"}
    deb(folder, "one", text)
    deb(folder, "two", {"usr/share/two/text": "y"})
    return folder


@needs_dpkg
def test_packages_are_unpacked_once_and_described(store, tmp_path):
    cache, said = tmp_path / "cache", []
    take = debs.from_folder(store)
    fetched = sources.fetch(["one", "two"], cache, take, said.append)
    assert sorted(fetched.whole()) == ["one", "two"] and len(said) == 2
    assert (cache / "one/usr/share/one/pictures/a.png").read_text() == "x"
    told = json.loads((cache / "manifest.json").read_text())["one"]
    held = (store / "one_2.0-1_all.deb").read_bytes()
    assert told["version"] == "1:2.0-1" and told["size"] == len(held)
    assert told["sha256"] == hashlib.sha256(held).hexdigest()
    assert told["licences"] == ["GPL-2+", "CC-BY-4.0"]
    assert ["pictures/*.png", "CC-BY-4.0"] in told["items"]
    before = (cache / "one").stat().st_ino
    sources.fetch(["one"], cache, take, said.append)
    assert (cache / "one").stat().st_ino == before and len(said) == 2
    assert not [p for p in cache.iterdir() if p.name.startswith(".draft")]


@needs_dpkg
def test_what_is_missing_or_corrupt_is_skipped_with_its_reason(store, tmp_path):
    whole = (store / "two_2.0-1_all.deb").read_bytes()
    (store / "two_2.0-1_all.deb").write_bytes(whole[: len(whole) - 6000])
    (store / "odd_1_all.deb").write_bytes(b"no package at all")
    shutil.copy(store / "one_2.0-1_all.deb", store / "other_1_all.deb")
    cache = tmp_path / "cache"
    names = ["two", "odd", "other", "absent", "one"]
    fetched = sources.fetch(names, cache, debs.from_folder(store))
    assert list(fetched.folders) == ["one"]
    assert fetched.skipped["two"].startswith("corrupt")
    assert fetched.skipped["odd"].startswith("corrupt")
    assert "holds the package one" in fetched.skipped["other"]
    assert "absent_*.deb" in fetched.skipped["absent"]
    assert sorted(p.name for p in cache.iterdir()) == ["manifest.json", "one"]
    with pytest.raises(OSError, match="4 packages could not be fetched"):
        fetched.whole()


@needs_dpkg
def test_a_full_disk_is_refused_and_leaves_nothing(store, tmp_path):
    deb(store, "huge", {"usr/a": "x"}, size=1 << 45)
    cache = tmp_path / "cache"
    with pytest.raises(OSError, match=r"MiB needed.*make room"):
        sources.fetch(["huge"], cache, debs.from_folder(store))
    deb(store, "large", {"usr/a": "x" * 300_000})
    code = (
        "import resource, sys; from pathlib import Path; from qvl.data import debs, sources\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "sources.fetch(['large'], Path(sys.argv[1]), debs.from_folder(Path(sys.argv[2])))"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code, str(cache), str(store)]
    env = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert "OSError" in done.stderr and done.returncode
    assert not [p for p in cache.iterdir() if p.name != "manifest.json"]


@needs_dpkg
def test_drafts_of_dead_processes_are_swept(store, tmp_path):
    cache = tmp_path / "cache"
    dead, alive = cache / ".draft-999999999-x", cache / f".draft-{os.getpid()}-x"
    dead.mkdir(parents=True)
    alive.mkdir()
    sources.fetch(["one"], cache, debs.from_folder(store))
    assert not dead.exists() and alive.exists()


@needs_dpkg
def test_the_verb_takes_packages_from_a_folder(store, tmp_path):
    cache = tmp_path / "cache"
    options = ["fetch", "--cache", str(cache), "--debs"]
    done = CliRunner().invoke(data.app, [*options, str(store)])
    assert done.exit_code == 1 and done.stdout == f"{cache / 'manifest.json'}\n"
    assert "skipped debian-handbook: no debian-handbook_*.deb" in done.stderr
    done = CliRunner().invoke(data.app, [*options, str(store / "absent")])
    assert isinstance(done.exception, ValueError) and "is no folder" in str(done.exception)
    done = CliRunner().invoke(data.app, ["fetch", "--profile", "tiny"])
    assert isinstance(done.exception, ValueError) and "choose one of" in str(done.exception)


def test_no_network_is_said_at_once(tmp_path, monkeypatch):
    tool = tmp_path / "apt-get"
    tool.write_text("#!/bin/sh\necho \"E: Could not resolve 'deb.debian.org'\" >&2\nexit 100\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(OSError, match="no network for apt"):
        debs.download("one", tmp_path)


def test_licences_are_told_for_each_file():
    rules = copyright.rules(DEP5)
    assert [r.licence for r in rules] == ["GPL-2+", "CC-BY-4.0", "CC-BY-4.0"]
    of = {
        "usr/share/x/pictures/a.png": "CC-BY-4.0",
        "usr/share/x/pictures/b/c.png": "CC-BY-4.0",  # * goes through slashes
        "usr/share/x/mypictures/a.png": "GPL-2+",  # a glob begins at a name
        "usr/share/odd*name.svg": "CC-BY-4.0",
        "usr/share/oddlyname.svg": "GPL-2+",
    }
    assert {path: copyright.licence_of(path, rules) for path in of} == of
    moved = copyright.rules("Files: 16.04/bridge.jpg\nLicense: CC0-1.0\n")
    assert copyright.licence_of("usr/share/backgrounds/bridge.jpg", moved) == "CC0-1.0"
    assert copyright.licence_of("usr/share/backgrounds/other.jpg", moved) is None
    assert copyright.rules("It was downloaded from somewhere.\n\nCopyright: all") == []


def test_a_package_that_shares_documentation_has_its_licence(tmp_path):
    doc = tmp_path / "common/usr/share/doc/common"
    doc.mkdir(parents=True)
    (doc / "copyright").write_text("Format: x\n\nFiles: *\nCopyright: a\nLicense: GFDL-1.2+\n")
    (tmp_path / "part/usr/share/doc").mkdir(parents=True)
    (tmp_path / "part/usr/share/doc/part").symlink_to("common")
    assert sources.licences(tmp_path / "part")("usr/share/x.html") == "GFDL-1.2+"
    (tmp_path / "bare").mkdir()
    assert sources.licences(tmp_path / "bare")("usr/x") == "unknown"


def test_profiles_grow_and_hold_nothing_held_out():
    ci, small, full = (set(packages.of_profile(p)) for p in packages.PROFILES)
    assert ci < small < full
    names = [p.name for p in packages.PACKAGES]
    assert len(names) == len(set(names)) and not set(names) & set(packages.HELD_OUT)
    assert packages.training(names) == names
    with pytest.raises(ValueError, match="held out for tests, not for training: r-doc-pdf"):
        packages.training(["debian-handbook", "r-doc-pdf"])
    with pytest.raises(ValueError, match="not among the packages for training: nothing"):
        packages.training(["nothing"])
    with pytest.raises(ValueError, match="choose one of ci, small, full"):
        packages.of_profile("tiny")


def test_what_is_named_is_known_to_be_held_out_or_not(tmp_path):
    maps = tmp_path / "kgeography-data/usr/share/kgeography"
    africa, france = (sources.named(maps / f"{n}.kgm", tmp_path) for n in ("africa", "france"))
    assert africa == "debian:kgeography-data/usr/share/kgeography/africa.kgm"
    provenance.check([africa], held=False)
    provenance.check([france], held=True)
    with pytest.raises(ValueError, match="held out"):
        provenance.check([france], held=False)
    stamp = tmp_path / "tuxpaint-stamps-default/usr/share/tuxpaint/stamps/plants/trees/oak.png"
    assert provenance.held_out(sources.named(stamp, tmp_path))


def test_held_out_items_are_fixed_by_name():
    assert held_out.map_held_out("france") and not held_out.map_held_out("africa")
    assert held_out.stamp_held_out("plants/trees") and not held_out.stamp_held_out("animals/birds")
