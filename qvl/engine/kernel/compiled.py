"""A source file to a library of this machine: compiled once, kept in the user's cache folder."""

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("rows.cpp")
COMPILERS = ("c++", "g++", "clang++")
FLAGS = (
    *("-std=gnu++17", "-O3", "-march=native", "-ffp-contract=fast", "-fopenmp"),
    *("-fno-exceptions", "-fno-rtti", "-fPIC", "-shared"),
)
LONGEST = 300  # seconds that a compiler may take; a few are usual


class NoKernel(OSError):
    """Why there is no compiled kernel here, and what would give one, in one sentence."""


def library() -> Path:
    """The library of SOURCE for this processor, from the cache or compiled now; NoKernel.

    Its name holds the digest of what it was made from and of its own bytes: a file that is cut
    off or changed is not loaded but removed, and any number of processes may make it at once.
    """
    tool = compiler()
    key = _key(tool)
    folder = cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in sorted(folder.glob(f"{key}-*.so")):
            if path.name == _name(key, path):
                return path
            path.unlink(missing_ok=True)
        return _made(tool, folder, key)
    except OSError as error:
        if isinstance(error, NoKernel):
            raise
        raise NoKernel(
            f"the kernel cannot be kept in {folder}: {error.strerror or error}; make it writable "
            "or set XDG_CACHE_HOME"
        ) from None


def compiler() -> str:
    """The path of the C++ compiler: what CXX says, or the first of COMPILERS that is there."""
    asked = os.environ.get("CXX")
    for name in [asked] if asked else COMPILERS:
        if path := shutil.which(name):
            return path
    named = f"CXX names {asked!r}, which is not there" if asked else "there is no C++ compiler"
    raise NoKernel(f"{named}; apt-get install g++")


def cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "qvl" / "kernel"


def processor_flags() -> list[str]:
    """The extensions of the processor, where the system tells them."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            line = next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        line = ""
    return line.partition(":")[2].split()


def _key(tool: str) -> str:
    version = _run([tool, "--version"]).stdout
    machine = [platform.system(), platform.machine(), platform.processor(), *processor_flags()]
    parts = [SOURCE.read_text("utf-8"), tool, version, *FLAGS, *machine]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _name(key: str, file: Path) -> str:
    return f"{key}-{hashlib.sha256(file.read_bytes()).hexdigest()[:24]}.so"


def _made(tool: str, folder: Path, key: str) -> Path:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".draft-") as draft:
        out = Path(draft) / "rows.so"
        done = _run([tool, *FLAGS, str(SOURCE), "-o", str(out)])
        if done.returncode or not out.is_file():
            said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[0]
            raise NoKernel(f"{tool} does not compile the kernel: {said}; set CXX to another one")
        path = folder / _name(key, out)
        os.replace(out, path)
    return path


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=LONGEST
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoKernel(f"{command[0]} does not run: {error}; set CXX to another one") from None
