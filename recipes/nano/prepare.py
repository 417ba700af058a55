"""Decodes the sheets that the factory made, once for all processes that train.

python recipes/nano/prepare.py --cache CACHE
"""

import argparse
from pathlib import Path

import bank as banks

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    banks.stack(parser.parse_args().cache)
