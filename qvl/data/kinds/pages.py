"""Facts as QwenVL HTML: a page of elements; `value` is JSON in pixels of the original page.

    {"elements": [{"kind": "heading", "box": [left, top, right, bottom], "level": 1,
                   "content": "A <b>bold</b> title"}, ...]}

Elements are those of `qvl.tasks.document.records`.
"""

from typing import Any

from qvl.messages import Media
from qvl.tasks.document.parse import parse
from qvl.tasks.document.records import page_dict, page_from
from qvl.tasks.document.render import render
from qvl.tasks.place import Frame


def write(value: Any, _form: str, seen: Media) -> str:
    page = page_from({"size": seen.original_size, "elements": value["elements"]})
    return render(page.into(Frame.of(seen)))


def read(text: str, _form: str, seen: Media) -> Any:
    page, _ = parse(text, seen.processed_size)
    return {"elements": page_dict(page.out(Frame.of(seen)))["elements"]}
