"""Questions about a scene with exact answers: places, counts, expressions, what is absent."""

from collections.abc import Callable

from qvl.data.records import Facts
from qvl.data.synth.pasting import wording
from qvl.data.synth.pasting.case import Asked, Case
from qvl.data.synth.pasting.expressions import described, expressions
from qvl.data.synth.pasting.names import plural
from qvl.tasks import boxlines, grounding

_MOST = 60  # places in one answer


def boxes(case: Case) -> Asked:
    name = case.one(case.names)
    return Asked(case.one(wording.BOXES).format(name), case.boxes(case.called(name)), "boxes")


def several(case: Case) -> Asked:
    """Several names, one of which may not be there; or all, where the ground shows nothing."""
    if case.drawn.backdrop is None and case.rng.random() < 0.4:
        return Asked(case.one(wording.ALL), case.boxes(case.things[:_MOST]), "all")
    names = case.names[:5]
    gone = case.missing()
    asked = [*names, gone[0]] if gone and case.rng.random() < 0.5 else names
    case.rng.shuffle(asked)
    there = [thing for thing in case.things if thing.name in names]
    question = case.one(wording.SEVERAL).format(", ".join(asked))
    return Asked(question, case.boxes(there), "several")


def lines(case: Case) -> Asked:
    name = case.one(case.names)
    facts = case.boxes(case.called(name), form="text")
    return Asked(case.one(wording.LINES).format(name), facts, "lines", system=boxlines.SYSTEM)


def points(case: Case) -> Asked:
    name = case.one(case.names)
    return Asked(case.one(wording.POINTS).format(name), case.points(case.called(name)), "points")


def tags(case: Case) -> Asked:
    name = case.one(case.names)
    facts = case.points(case.called(name), form="xml")
    return Asked(case.one(wording.TAGS).format(name), facts, "tags")


def count(case: Case) -> Asked:
    name = case.one(case.names)
    things, what = case.called(name), plural(name)
    if case.rng.random() < 0.5:
        rows = case.boxes(things).value
        facts = Facts("count", {"what": what, "boxes": rows}, of=case.picture)
        return Asked(case.one(wording.COUNT_BOXES).format(what), facts, "count boxes")
    rows = case.points(things).value
    facts = Facts("count", {"what": what, "points": rows}, of=case.picture)
    return Asked(case.one(wording.COUNT_POINTS).format(what), facts, "count points")


def many(case: Case) -> Asked:
    name = case.one(case.names)
    question = case.one(wording.MANY).format(plural(name))
    return Asked(question, str(len(case.called(name))), "number")


def nothing(case: Case) -> Asked | None:
    gone = case.missing()
    if gone is None:
        return None
    name, kind = gone
    form = case.one(("boxes", "points", "tags", "lines", "count"))
    if form == "boxes":
        return Asked(case.one(wording.BOXES).format(name), case.boxes([]), kind)
    if form == "points":
        return Asked(case.one(wording.POINTS).format(name), case.points([]), kind)
    if form == "tags":
        return Asked(case.one(wording.TAGS).format(name), case.points([], form="xml"), kind)
    if form == "lines":
        question = case.one(wording.LINES).format(name)
        return Asked(question, case.boxes([], form="text"), kind, system=boxlines.SYSTEM)
    facts = Facts("count", {"what": plural(name), "boxes": []}, of=case.picture)
    return Asked(case.one(wording.COUNT_BOXES).format(plural(name)), facts, kind)


def there(case: Case) -> Asked | None:
    """Whether something is there, yes and no alike."""
    gone = case.missing()
    if gone and case.rng.random() < 0.5:
        return Asked(case.one(wording.THERE).format(gone[0]), wording.NO.format(gone[0]), gone[1])
    name = case.one(case.names)
    found = case.called(name)
    told = described(found[0], found, case.drawn.scene.image.size) if len(found) == 1 else ""
    told = told or f"{len(found)} {plural(name)}"
    return Asked(case.one(wording.THERE).format(name), wording.YES.format(told), "there")


def expression(case: Case) -> Asked | None:
    found = expressions(case.things, case.drawn.scene.image.size)
    if not found:
        return None
    meant = case.one(found)
    if case.rng.random() < 0.65:
        question = case.one(wording.ONE).format(meant.phrase)
        return Asked(question, case.boxes([meant.thing], meant.phrase), "expression")
    question = case.one(wording.ONE_POINT).format(meant.phrase)
    return Asked(question, case.points([meant.thing], meant.phrase), "expression point")


def attributes(case: Case) -> Asked | None:
    """Each with its colour, or whether it stands upright, as a further field."""
    dyed = [thing for thing in case.things if thing.put.colour]
    turned = [name for name in case.names if any(t.put.turned for t in case.called(name))]
    if not dyed and not turned:
        return None
    name = case.one(turned) if turned else case.one(dyed).name
    things = case.called(name)
    words = ("upside down", "upright")
    told = [words[not t.put.turned] if turned else t.put.colour or "" for t in things]
    choices = words if turned else sorted({*told, case.one(("red", "blue", "green", "yellow"))})
    rows = [
        {"label": name, "box": thing.box, "sub_label": word}
        for thing, word in zip(things, told, strict=True)
    ]
    asked = grounding.ATTRIBUTES.format(name, " # or ".join(f'"{choice}"' for choice in choices))
    return Asked(asked, Facts("boxes", rows, of=case.picture), "attributes")


def descriptions(case: Case) -> Asked | None:
    name = case.one(case.names)
    found = case.called(name)
    if len(found) > 12:
        return None
    size = case.drawn.scene.image.size
    rows = [{"label": described(each, found, size), "box": each.box} for each in found]
    facts = Facts("boxes", rows, of=case.picture)
    return Asked(case.one(wording.DESCRIBE).format(name), facts, "descriptions")


def foreign(case: Case) -> Asked | None:
    """A thing by its caption in another language."""
    told = [
        (language, words, thing)
        for thing in case.things
        for language, words in thing.put.cutout.captions
        if language in wording.BY_LANGUAGE
    ]
    if not told:
        return None
    language, words, _ = case.one(told)
    found = [t for each, said, t in told if each == language and said == words]
    label = words.rstrip(".。!！ ")
    prompts = wording.BY_LANGUAGE[language]
    if case.rng.random() < 0.6:
        return Asked(prompts[0].format(label), case.boxes(found, label), "boxes", language)
    return Asked(prompts[1].format(label), case.points(found, label), "points", language)


KINDS: tuple[Callable[[Case], Asked | None], ...] = (
    *(boxes, several, points, count, nothing, expression, expression, attributes, descriptions),
    *(lines, tags, foreign, there, many, foreign),
)
