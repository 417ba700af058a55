"""Who sells and who buys, and the plan of the page on which they stand."""

from dataclasses import dataclass, replace

from qvl.data.synth.documents.look import Rng
from qvl.data.synth.documents.pen import Colour
from qvl.data.synth.forms import people
from qvl.data.synth.forms.board import Board
from qvl.data.synth.forms.words import label
from qvl.tasks.place import Size


@dataclass(frozen=True)
class Plan:
    """Lengths in pixels, and one of each of STYLE."""

    size: Size
    edge: float
    style: dict[str, str]
    language: str
    accent: Colour

    @property
    def room(self) -> float:
        return self.size[0] - 2 * self.edge


def parties(rng: Rng, board: Board, plan: Plan, y: float) -> float:
    kind = plan.style["parties"]
    half = plan.room / 2 - board.body.size
    first = _party(
        rng, board, plan, "seller", (plan.edge, y, half if kind != "below" else plan.room)
    )
    if kind == "below":
        return _party(
            rng, board, plan, "buyer", (plan.edge, first + 0.8 * board.body.size, plan.room)
        )
    x = plan.edge + half + 2 * board.body.size
    second = _party(rng, board, plan, "buyer", (x, y, half))
    if kind == "boxed":
        for left in (plan.edge, x):
            box = (left - 6, y - 4, left + half + 6, max(first, second) + 6)
            board.sheet.frame(box, (150, 150, 150), 1, 3)
    return max(first, second)


def _party(
    rng: Rng, board: Board, plan: Plan, who: str, place: tuple[float, float, float]
) -> float:
    x, y, width = place
    language, voice = plan.language, board.body
    name = people.company(rng, language) if who == "seller" or rng.random() < 0.5 else ""
    head = replace(voice, strong=True, colour=plan.accent)
    y = board.plain(label(who, language), (x, y, width), head)
    y = board.value(
        who, name or people.person(rng, language), (x, y, width), replace(voice, strong=True)
    )
    if rng.random() < 0.9:
        y = board.value(f"{who}_address", people.street(rng, language), (x, y, width))
        y = board.value(f"{who}_postcode", people.postcode(rng, language), (x, y, width))
    if rng.random() < (0.5 if who == "seller" else 0.2):
        text = people.tax_number(rng, language)
        y = board.pair(f"{who}_tax_id", label("taxid", language) + ":", text, (x, y, width))
    if who == "seller" and rng.random() < 0.4:
        y = board.value("seller_email", people.email(rng), (x, y, width))
    return y
