"""Rows of Parquet files, a group at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qvl.data.readers.stream import BadRow

_BATCH = 32  # rows in memory at once; pictures are large


def count(path: Path) -> int:
    """How many rows a Parquet file has; ValueError where it is damaged."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            return file.metadata.num_rows
    except ArrowException as error:
        raise ValueError(f"{path} is damaged ({error}); fetch it again") from None


def rows(path: Path, at: int) -> Iterator[tuple[Any | BadRow, int]]:
    """The rows of a Parquet file as mappings, from row `at` on; needs pyarrow (qvl[data])."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    number = at
    try:
        with ParquetFile(path) as file:
            first = 0
            for group in range(file.num_row_groups):
                count = file.metadata.row_group(group).num_rows
                if first + count > at:
                    skipped = max(0, at - first)
                    for batch in file.iter_batches(_BATCH, row_groups=[group]):
                        for row in batch.slice(min(skipped, len(batch))).to_pylist():
                            number += 1
                            yield row, number
                        skipped -= min(skipped, len(batch))
                first += count
    except (ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        yield BadRow("damaged file", str(error).splitlines()[0]), number + 1
