"""Actions come back from the wire as they were, and whatever a model writes does no harm."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qvl.tasks.actions.action import Action, Step
from qvl.tasks.actions.computer import COMPUTER
from qvl.tasks.actions.mobile import MOBILE, MOBILE_ANSWERING
from qvl.tasks.actions.shared import translated
from qvl.tasks.actions.values import FIELDS, LONGEST
from qvl.tasks.actions.wire import parse, render
from qvl.tasks.place import Frame

SPACES = (COMPUTER, MOBILE, MOBILE_ANSWERING)
RETINA = Frame((2880, 1800), (1428, 896), screen=(1440, 900))
PHONE = Frame((1080, 2400), (1092, 2408))
frames = st.sampled_from([RETINA, PHONE, Frame((400, 300), (392, 308)), Frame((50, 50), (56, 56))])
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=20)
tagged = st.sampled_from(["<tool_call>", "</tool_call>", '{"name": "computer_use"}', "}", '"'])
said = st.one_of(st.just(""), words.map(str.strip), st.just("I see a < b."))


@st.composite
def steps(draw, frame, space):
    return Step(tuple(draw(st.lists(action(frame, space), max_size=3))), draw(said), draw(said))


@st.composite
def action(draw, frame, space):
    """Any action that the space has, its points where whole pixels of the picture lie."""
    kind = draw(st.sampled_from(list(space.actions)))
    takes, (width, height) = space.takes[kind], frame.processed
    points = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1)).map(frame.on_screen)
    values = {
        "coordinate": points,
        "coordinate2": points,
        "text": words | tagged,
        "keys": st.lists(st.sampled_from(["ctrl", "a", "+", "Return", "F5"]), min_size=1).map(
            tuple
        ),
        "pixels": st.integers(-5000, 5000) | st.floats(-1e6, 1e6),
        "time": st.floats(0, LONGEST) | st.integers(0, 10),
        "button": st.sampled_from(["Back", "Home", "Menu", "Enter"]),
        "status": st.sampled_from(["success", "failure"]),
    }
    given = [*takes.needs, *(name for name in takes.may if draw(st.booleans()))]
    return Action(kind, **{FIELDS[name]: draw(values[name]) for name in given})


@given(st.data(), frames, st.sampled_from(SPACES))
def test_parse_is_the_inverse_of_render(data, frame, space):
    step = data.draw(steps(frame, space))
    reply = render(step, frame, space)
    got = parse(reply, frame, space)
    assert got == step
    assert not [
        p for p in got.problems if "names keys" not in p.reason and "no call" not in p.reason
    ]
    assert render(got, frame, space) == reply


@given(st.data(), st.sampled_from(SPACES))
def test_a_cut_reply_has_whole_actions_or_none(data, space):
    step = data.draw(steps(PHONE, space))
    reply = render(step, PHONE, space)
    for end in range(len(reply)):
        got = parse(reply[:end], PHONE, space)
        assert got.actions == step.actions[: len(got.actions)]
        if len(got.actions) < len(step.actions) and "<tool_call>" in reply[:end]:
            opened = reply[:end].count("\n</tool_call>") < reply[:end].count("<tool_call>\n")
            assert got.problems or not opened or _complete(reply[:end])


def _complete(cut: str) -> bool:
    """A call whose object is whole needs no closing tag."""
    return cut.rstrip("\n</tol_ca").endswith("}}")


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), words,
    st.sampled_from(["1", "nan", "-inf", 10**400, "9" * 400, [], {}, [1], [1, 2], ["1", 2.5]]),
    st.sampled_from(["1, 2", "[1, 2]", True]),
)  # fmt: skip
VALUES = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(words, LEAVES, max_size=2)
NAMES = st.sampled_from([*FIELDS, "action", "start_box"])


@given(st.dictionaries(NAMES, VALUES), st.data(), frames)
def test_any_arguments_give_a_sound_action_or_a_problem(arguments, data, frame):
    space = data.draw(st.sampled_from(SPACES))
    kind = data.draw(st.sampled_from([*space.actions, "click", "left_click", "fly"]))
    raw = {"name": space.name, "arguments": {**arguments, "action": kind}}
    got = parse(f"<tool_call>\n{json.dumps(raw)}\n</tool_call>", frame, space)
    assert got.actions or got.problems
    for each in got.actions:
        width, height = frame.screen or frame.original
        for point in (each.point, each.point2):
            assert point is None or (0 <= point[0] < width and 0 <= point[1] < height)
        assert each.seconds is None or 0 <= each.seconds <= LONGEST
        assert parse(render(Step((each,)), frame, space), frame, space).actions[0].kind == each.kind
    assert all(0 <= p.at <= 30 and p.reason for p in got.problems)


@given(st.text() | st.text(st.sampled_from("<tool_call>{}\"'[]:,/ name1")), frames)
@example("<conclusion>" * 50, PHONE)
@example("{" * 3000, PHONE)
def test_no_text_breaks_it(text, frame):
    got = parse(text, frame, COMPUTER)
    assert not got.actions and got.problems


@given(st.data(), frames)
def test_a_shared_action_comes_back_from_the_other_tool(data, frame):
    one, other = data.draw(st.permutations([COMPUTER, MOBILE_ANSWERING]))
    mine = data.draw(action(frame, one))
    theirs = translated(mine, other)
    if theirs:
        render(Step((theirs,)), frame, other)  # a whole action there
        back = translated(theirs, one)
        assert back == mine or (back and [k.lower() for k in mine.keys] == ["return"])


def test_render_refuses_what_parse_would():
    for bad, why in [
        (Action("fly"), "no action"),
        (Action("mouse_move"), "needs coordinate"),
        (Action("wait", seconds=1, text="x"), "takes no text"),
    ]:
        with pytest.raises(ValueError, match=why):
            render(Step((bad,)), RETINA, COMPUTER)
    with pytest.raises(ValueError, match="</thinking>"):
        render(replace(Step(), thought="a</thinking>"), RETINA, COMPUTER)
