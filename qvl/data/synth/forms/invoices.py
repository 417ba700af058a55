"""Invoices and delivery notes: two parties, things with prices, sums, and when to pay."""

from dataclasses import replace

from qvl.data.synth.documents.letters import Voice
from qvl.data.synth.documents.look import INKS, Rng, pick
from qvl.data.synth.documents.pen import WHITE, Drawing, Sheet
from qvl.data.synth.forms import people
from qvl.data.synth.forms.bill import Bill, bill, dated, day
from qvl.data.synth.forms.board import ITEM, Board
from qvl.data.synth.forms.parties import Plan, parties
from qvl.data.synth.forms.words import label
from qvl.tasks.document.model import Cell, inline
from qvl.tasks.place import Size

SIZES: tuple[Size, ...] = ((850, 1202), (1000, 1414), (720, 1018), (850, 1100), (620, 877))
STYLE = {
    "title": ("left", "right", "centre", "banner"),
    "parties": ("beside", "below", "boxed"),
    "meta": ("column", "row", "boxed"),
    "table": ("grid", "rules", "head", "striped", "open"),
    "sums": ("right", "boxed", "wide"),
}


def invoice(rng: Rng, voice: Voice, language: str) -> tuple[Board, Drawing, str]:
    """An invoice on a page, and the name of its style."""
    size = pick(rng, SIZES)
    style = {name: pick(rng, kinds) for name, kinds in STYLE.items()}
    plan = Plan(size, size[0] * float(rng.uniform(0.06, 0.1)), style, language, pick(rng, INKS))
    voice = replace(voice, size=round(size[0] / rng.uniform(46, 58) * 4) / 4)
    board = Board(Sheet(size), voice, plan.accent)
    y = _title(rng, board, plan, plan.edge)
    y = parties(rng, board, plan, y + voice.size)
    y = _meta(rng, board, plan, y + voice.size)
    sold = bill(rng, language, 9)
    y = _items(board, plan, sold, y + 1.4 * voice.size)
    y = _sums(board, plan, sold, y + 0.8 * voice.size)
    _foot(rng, board, plan, y + 2 * voice.size)
    return board, board.sheet.done(), "invoice/" + "/".join(style.values())


def _title(rng: Rng, board: Board, plan: Plan, y: float) -> float:
    kind, voice = plan.style["title"], board.body
    big = replace(voice.at(2.1), strong=True, colour=plan.accent)
    if kind == "banner":
        board.sheet.rect((0, 0, plan.size[0], y + 3.2 * voice.size), plan.accent)
        big = replace(big, colour=WHITE)
    align = {"right": "right", "centre": "centre"}.get(kind, "left")
    title = label(pick(rng, ("invoice", "invoice", "invoice", "delivery")), plan.language)
    if rng.random() < 0.4 and kind != "banner":
        _logo(rng, board, plan, y)
    return board.plain(title, (plan.edge, y, plan.room), big, align, 1) + (
        0.6 * voice.size if kind == "banner" else 0
    )


def _logo(rng: Rng, board: Board, plan: Plan, y: float) -> None:
    """A mark without words, where the title is not."""
    side = 2.6 * board.body.size
    left = plan.edge if plan.style["title"] == "right" else plan.size[0] - plan.edge - side
    board.sheet.rect((left, y, left + side, y + side), plan.accent, pick(rng, (0, 4, side / 2)))
    board.sheet.rect((left + 0.3 * side, y + 0.3 * side, left + 0.7 * side, y + 0.7 * side), WHITE)


def _meta(rng: Rng, board: Board, plan: Plan, y: float) -> float:
    language, size = plan.language, board.body.size
    when = day(rng)
    told = {
        "number": people.code(rng, pick(rng, ("A-0000", "0000/00", "AA000000", "2000-000"))),
        "date": dated(rng, when, language),
        "due": dated(rng, when.replace(year=when.year + 1), language),
        "order": people.code(rng, "00000"),
    }
    keys = ["number", "date", *(k for k in ("due", "order") if rng.random() < 0.5)]
    kind = plan.style["meta"]
    if kind == "row":
        wide = plan.room / len(keys)
        ends = []
        for at, key in enumerate(keys):
            x = plan.edge + at * wide
            top = board.plain(label(key, language), (x, y, wide - size), board.body.at(0.85))
            ends.append(board.value(key, told[key], (x, top, wide - size)))
        return max(ends)
    width = plan.room if kind == "column" else 0.5 * plan.room
    top, x = y, plan.edge + (0 if kind == "column" else plan.room - width)
    for key in keys:
        y = board.pair(key, label(key, language) + ":", told[key], (x, y, width), kind == "boxed")
    if kind == "boxed":
        board.sheet.frame((x - 6, top - 4, x + width + 6, y + 6), plan.accent, 1)
    return y


def _items(board: Board, plan: Plan, sold: Bill, y: float) -> float:
    """The table, drawn row by row; its first row names the columns."""
    voice, kind, top = board.body, plan.style["table"], y
    share = (0.46, 0.12, 0.2, 0.22)
    keys = ("item", "quantity", "price", "amount")
    rows = [[label(key, plan.language) for key in keys]]
    rows += [[i.name, i.quantity, i.price, i.amount] for i in sold.items]
    high, cells = 1.9 * voice.size, []
    for at, row in enumerate(rows):
        header = at == 0
        _ground(board, plan, at, (plan.edge, y, plan.edge + plan.room, y + high))
        ink = WHITE if header and kind == "head" else voice.colour
        of, x = replace(voice, strong=header, colour=ink), plan.edge
        for key, text, part in zip(ITEM, row, share, strict=True):
            place = (x + 5, y + 0.25 * voice.size, part * plan.room - 10)
            box, _, _ = board.put(text, place, of.at(0.95), "left" if key == "name" else "right")
            if not header:
                board.keep(f"items.{at - 1}.{key}", text, box)
            if kind == "grid":
                board.sheet.frame((x, y, x + part * plan.room, y + high), (130, 130, 130))
            x += part * plan.room
        cells.append([Cell(inline(text.replace("$", "\\$")), header) for text in row])
        y += high
    board.table((plan.edge, top, plan.edge + plan.room, y), cells)
    return y


def _ground(board: Board, plan: Plan, at: int, box: tuple[float, float, float, float]) -> None:
    kind = plan.style["table"]
    if kind == "head" and at == 0:
        board.sheet.rect(box, plan.accent)
    elif kind == "striped" and at % 2 == 0:
        board.sheet.rect(box, (238, 240, 244))
    elif kind == "rules" or (kind == "open" and at == 0):
        board.sheet.line((box[0], box[3], box[2], box[3]), plan.accent, 1)


def _sums(board: Board, plan: Plan, sold: Bill, y: float) -> float:
    kind = plan.style["sums"]
    width = plan.room * (0.42 if kind != "wide" else 1)
    x, top = plan.edge + plan.room - width, y
    lines = {"subtotal": sold.subtotal, "discount": sold.discount, "tax": sold.tax}
    if not (sold.discount or sold.tax):
        lines = {}
    for key, text in lines.items():
        if text:
            name = label(key, plan.language) + (f" ({sold.rate})" if key == "tax" else "")
            y = board.pair(key, name, text, (x, y, width), far=True)
    plain = board.body
    board.body = replace(plain.at(1.2), strong=True, colour=plan.accent)
    y = board.pair("total", label("total", plan.language), sold.total, (x, y, width), far=True)
    board.body = plain
    if kind == "boxed":
        board.sheet.frame((x - 6, top - 4, x + width + 6, y + 6), plan.accent, 1)
    return y


def _foot(rng: Rng, board: Board, plan: Plan, y: float) -> None:
    place = (plan.edge, y, plan.room)
    if rng.random() < 0.6 and y < plan.size[1] - 4 * board.body.size:
        text = people.account(rng, plan.language)
        y = board.pair("account", label("bank", plan.language) + ":", text, place)
    if rng.random() < 0.4 and y < plan.size[1] - 3 * board.body.size:
        words = label("thanks", plan.language)
        board.plain(words, (plan.edge, y + board.body.size, plan.room), board.body.at(0.9))
