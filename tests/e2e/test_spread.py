"""However a step is spread over processes, it is the step that one process takes."""

import json
from pathlib import Path

import pytest
from launching import ran

PROGRAM = Path(__file__).parent / "spread.py"
NEAR = 1e-5  # float32 in another order
HALF = 3e-2  # products in bfloat16


def spread(processes: int, *cases: str) -> dict[str, dict]:
    """What the program tells of each case; a process that waits for another is no answer."""
    told = ran(PROGRAM, *cases, ranks=processes, timeout=300)
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    found = {line["case"]: line for line in lines}
    assert found.keys() == set(cases)
    return found


def check(found: dict[str, dict], near: float = NEAR) -> None:
    """Losses, norms and gradients of two steps and the weights after them; calls by rank."""
    for case, line in found.items():
        assert line["norm"] > 1, case
        assert max(line["off"]) < near, line
        assert line["alike"], f"{case}: ranks did not call each other equally often"


def test_two_processes_are_one_in_every_way_of_spreading():
    cases = ("shard", "shard-rest-llm", "replicate", "heads", "cut", "shard-half")
    found = spread(2, *cases)
    check({"half": found.pop("shard-half")}, HALF)
    check(found)


@pytest.mark.slow
def test_two_processes_are_one_in_the_other_ways():
    check(
        spread(
            2,
            *("shard-untied", "shard-rest-tower", "shard-again", "heads-rest-tower"),
            *("cut-one-key-head", "cut-rest-llm"),
        )
    )


@pytest.mark.slow
def test_two_processes_are_one_where_blocks_are_compiled():
    check(spread(2, "compile", "compile-heads", "compile-cut"))


@pytest.mark.slow
def test_four_processes_are_one():
    check(
        spread(
            4,
            *("shard-heads", "replicate-shard", "replicate-heads", "replicate-cut"),
            *("shard-cut", "cut-heads", "cut-four"),
        )
    )
