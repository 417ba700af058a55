"""One Debian package: downloaded, checked and unpacked, never installed, and needing no root."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RECORD = ".source.json"  # in an unpacked package: what it is, written before it gets its name
_DRAFT = ".draft-"
_NETWORK = ("Could not resolve", "Temporary failure", "Network is unreachable", "Could not connect")
_FULL = ("No space left", "quota exceeded", "size limit exceeded", "Wrote only", "Cannot write")
_WAIT = ("-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30")

Take = Callable[[str, Path], Path]  # (package, empty folder) -> the .deb, put there or elsewhere


class BadPackage(Exception):
    """This package cannot be had or read; others may."""


def download(package: str, folder: Path) -> Path:
    """The package's .deb from the mirrors that apt knows, checked by apt against its index.

    BadPackage if there is none of that name; OSError if nothing at all can be downloaded.
    """
    command = ["apt-get", "download", "-qq", *_WAIT, package]
    done = _run(command, folder)
    debs = list(folder.glob("*.deb"))
    if done.returncode or len(debs) != 1:
        reason = _reason(done.stderr)
        if any(sign in done.stderr for sign in _NETWORK):
            raise OSError(f"no network for apt: {reason}; check it, or give a folder of .deb files")
        raise BadPackage(f"{reason}; try apt-get update")
    return debs[0]


def from_folder(debs: Path) -> Take:
    """Take packages from a folder of .deb files, for machines without a network."""

    def take(package: str, folder: Path) -> Path:
        found = sorted(debs.glob(f"{package}_*.deb"))
        if not found:
            raise BadPackage(f"no {package}_*.deb in {debs}")
        return found[-1]

    return take


def unpack(package: str, home: Path, take: Take = download) -> dict[str, Any]:
    """Put a package's files at `home`/`package`, all or nothing, and return its record.

    BadPackage if it is missing, corrupt or another; OSError if the disk is full or apt is offline.
    """
    with tempfile.TemporaryDirectory(prefix=f"{_DRAFT}{os.getpid()}-", dir=home) as name:
        draft = Path(name)
        deb = take(package, draft)
        fields = _fields(deb)
        if fields.get("Package") != package:
            raise BadPackage(f"{deb.name} holds the package {fields.get('Package')}")
        _room(int(fields.get("Installed-Size", "0")) * 1024, home)
        tree = draft / "tree"
        done = _run(["dpkg-deb", "-x", str(deb), str(tree)], draft)
        if done.returncode:
            if any(sign in done.stderr for sign in _FULL):
                raise OSError(f"{home}: the disk is full, {package} was not unpacked")
            raise BadPackage(f"corrupt: {_reason(done.stderr)}")
        digest = hashlib.sha256(deb.read_bytes()).hexdigest()
        record = {"version": fields["Version"], "sha256": digest, "size": deb.stat().st_size}
        (tree / RECORD).write_text(json.dumps(record) + "\n")
        try:
            tree.rename(home / package)
        except OSError:
            if not (home / package).is_dir():  # else another process was faster
                raise
    return record


def adopt(package: str, folder: Path, version: str) -> dict[str, Any]:
    """The record of an unpacked package that has none: sums as apt's index says, if it knows."""
    record: dict[str, Any] = {"version": version, "sha256": "unknown", "size": 0}
    if shutil.which("apt-cache"):
        shown = _run(["apt-cache", "show", f"{package}={version}"], folder).stdout
        sums = dict(re.findall(r"^(SHA256|Size): (\w+)$", shown, re.MULTILINE))
        if len(sums) == 2:
            record |= {"sha256": sums["SHA256"], "size": int(sums["Size"])}
    draft = folder / f"{RECORD}.{os.getpid()}"
    draft.write_text(json.dumps(record) + "\n")
    draft.replace(folder / RECORD)
    return record


def sweep(home: Path) -> None:
    """Remove the drafts of processes that are gone."""
    for draft in home.glob(f"{_DRAFT}*"):
        owner = draft.name.removeprefix(_DRAFT).split("-")[0]
        if not (owner.isdigit() and _alive(int(owner))):
            shutil.rmtree(draft, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _fields(deb: Path) -> dict[str, str]:
    done = _run(["dpkg-deb", "-f", str(deb), "Package", "Version", "Installed-Size"], deb.parent)
    if done.returncode:
        raise BadPackage(f"corrupt: {_reason(done.stderr)}")
    return dict(re.findall(r"^([\w-]+): (.*)$", done.stdout, re.MULTILINE))


def _room(needed: int, home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < needed:
        raise OSError(f"{home}: {needed >> 20} MiB needed, {free >> 20} MiB free; make room")


def _run(command: Sequence[str], where: Path) -> subprocess.CompletedProcess[str]:
    quiet = os.environ | {"LC_ALL": "C"}  # errors are recognised by their English words
    return subprocess.run(
        command, cwd=where, env=quiet, capture_output=True, text=True, errors="replace", check=False
    )


def _reason(stderr: str) -> str:
    return (stderr.strip().splitlines() or ["no reason given"])[-1]
