"""How long a page of QwenVL HTML takes to read, to check and to write, by its size.

python benchmarks/markup.py

Milliseconds of processor time, the least of some runs. The second table reads what no model should
write: each row is one megabyte unless it says otherwise, and all of it must stay linear.
"""

import time
from collections.abc import Callable

from qvl.tasks.document.model import Document
from qvl.tasks.document.parse import parse
from qvl.tasks.document.render import render
from qvl.tasks.document.validate import validate

SIZE = (1288, 1680)  # pixels of a page
BOX = 'data-bbox="219 274 630 328"'
ROWS = (
    f"<p {BOX}>Words of a line with $x^2$ &amp; more, and <b>bold</b> text to read.</p>\n",
    f'<div class="formula" {BOX}><img {BOX}/><div>$$a &lt; b$$</div></div>\n',
    f"<table {BOX}><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>\n",
)
LENGTHS = (3_000, 30_000, 100_000, 1_000_000)
MEGABYTE = 1_000_000
PATHOLOGICAL = {
    "100,000 open <b>": "<b>" * 100_000,
    "100,000 open <p>": "<p>" * 100_000,
    "open tables": "<table><tr><td>" * (MEGABYTE // 15),
    "open lists": "<ul><li>" * (MEGABYTE // 8),
    "ends of nothing": "<p>" + "</b>" * (MEGABYTE // 4),
    "<": "<p>" + "<" * MEGABYTE,
    "half tags": "<p>" + '<p data-bbox="' * (MEGABYTE // 14),
    "one attribute": '<p title="' + "a" * MEGABYTE + '">',
    "attributes": "<p " + "a b " * (MEGABYTE // 4) + ">",
    "references": "<p>" + "&#32;" * (MEGABYTE // 5),
    "unfinished comments": "<p>" + "<!--" * (MEGABYTE // 4),
    "plain text": "<p>" + "a" * MEGABYTE,
}


def page(length: int) -> str:
    """About `length` characters of ordinary markup."""
    body = "".join(ROWS) * (length // len("".join(ROWS)) + 1)
    return f"```html\n<html><body>\n{body[:length]}"


def milliseconds(work: Callable[[], object], repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times) * 1000


def main() -> None:
    print(
        f"{'characters':>12}{'parse':>10}{'validate':>10}{'render':>10}{'html':>10}{'markdown':>10}"
    )
    for length in LENGTHS:
        text = page(length)
        read, _ = parse(text, SIZE)
        document = Document((read,))
        works = (
            lambda text=text: parse(text, SIZE),
            lambda text=text: validate(text, SIZE),
            lambda read=read: render(read),
            document.to_html,
            document.to_markdown,
        )
        print(f"{length:>12,}" + "".join(f"{milliseconds(work):>10.1f}" for work in works))
    print(f"\n{'':24}{'parse':>10}{'validate':>10}{'faults':>10}")
    for name, text in PATHOLOGICAL.items():
        faults = len(validate(text, SIZE))
        times = [milliseconds(lambda w=w, t=text: w(t, SIZE), 1) for w in (parse, validate)]
        print(f"{name:24}" + "".join(f"{each:>10.0f}" for each in times) + f"{faults:>10}")


if __name__ == "__main__":
    main()
