"""Receipts: a narrow strip with a shop, things, sums and how they were paid."""

from dataclasses import dataclass, replace

from qvl.data.synth.documents.letters import Voice
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.documents.pen import Drawing, Sheet
from qvl.data.synth.forms import people
from qvl.data.synth.forms.bill import Bill, bill, clock, dated, day
from qvl.data.synth.forms.board import ITEM, Board
from qvl.data.synth.forms.words import label
from qvl.tasks.document.model import Cell, inline

TALLEST = 4000  # pixels
STYLE = {
    "head": ("centre", "left"),
    "meta": ("pairs", "far"),
    "items": ("one", "two", "columns", "counted"),
    "rule": ("dashed", "thin", "double", "none", "thick"),
    "total": ("large", "bold", "plain"),
}


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


def receipt(rng: Rng, voice: Voice, language: str) -> tuple[Board, Drawing, str]:
    """A receipt as high as it needs, and the name of its style."""
    width = int(rng.integers(300, 540))
    ink = pick(rng, ((20, 20, 20), (50, 50, 60), (80, 70, 70), (30, 40, 90)))
    voice = replace(voice, size=round(width / rng.uniform(24, 32) * 4) / 4, colour=ink)
    paper = pick(rng, ((255, 255, 255), (252, 252, 248), (246, 244, 236), (240, 242, 245)))
    style = {name: pick(rng, kinds) for name, kinds in STYLE.items()}
    strip = Strip(width, 0.06 * width, style, pick(rng, (":", "", " :")), language)
    board = Board(Sheet((width, TALLEST), paper), voice)
    y = _head(rng, board, strip, 0.08 * width)
    y = _meta(rng, board, strip, _cut(board, strip, y))
    sold = bill(rng, language, 8)
    y = _items(board, strip, sold, _cut(board, strip, y))
    y = _sums(board, strip, sold, _cut(board, strip, y))
    y = _paid(rng, board, strip, sold, y)
    if rng.random() < 0.6:
        y = board.plain(label("thanks", language), strip.at(y + voice.size), align="centre")
    if rng.random() < 0.4:
        y = _bars(rng, board, strip, y + voice.size)
    drawn = replace(board.sheet.done(), size=(width, min(TALLEST, round(y + 0.08 * width))))
    return board, drawn, "receipt/" + "/".join(style.values())


def _cut(board: Board, strip: Strip, y: float) -> float:
    board.rule(strip.edge, y + 0.5 * board.body.size, strip.room, strip.style["rule"])
    return y + board.body.size


def _head(rng: Rng, board: Board, strip: Strip, y: float) -> float:
    language, align, voice = strip.language, strip.style["head"], board.body
    big = replace(voice.at(1.5), strong=True)
    y = board.value("company", people.company(rng, language), strip.at(y), big, align)
    if rng.random() < 0.85:
        address = f"{people.street(rng, language)}, {people.postcode(rng, language)}"
        y = board.value("address", address, strip.at(y), align=align)
    if rng.random() < 0.6:
        y = board.value("phone", people.phone(rng), strip.at(y), align=align)
    if rng.random() < 0.4:
        title = label("receipt", language)
        y = board.plain(title, strip.at(y + 0.4 * voice.size), replace(voice, strong=True), align, 2)
    return y


def _meta(rng: Rng, board: Board, strip: Strip, y: float) -> float:
    language = strip.language
    told = {
        "date": dated(rng, day(rng), language),
        "time": clock(rng),
        "number": people.code(rng, pick(rng, ("000000", "A-00000", "0000-0000", "R000"))),
        "cashier": people.person(rng, language),
        "member": people.code(rng, "0000 0000"),
    }
    chance = {"date": 0.95, "time": 0.7, "number": 0.7, "cashier": 0.35, "member": 0.2}
    for key, text in told.items():
        if rng.random() < chance[key]:
            name = label(key, language) + strip.colon
            y = board.pair(key, name, text, strip.at(y), strip.style["meta"] == "far")
    return y


def _items(board: Board, strip: Strip, sold: Bill, y: float) -> float:
    """Every thing as a row of a table."""
    top, voice, kind = y, board.body, strip.style["items"]
    shares = {"one": (0.68, 0, 0, 0.32), "two": (1, 0.5, 0, 0.5), "columns": (0.4, 0.14, 0.22, 0.24)}
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
            y, cells = _two(board, strip, y, at, (item.name, item.quantity, item.price, item.amount))
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
            box, _, below = board.put(texts[key], place, board.body, "left" if key == "name" else "right")
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


def _sums(board: Board, strip: Strip, sold: Bill, y: float) -> float:
    lines = {"discount": sold.discount, "tax": sold.tax}
    if sold.discount or sold.tax:
        lines = {"subtotal": sold.subtotal, **lines}
    for key, text in lines.items():
        if text:
            rate = f" {sold.rate}" if key == "tax" else ""
            name = label(key, strip.language) + rate + strip.colon
            y = board.pair(key, name, text, strip.at(y), far=True)
    plain, kind = board.body, strip.style["total"]
    strong = kind != "plain"
    board.body = replace(plain.at(1.35 if kind == "large" else 1), strong=strong)
    y = board.pair("total", label("total", strip.language) + strip.colon, sold.total, strip.at(y), True)
    board.body = plain
    return y


def _paid(rng: Rng, board: Board, strip: Strip, sold: Bill, y: float) -> float:
    draw = rng.random()
    if draw < 0.4:
        y = board.pair("cash", label("cash", strip.language), sold.paid, strip.at(y), True)
        return board.pair("change", label("change", strip.language), sold.change, strip.at(y), True)
    if draw < 0.75:
        card = "**** **** **** " + people.code(rng, "0000")
        return board.pair("card", label("card", strip.language), card, strip.at(y), True)
    return y


def _bars(rng: Rng, board: Board, strip: Strip, y: float) -> float:
    """Bars of a code; no one reads them."""
    x, high = strip.edge + 0.1 * strip.room, 0.12 * strip.width
    while x < strip.edge + 0.9 * strip.room:
        wide = float(rng.integers(1, 5))
        board.sheet.rect((x, y, x + wide, y + high), board.body.colour)
        x += wide + float(rng.integers(1, 5))
    return y + high
