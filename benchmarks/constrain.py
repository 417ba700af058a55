"""What a schema costs: the grammar, the mask before each token, and decoding with and without.

python benchmarks/constrain.py [--threads 1]

Replies of random tokens, at nano's vocabulary and at the published one (its byte pairs are in the
dashscope package); processor time of the thread. Decoding is nano's, greedy, wall time, the two
taking turns.
"""

import argparse
import base64
import random
import statistics
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from medians import medians

import qvl
from qvl.chat.tokenizer import Tokenizer, official
from qvl.engine.constrain import Vocabulary, constrain
from qvl.engine.generate import generate
from qvl.engine.resolve import resolve
from qvl.messages import Settings
from qvl.tokens import ENDOFTEXT, IM_END

TEXT = {"type": "string", "maxLength": 40}
ROW = {
    "type": "object",
    "properties": {"name": TEXT, "count": {"type": "integer", "minimum": 1, "maximum": 99}},
    "required": ["name", "count"],
    "additionalProperties": False,
}
SCHEMAS: dict[str, Any] = {
    "receipt": {
        "type": "object",
        "properties": {
            "company": {"type": ["string", "null"]},
            "date": {"type": "string", "format": "date"},
            "items": {"type": "array", "items": ROW, "maxItems": 9},
            "total": {"type": "number", "minimum": 0},
        },
        "required": ["company", "date", "items", "total"],
        "additionalProperties": False,
    },
    "boxes": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "bbox_2d": {
                    "type": "array",
                    "items": {"type": "integer", "minimum": 0, "maximum": 1931},
                    "minItems": 4,
                    "maxItems": 4,
                },
                "label": {"type": "string", "pattern": r"^[a-z ]{1,20}$"},
            },
            "required": ["bbox_2d", "label"],
        },
    },
    "anything": {},
}
REPLIES, TOKENS, STEPS = 20, 100, 128
LINE = "{:10}{:>9}{:>14}{:>14}{:>14}"


def published() -> Tokenizer:
    spec = find_spec("dashscope")
    assert spec and spec.origin
    lines = (Path(spec.origin).parent / "resources" / "qwen.tiktoken").read_bytes().splitlines()
    rows = (line.split() for line in lines)
    return Tokenizer(official({base64.b64decode(token): int(rank) for token, rank in rows}))


def measured(tokenizer: Tokenizer, schema: Any, size: int) -> tuple[float, float, float]:
    """Milliseconds of the grammar; median and worst microseconds of a mask."""
    ends = {tokenizer.id(IM_END), tokenizer.id(ENDOFTEXT)}
    began = time.thread_time()
    constrain(schema, tokenizer, ends)
    made = 1e3 * (time.thread_time() - began)
    draw, spent = random.Random(0), []
    for _ in range(REPLIES):
        rule = constrain(schema, tokenizer, ends)
        for _ in range(TOKENS):
            began = time.thread_time()
            allowed = rule.allowed(size)
            spent.append(1e6 * (time.thread_time() - began))
            token = draw.choice(allowed.nonzero()[:, 0].tolist())
            if token in ends or rule.push(token):
                break
    return made, statistics.median(spent), max(spent)


def decoding(vlm: qvl.VLM) -> None:
    """The same count of tokens, as they come and as a long list."""
    sample = vlm.encode([{"role": "user", "content": "List things."}]).sample
    how, listed = resolve(Settings(STEPS)), {"type": "array", "items": TEXT, "minItems": STEPS}

    def write(schema: Any) -> None:
        rule = constrain(schema, vlm.tokenizer, vlm.ends) if schema else None
        assert len(list(generate(vlm.model, sample, how, (), rule))) == STEPS

    plain, ruled = (ms / STEPS for ms in medians([lambda: write(None), lambda: write(listed)], 5))
    print(f"nano, ms a token: free {plain:.2f}, under a schema {ruled:.2f} ({ruled / plain:.2f}x)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    torch.set_num_threads(parser.parse_args().threads)
    vlm = qvl.load()
    print(LINE.format("schema", "tokens", "grammar, ms", "mask, us", "worst, us"))
    for tokenizer, rows in ((vlm.tokenizer, 512), (published(), 152_064)):
        began = time.thread_time()
        Vocabulary(tokenizer, frozenset({tokenizer.id(IM_END)}))
        once = 1e3 * (time.thread_time() - began)
        constrain({"type": "null"}, tokenizer, {tokenizer.id(IM_END), tokenizer.id(ENDOFTEXT)})
        for name, schema in SCHEMAS.items():
            figures = [f"{each:.1f}" for each in measured(tokenizer, schema, rows)]
            print(LINE.format(name, rows, *figures))
        print(f"the vocabulary of {rows} itself, once: {once:.0f} ms")
    decoding(vlm)


if __name__ == "__main__":
    sys.exit(main())
