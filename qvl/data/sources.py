"""A cache of Debian packages: fetched once, unpacked, with a manifest of who allows what."""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvl.data import copyright, debs
from qvl.data.packages import PACKAGES

MANIFEST = "manifest.json"
DOCS = "usr/share/doc"


@dataclass(frozen=True)
class Fetched:
    """The folders of packages, and why others have none."""

    folders: dict[str, Path]
    skipped: dict[str, str]

    def whole(self) -> dict[str, Path]:
        """The folders, or OSError with what was skipped."""
        if self.skipped:
            told = "; ".join(f"{name}: {why}" for name, why in self.skipped.items())
            raise OSError(f"{len(self.skipped)} packages could not be fetched: {told}")
        return self.folders


def home() -> Path:
    """Where packages lie unless told otherwise."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "qvl" / "debian"


def fetch(
    packages: Iterable[str],
    cache: Path,
    take: debs.Take = debs.download,
    say: Callable[[str], None] = lambda line: None,
) -> Fetched:
    """Each package unpacked below `cache`, and a manifest with versions, sums and licences.

    What is there already stays, so a second run goes on where the first one stopped. A package
    that is missing or corrupt is skipped with its reason. OSError: no apt, no network, disk full.
    """
    for tool in ("apt-get", "dpkg-deb") if take is debs.download else ("dpkg-deb",):
        if shutil.which(tool) is None:
            raise OSError(f"{tool} is not here: training data comes from Debian packages")
    cache.mkdir(parents=True, exist_ok=True)
    debs.sweep(cache)
    folders, skipped = {}, {}
    for package in packages:
        folder = cache / package
        if not folder.is_dir():
            try:
                record = debs.unpack(package, cache, take)
            except debs.BadPackage as error:
                skipped[package] = str(error)
                say(f"{package}: skipped: {error}")
                continue
            say(f"{package} {record['version']}: {record['size'] / 1e6:.1f} MB")
        folders[package] = folder
    write_manifest(cache)
    return Fetched(folders, skipped)


def write_manifest(cache: Path) -> dict[str, dict[str, Any]]:
    """Describe every package in the cache, by name, in one file that is never half written."""
    path = cache / MANIFEST
    before = json.loads(path.read_text()) if path.is_file() else {}
    folders = sorted(p for p in cache.iterdir() if p.is_dir() and not p.name.startswith("."))
    told = {p.name: _described(p, before.get(p.name, {})) for p in folders}
    draft = cache / f".{MANIFEST}.{os.getpid()}"
    draft.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    draft.replace(path)
    return told


def _described(folder: Path, before: dict[str, Any]) -> dict[str, Any]:
    """What the manifest says of a package; an older manifest may know its version."""
    kept = folder / debs.RECORD
    if kept.is_file():
        record = json.loads(kept.read_text())
    else:
        record = debs.adopt(folder.name, folder, str(before.get("version", "unknown")))
    row = next((each for each in PACKAGES if each.name == folder.name), None)
    text = copyright_text(folder)
    return record | {
        "kind": row.kind if row else "unknown",
        "licence": row.licence if row else "unknown",
        "licences": copyright.names(text),
        "items": [[rule.glob, rule.licence] for rule in copyright.rules(text)],
    }


def copyright_text(folder: Path) -> str:
    """A package's copyright file; where its documentation is another package's, that one's."""
    path = folder / DOCS / folder.name
    if path.is_symlink():
        other = path.readlink().name
        path = folder.parent / other / DOCS / other
    path /= "copyright"
    return path.read_text(errors="replace") if path.is_file() else ""


def named(path: Path, cache: Path) -> str:
    """A fetched file as a record names its sources: "debian:PACKAGE/path"."""
    return f"debian:{path.relative_to(cache).as_posix()}"


def licences(folder: Path) -> Callable[[str | Path], str]:
    """The licence of each file of an unpacked package, by its path.

    What the copyright file says of that file, else what it says of the whole, else "unknown".
    """
    text = copyright_text(folder)
    ordered = copyright.rules(text)
    row = next((each.licence for each in PACKAGES if each.name == folder.name), None)
    whole = row or " and ".join(copyright.names(text)) or "unknown"

    def of(path: str | Path) -> str:
        inside = os.path.relpath(path, folder) if os.path.isabs(path) else str(path)
        return copyright.licence_of(inside, ordered) or whole

    return of
