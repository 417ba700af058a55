"""The next step on a screen: asked, read, refused where it is not safe, drawn where it happens."""

import json

import pytest
from PIL import Image as Pillow
from PIL import ImageChops

from qvl.chat.template import text
from qvl.media.gestures import Gesture, draw_gestures
from qvl.messages import Answer, Image, Media, Settings, Usage
from qvl.tasks.actions.act import Errand, act
from qvl.tasks.actions.action import Action, Step
from qvl.tasks.actions.computer import COMPUTER
from qvl.tasks.actions.drawn import gestures, words
from qvl.tasks.actions.history import Past, asked, told
from qvl.tasks.actions.mobile import MOBILE, MOBILE_ANSWERING
from qvl.tasks.actions.wire import parse, render
from qvl.tasks.place import Frame

RETINA = Frame((2880, 1800), (1428, 896), screen=(1440, 900))


def one(space=COMPUTER, frame=RETINA, **arguments):
    raw = {"name": space.name, "arguments": arguments}
    return parse(f"<tool_call>\n{json.dumps(raw)}\n</tool_call>", frame, space)


def told_by(step):
    return " | ".join(problem.reason for problem in step.problems)


def test_a_model_that_knows_the_place_clicks_it_on_the_real_screen():
    place, prompts = (1000.0, 300.0), []  # of the screen, 1440 x 900

    def truth(messages, settings):
        prompts.append(text(messages, answer=True))
        step = Step((Action("left_click", place),), "The button.", "I clicked the button.")
        media = Media((2880, 1800), (1428, 896), 1632)
        return Answer(render(step, RETINA, COMPUTER), "stop", Usage(1, 1), (media,))

    shot = Image(Pillow.new("RGB", (2880, 1800)), max_pixels=1300 * 1000)
    errand = Errand("press it", think=True, screen=(1440, 900))
    done = act(truth, errand, shot, Settings())
    [click] = done.step.actions
    assert click.kind == "left_click" and click.raw["coordinate"] == [992, 299]
    assert click.point == pytest.approx(place, abs=1)
    assert (done.step.thought, done.step.conclusion) == ("The button.", "I clicked the button.")
    assert not done.step.problems and done.frame == RETINA
    assert "resolution is 1428x896." in prompts[0] and "<thinking></thinking>" in prompts[0]


def test_a_model_that_saw_another_size_than_it_was_told_is_not_believed():
    media = (Media((100, 100), (56, 56), 4),)
    with pytest.raises(ValueError, match=r"saw 56x56 .* told 112x112"):
        act(
            lambda m, s: Answer("", "stop", Usage(1, 1), media),
            Errand("x"),
            Image(Pillow.new("RGB", (100, 100))),
            Settings(),
        )


@pytest.mark.parametrize(
    ("space", "arguments", "why"),
    [
        (COMPUTER, {"action": "left_click", "coordinate": [5000, 3]}, "outside of the 1428x896"),
        (COMPUTER, {"action": "left_click", "coordinate": [-4, 3]}, "outside"),
        (COMPUTER, {"action": "left_click", "coordinate": [0.5, 0.25]}, "a fraction"),
        (COMPUTER, {"action": "left_click", "coordinate": [1, 2, 3, 4]}, "no point"),
        (COMPUTER, {"action": "left_click", "coordinate": "here"}, "no point"),
        (COMPUTER, {"action": "mouse_move"}, "mouse_move refused: it needs coordinate"),
        (COMPUTER, {"action": "mouse_move", "coordinate": None}, "needs coordinate"),
        (COMPUTER, {"action": "fly"}, "'fly' is no action of computer_use"),
        (COMPUTER, {"action": 3}, "the action is 3"),
        (COMPUTER, {}, "the action is None"),
        (COMPUTER, {"action": "type", "text": ""}, "is empty"),
        (COMPUTER, {"action": "type", "text": ["a"]}, "is no text"),
        (COMPUTER, {"action": "key", "keys": []}, "no list of keys"),
        (COMPUTER, {"action": "key", "keys": [3]}, "no list of keys"),
        (COMPUTER, {"action": "key", "keys": ["a", ""]}, "an empty key"),
        (COMPUTER, {"action": "scroll", "pixels": "far"}, "is no number"),
        (COMPUTER, {"action": "wait", "time": -1}, "less than no time"),
        (COMPUTER, {"action": "terminate", "status": "done"}, "none of success, failure"),
        (
            COMPUTER,
            {"action": "swipe", "coordinate": [1, 2], "coordinate2": [3, 4]},
            "not on offer",
        ),
        (MOBILE, {"action": "answer", "text": "5"}, "not on offer"),
        (MOBILE, {"action": "long_press", "coordinate": [1, 2]}, "needs time"),
        (MOBILE, {"action": "swipe", "coordinate": [1, 2]}, "needs coordinate2"),
        (MOBILE, {"action": "system_button", "button": "Power"}, "none of Back"),
        (MOBILE, {"action": "left_click"}, "not on offer"),  # a finger has no cursor
    ],
)
def test_what_is_not_safe_is_refused_and_said(space, arguments, why):
    step = one(space, **arguments)
    assert not step.actions and why in told_by(step)


@pytest.mark.parametrize(
    ("space", "arguments", "want", "why"),
    [
        (COMPUTER, {"action": "left_click", "coordinate": [1428, 0]}, {}, "moved onto its edge"),
        (COMPUTER, {"action": "left_click", "coordinate": ["714", "448"]}, {"point": (720, 450)},
         "not written as two numbers"),
        (COMPUTER, {"action": "left_click", "coordinate": [0, 0], "text": "x"}, {"point": (0, 0)},
         "does not belong"),
        (COMPUTER, {"action": "left_click", "start_box": 1}, {"point": None}, "does not belong"),
        (COMPUTER, {"action": "key", "keys": "ctrl+c"}, {"keys": ("ctrl", "c")}, "read as a list"),
        (COMPUTER, {"action": "key", "keys": ["hyperdrive"]}, {"keys": ("hyperdrive",)},
         "not known: 'hyperdrive'"),
        (COMPUTER, {"action": "type", "text": 42}, {"text": "42"}, "is a number"),
        (COMPUTER, {"action": "scroll", "pixels": "-5"}, {"pixels": -5}, "read as a number"),
        (COMPUTER, {"action": "wait", "time": 3600}, {"seconds": 60}, "cut to that"),
        (COMPUTER, {"action": "click", "coordinate": [0, 0]}, {"kind": "left_click"},
         "click of mobile_use taken as left_click"),
        (MOBILE, {"action": "system_button", "button": "home"}, {"button": "Home"}, "read as"),
        (MOBILE, {"action": "key", "text": "volume_max"}, {"text": "volume_max"}, "not known"),
    ],
)  # fmt: skip
def test_what_is_odd_is_done_and_said(space, arguments, want, why):
    step = one(space, **arguments)
    [action] = step.actions
    assert why in told_by(step) and action.raw == arguments
    for name, value in want.items():
        assert getattr(action, name) == value


def test_a_refused_action_hides_no_other():
    call = '<tool_call>\n{{"name": "computer_use", "arguments": {}}}\n</tool_call>\n'
    reply = call.format('{"action": "left_click", "coordinate": [9999, 1]}')
    reply += call.format('{"action": "type", "text": "é"}') + '<tool_call>\n{"name": "co'
    step = parse(reply, RETINA, COMPUTER)
    assert [a.kind for a in step.actions] == ["type"]
    assert [p.at for p in step.problems] == [0, reply.rindex("<tool_call>") + len("<tool_call>")]


def test_calls_without_tags_and_of_the_other_tool():
    bare = 'Sure: {"name": "mobile_use", "arguments": {"action": "click", "coordinate": [1, 2]}}'
    step = parse(bare, RETINA, COMPUTER)
    assert [a.kind for a in step.actions] == ["left_click"] and step.thought == "Sure:"
    assert "no <tool_call> around" in told_by(step)
    step = parse('<tool_call>{"name": "bash", "arguments": {"action": "type"}}', RETINA, COMPUTER)
    assert not step.actions and "'bash', which is not on offer" in told_by(step)


def test_the_past_is_told_in_conclusions_or_calls():
    call = '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "open", "text": "Ü"}}\n'
    assert told(Past(call)) == (
        '{"name": "mobile_use", "arguments": {"action": "open", "text": "Ü"}}'
    )
    assert told(Past(f"{call}<conclusion>\nI opened\nit.\n</conclusion>")) == "I opened it."
    shot = Image(Pillow.new("RGB", (28, 28)))
    past = [Past("<conclusion>One.</conclusion>"), Past("<conclusion>Two.</conclusion>")]
    written = text(asked(MOBILE_ANSWERING, "go", shot, (28, 28), past), answer=True)
    assert written.count("<|image_pad|>") == 1
    assert "Step 1: One.; Step 2: Two.; <|vision_start|>" in written


def test_turns_at_a_computer_keep_the_last_screens():
    grey = [Image(Pillow.new("RGB", (28, 28), (i, i, i))) for i in range(3)]
    past = [Past("first", screenshot=grey[0]), Past("second", "saved", grey[1])]
    for keep, want in ((1, [2]), (2, [1, 2]), (3, [0, 1, 2]), (9, [0, 1, 2])):
        turns = asked(COMPUTER, "go", grey[2], (28, 28), past, keep)
        seen = [
            p.pixels.getpixel((0, 0))[0] for m in turns for p in m.content if isinstance(p, Image)
        ]
        assert seen == want
    assert [m.role for m in turns] == ["system", "user", "assistant", "tool", "assistant", "tool"]
    written = text(turns, answer=True)
    assert "<tool_response>\nsaved<|vision_start|>" in written
    assert written.count("go<|im_end|>") == 1
    with pytest.raises(ValueError, match="keep is 0"):
        asked(COMPUTER, "go", grey[2], (28, 28), past, 0)


def test_gestures_follow_the_cursor_and_lie_on_the_screenshot():
    acts = [
        Action("mouse_move", (10, 20)),
        Action("left_click_drag", (30, 40)),
        Action("left_click"),
        Action("scroll", pixels=5),
        Action("type", text="hi\n"),
        Action("swipe", (0, 0), (1, 1)),
    ]
    move, drag, click, scroll, typed, swipe = gestures(acts, RETINA)
    assert move.at == pytest.approx((20, 40)) and drag.to == pytest.approx((60, 80))
    assert drag.at == move.at and click.at == drag.to and scroll.at == drag.to
    assert scroll.to[1] < scroll.at[1]  # up
    assert typed.at is None and typed.words == r"'hi\n'"
    assert swipe.to == pytest.approx((2, 2)) and words(acts[-1]) == "(0, 0) -> (1, 1)"


@pytest.mark.parametrize("ground", ["white", "black", "#D55E00", "#808080"])
@pytest.mark.parametrize("size", [(64, 48), (300, 1400), (1600, 900)])
def test_a_mark_is_seen_on_any_ground(ground, size):
    shot = Pillow.new("RGB", size, ground)
    at, far = (size[0] * 0.3, size[1] * 0.5), (size[0] * 0.9, size[1] * 0.9)
    drawn = draw_gestures(shot, [Gesture("click", at), Gesture("drag", at, far, "x" * 3000)])
    scale = drawn.width // size[0]
    assert drawn.width == size[0] * scale and drawn.height > size[1] * scale
    plain = shot.resize((size[0] * scale, size[1] * scale))
    cut = drawn.crop((0, 0, *plain.size))
    contrast = ImageChops.difference(cut, plain).convert("L")
    x, y = round(at[0] * scale), round(at[1] * scale)
    near = contrast.crop((x - 30, y - 30, x + 30, y + 30))
    assert near.getextrema()[1] > 90
    assert shot.getcolors() == Pillow.new("RGB", size, ground).getcolors()
