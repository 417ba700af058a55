"""`qvl doctor`: what this installation has, what it lacks, and the remedy."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from qvl import __version__
from qvl.cli import output, parts
from qvl.cli.parts import Finding

Check = Callable[[], Iterator[Finding]]


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look the installation over; exit code 1 where a needed part does not work."""
    found = examine(CHECKS)
    problems = [each for each in found if each.remedy]
    if as_json:
        output.data({"ok": not problems, "findings": [asdict(each) for each in found]})
    else:
        for each in found:
            output.text(f"{'!!' if each.remedy else 'ok'} {each.part:12} {each.value}")
        for each in problems:
            output.note(f"{each.part}: {each.remedy}")
    if problems:
        raise typer.Exit(1)


def examine(checks: dict[str, tuple[Check, str]]) -> list[Finding]:
    """What each check finds; one that fails is a problem with the check's own remedy."""
    found: list[Finding] = []
    for part, (check, remedy) in checks.items():
        try:
            for each in check():
                found.append(each)  # what worked before a failure stays
        except Exception as error:  # whatever a broken installation drives a library to
            said = (str(error) or type(error).__name__).splitlines()[0]
            found.append(Finding(part, f"{type(error).__name__}: {said}", remedy))
    return found


def _python() -> Iterator[Finding]:
    yield Finding("qvl", __version__)
    remedy = "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer"
    yield Finding("python", f"{platform.python_version()}, {sys.executable}", remedy)
    yield Finding("system", f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores")


def _libraries() -> Iterator[Finding]:
    """Versions against what the installed package asks for; an extra's library may be missing."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    for line in requires("qvl") or []:
        asked = Requirement(line)
        extra = asked.marker is not None and not asked.marker.evaluate({"extra": ""})
        try:
            have = version(asked.name)
        except PackageNotFoundError:
            if not extra:
                yield Finding(asked.name, "missing", f"pip install '{asked.name}{asked.specifier}'")
            continue
        good = asked.specifier.contains(have, prereleases=True)
        remedy = "" if good else f"pip install '{asked.name}{asked.specifier}'"
        yield Finding(asked.name, f"{have} (asked: {asked.specifier})", remedy)


def _torch() -> Iterator[Finding]:
    import torch

    build = torch.version.cuda or torch.version.hip or "CPU"
    yield Finding("torch build", f"{build}, {torch.get_num_threads()} threads")
    features = sorted(k for k, v in _processor().items() if v)
    level = torch.backends.cpu.get_cpu_capability()
    yield Finding("processor", f"torch uses {level}; has {', '.join(features) or 'no extensions'}")
    yield Finding("memory", _memory())
    for i in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(i)
        major, minor = torch.cuda.get_device_capability(i)
        room = f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free"
        name = torch.cuda.get_device_name(i)
        yield Finding(f"cuda:{i}", f"{name}, capability {major}.{minor}, {room}")
    if not torch.cuda.is_available():
        yield Finding("gpu", "none that this torch can use; models run on the processor")
    wrong = float((torch.eye(64) @ torch.eye(64)).sub(torch.eye(64)).abs().max())
    assert wrong == 0, "a product of matrices is wrong"


def _processor() -> dict[str, bool]:
    """Extensions of the processor that matter to matrices, where the system tells them."""
    from qvl.engine.kernel.compiled import processor_flags

    have = processor_flags()
    wanted = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16", "bf16")
    return {name: name in have for name in wanted}


def _memory() -> str:
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total = os.sysconf("SC_PHYS_PAGES") * page
        with open("/proc/meminfo", encoding="utf-8") as file:
            lines = dict(line.split(":", 1) for line in file)
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError, AttributeError):
        return "this system does not tell"
    return f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB available"


CHECKS: dict[str, tuple[Check, str]] = {
    "python": (_python, "install Python 3.11 or newer"),
    "qvl": (_libraries, "install qvl as a package: pip install -e . in its folder"),
    "torch": (_torch, "install torch again, for this system: pytorch.org/get-started"),
    "kernel": (parts.kernel, "set CXX to another C++ compiler"),
    "pictures": (parts.pictures, "pip install --force-reinstall pillow"),
    "clips": (parts.clips, "pip install --force-reinstall av"),
    "pdf": (parts.pdf, "pip install --force-reinstall pypdfium2"),
    "hub": (parts.hub, "pip install --force-reinstall huggingface_hub"),
    "nano": (parts.nano, "take checkpoints/nano from the release, or install qvl again"),
}
