"""Finding planted near copies: recall and precision; MinHash: megabytes of text a second a core.

python benchmarks/dedup.py [--texts 3000] [--pictures 600]

The sets are those of tests/planted.py: copies with changed words, resized and tinted pictures,
beside neighbours that share half of their text or shapes. Bars: recall 0.95 at precision 0.99 on
texts with up to 2 % of their words changed and on pictures; MinHash 4 MB/s.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qvl.data.minhash import signature
from qvl.data.wording import answer_text
from tests.planted import pictures, scores, texts


def speed(paragraphs: list[str]) -> float:
    """Megabytes of UTF-8 a second of processor time."""
    signature(paragraphs[0])  # its tables
    began = time.process_time()
    for text in paragraphs:
        signature(text)
    return sum(len(text.encode()) for text in paragraphs) / (time.process_time() - began) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=3000)
    parser.add_argument("--pictures", type=int, default=600)
    options = parser.parse_args()
    print(f"{'planted':34}{'recall':>8}{'precision':>11}")
    rows = []
    for changed in (0.005, 0.01, 0.02, 0.03):
        rows, planted = texts(options.texts, 1, changed)
        recall, precision = scores(rows, planted)
        print(f"{f'texts, {changed:.1%} of the words changed':34}{recall:8.3f}{precision:11.3f}")
    recall, precision = scores(*pictures(options.pictures, 1))
    print(f"{'pictures, resized, tinted, JPEG':34}{recall:8.3f}{precision:11.3f}")
    said = [answer_text(row) for row in rows]
    size = sum(map(len, said)) // len(said)
    print(f"MinHash of texts of {size} characters: {speed(said):.1f} MB/s a core")
    long = [" ".join(said[i : i + 10]) for i in range(0, len(said), 10)]
    print(f"MinHash of texts of {10 * size} characters: {speed(long):.1f} MB/s a core")


if __name__ == "__main__":
    main()
