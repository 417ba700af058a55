"""Two processes compute the references that one does, and learn from a pass what one learns;
so they do with a model of which each holds a part.
"""

import torch
from launching import ran

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
import torch
import torch.distributed as dist
from torch.distributed.fsdp import fully_shard
from qvl.train.onepass import one_pass
from qvl.train.parallel import World
from qvl.train.references import BLOCK, compute
from tests.unit.test_references import Numbered, cache, fresh

torch.set_num_threads(1)
world, out = World.join("cpu"), Path(sys.argv[1])
objective, source = fresh(), Numbered(BLOCK + 3)
kept = replace(cache(out, objective.model), capacity=400)
once = one_pass(objective, source, kept, 2, world=world)
batches = [batch for step in range(once.steps) for batch in once(step)]
for batch in batches:
    objective(batch, len(source))[0].backward()
grads = torch.cat([p.grad.flatten() for p in objective.parameters()])
if world.size > 1:
    dist.all_reduce(grads)
if world.size > 1:
    sharded, apart = fresh(), replace(kept, folder=out / "sharded")
    for layer in sharded.model.model.layers:
        fully_shard(layer)
    fully_shard(sharded)
    for part in (sharded, *sharded.model.model.layers):
        part.set_gradient_divide_factor(1.0)
        part.set_force_sum_reduction_for_comms(True)
    assert tuple(compute(sharded, source, apart, world)) == once.references
    for batch in batches:
        sharded(batch, len(source))[0].backward()
    whole = torch.cat([p.grad.full_tensor().flatten() for p in sharded.parameters()])
    torch.testing.assert_close(whole, grads, rtol=1e-4, atol=1e-6)
if not world.rank:
    references = b"".join(path.read_bytes() for path in sorted(kept.home.iterdir()))
    torch.save({"grads": grads, "references": references}, out / "found.pt")
world.leave()
"""


def test_two_processes_are_one(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    found = {}
    for name, ranks in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        ran(tmp_path / "program.py", tmp_path / name, ranks=ranks)
        found[name] = torch.load(tmp_path / name / "found.pt")
    assert found["one"]["references"] == found["two"]["references"]
    torch.testing.assert_close(found["one"]["grads"], found["two"]["grads"], rtol=1e-4, atol=1e-6)
