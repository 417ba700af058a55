"""Fingerprints of many records as columns, read from sidecars, kept from one run to the next.

N records, M pictures of all of them together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np

from qvl.data import sidecar
from qvl.data.drafts import draft

_COLUMNS = ("key", "family", "labels", "sha256", "words", "minhash", "phashes", "widths", "heights")


@dataclass(frozen=True)
class Prints:
    """One row a record; a record's pictures are `pictures[at[i] : at[i + 1]]`."""

    keys: np.ndarray  # str[N]
    digests: np.ndarray  # str[N]: sha256
    groups: np.ndarray  # uint64[N]: of family and labels; pictures are compared within one
    words: np.ndarray  # int64[N]
    signatures: np.ndarray  # uint32[N, 112]
    at: np.ndarray  # int64[N + 1]
    pictures: np.ndarray  # uint64[M]: perceptual hashes
    aspects: np.ndarray  # float64[M]: width over height

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def read(cls, sidecars: Sequence[Path]) -> Self:
        """Those of all records in the order of the sidecars."""
        rows = [row for path in sidecars for row in sidecar.read(path, _COLUMNS)]
        signatures = b"".join(row["minhash"] for row in rows)
        sizes = [wh for r in rows for wh in zip(r["widths"], r["heights"], strict=True)]
        counts = [len(row["phashes"]) for row in rows]
        return cls(
            keys=np.array([row["key"] for row in rows], dtype=str),
            digests=np.array([row["sha256"] for row in rows], dtype=str),
            groups=np.array([_group(r["family"], r["labels"]) for r in rows], dtype=np.uint64),
            words=np.array([row["words"] for row in rows], dtype=np.int64),
            signatures=np.frombuffer(signatures, dtype=np.uint32).reshape(len(rows), -1),
            at=np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
            pictures=np.array([h for row in rows for h in row["phashes"]], dtype=np.uint64),
            aspects=np.array([w / h if h else 0.0 for w, h in sizes], dtype=np.float64),
        )

    @classmethod
    def cat(cls, parts: Sequence["Prints"]) -> Self:
        told = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(cls)
            if field.name != "at"
        }
        counts = np.concatenate([np.diff(part.at) for part in parts])
        return cls(at=np.concatenate([[0], np.cumsum(counts)]), **told)

    def save(self, path: Path) -> None:
        with draft(path) as beside, open(beside, "wb") as file:
            np.savez(file, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Self:
        """ValueError for a file that `save` did not write."""
        try:
            with np.load(path) as held:
                return cls(**{field.name: held[field.name] for field in fields(cls)})
        except (ValueError, KeyError, OSError) as error:
            raise ValueError(f"{path} holds no fingerprints ({error}); delete it") from None


def _group(family: str, labels: str) -> int:
    return int.from_bytes(sha256(f"{family}\0{labels}".encode()).digest()[:8], "big")
