"""Detection sets in COCO's form, and RefCOCO's expressions, joined without holding them in memory.

A COCO file is one object with the lists images, annotations and categories, in any order; it is
read once into an SQLite file, from which a row for each picture comes with its marks.
"""

import json
import pickle
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from qvl.data.readers.conversations import Origin
from qvl.data.readers.jsonl import members
from qvl.data.readers.marked import As, answered, checked, mark
from qvl.data.readers.media import Get
from qvl.data.readers.stream import BadRow, Convert, Rows
from qvl.data.records import Record

_LISTS = ("images", "annotations", "categories")
_BATCH = 5_000


@contextmanager
def _joined(path: Path) -> Iterator[sqlite3.Connection]:
    """The lists of a COCO file as tables; ValueError where one is damaged."""
    with (
        tempfile.TemporaryDirectory(prefix="qvl-coco-") as folder,
        closing(sqlite3.connect(Path(folder) / "rows.db")) as base,
    ):
        base.executescript(
            "pragma journal_mode = off; pragma synchronous = off;"
            "create table images (id integer primary key, row text);"
            "create table categories (id integer primary key, row text);"
            "create table annotations (id integer primary key, image integer, row text);"
        )
        waiting: list[tuple[Any, ...]] = []
        for name, item in members(path):
            if isinstance(item, BadRow):
                raise ValueError(f"{path} is no COCO file: {item}")
            if name in _LISTS and isinstance(item, dict):
                waiting.append((name, item["id"], item.get("image_id"), json.dumps(item)))
            if len(waiting) >= _BATCH:
                _put(base, waiting)
        _put(base, waiting)
        base.execute("create index of_image on annotations (image, id)")
        yield base


def _put(base: sqlite3.Connection, waiting: list[tuple[Any, ...]]) -> None:
    for name in _LISTS:
        mine = [row for row in waiting if row[0] == name]
        if name == "annotations":
            base.executemany(
                "insert or replace into annotations values (?, ?, ?)", [r[1:] for r in mine]
            )
        else:
            base.executemany(
                f"insert or replace into {name} values (?, ?)", [(r[1], r[3]) for r in mine]
            )
    waiting.clear()


def pictures(path: Path, at: int) -> Iterator[tuple[Any | BadRow, int]]:
    """The pictures of a COCO file in the order of their ids, from number `at` on, with marks."""
    with _joined(path) as base:
        names = {i: json.loads(row)["name"] for i, row in base.execute("select * from categories")}
        images = base.execute("select id, row from images order by id limit -1 offset ?", (at,))
        for number, (identity, row) in enumerate(images, at + 1):
            found = base.execute(
                "select row from annotations where image = ? order by id", (identity,)
            )
            marks = [json.loads(each) for (each,) in found]
            for each in marks:
                each["label"] = names.get(each.get("category_id"))
            yield {**json.loads(row), "marks": marks}, number


def detections(get: Get, origin: Origin, form: As = "boxes") -> Convert:
    """A picture of a COCO file to a question for all its things. Crowds, marked as one, are not."""

    def convert(row: Any, key: str) -> Record:
        size = row["width"], row["height"]
        shown = checked(get(row["file_name"]), size)
        single = [m for m in row["marks"] if not m.get("iscrowd")]
        marks = (mark(str(m["label"]), m["bbox"], m.get("segmentation"), size) for m in single)
        return answered(key, origin, shown, marks, form)

    return convert


def expressions(instances: Path, split: str | None = "train") -> Rows:
    """Rows of a RefCOCO file, one for each expression; `instances` is the COCO file beside it."""

    def rows(path: Path, at: int) -> Iterator[tuple[Any | BadRow, int]]:
        number = 0
        with _joined(instances) as base:
            for told in _references(path):
                if split is not None and told.get("split") != split:
                    continue
                for sentence in told["sentences"]:
                    number += 1
                    if number > at:
                        yield _reference(base, told, sentence), number

    return rows


def _reference(base: sqlite3.Connection, told: Any, sentence: Any) -> Any | BadRow:
    image = base.execute("select row from images where id = ?", (told["image_id"],)).fetchone()
    drawn = base.execute("select row from annotations where id = ?", (told["ann_id"],)).fetchone()
    if not image or not drawn:
        return BadRow("no such thing", f"reference {told.get('ref_id')} has no picture or no mark")
    text = sentence.get("raw") or sentence["sent"]
    return {**json.loads(image[0]), "marks": [{**json.loads(drawn[0]), "label": text}]}


class _Plain(pickle.Unpickler):
    """Reads lists, mappings, numbers and strings, and calls nothing."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it would call {module}.{name}")


def _references(path: Path) -> list[Any]:
    """What a refs(*).p or a JSON file of the same holds; ValueError if it would run anything."""
    try:
        if path.suffix == ".json":
            return json.loads(path.read_text())
        with path.open("rb") as file:
            return _Plain(file, encoding="latin1").load()
    except (pickle.UnpicklingError, ValueError, EOFError) as error:
        raise ValueError(f"{path} is no list of references: {error}") from None
