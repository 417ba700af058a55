"""Forms that were filled in, in print or by hand; what nobody wrote stays missing."""

from dataclasses import dataclass, replace

from qvl.data.synth.charts.words import names
from qvl.data.synth.documents.letters import Family, Voice
from qvl.data.synth.documents.look import INKS, Rng, pick
from qvl.data.synth.documents.pen import WHITE, Colour, Drawing, Sheet
from qvl.data.synth.forms import people
from qvl.data.synth.forms.bill import bill, clock, dated, day
from qvl.data.synth.forms.board import Board
from qvl.data.synth.forms.words import label
from qvl.tasks.document.model import Paragraph, inline
from qvl.tasks.place import Size

KINDS = {  # titles of forms and what they ask for
    "application": "name birth sex nationality address city postcode country phone email",
    "registration": "name birth sex address city phone email member department remarks date",
    "visitor": "name employer phone date time reference department remarks",
    "ticket": "name train from to date time seat price number",
    "delivery": "name address city postcode phone weight order date remarks",
}
SIZES: tuple[Size, ...] = ((850, 1100), (800, 600), (1000, 700), (620, 877), (720, 900), (600, 420))
STYLE = {
    "cell": ("under", "box", "above", "dots", "table", "colon"),
    "columns": ("1", "2", "2", "3"),
    "title": ("centre", "left", "banner", "rule"),
    "frame": ("none", "thin", "round"),
}


@dataclass(frozen=True)
class Plan:
    size: Size
    edge: float
    style: dict[str, str]
    language: str
    accent: Colour
    hand: Voice | None  # what values are written with, if not as the labels


def form(
    rng: Rng, voice: Voice, language: str, hands: tuple[Family, ...]
) -> tuple[Board, Drawing, str]:
    """A form, and the name of its style."""
    kind, size = pick(rng, tuple(KINDS)), pick(rng, SIZES)
    style = {name: pick(rng, kinds) for name, kinds in STYLE.items()}
    short = 0.5 * (size[0] + size[1])
    voice = replace(voice, size=round(short / rng.uniform(34, 50) * 4) / 4)
    hand = None
    if hands and rng.random() < 0.4:
        ink = pick(rng, ((20, 30, 140), (20, 20, 20), (40, 40, 120)))
        hand = replace(voice, family=pick(rng, hands), size=voice.size * 1.15, colour=ink)
    plan = Plan(size, 0.07 * size[0], style, language, pick(rng, INKS), hand)
    paper = pick(rng, (WHITE, WHITE, (253, 251, 243), (242, 247, 252), (255, 246, 246)))
    board = Board(Sheet(size, paper), voice, plan.accent)
    y = _title(board, plan, label(kind, language))
    keys = KINDS[kind].split()
    values = _values(rng, keys, language)
    end = _fields(board, plan, keys, values, y + voice.size) + plan.edge
    if end < size[1] and rng.random() < 0.75:
        size = (size[0], round(end))  # else the rest of the page stays empty
    if style["frame"] != "none":
        box = (
            0.3 * plan.edge,
            0.3 * plan.edge,
            size[0] - 0.3 * plan.edge,
            size[1] - 0.3 * plan.edge,
        )
        board.sheet.frame(box, plan.accent, 1.5, 12 if style["frame"] == "round" else 0)
    written = "hand" if hand else "print"
    drawing = replace(board.sheet.done(), size=size)
    return board, drawing, f"form/{kind}/{written}/" + "/".join(style.values())


def _title(board: Board, plan: Plan, title: str) -> float:
    kind, edge, size = plan.style["title"], plan.edge, board.body.size
    big = replace(board.body.at(1.7), strong=True, colour=plan.accent)
    if kind == "banner":
        board.sheet.rect((0, 0, plan.size[0], edge + 2.6 * size), plan.accent)
        big = replace(big, colour=WHITE)
    align = "left" if kind == "left" else "centre"
    y = board.plain(title, (edge, edge, plan.size[0] - 2 * edge), big, align, 1)
    if kind == "rule":
        board.rule(edge, y + 4, plan.size[0] - 2 * edge, "thick", plan.accent)
    return y + (size if kind == "banner" else 0)


def _values(rng: Rng, keys: list[str], language: str) -> dict[str, str]:
    """A value for four keys of five; the others are left blank."""
    makers = {
        "name": lambda: people.person(rng, language),
        "birth": lambda: dated(rng, day(rng), language),
        "sex": lambda: label(pick(rng, ("male", "female")), language),
        "nationality": lambda: pick(rng, names("country", language)),
        "country": lambda: pick(rng, names("country", language)),
        "address": lambda: people.street(rng, language),
        "city": lambda: pick(rng, names("city", language)),
        "from": lambda: pick(rng, names("city", language)),
        "to": lambda: pick(rng, names("city", language)),
        "postcode": lambda: people.postcode(rng, language),
        "phone": lambda: people.phone(rng),
        "email": lambda: people.email(rng),
        "occupation": lambda: pick(rng, names("team", language)),
        "department": lambda: pick(rng, names("team", language)),
        "employer": lambda: people.company(rng, language),
        "date": lambda: dated(rng, day(rng), language),
        "time": lambda: clock(rng),
        "train": lambda: people.code(rng, pick(rng, ("A000", "AA 00", "A0000"))),
        "seat": lambda: people.code(rng, pick(rng, ("00A", "0A", "A00"))),
        "price": lambda: bill(rng, language, 1).total,
        "weight": lambda: f"{rng.integers(1, 90)}.{rng.integers(0, 10)} kg",
        "remarks": lambda: pick(rng, names("product", language)),
    }
    codes = {"member": "000000", "reference": "AA-0000", "order": "0000000", "number": "A000000"}
    made = {}
    for key in keys:
        if rng.random() < 0.82:
            made[key] = people.code(rng, codes[key]) if key in codes else makers[key]()
    return made


def _fields(board: Board, plan: Plan, keys: list[str], values: dict[str, str], y: float) -> float:
    """Rows of fields, in reading order; what does not come onto the page is left out.

    Where the last one ends.
    """
    count, size = int(plan.style["columns"]), board.body.size
    count = min(count, max(1, int((plan.size[0] - 2 * plan.edge) / (15 * size))))
    wide = (plan.size[0] - 2 * plan.edge - (count - 1) * size) / count
    high = size * (3.1 if plan.style["cell"] in ("above", "box") else 2.2)
    for at, key in enumerate(keys):
        top = y + (at // count) * high
        if top + high > plan.size[1] - 0.6 * plan.edge:
            return top
        _field(
            board,
            plan,
            key,
            values.get(key, ""),
            (plan.edge + (at % count) * (wide + size), top, wide, high),
        )
    return y + (len(keys) + count - 1) // count * high


def _field(
    board: Board, plan: Plan, key: str, text: str, place: tuple[float, float, float, float]
) -> None:
    """A label and a value as the style has them; one paragraph."""
    x, y, width, high = place
    kind, size = plan.style["cell"], board.body.size
    small = board.body.at(0.8 if kind in ("above", "box") else 1)
    sign = ":" if kind in ("colon", "dots") else ""
    name = label(key, plan.language) + sign
    pad = 0.3 * size if kind in ("box", "table") else 0
    below = kind in ("above", "box")
    box, _, _ = board.put(name, (x + pad, y + 0.2 * size, width), small)
    left = (
        x + pad if below else max(box[2] + 0.6 * size, x + (0.4 * width if kind == "table" else 0))
    )
    top = y + (1.35 * size if below else 0.2 * size)
    line = y + high - 0.45 * size
    grey = (140, 140, 140)
    if kind in ("under", "above"):
        board.sheet.line((left, line, x + width, line), grey, 1)
    elif kind == "dots":
        board.sheet.line((left, line, x + width, line), grey, 1, 2)
    elif kind in ("box", "table"):
        board.sheet.frame((x, y, x + width, y + high - (0 if kind == "table" else 4)), grey, 1)
    content = inline(name)
    if text:
        voice = plan.hand or board.body
        shown, _, _ = board.put(text, (left, top, 10_000), voice)
        if shown[2] > x + width or voice.family.lacks(text):
            raise ValueError(f"{text!r} does not go into its field")
        board.keep(key, text, shown)
        box = (
            min(box[0], shown[0]),
            min(box[1], shown[1]),
            max(box[2], shown[2]),
            max(box[3], shown[3]),
        )
        content = inline(name, " ", text.replace("$", "\\$"))
    else:
        board.values.setdefault(key, "")
    board.elements.append(Paragraph(box, content))
