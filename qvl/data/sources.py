"""Where training data comes from: Debian packages, downloaded and unpacked, never installed."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

TEXT = ("debian-handbook", "gimp-help-en", "gnucash-docs")
PICTURES = ("tuxpaint-stamps-default",)
TRAINING = TEXT + PICTURES  # every other documentation package is held out for tests
HELD_OUT = (  # what `samples` and the evaluation are made of
    "sqlite3-doc",
    "git-doc",
    "debian-policy",
    "iso-flags-png-320x240",
    "kgeography-data",
    "fonts-open-sans",
    "fonts-lato",
    "fonts-crosextra-carlito",
    "fonts-roboto-unhinted",
    "fonts-vollkorn",
)
MANIFEST = "manifest.json"


def fetch(packages: Iterable[str], cache: Path) -> dict[str, Path]:
    """Each package unpacked below `cache`, and a manifest with its version and licences.

    What is there already stays. RuntimeError says what is missing where apt cannot help.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise RuntimeError(f"{tool} is not here: training data comes from Debian packages")
    folders = {}
    manifest = _manifest(cache)
    for package in packages:
        folder = cache / package
        if not folder.is_dir():
            manifest[package] = _unpack(package, folder)
        elif package not in manifest:
            manifest[package] = {"version": "unknown", "licences": licences(folder)}
        folders[package] = folder
    draft = cache / f".{MANIFEST}"
    draft.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    draft.replace(cache / MANIFEST)
    return folders


def _manifest(cache: Path) -> dict[str, dict[str, object]]:
    path = cache / MANIFEST
    return json.loads(path.read_text()) if path.is_file() else {}


def _unpack(package: str, folder: Path) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=folder.parent) as name:
        draft = Path(name)
        _run(["apt-get", "download", "-qq", package], draft, package)
        deb = next(draft.glob("*.deb"))
        version = _run(["dpkg-deb", "-f", deb.name, "Version"], draft, package).strip()
        _run(["dpkg", "-x", deb.name, "tree"], draft, package)
        (draft / "tree").rename(folder)
    return {"version": version, "licences": licences(folder)}


def _run(command: Sequence[str], where: Path, package: str) -> str:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise RuntimeError(f"package {package}: {reason}; try apt-get update, or check the network")
    return done.stdout


def licences(folder: Path) -> list[str]:
    """The licence names of a package's copyright file; where it shares another's, that name."""
    names: dict[str, None] = {}
    for path in sorted(folder.glob("usr/share/doc/*")):
        if path.is_symlink():
            names[f"as {path.readlink().name}"] = None
    for path in sorted(folder.glob("usr/share/doc/*/copyright")):
        for line in path.read_text(errors="replace").splitlines():
            if found := re.match(r"License: *(\S.*)", line):
                names[found.group(1).strip()] = None
    return list(names)
