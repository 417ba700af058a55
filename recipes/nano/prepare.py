"""Fetches what nano learns from and draws the sheets; a second run goes on where it stopped."""

import argparse
import sys
from pathlib import Path

import bank as banks

from qvl.data.packages import TRAINING
from qvl.data.sources import fetch
from qvl.data.synth.sheets import sheets, write_sheet
from qvl.data.text import paragraphs

GUIDES = (  # package, folder of its English pages
    ("debian-handbook", "usr/share/doc/debian-handbook/html/en-US"),
    ("gimp-help-en", "usr/share/gimp/2.0/help/en"),
    ("gnucash-docs", "usr/share/doc/gnucash-docs/gnucash-guide-en"),
    ("gnucash-docs", "usr/share/doc/gnucash-docs/gnucash-help-en"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--sheets", type=int, default=1200)
    options = parser.parse_args()
    folders = fetch(TRAINING, options.cache / "debian").whole()
    out = options.cache / "sheets" / "train"
    out.mkdir(parents=True, exist_ok=True)
    wanted = [seed for seed in range(options.sheets) if not (out / f"{seed:05d}.png").exists()]
    if not wanted and (out / banks.STACK).is_file():
        return
    parts = [paragraphs(folders[name] / path) for name, path in GUIDES] if wanted else []
    for done, (seed, sheet) in enumerate(sheets(parts, wanted), start=1):
        write_sheet(sheet, out / f"{seed:05d}.png")
        if done % 20 == 0:
            sys.stderr.write(f"{done} of {len(wanted)} sheets\n")
    banks.stack(out)


if __name__ == "__main__":
    main()
