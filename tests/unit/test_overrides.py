"""Settings from TOML and overrides: what is known is checked, what is unknown is an error."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from qvl.overrides import load


@dataclass(frozen=True)
class Inner:
    rate: float = 1.0
    kind: Literal["a", "b"] = "a"


@dataclass(frozen=True)
class Outer:
    steps: int
    out: Path
    rows: tuple[Inner, ...] = ()
    sizes: tuple[int, ...] = ()
    one: Inner = field(default_factory=Inner)
    may: Inner | None = None
    on: bool = False
    name: str = ""


@pytest.fixture
def path(tmp_path) -> Path:
    file = tmp_path / "a.toml"
    file.write_text(
        'steps = 3\nout = "x/y"\nsizes = [1, 2]\n[one]\nrate = 2\n[[rows]]\nkind = "b"\n[[rows]]\n'
    )
    return file


def test_a_file_becomes_data_classes(path):
    rows = (Inner(kind="b"), Inner())
    assert load(Outer, path) == Outer(3, Path("x/y"), rows, (1, 2), Inner(2.0))


def test_overrides_reach_every_place(path):
    words = ["steps=4", "one.rate=1e-3", "rows.1.kind=b", "may.rate=5", "on=true", "out=other dir"]
    got = load(Outer, path, words)
    assert (got.steps, got.one.rate, got.rows[1].kind, got.on) == (4, 1e-3, "b", True)
    assert got.may == Inner(5.0) and got.out == Path("other dir")


@pytest.mark.parametrize(
    ("words", "sizes", "rows"),
    [
        (["sizes.1=5"], (1, 5), (Inner(kind="b"), Inner())),
        (["sizes=[]", "rows=[]"], (), ()),
        (["sizes=[7, 8, 9]", "sizes.2=0"], (7, 8, 0), (Inner(kind="b"), Inner())),
        (["rows.0.rate=3", "rows.0.kind=a"], (1, 2), (Inner(3.0), Inner())),
        (["rows=[{rate=4}]", "rows.0.kind=b"], (1, 2), (Inner(4.0, "b"),)),
    ],
)
def test_overrides_reach_into_lists(path, words, sizes, rows):
    got = load(Outer, path, words)
    assert (got.sizes, got.rows) == (sizes, rows)


def test_the_last_word_counts_and_text_may_hold_anything(path):
    got = load(Outer, path, ["steps=4", "steps=5", "out=a=b", "name=1e3 x\nsteps=9"])
    assert (got.steps, got.out, got.name) == (5, Path("a=b"), "1e3 x\nsteps=9")
    assert load(Outer, path, ["name=3\nsteps=9"]).name == "3\nsteps=9"
    assert load(Outer, path, ["name="]).name == ""


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("one.rat=1", "'rat' is unknown; did you mean 'rate'"),
        ("step=1", "did you mean 'steps'"),
        ("one.kind=c", "'c'; take one of a, b"),
        ("steps=1.5", "steps is 1.5; it has to be a whole number"),
        ("on=1", "on is 1; it has to be true or false"),
        ("rows.2.kind=a", "no place in a list of 2"),
        ("steps.x=1", "has nothing below it"),
        ("steps", "no override"),
        ("rows=1", "it has to be a list"),
        ("rows.0.kid=a", r"rows\.0: 'kid' is unknown; did you mean 'kind'"),
        ("rows=[{rate=1}, {rate='x'}]", r"rows\.1: rate is 'x'; it has to be a number"),
        ("rows=[1]", r"rows\.0 is 1; it has to be a table"),
        ("sizes=[1, true]", r"sizes\.1 is True; it has to be a whole number"),
        ("sizes.2=1", "'2' is no place in a list of 2, from 0"),
        ("sizes.²=1", "'²' is no place in a list"),
        ("sizes.-1=1", "'-1' is no place in a list"),
        ("one=2", "one is 2; it has to be a table"),
        ("may=2", "may is 2; it has to be a table"),
        ("may.rate=fast", "may: rate is 'fast'; it has to be a number"),
        ("one.rate=true", "rate is True; it has to be a number"),
        ("name=3", "name is 3; it has to be text"),
        ("zzz=1", "'zzz' is unknown; there are steps, out, "),
        ("=1", "no override"),
    ],
)
def test_what_is_wrong_is_named(path, word, said):
    with pytest.raises(ValueError, match=said):
        load(Outer, path, [word])


def test_what_is_missing_or_no_toml_is_named(tmp_path):
    file = tmp_path / "b.toml"
    file.write_text("steps = 1\n")
    with pytest.raises(ValueError, match=r"b\.toml: out is missing"):
        load(Outer, file)
    file.write_text("steps = = 1\n")
    with pytest.raises(ValueError, match="is no TOML"):
        load(Outer, file)
    file.write_bytes(b'out = "\xff"\n')
    with pytest.raises(ValueError, match="is no TOML: it is not UTF-8"):
        load(Outer, file)
    with pytest.raises(ValueError, match="cannot be read"):
        load(Outer, tmp_path / "none.toml")
