"""The maps and stamps that only tests may see: fixed by their names, the same on every machine."""

import hashlib

_MAPS_BELOW = 0x3B000000  # of the first four bytes of a name's hash: 30 of the 154 maps
STAMP_FOLDERS = frozenset(  # 150 of the 952 stamps, whole categories, none that nano was taught
    ("clothes", "plants", "space", "hobbies", "sports", "medical", "naturalforces")
)


def map_held_out(name: str) -> bool:
    """Whether a map, by the name of its file without suffix, is for tests alone."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") < _MAPS_BELOW


def stamp_held_out(category: str) -> bool:
    """Whether a stamp, by its folder such as "animals/birds", is for tests alone."""
    return category.split("/")[0] in STAMP_FOLDERS
