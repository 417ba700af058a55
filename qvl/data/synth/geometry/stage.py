"""A work item to a figure of geometry with its question."""

from collections.abc import Iterator

import numpy as np

from qvl.data.records import Facts, Record
from qvl.data.synth.charts import prompts
from qvl.data.synth.geometry import angles, areas, lengths, rounds
from qvl.data.synth.geometry.draw import Box, Drawn, draw, look
from qvl.data.synth.maths import telling
from qvl.data.synth.talk import Said, Scene, encoded, record
from qvl.data.work import Rejected, Work

FAMILY = "geometry"
MAKERS = (*angles.MAKERS, *rounds.MAKERS, *lengths.MAKERS, *areas.MAKERS)
TRIES = 5
POINTS = (
    "Point to {} in the figure, output the coordinates in {} format.",
    "Where are the points {}? Give their coordinates in {}.",
    "Locate {} with points, in {} format.",
)


def geometry(work: Work) -> Iterator[Record | Rejected]:
    """One record, or a rejection where labels stand on each other in every try."""
    rng = work.rng()
    language = "zh" if rng.random() < 0.3 else "en"
    task = MAKERS[int(rng.integers(len(MAKERS)))](rng)
    for _ in range(TRIES):
        how = look(rng)
        figure = task.figure
        if task.turns:
            figure = figure.turned(float(rng.uniform(0, 360)), bool(rng.random() < 0.5))
        drawn = draw(figure, how)
        if not crossing([box for _, box in drawn.labels]):
            break
    else:
        yield Rejected(work.key, "words on words")
        return
    picture = encoded(drawn.image, 88 if rng.random() < 0.25 else 0)
    meta = {
        "style": f"{task.kind}/{how['paper']}/{how['accent']}/{how['face']}",
        "claims": [task.claim],
    }
    talk: list[tuple[str, Said]] = [
        *telling.told(rng, task.problem(language), language, pictured=False)
    ]
    if rng.random() < 0.25:
        talk.append(_seen(rng, drawn, picture[0]))
    yield record(Scene(work.key, FAMILY, language, meta, picture), talk)


def _seen(rng: np.random.Generator, drawn: Drawn, of: str) -> tuple[str, Said]:
    """The labels with their places, or where the points of the figure are."""
    if rng.random() < 0.5:
        rows = [{"text": text, "box": _clip(box, drawn.image.size)} for text, box in drawn.labels]
        question = prompts.LINES[int(rng.integers(len(prompts.LINES)))]
        return question, Facts("lines", rows, of=of)
    names = [name for name in drawn.points if rng.random() < 0.6] or list(drawn.points)[:1]
    rows = [{"label": name, "point": drawn.points[name]} for name in names]
    form = ("json", "xml")[int(rng.integers(2))]
    question = POINTS[int(rng.integers(len(POINTS)))].format(" and ".join(names), form.upper())
    return question, Facts("points", rows, form, of)


def crossing(boxes: list[Box]) -> bool:
    """Whether two labels share more than a tenth of the smaller one's area."""
    found = np.array(boxes).reshape(-1, 4)
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            shared = (
                (np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])).clip(0).prod()
            )
            areas = [(box[2:] - box[:2]).prod() for box in (one, other)]
            if shared > 0.1 * min(areas):
                return True
    return False


def _clip(box: Box, size: tuple[int, int]) -> Box:
    left, top, right, bottom = box
    return max(left, 0.0), max(top, 0.0), min(right, float(size[0])), min(bottom, float(size[1]))
