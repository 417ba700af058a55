"""A work item to a problem of school mathematics, with a picture or as text alone."""

from collections.abc import Iterator

from qvl.data.records import Record
from qvl.data.synth.charts.stage import language_of
from qvl.data.synth.maths import (
    algebra,
    amounts,
    board,
    broken,
    equations,
    numbers,
    people,
    powers,
    stories,
    telling,
)
from qvl.data.synth.talk import Said, Scene, encoded, record
from qvl.data.work import Work

FAMILY = "maths"
MAKERS = (
    *(*numbers.MAKERS, *broken.MAKERS, *algebra.MAKERS, *equations.MAKERS),
    *(*powers.MAKERS, *stories.MAKERS, *people.MAKERS, *amounts.MAKERS),
)


def maths(work: Work) -> Iterator[Record]:
    """One record: a problem on one of three levels; in pure text, sometimes several in a row."""
    rng = work.rng()
    level = int(rng.integers(1, 4))
    problem = MAKERS[int(rng.integers(len(MAKERS)))](rng, level)
    language = language_of(rng) if problem.shown else "en"
    if problem.shown and rng.random() < 0.5:
        how = board.look(rng)
        shown = encoded(board.picture(problem, how), 90 if rng.random() < 0.3 else 0)
        style = f"{problem.kind}/{level}/{how['paper']}/{how['face']}"
        meta = {"style": style, "claims": [problem.claim], "level": level}
        talk: list[tuple[str, Said]] = [*telling.told(rng, problem, language, pictured=True)]
        yield record(Scene(work.key, FAMILY, language, meta, shown), talk)
        return
    talk = [*telling.told(rng, problem, language, pictured=False)]
    claims = [problem.claim]
    if rng.random() < 0.2:
        more = MAKERS[int(rng.integers(len(MAKERS)))](rng, level)
        if more.shown or language == "en":
            talk += telling.told(rng, more, language, pictured=False)
            claims.append(more.claim)
    meta = {"style": f"{problem.kind}/{level}/text", "claims": claims, "level": level}
    yield record(Scene(work.key, FAMILY, language, meta), talk)
