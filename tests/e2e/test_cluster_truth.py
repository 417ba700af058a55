"""A plan against what really happens: two processes that train, and a thousand that are faked."""

import json

import pytest
from launching import ran

FAKED = """
import sys
import torch
import torch.distributed as dist
import torch.distributed.nn
from torch.testing._internal.distributed.fake_pg import FakeStore
from qvl.config import QWEN_3B, QWEN_72B
from qvl.model.qwen import QwenVL
from qvl.train.cluster.units import units
from qvl.train.meshes import Parallel
from qvl.train.objective import NextToken
from qvl.train.parallel import World, parallelise

for cfg, layout in (
    (QWEN_3B, Parallel(dp_shard=64)),
    (QWEN_3B, Parallel(dp_replicate=2, dp_shard=8, cp=2, tp=2)),
    (QWEN_72B, Parallel(dp_replicate=8, dp_shard=16, tp=8)),
):
    dist.init_process_group("fake", store=FakeStore(), rank=0, world_size=layout.size)
    with torch.device("meta"):
        objective = NextToken(QwenVL(cfg))
    parallelise(objective, layout, World(0, layout.size))
    kept = sum(p.to_local().numel() for p in objective.parameters())
    planned = sum(unit.count * unit.local(layout) for unit in units(cfg))
    print(layout.size, kept, planned)
    dist.destroy_process_group()
"""


def test_a_thousand_faked_ranks_keep_what_the_plan_says():
    lines = [list(map(int, line.split())) for line in ran("-c", FAKED).splitlines()]
    assert [size for size, _, _ in lines] == [64, 64, 1024]
    for _, kept, planned in lines:
        assert kept == planned > 0


def test_two_processes_hold_and_send_what_the_plan_says():
    """Memory within 10 %, collectives' bytes within 1 %, for thirteen ways of sharing."""
    rows = json.loads(ran("benchmarks/plan.py", "--json"))
    assert len({row["case"] for row in rows}) == 13
    for row in rows:
        exact = row["what"] not in ("kept", "peak")
        assert row["plan"] == pytest.approx(row["run"], rel=0.01 if exact else 0.1), row
