"""What the fetched packages hold: text and faces by language, things with pictures, by licence.

Needs `qvl data fetch --profile small`; what is not fetched counts nothing.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

from qvl.data import fonts
from qvl.data.items import clipart, icons, maps, stamps, wallpapers
from qvl.data.sources import home, write_manifest
from qvl.data.words.languages import TWELVE
from qvl.data.words.paragraphs import paragraphs


def text(cache: Path) -> None:
    faces = fonts.faces(cache)
    print("language  prose: paragraphs, characters  strings, characters  faces  families  by hand")
    for language in TWELVE:
        count: Counter[str] = Counter()
        for each in paragraphs(cache, language):
            count[each.kind] += 1
            count[f"{each.kind} characters"] += len(each.text)
        mine = [face for face in faces if language in face.languages]
        hands = sum(face.handwritten for face in mine)
        print(
            f"{language:8} {count['prose']:8,} {count['prose characters']:11,} "
            f"{count['string']:8,} {count['string characters']:11,} "
            f"{len(mine):5} {len({face.family for face in mine}):5} {hands:4}"
        )
    blank = sum(face.blank for face in faces)
    print(f"{len(faces)} faces; {blank:,} characters that they claim and do not draw")


def things(cache: Path) -> None:
    for name, reader in (("maps", maps.maps), ("stamps", stamps.stamps)):
        began = time.perf_counter()
        kept, held = (list(reader(cache, held_out)) for held_out in (False, True))
        took = time.perf_counter() - began
        print(f"{name}: {len(kept)} for training, {len(held)} held out, {took:.1f} s")
        if name == "maps":
            divisions = [d for m in (*kept, *held) for d in m.divisions]  # type: ignore[union-attr]
            print(f"  {len(divisions)} divisions with a box and a point")
        else:
            languages = {code for s in kept for code in s.captions}  # type: ignore[union-attr]
            print(f"  captions in {len(languages)} languages")
    for name, found in (
        ("drawings", list(clipart.drawings(cache))),
        ("icons", list(icons.icons(cache))),
        ("wallpapers", list(wallpapers.wallpapers(cache))),
    ):
        told = Counter(each.licence for each in found).most_common(4)
        print(
            f"{name}: {len(found)} ({', '.join(f'{count} {licence}' for licence, count in told)})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=home())
    cache = parser.parse_args().cache
    manifest = write_manifest(cache)
    size = sum(row["size"] for row in manifest.values())
    print(f"{len(manifest)} packages, {size / 1e6:,.0f} MB")
    text(cache)
    things(cache)


if __name__ == "__main__":
    main()
