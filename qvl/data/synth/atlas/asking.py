"""Questions about a map: where divisions are, in several languages, and what is not on it."""

from collections.abc import Callable

from qvl.data.records import Facts
from qvl.data.synth.atlas.case import Case
from qvl.data.synth.atlas.page import Area
from qvl.data.synth.pasting import wording
from qvl.data.synth.pasting.case import Asked
from qvl.tasks import boxlines, pointtags

_APART = 0.05  # of the page, by which the northernmost is ahead
_MOST = 60
BOXES = (
    "This is a map: {title}. Locate {name} and output its bbox coordinates in JSON format.",
    "Where on this map is {name}? Give bbox_2d and label in JSON.",
    "Outline the position of {name} on the map of {title}, in JSON format.",
)
SEVERAL = (
    "Locate the coloured divisions called {names}. Output the bbox coordinates in JSON format.",
    "Find the divisions {names} that are coloured. JSON with bbox_2d and label; leave out others.",
)
POINTS = (
    "Point to {name} on this map ({title}). Output point_2d and label in JSON format.",
    "Click on {name}. Answer in JSON with point_2d and label.",
)
NAMED = (  # places of neighbours may lie on the grey, so it says what is meant
    "Locate the coloured division of {title} that is called {name}. bbox_2d and label in JSON.",
    "Is any coloured division of this map called {name}? Give its bbox_2d in JSON, or [].",
)
CAPITAL = (
    "Locate the division whose capital is {capital}; output bbox_2d and label in JSON.",
    "Which division has the capital {capital}? Give its box in JSON with its name as the label.",
)
TITLE = ("What does this map show?", "Which country or region is on this map?")
EVERY = "Locate every coloured division of the map and name it, as bbox_2d and label in JSON."
COUNT = "How many divisions of {title} are coloured on this map? Point to each in JSON, then say."
MARKED = ("Which division is marked in red on this map of {title}?", "What is the red one called?")


def boxes(case: Case) -> Asked:
    area = case.area()
    return Asked(case.asked(case.one(BOXES), name=area.name), case.boxes([area]), "boxes")


def points(case: Case) -> Asked:
    area = case.area()
    return Asked(case.asked(case.one(POINTS), name=area.name), case.points([area]), "points")


def several(case: Case) -> Asked:
    count = min(len(case.page.areas), int(case.rng.integers(2, 9)))
    order = case.rng.permutation(len(case.page.areas))[:count].tolist()
    areas = [case.page.areas[at] for at in order]
    names = [area.name for area in areas]
    if gone := case.gone():
        names.insert(int(case.rng.integers(len(names) + 1)), gone)
    question = case.asked(case.one(SEVERAL), names=", ".join(names))
    return Asked(question, case.boxes(areas), "several")


def every(case: Case) -> Asked | None:
    areas = case.page.areas
    if not case.clear or len(areas) > _MOST:
        return None
    if case.rng.random() < 0.5:
        return Asked(EVERY, case.boxes(areas), "all")
    facts = case.boxes(areas, form="text")
    return Asked(
        "find all coloured divisions by their names", facts, "lines", system=boxlines.SYSTEM
    )


def tags(case: Case) -> Asked:
    area = case.area()
    return Asked(pointtags.PROMPT.format(area.name), case.points([area], form="xml"), "tags")


def count(case: Case) -> Asked | None:
    if len(case.page.areas) > _MOST or not case.clear:
        return None
    rows = case.points(case.page.areas).value
    facts = Facts("count", {"what": "divisions", "points": rows}, of=case.picture)
    return Asked(case.asked(COUNT), facts, "count points")


def capital(case: Case) -> Asked | None:
    known = [area for area in case.page.areas if area.capital]
    if not known:
        return None
    area = case.one(known)
    if sum(other.capital == area.capital for other in known) > 1:
        return None
    question = case.asked(case.one(CAPITAL), capital=area.capital)
    return Asked(question, case.boxes([area]), "capital")


def outermost(case: Case) -> Asked | None:
    """By the middle of its box; north is up on all these maps."""
    word, axis, sign = case.one(
        (
            ("northernmost", 1, 1),
            ("southernmost", 1, -1),
            ("westernmost", 0, 1),
            ("easternmost", 0, -1),
        )
    )

    def place(area: Area) -> float:
        return sign * (area.box[axis] + area.box[axis + 2]) / 2 / case.page.image.size[axis]

    order = sorted(case.page.areas, key=place)
    if not case.clear or len(order) < 2 or place(order[1]) - place(order[0]) < _APART:
        return None
    question = wording.ONE[0].format(f"{word} coloured division")
    return Asked(question, case.boxes(order[:1]), "expression")


def largest(case: Case) -> Asked | None:
    order = sorted(case.page.areas, key=lambda area: -area.area)
    if not case.clear or len(order) < 2 or order[0].area < 1.3 * order[1].area:
        return None
    question = wording.ONE[0].format("largest coloured division by area")
    return Asked(question, case.boxes(order[:1]), "expression")


def nothing(case: Case) -> Asked | None:
    gone = case.gone()
    if gone is None:
        return None
    return Asked(case.asked(case.one(NAMED), name=gone), case.boxes([]), "absent")


def called(case: Case) -> Asked:
    area = case.area()
    return Asked(case.asked(case.one(NAMED), name=area.name), case.boxes([area]), "boxes")


def title(case: Case) -> Asked:
    return Asked(case.one(TITLE), f"{case.drawn.title}.", "title")


def written(case: Case) -> Asked | None:
    """What stands on a division, or which one is marked."""
    if case.page.marked:
        return Asked(case.asked(case.one(MARKED)), f"{case.page.marked}.", "marked")
    if not case.page.labels:
        return None
    if case.rng.random() < 0.5:
        rows = [{"text": label.text, "box": label.box} for _, label in case.page.labels]
        question = "Spotting all the text in the image with line-level, and output in JSON format."
        return Asked(question, Facts("lines", rows, of=case.picture), "spotting")
    name, label = case.one(case.page.labels)
    if label.text == name:
        return Asked(case.asked(case.one(BOXES), name=name), _labelled(case, name), "boxes")
    return Asked(f"Which number stands on {name}?", label.text, "label")


def _labelled(case: Case, name: str) -> Facts:
    return case.boxes([area for area in case.page.areas if area.name == name])


def foreign(case: Case) -> Asked | None:
    area = case.area()
    known = [tag for tag, names in case.told.items() if area.name in names]
    if not known:
        return None
    language = case.one(known)
    name = case.told[language][area.name]
    prompts = wording.BY_LANGUAGE[language]
    if case.rng.random() < 0.5:
        return Asked(prompts[0].format(name), case.boxes([area], name), "boxes", language)
    return Asked(prompts[1].format(name), case.points([area], name), "points", language)


KINDS: tuple[Callable[[Case], Asked | None], ...] = (
    *(
        boxes,
        points,
        several,
        every,
        tags,
        count,
        capital,
        outermost,
        largest,
        nothing,
        called,
        title,
    ),
    *(written, written, foreign, foreign, boxes, points, several),
)
