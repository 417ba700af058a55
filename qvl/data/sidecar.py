"""The sidecar of a shard: a Parquet row a record, so that sets are sorted without their pixels.

Sizes, counts, hashes, licence and scores, joined on `key`. Hashes are what `qvl.data.dedup` reads.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qvl.data.drafts import draft
from qvl.data.exact import digest_of, labels_of
from qvl.data.minhash import signature, words_of
from qvl.data.phash import phash
from qvl.data.records import PICTURES, Record
from qvl.data.shards import Shard
from qvl.data.wording import answer_text
from qvl.media.errors import BadImage
from qvl.media.image import open_image
from qvl.media.sizes import UNIT, smart_resize


def row(record: Record) -> dict[str, Any]:
    """What is told of a record. A picture that cannot be read has the size 0 x 0."""
    text = answer_text(record)
    pictures = [_picture(record.media[name]) for name in _names(record)]
    return {
        "key": record.key,
        "family": record.family,
        "language": record.language,
        "licence": record.licence,
        "sources": list(record.sources),
        "characters": len(text),  # of the assistant's words
        "words": len(words_of(text)),
        "media_bytes": sum(map(len, record.media.values())),
        "widths": [size[0] for size, _ in pictures],
        "heights": [size[1] for size, _ in pictures],
        "vision_tokens": sum(_tokens(size) for size, _ in pictures),  # at the released limits
        "phashes": [bits for _, bits in pictures],
        "labels": labels_of(record),
        "sha256": digest_of(record),
        "minhash": signature(text).tobytes(),
    }


def _names(record: Record) -> list[str]:
    return [name for name in sorted(record.media) if name.endswith(PICTURES)]


def _picture(held: bytes) -> tuple[tuple[int, int], int]:
    """Width and height, upright, and the perceptual hash."""
    try:
        picture = open_image(held)
    except BadImage:
        return (0, 0), 0
    return picture.size, phash(picture)


def _tokens(size: tuple[int, int]) -> int:
    if not all(size):
        return 0
    height, width = smart_resize(size[1], size[0])
    return height * width // UNIT**2


def path_of(tar: Path) -> Path:
    return tar.with_suffix(".parquet")


def write(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """A whole file or none; ValueError where pyarrow is missing."""
    table = _arrow().Table.from_pylist(list(rows), schema=_schema())
    _write(table, path)


def read(path: Path, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The rows, in the order of the shard's records."""
    _arrow()
    from pyarrow import parquet

    try:
        return parquet.read_table(path, columns=columns and list(columns)).to_pylist()
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0]
        raise ValueError(f"{path} is no sidecar ({said}); make the shard again") from None


def rows_of(tar: Path) -> list[dict[str, Any]]:
    """The rows of a shard: of its sidecar, or made now where it has none."""
    if path_of(tar).is_file():
        return read(path_of(tar))
    shard = Shard(tar)
    return [row(shard[i]) for i in range(len(shard))]


def score(path: Path, name: str, values: Mapping[str, float]) -> None:
    """Add or replace a column of scores, by key; the shard is not touched.

    ValueError where a record has no score, or a score no record.
    """
    pa = _arrow()
    from pyarrow import parquet

    table = parquet.read_table(path)
    keys = table.column("key").to_pylist()
    odd = sorted(set(keys).symmetric_difference(values))
    if odd:
        raise ValueError(f"{path}: {odd[0]} is in the sidecar or in the scores, not in both")
    if name in _schema().names:
        raise ValueError(f"{name!r} is a column that the shard itself decides; name the score else")
    column = pa.array([float(values[key]) for key in keys], pa.float32())
    if name in table.column_names:
        table = table.set_column(table.column_names.index(name), name, column)
    else:
        table = table.append_column(name, column)
    _write(table, path)


def _write(table: Any, path: Path) -> None:
    from pyarrow import parquet

    with draft(path) as beside:
        parquet.write_table(table, beside, compression="zstd")


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise ValueError("sidecars need pyarrow; pip install 'qvl[data]'") from None
    return pyarrow


def _schema() -> Any:
    pa = _arrow()
    words, number = pa.string(), pa.int64()
    return pa.schema(
        {
            **dict.fromkeys(("key", "family", "language", "licence"), words),
            "sources": pa.list_(words),
            **dict.fromkeys(("characters", "words", "media_bytes"), number),
            "widths": pa.list_(pa.int32()),
            "heights": pa.list_(pa.int32()),
            "vision_tokens": number,
            "phashes": pa.list_(pa.uint64()),
            **dict.fromkeys(("labels", "sha256"), words),
            "minhash": pa.binary(),
        }
    )
