"""Eight mixed requests of nano: one by one, at once, and in padded batches of `transformers`.

python benchmarks/serving.py [--repeats 3] [--tokens 128] [--threads 1 2]

Pictures of `samples/` from 269x19 to 812x588 pixels as they are seen, prompts to read, to find and
to list; greedy, each answer ends where it ends. A side's tokens are those of the answers, end
tokens included, never padding. Ours begins at pixels, the reference at ids and normalised patches.
Every run of ours has an engine of its own, which has seen nothing yet. Each way is taken in the
type of numbers and with the threads that it is fastest with; these are tried first and printed.
The last column counts answers that are those of float32, one by one.
"""

import argparse
import sys
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from padded import left_padded, trimmed
from PIL import Image
from transformers import Qwen2_5_VLForConditionalGeneration

import qvl
from qvl.engine.sequence import Request
from qvl.messages import Message, Settings, message
from qvl.tasks import grounding, ocr
from qvl.vlm import VLM

ROOT = Path(__file__).resolve().parents[1]
NANO, SAMPLES = ROOT / "checkpoints" / "nano", ROOT / "samples"
ASKED = (
    ("line-1.png", ocr.PLAIN),
    ("flag-vn.png", grounding.PROMPT.format("yellow star")),
    ("crop-2.png", ocr.PLAIN),
    ("line-4.png", ocr.SPOTTING),
    ("screen.png", ocr.PLAIN),
    ("flag-jp.png", grounding.PROMPT.format("red circle")),
    ("photo-coffee.jpg", "Describe the picture."),
    ("crop-1.png", ocr.SPOTTING),
)
REPEATED = "screen.png"
ALONE, AT_ONCE, PADDED = "qvl, one by one", "qvl, at once", "reference, padded"
LOOP = "qvl, in one loop"
DTYPES = (torch.float32, torch.bfloat16)
Said = list[tuple[str, int]]  # text and tokens of each answer
Way = Callable[[], Said]


def asked() -> list[list[Message]]:
    pictures = [Image.open(SAMPLES / name).convert("RGB") for name, _ in ASKED]
    return [
        [message("user", picture, prompt)]
        for picture, (_, prompt) in zip(pictures, ASKED, strict=True)
    ]


def fresh(vlm: VLM) -> VLM:
    """The same model, whose engine has seen nothing."""
    return VLM(vlm.model, vlm.tokenizer, vlm.limits, vlm.defaults)


def ours(vlm: VLM, how: Settings) -> dict[str, Way]:
    requests = asked()

    def said(own: VLM, request: list[Message]) -> tuple[str, int]:
        answer = own.answer(request, how)
        return answer.text, answer.usage.completion_tokens

    def alone() -> Said:
        own = fresh(vlm)
        return [said(own, each) for each in requests]

    def at_once() -> Said:
        """A thread a request, as a server has it; the engine makes of them what it can."""
        own, count = fresh(vlm), torch.get_num_threads()
        with ThreadPoolExecutor(len(requests), "ask", torch.set_num_threads, (count,)) as threads:
            return list(threads.map(lambda each: said(own, each), requests))

    def loop() -> Said:
        """All at once, by one thread that makes the steps: what the threads of `at_once` cost."""
        own, done = fresh(vlm), []
        resolved = own.resolve(how)
        for each in requests:
            request = Request(own.encode(each).sample, resolved, own.ends)
            done.append(own.engine.add(request))
        while not own.engine.idle:
            own.engine.step()
        return [(_text(own, each.tokens, own.ends), len(each.tokens)) for each in done]

    return {ALONE: alone, AT_ONCE: at_once, LOOP: loop}


def theirs(vlm: VLM, how: Settings, dtype: torch.dtype) -> Way:
    """The reference's `generate` on all eight requests in one left-padded batch."""
    peer: Any = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        NANO, dtype=dtype, attn_implementation="sdpa"
    )
    peer.eval()
    batch = left_padded([vlm.encode(each).sample for each in asked()], vlm.model.cfg, dtype)
    ends = frozenset(peer.generation_config.eos_token_id)

    def way() -> Said:
        made = peer.generate(**batch, max_new_tokens=how.max_tokens, do_sample=False)
        answers = trimmed(made[:, batch["input_ids"].shape[1] :].tolist(), ends)
        return [(_text(vlm, each, ends), len(each)) for each in answers]

    return way


def _text(vlm: VLM, answer: Sequence[int], ends: Collection[int]) -> str:
    return vlm.tokenizer.decode([token for token in answer if token not in ends])


@dataclass(frozen=True)
class Run:
    wall: float  # seconds
    cores: float  # seconds of the processor, all threads together
    said: Said

    @property
    def tokens(self) -> int:
        return sum(count for _, count in self.said)


def timed(way: Way, threads: int) -> Run:
    torch.set_num_threads(threads)
    began, worked = time.perf_counter(), time.process_time()
    said = way()
    return Run(time.perf_counter() - began, time.process_time() - worked, said)


@dataclass(frozen=True)
class Choice:
    """How a way is taken."""

    dtype: torch.dtype
    threads: int


def fastest(name: str, ways: dict[torch.dtype, Way], counts: Sequence[int]) -> Choice:
    """Each is tried once, after a call that warms it up."""
    tried = {}
    for dtype, way in ways.items():
        for threads in counts:
            timed(way, threads)
            spent = timed(way, threads).wall
            tried[Choice(dtype, threads)] = spent
            print(f"  tried: {name}, {dtype}, {threads} threads: {spent:.2f} s", flush=True)
    return min(tried, key=lambda each: tried[each])


def again(vlm: VLM, repeats: int) -> tuple[float, float]:
    """Least seconds until the first token of a picture, seen for the first and the second time."""
    picture = Image.open(SAMPLES / REPEATED).convert("RGB")
    turns, how = [message("user", picture, ocr.PLAIN)], Settings(max_tokens=1, temperature=0.0)
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        own = fresh(vlm)
        for each in spent:
            began = time.perf_counter()
            own.answer(turns, how)
            each.append(time.perf_counter() - began)
    return min(spent[0]), min(spent[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=128, help="of an answer at most")
    parser.add_argument("--threads", type=int, nargs="+", help="to try; 1 and all unless given")
    options = parser.parse_args()
    counts = options.threads or sorted({1, torch.get_num_threads()})
    how = Settings(max_tokens=options.tokens, temperature=0.0)
    models = {dtype: qvl.load(NANO, device="cpu", dtype=dtype) for dtype in DTYPES}
    mine = {dtype: ours(vlm, how) for dtype, vlm in models.items()}
    ways = {name: {dtype: mine[dtype][name] for dtype in DTYPES} for name in (ALONE, AT_ONCE, LOOP)}
    ways[PADDED] = {dtype: theirs(models[dtype], how, dtype) for dtype in DTYPES}
    chosen = {name: fastest(name, each, counts) for name, each in ways.items()}
    runs: dict[str, list[Run]] = {name: [] for name in chosen}
    for _ in range(options.repeats):
        for name, choice in chosen.items():
            runs[name].append(timed(ways[name][choice.dtype], choice.threads))
    report(runs, chosen, [text for text, _ in mine[torch.float32][ALONE]()])
    torch.set_num_threads(chosen[ALONE].threads)
    first, second = again(models[chosen[ALONE].dtype], options.repeats)
    told = f"{1e3 * first:.0f} ms, seen again {1e3 * second:.0f} ms"
    print(f"first token of {REPEATED}: {told}: {first / second:.1f}x sooner")


def report(runs: dict[str, list[Run]], chosen: dict[str, Choice], truth: list[str]) -> None:
    """The best of each way, how much faster all at once is, and how many answers are as `truth`.

    Seconds of the processor tell the same on a machine with other work to do, where many threads
    get more of the wall's than one does.
    """
    wall = {name: max(run.tokens / run.wall for run in each) for name, each in runs.items()}
    cores = {name: max(run.tokens / run.cores for run in each) for name, each in runs.items()}
    print(f"{'':20}{'':>10}{'':>8}{'':>7}{'tokens a second':>18}{'at once, faster by':>22}")
    heads = (("type", 10), ("threads", 8), ("tokens", 7), ("wall", 9), ("core", 9))
    heads = (*heads, ("wall", 11), ("core", 11), ("same", 7))
    print(f"{'':20}" + "".join(f"{head:>{width}}" for head, width in heads))
    for name, each in runs.items():
        kind, threads = str(chosen[name].dtype).removeprefix("torch."), chosen[name].threads
        said = each[0].said
        same = sum(text == true for (text, _), true in zip(said, truth, strict=True))
        line = (
            f"{name:20}{kind:>10}{threads:8}{each[0].tokens:7}{wall[name]:9.1f}{cores[name]:9.1f}"
        )
        gains = [rates[AT_ONCE] / rates[name] for rates in (wall, cores)]
        print(line + "".join(f"{gain:10.2f}x" for gain in gains) + f"{same:5}/{len(said)}")


if __name__ == "__main__":
    sys.exit(main())
