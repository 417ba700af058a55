"""Receipts: a narrow strip with a shop, things, sums and how they were paid."""

from dataclasses import replace

from qvl.data.synth.documents.letters import Voice
from qvl.data.synth.documents.look import Rng, pick
from qvl.data.synth.documents.pen import Drawing, Sheet
from qvl.data.synth.forms import people
from qvl.data.synth.forms.bill import Bill, bill, clock, dated, day
from qvl.data.synth.forms.board import Board
from qvl.data.synth.forms.things import Strip, things
from qvl.data.synth.forms.words import label

TALLEST = 4000  # pixels
STYLE = {
    "head": ("centre", "left"),
    "meta": ("pairs", "far"),
    "items": ("one", "two", "columns", "counted"),
    "rule": ("dashed", "thin", "double", "none", "thick"),
    "total": ("large", "bold", "plain"),
}


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
    y = things(board, strip, sold, _cut(board, strip, y))
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
        y = board.plain(
            title, strip.at(y + 0.4 * voice.size), replace(voice, strong=True), align, 2
        )
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
    y = board.pair(
        "total", label("total", strip.language) + strip.colon, sold.total, strip.at(y), True
    )
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
