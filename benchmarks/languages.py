"""How often the language of a real paragraph is told right, by language, on another source.

The identifier learns from program messages, stamps and one handbook; it is tested on the pages of
GNOME's help, from which what is still in English was taken out. Needs `qvl data fetch`.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np

from qvl.data.sources import home
from qvl.data.words.identify import identifier, learn, lessons
from qvl.data.words.paragraphs import locales, prose

TESTED_ON = "gnome-user-docs"
SHORTEST = 20  # characters: what is shorter is a name of a key or a button
MOST = 400  # paragraphs a language
FEWEST = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=home())
    cache = parser.parse_args().cache
    began = time.perf_counter()
    texts = lessons(cache)
    read = time.perf_counter() - began
    began = time.perf_counter()
    model = learn(texts)
    print(f"{len(model.languages)} languages: read in {read:.1f} s, learnt in", end=" ")
    print(f"{time.perf_counter() - began:.1f} s, {model.weights.nbytes / 1e6:.0f} MB")
    assert (identifier(cache).weights == model.weights).all(), "not the same twice"
    rng = np.random.default_rng(0)
    shares, right, asked, characters, seconds = {}, 0, 0, 0, 0.0
    for language in sorted(locales(cache, TESTED_ON)):
        found = [p.text for p in prose(cache, TESTED_ON, language) if len(p.text) >= SHORTEST]
        if language not in model.languages or len(found) < FEWEST:
            print(f"{language:9} left out: {len(found)} paragraphs")
            continue
        drawn = [found[i] for i in rng.permutation(len(found))[:MOST]]
        began = time.perf_counter()
        told = [model(text)[0] for text in drawn]
        seconds += time.perf_counter() - began
        characters += sum(map(len, drawn))
        good = told.count(language)
        shares[language] = good / len(drawn)
        right, asked = right + good, asked + len(drawn)
        wrong = Counter(t for t in told if t != language).most_common(3)
        taken = ", ".join(f"{name} {count}" for name, count in wrong)
        print(f"{language:9} {shares[language]:.3f} of {len(drawn)}  {taken}")
    worst = min(shares, key=lambda language: shares[language])
    print(f"{len(shares)} languages, {asked} paragraphs: {right / asked:.4f} right,", end=" ")
    print(f"mean {np.mean([*shares.values()]):.4f}, worst {worst} {shares[worst]:.3f}")
    print(f"{asked / seconds:,.0f} paragraphs/s, {characters / seconds / 1e6:.2f} M characters/s")


if __name__ == "__main__":
    main()
