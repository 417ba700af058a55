"""The things on a receipt, a row or two each, and the strip that they stand on."""

from dataclasses import dataclass, replace

from qvl.data.synth.forms.bill import Bill
from qvl.data.synth.forms.board import ITEM, Board
from qvl.data.synth.forms.words import label
from qvl.tasks.document.model import Cell, inline


@dataclass(frozen=True)
class Strip:
    """How a receipt is laid out: pixels, and one of each of STYLE."""

    width: float
    edge: float
    style: dict[str, str]
    colon: str
    language: str

    @property
    def room(self) -> float:
        return self.width - 2 * self.edge

    def at(self, y: float) -> tuple[float, float, float]:
        return self.edge, y, self.room


def things(board: Board, strip: Strip, sold: Bill, y: float) -> float:
    """Every thing as a row of a table."""
    top, voice, kind = y, board.body, strip.style["items"]
    shares = {
        "one": (0.68, 0, 0, 0.32),
        "two": (1, 0.5, 0, 0.5),
        "columns": (0.4, 0.14, 0.22, 0.24),
    }
    share = shares.get(kind, (0.52, 0.14, 0, 0.34))
    rows: list[list[Cell]] = []
    if kind in ("columns", "counted"):
        y, header = _row(board, strip, y, _labels(strip, kind), share)
        rows.append([replace(cell, header=True) for cell in header])
        y += 0.2 * voice.size
    for at, item in enumerate(sold.items):
        texts = {"name": item.name, "amount": item.amount}
        if kind in ("columns", "counted"):
            texts["quantity"] = item.quantity
        if kind == "columns":
            texts["price"] = item.price
        if kind == "two":
            y, cells = _two(
                board, strip, y, at, (item.name, item.quantity, item.price, item.amount)
            )
        else:
            y, cells = _row(board, strip, y, texts, share, f"items.{at}.")
        rows.append(cells)
    board.table((strip.edge - 2, top, strip.edge + strip.room + 2, y), rows)
    return y


def _labels(strip: Strip, kind: str) -> dict[str, str]:
    keys = {"name": "item", "quantity": "quantity", "price": "price", "amount": "amount"}
    shown = [k for k in ITEM if kind == "columns" or k != "price"]
    return {key: label(keys[key], strip.language) for key in shown}


def _row(
    board: Board, strip: Strip, y: float, texts: dict[str, str], share: tuple[float, ...],
    prefix: str = "",
) -> tuple[float, list[Cell]]:  # fmt: skip
    """Texts in columns of these shares of the width; numbers stand to the right."""
    x, end, cells = strip.edge, y, []
    for key, part in zip(ITEM, share, strict=True):
        wide = part * strip.room
        if key in texts:
            place = (x, y, wide - (0.4 * board.body.size if key != "amount" else 0))
            box, _, below = board.put(
                texts[key], place, board.body, "left" if key == "name" else "right"
            )
            end = max(end, below)
            cells.append(Cell(inline(texts[key].replace("$", "\\$"))))
            if prefix:
                board.keep(prefix + key, texts[key], box)
        x += wide
    return end, cells


def _two(
    board: Board, strip: Strip, y: float, at: int, texts: tuple[str, str, str, str]
) -> tuple[float, list[Cell]]:
    """The name on a line of its own; below it how many at which price, and the amount."""
    name, quantity, price, amount = texts
    x, size, prefix = strip.edge + board.body.size, board.body.size, f"items.{at}."
    box, _, y = board.put(name, strip.at(y), board.body)
    board.keep(prefix + "name", name, box)
    box, _, _ = board.put(quantity, (x, y, strip.room), board.body)
    board.keep(prefix + "quantity", quantity, box)
    cross, _, _ = board.put("x", (box[2] + 0.4 * size, y, strip.room), board.body)
    box, _, _ = board.put(price, (cross[2] + 0.4 * size, y, strip.room), board.body)
    board.keep(prefix + "price", price, box)
    box, _, end = board.put(amount, strip.at(y), board.body, "right")
    board.keep(prefix + "amount", amount, box)
    told = (name, f"{quantity} x {price}", amount)
    return end, [Cell(inline(text.replace("$", "\\$"))) for text in told]
