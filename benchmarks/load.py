"""Opens a random 3B in bfloat16, in shards, against `from_pretrained`: seconds and peak memory.

python benchmarks/load.py [--folder DIR] [--repeats 3]

Needs 7.6 GB on the disk, which it frees again, and 8 GB of memory. Each opening is a process of
its own; imports are not counted; then every page of every weight is touched.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from qvl.config import QWEN_3B
from qvl.model import weights
from qvl.model.qwen import QwenVL

SHARD = 5 * 10**9  # bytes
GIB = 2**30


def make(folder: Path) -> None:
    """A checkpoint of random rows: as large as the real one, and quick to write."""
    with torch.device("meta"):
        model = QwenVL(QWEN_3B)
    for name, x in list(model.named_parameters()):
        home, _, last = name.rpartition(".")
        rows = 0.02 * torch.randn(x.shape[0], *[1] * (x.dim() - 1), dtype=torch.bfloat16)
        setattr(model.get_submodule(home), last, torch.nn.Parameter(rows.expand(x.shape)))
    model.tie()
    weights.save(model, folder, SHARD)


def open_one(who: str, folder: Path) -> dict[str, float]:
    """Seconds to open (of the clock, of the processor) and to touch; bytes of weights and peak."""
    if who == "qvl":
        began, cpu = time.perf_counter(), time.process_time()
        model: Any = weights.load(folder)
    else:
        from transformers import Qwen2_5_VLForConditionalGeneration as Peer

        began, cpu = time.perf_counter(), time.process_time()
        model = Peer.from_pretrained(folder, dtype=torch.bfloat16)
    opened, cpu = time.perf_counter() - began, time.process_time() - cpu
    own = list(model.parameters())
    for x in own:
        x.detach().flatten().view(torch.uint8)[::4096].sum()
    return {
        "open": opened,
        "cpu": cpu,
        "touch": time.perf_counter() - began - opened,
        "weights": sum(x.numel() * x.element_size() for x in own),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def ask(folder: Path, *words: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--folder", str(folder), *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout or "{}")


def compare(folder: Path, repeats: int) -> None:
    seen: dict[str, list[dict[str, float]]] = {"qvl": [], "transformers": []}
    for i in range(repeats + 1):
        for who, runs in seen.items():
            run = ask(folder, "--one", who)
            if i:  # the first round fills the page cache
                runs.append(run)
    print(
        f"{'':14}{'open, s':>9}{'of CPU':>9}{'touch, s':>9}{'peak, GiB':>11}"
        f"{'over weights, GiB':>19}"
    )
    middle = {}
    for who, runs in seen.items():
        middle[who] = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        row = middle[who]
        over = (row["peak"] - row["weights"]) / GIB
        print(
            f"{who:14}{row['open']:9.2f}{row['cpu']:9.2f}{row['touch']:9.2f}"
            f"{row['peak'] / GIB:11.2f}{over:19.2f}"
        )
    print(f"opens {middle['transformers']['open'] / middle['qvl']['open']:.1f} times as fast")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", choices=["make", "qvl", "transformers"], help="for its processes")
    options = parser.parse_args()
    if options.one == "make":
        make(options.folder)
    elif options.one:
        print(json.dumps(open_one(options.one, options.folder)))
    else:
        folder = Path(tempfile.mkdtemp(dir=options.folder, prefix="qvl-load-"))
        try:
            ask(folder, "--one", "make")
            compare(folder, options.repeats)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
