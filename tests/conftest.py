"""Every test: one thread (the cores are shared), a seed to vary, no time limits on examples."""

import hypothesis
import pytest
import torch


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=0, help="draws other models and inputs")


def pytest_configure(config):
    torch.set_num_threads(1)
    hypothesis.settings.register_profile("qvl", deadline=None, derandomize=True, database=None)
    hypothesis.settings.load_profile("qvl")


def pytest_report_header(config):
    return f"seed: {config.getoption('--seed')}"


@pytest.fixture(scope="session")
def seed(pytestconfig):
    return pytestconfig.getoption("--seed")
