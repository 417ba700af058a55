"""Options and limits that every test shares."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the suite fetches nothing

import pytest
import torch
from hypothesis import HealthCheck, settings

slow = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # of the machine
settings.register_profile("quick", max_examples=60, derandomize=True, **slow)
settings.register_profile("soak", max_examples=2000, **slow)


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=0, help="of random weights, sizes and texts")
    parser.addoption("--soak", action="store_true", help="many more random examples")


def pytest_configure(config):
    settings.load_profile("soak" if config.getoption("--soak") else "quick")
    torch.set_num_threads(1)  # the models are tiny


def pytest_report_header(config):
    return f"seed: {config.getoption('--seed')}"


@pytest.fixture(scope="session")
def seed(pytestconfig) -> int:
    return pytestconfig.getoption("--seed")


@pytest.fixture(scope="session")
def ranks() -> dict[bytes, int]:
    """The published byte pairs, as the dashscope package carries them."""
    import base64
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("dashscope")
    assert spec and spec.origin
    lines = (Path(spec.origin).parent / "resources" / "qwen.tiktoken").read_bytes().splitlines()
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines)}


@pytest.fixture(scope="session")
def published(ranks):
    """The published tokenizer; whoever changes its flags puts them back."""
    from qvl.chat.tokenizer import Tokenizer, official

    return Tokenizer(official(ranks))


@pytest.fixture(scope="session")
def letters() -> None:
    """Skip where the families that charts and tables are drawn with are not installed."""
    from qvl.data.synth.charts.fonts import _LATIN, _OTHERS, known

    try:
        for family in {*_LATIN, *(each for row in _OTHERS.values() for each in row)}:
            known(family)
    except RuntimeError as error:
        pytest.skip(str(error))
