"""Shards to packed batches of nano's size: batches, samples and tokens a second.

python benchmarks/loading.py [--records 2000] [--seconds 10] [--workers 0 1 2]

The records are lines of text on paper, 28 to 84 pixels high and 140 to 560 wide as PNG, with
their transcript, half of them with boxes: what nano learns from. A batch is at most 1,400 tokens.
Compare with the steps a second of `recipes/nano/train.py` on the same cores.
"""

import argparse
import io
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from qvl.chat.tokenizer import Tokenizer
from qvl.data.lessons import Lessons
from qvl.data.loader import Loader
from qvl.data.plan import Deal, Plan
from qvl.data.records import Facts, Picture, Record, Turn
from qvl.data.shards import write
from qvl.data.stock import Source, stocks
from qvl.inputs import Limits
from qvl.media.draw import font
from qvl.messages import Text
from qvl.model.weights import read_config
from qvl.tasks import ocr

NANO = Path(__file__).resolve().parents[1] / "checkpoints" / "nano"
TOKENS = 1400  # of a pack, as in recipes/nano


def line(i: int) -> Record:
    rng = np.random.default_rng(i)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = [
        "".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(int(rng.integers(3, 9)))
    ]
    size = (int(rng.integers(140, 560)), int(rng.integers(28, 84)))
    image = Image.new("RGB", size, "white")
    draw, said = ImageDraw.Draw(image), " ".join(words)
    draw.text((4, 4), said, fill="black", font=font(18))
    file = io.BytesIO()
    image.save(file, "png")
    asked, fact = Text(ocr.PLAIN), Facts("text", said, "text")
    if i % 2:
        row = {"text": said, "box": [4, 4, size[0] - 4, min(26, size[1])]}
        asked, fact = Text(ocr.SPOTTING), Facts("lines", [row], of="0.png")
    turns = (Turn("user", (Picture("0.png"), asked)), Turn("assistant", (fact,)))
    media = {"0.png": file.getvalue()}
    return Record(f"line-{i}", "lines", turns, media, "CC0-1.0", ("made:lines",), "und")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.tar"
        write(path, map(line, range(options.records)))
        encode = Lessons(Tokenizer.load(NANO), read_config(NANO), Limits.load(NANO))
        began = time.perf_counter()
        plan = Plan(stocks([Source("lines", (path,))], encode, TOKENS), Deal(1))
        print(f"counted {options.records / (time.perf_counter() - began):.0f} records/s")
        print(f"{'processes':>9}{'batches/s':>11}{'samples/s':>11}{'tokens/s':>10}{'full':>7}")
        for workers in options.workers:
            measure(Loader(plan, encode, workers=workers), options.seconds)


def measure(load: Loader, seconds: float) -> None:
    for step in range(3):  # the processes have started
        load(step)
    batches, samples, tokens, began = 0, 0, 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for batch in load(3 + batches):
            batches += 1
            samples += len(batch.lengths)
            tokens += len(batch.input_ids)
    spent = time.perf_counter() - began
    load.close()
    rates = f"{batches / spent:11.1f}{samples / spent:11.0f}{tokens / spent:10.0f}"
    print(f"{load.workers:9}{rates}{tokens / batches / TOKENS:7.1%}", flush=True)


if __name__ == "__main__":
    main()
