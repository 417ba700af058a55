"""What keeps the house small: names, lengths, sizes, and no word of one machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted((ROOT / "qvl").rglob("*.py"))
LINES = 200
FILE, TREE = 16 << 20, 48 << 20  # bytes


checkout = pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="no git checkout: what is shipped cannot be told"
)


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_files_are_short():
    long = {p.name: n for p in CODE if (n := len(p.read_text().splitlines())) > LINES}
    assert not long


def test_no_file_is_named_for_nothing():
    vague = {"utils", "common", "base", "helpers", "misc"}
    assert not [p for p in CODE if p.stem in vague]


def test_packages_are_empty():
    packages = [p for p in CODE if p.name == "__init__.py" and p.parent.name != "qvl"]
    assert packages and not [p for p in packages if p.read_text()]


@checkout
def test_the_tree_is_small():
    sizes = {p: p.stat().st_size for p in tracked()}
    assert max(sizes.values()) <= FILE
    assert sum(sizes.values()) <= TREE


@checkout
def test_no_path_of_a_machine():
    roots = "|".join(["work", "farm", "root"])
    path = re.compile(rf"(^|[^\w.])/({roots})/")
    texts = [p for p in tracked() if p.suffix in {".py", ".md", ".toml", ".sh", ".json", ""}]
    found = [p.name for p in texts if path.search(p.read_text(errors="replace"))]
    assert not found


def test_importing_qvl_imports_no_torch():
    code = "import sys, qvl; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_verb_starts_without_torch():
    """Torch takes a second to import: `--help` and bad input do not wait for it."""
    told = "import sys, qvl.cli.main; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT).returncode == 0
