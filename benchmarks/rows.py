"""Products of one row at the shapes of the 3B model, and a step of its decoder with them.

python benchmarks/rows.py [--threads 1] [--rows 1] [--layers 8] [--only shapes|step]

Each product is of weights that no cache holds, and all take turns; the best time of each counts.
With one thread it is processor time, which other work on the machine disturbs least; with more it
is wall time. The step is of a fused model against `transformers`, in bfloat16, after a prompt of
256; `quant.py` has the steps in 8 and 4 bits.
"""

import argparse
import ctypes
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from decode import pair
from torch import Tensor

from qvl.engine.fuse import Rows, fused
from qvl.engine.kernel.compiled import FLAGS, compiler
from qvl.engine.kernel.layouts import GROUP, pack4, pack8
from qvl.engine.kernel.pages import settled
from qvl.engine.kernel.products import Kernel, load
from qvl.model.qwen import QwenVL

SHAPES = {
    "qkv": (2560, 2048),
    "o": (2048, 2048),
    "gate_up": (22016, 2048),
    "down": (2048, 11008),
    "head": (151936, 2048),
}
READ = 400e6  # bytes of weights of one format, at least: more than a cache keeps
REPEATS, STEPS, PROMPT = 7, 9, 256
SUM = """
extern "C" float total(const char* from, long bytes, int threads) {
  typedef float V __attribute__((vector_size(64)));
  float out = 0;
#pragma omp parallel for num_threads(threads) reduction(+ : out)
  for (long at = 0; at < bytes; at += 1 << 16) {
    V a = {}, b = {}, c = {}, d = {};
    for (const V *p = (const V*)(from + at), *end = p + 1024; p < end; p += 4)
      a += p[0], b += p[1], c += p[2], d += p[3];
    a += b + c + d;
    out += a[0];
  }
  return out;
}
"""

Work = Callable[[], object]


@dataclass(frozen=True)
class Timed:
    works: Mapping[str, Work]
    threads: int

    def best(self, repeats: int) -> dict[str, float]:
        """Seconds of each, taking turns after one call that is not counted."""
        clock = time.process_time if self.threads == 1 else time.perf_counter
        out = dict.fromkeys(self.works, float("inf"))
        for i in range(repeats + 1):
            for name, work in self.works.items():
                began = clock()
                work()
                if i:
                    out[name] = min(out[name], clock() - began)
        return out


def reader(threads: int) -> Work:
    """Reads READ bytes and adds them up: what the memory gives at best."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "sum.cpp", Path(folder) / "sum.so"
        source.write_text(SUM, encoding="utf-8")
        subprocess.run([compiler(), *FLAGS, str(source), "-o", str(made)], check=True)
        total = ctypes.CDLL(str(made)).total
    total.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_int]
    data = settled(torch.zeros(int(READ) >> 16 << 14))
    return lambda: total(data.data_ptr(), 4 * len(data), threads)


def works(kernel: Kernel, x: Tensor, out: int, width: int) -> Iterator[tuple[str, Work, float]]:
    """(name, product with every copy of the weights, bytes of all of them)."""
    draw = torch.Generator().manual_seed(0)
    weights = torch.randn(out, width, generator=draw).bfloat16()
    q8 = torch.randint(-127, 128, (out, width), dtype=torch.int8, generator=draw)
    q4 = torch.randint(0, 16, (out, width), dtype=torch.uint8, generator=draw)
    s8, s4 = torch.rand(out), torch.rand(out, width // GROUP).half()
    zeros = torch.full(s4.shape, 8, dtype=torch.uint8)
    both = torch.rand(width // GROUP, out, 2).bfloat16()
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(q4.int(), 1)

    def over(name: str, parts: tuple[Tensor, ...], product: Callable[..., Tensor]) -> Any:
        size = sum(each.nbytes for each in parts)
        large = name.startswith("kernel")  # as a served model has them
        copies = [tuple(map(torch.clone, parts)) for _ in range(-(-int(READ) // size))]
        if large:
            copies = [tuple(map(settled, each)) for each in copies]
        return name, lambda: [product(*each) for each in copies], size * len(copies)

    yield over("torch bf16", (weights,), lambda w: F.linear(x, w))
    if len(x) == 1:
        yield over("torch bf16 mv", (weights,), lambda w: torch.mv(w, x[0]))
    yield over("kernel bf16", (weights,), lambda w: kernel.bfloat16(x, w))
    int8, int4 = torch.ops.aten._weight_int8pack_mm, torch.ops.aten._weight_int4pack_mm_for_cpu
    yield over("torch int8", (q8, s8.bfloat16()), lambda w, s: int8(x, w, s))
    yield over("kernel int8", (pack8(q8), s8), lambda w, s: kernel.int8(x, w, s))
    yield over("torch int4", (packed, both), lambda w, s: int4(x, w, GROUP, s))
    yield over("kernel int4", (pack4(q4), s4, zeros), lambda w, s, z: kernel.int4(x, w, s, z))


def shapes(kernel: Kernel, rows: int, threads: int) -> None:
    read = reader(threads)
    print(f"{'':24}{'ms':>9}{'GB/s':>8}{'of reading':>12}{'of torch bf16':>15}")
    for name, (out, width) in SHAPES.items():
        x = torch.randn(rows, width).bfloat16()
        each = list(works(kernel, x, out, width))
        best = Timed({"read": read, **{n: work for n, work, _ in each}}, threads).best(REPEATS)
        most = READ / best["read"]
        print(f"{name} {out}x{width}: reading at {most / 1e9:.1f} GB/s")
        copies = {n: size / _bytes(n, out * width) for n, _, size in each}
        plain = best["torch bf16"] / round(copies["torch bf16"])
        for n, _, size in each:
            own = best[n] / max(1, round(copies[n]))
            rate = size / best[n]
            share = f"{rate / most:11.0%} {plain / own:14.2f}x"
            print(f"  {n:22}{1e3 * own:9.3f}{rate / 1e9:8.1f} {share}")


def _bytes(name: str, numbers: int) -> float:
    """Bytes of one matrix of a format: group scales and zeros count."""
    per = {"torch int4": 0.5 + 4 / GROUP, "kernel int4": 0.5 + 3 / GROUP}
    return numbers * per.get(name, 1 if "int8" in name else 2)


def attend(model: QwenVL) -> Callable[..., Tensor]:
    """One token that sees a cache of PROMPT others, as the engine lays it out on a CPU."""
    text = model.cfg.text
    shape = (text.num_hidden_layers, text.num_key_value_heads, PROMPT + 1, text.head_dim)
    keys, values = (torch.randn(shape).bfloat16() for _ in range(2))

    def see(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        keys[layer, :, PROMPT:] = k.transpose(0, 1)
        values[layer, :, PROMPT:] = v.transpose(0, 1)
        qs = q.view(1, keys.shape[1], -1, q.shape[2])  # the queries of a group as its rows
        seen = F.scaled_dot_product_attention(qs, keys[layer][None], values[layer][None])
        return seen.flatten(1, 2)

    return see


@torch.inference_mode()
def step(kernel: Kernel, layers: int, threads: int) -> None:
    model, peer = pair(layers, torch.bfloat16)
    size = sum(x.nbytes for x in [*model.model.layers.parameters(), model.lm_head.weight])
    model = fused(model, kernel)
    products = [each for each in model.modules() if isinstance(each, Rows)]
    token, where = torch.tensor([5]), torch.full((3, 1), PROMPT)
    see = attend(model)
    past = peer(input_ids=torch.randint(32000, (1, PROMPT)), use_cache=True).past_key_values

    def ours(by: Kernel | None) -> None:
        for each in products:
            each.kernel = by
        x = model.model.embed_tokens(token)
        model.lm_head(model.model(x, where, see)).float().argmax()

    def theirs() -> None:
        logits = peer(input_ids=token[None], past_key_values=past, use_cache=True).logits
        logits[0, -1].float().argmax()
        past.crop(-1)

    works = {"reading": reader(threads), "transformers": theirs}
    works |= {"torch alone": lambda: ours(None), "with the kernel": lambda: ours(kernel)}
    best = Timed(works, threads).best(STEPS)
    print(f"a step of {layers} layers, {size / 1e9:.2f} GB in bfloat16:", end=" ")
    print(f"reading at {READ / best.pop('reading') / 1e9:.1f} GB/s")
    for name, spent in best.items():
        ratio = best["transformers"] / spent
        print(f"  {name:22}{1e3 * spent:9.1f} ms{ratio:8.2f}x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--only", choices=["shapes", "step"])
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    kernel = load()
    if asked.only != "step":
        shapes(kernel, asked.rows, asked.threads)
    if asked.only != "shapes":
        step(kernel, asked.layers, asked.threads)


if __name__ == "__main__":
    sys.exit(main())
