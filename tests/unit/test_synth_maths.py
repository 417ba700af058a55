"""Mathematics: every claim holds, every figure measures what its labels say."""

import numpy as np
import pytest

from qvl.data.records import Facts, Record, dumps
from qvl.data.rules.formats import formatted
from qvl.data.synth.geometry import stage as geometry
from qvl.data.synth.geometry.draw import draw, look
from qvl.data.synth.maths import stage as maths
from qvl.data.synth.maths.checking import holds
from qvl.data.synth.maths.problem import polynomial, signed
from qvl.data.synth.plots import stage as plots
from qvl.data.work import Work


@pytest.mark.parametrize("make", dict.fromkeys(maths.MAKERS), ids=lambda make: make.__name__)
def test_problems_are_right(make):
    for level in (1, 2, 3):
        for seed in range(4):
            problem = make(np.random.default_rng((seed, level)), level)
            assert holds(problem.claim), problem
            assert problem.question or problem.shown
            assert problem.steps and problem.answer


def test_a_wrong_claim_does_not_hold():
    assert holds("Eq(2 + 2, 4)")
    assert not holds("Eq(2 + 2, 5)")
    assert not holds("Eq(solveset(2*x - 6, x, S.Reals), FiniteSet(4))")


@pytest.mark.parametrize("make", geometry.MAKERS, ids=lambda make: make.__name__)
def test_figures_measure_what_they_say(make):
    for seed in range(8):
        task = make(np.random.default_rng(seed))
        assert holds(task.claim), task
        for figure in (task.figure, task.figure.turned(37.0, True)):
            for a, at, b, value in figure.angles:
                assert figure.angle(a, at, b) == pytest.approx(value)
            for a, b, value in figure.lengths:
                assert figure.length(a, b) == pytest.approx(value)


@pytest.mark.parametrize("make", plots.MAKERS, ids=lambda make: make.__name__)
def test_graphs_are_what_is_told(make):
    graph = make(np.random.default_rng(2))
    assert all(holds(problem.claim) for problem in graph.problems)
    import sympy

    x = sympy.Symbol("x")
    exact = sympy.lambdify(x, sympy.sympify(graph.formula), "numpy")
    at = np.linspace(*graph.span, 30)
    drawn = graph.curve(at)
    seen = np.isfinite(drawn)
    assert seen.sum() > 15
    assert np.allclose(drawn[seen], exact(at[seen].astype(complex)).real)


@pytest.mark.parametrize("stage", [maths.maths, geometry.geometry, plots.plots])
@pytest.mark.usefixtures("letters")
def test_records_come_back_the_same(stage):
    for index in range(6):
        work = Work("t", 0, index)
        for one, two in zip(stage(work), stage(work), strict=True):
            if isinstance(one, Record):
                assert formatted(one) is None
                assert dumps(one) == dumps(two) and one.media == two.media


def test_labels_stand_where_they_are_told():
    task = geometry.MAKERS[0](np.random.default_rng(1))
    drawn = draw(task.figure, {**look(np.random.default_rng(4)), "dots": True})
    assert len(drawn.labels) == 6  # three angles and three names
    pixels = np.asarray(drawn.image).astype(float)
    for _, (left, top, right, bottom) in drawn.labels:
        assert pixels[int(top) : int(bottom) + 1, int(left) : int(right) + 1].std() > 3
    assert set(drawn.points) == set(task.figure.points)
    for x, y in drawn.points.values():  # a dot of ink on paper
        assert abs(pixels[round(y), round(x)] - pixels[1, 1]).max() > 60


@pytest.mark.usefixtures("letters")
def test_styles_are_many():
    kinds = {make(np.random.default_rng(0), 1).kind for make in maths.MAKERS}
    assert len(kinds) * 3 >= 100  # on three levels
    for stage, count in ((geometry.geometry, 58), (plots.plots, 56), (maths.maths, 62)):
        styles = {
            each.meta["style"]
            for index in range(count)
            for each in stage(Work("s", 0, index))
            if isinstance(each, Record)
        }
        assert len(styles) >= 50, stage


def test_pictures_are_asked_about_and_texts_stand_alone():
    found = [r for index in range(30) for r in maths.maths(Work("u", 0, index))]
    assert {bool(record.media) for record in found} == {True, False}
    assert any(len(record.turns) > 2 for record in found)
    assert not any(isinstance(part, Facts) for record in found for part in record.parts())


def test_terms_are_written_as_people_do():
    assert polynomial((1, 0, -3)) == "x^{2} - 3"
    assert polynomial((-1, 1)) == "-x + 1"
    assert polynomial((0, 0)) == "0"
    assert signed(-1, "y") == " - y"


def test_a_shard_of_them_is_read_back(tmp_path):
    from qvl.data.executors import Options, run
    from qvl.data.marks import tar_of
    from qvl.data.shards import Shard
    from qvl.data.work import Plan

    plan = Plan("geometry", (4,))
    run(plan, geometry.geometry, tmp_path, Options(workers=0))
    made = [r for w in plan.work(0) for r in geometry.geometry(w) if isinstance(r, Record)]
    shard = Shard(tar_of(plan, tmp_path, 0))
    read = [shard[i] for i in range(len(shard))]
    assert read == made and len(made) >= 3
