"""Messages in the OpenAI form: what they mean, and what is refused by name."""

import pytest
from PIL import Image as Pillow

from qvl.chat.template import text
from qvl.media.conversation import conversation, turn
from qvl.messages import Image, Text, ToolCall, message


def call(arguments, name="look", **more):
    return {
        "id": "c1",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    } | more


def assistant(*calls, **more):
    return {"role": "assistant", "content": None, "tool_calls": list(calls)} | more


def test_a_whole_exchange_with_tools_becomes_the_released_text():
    picture = Pillow.new("RGB", (28, 28))
    turns = conversation(
        [
            {"role": "user", "content": "Where is it?"},
            assistant(call('{"zoom": [1, 2], "名": "é"}'), call("{}", "list")),
            {"role": "tool", "tool_call_id": "c1", "content": [{"image": picture}, {"text": "a"}]},
            {"role": "tool", "tool_call_id": "c2", "content": "b", "name": "list"},
            message("user", "So?"),
        ]
    )
    assert turns[1].content == () and turns[1].tool_calls == (
        ToolCall("look", {"zoom": [1, 2], "名": "é"}),
        ToolCall("list", {}),
    )
    assert turns[2].content == (Image(picture), Text("a"))
    told = text(turns, answer=True)
    assert '<tool_call>\n{"name": "look", "arguments": {"zoom": [1, 2], "名": "é"}}\n' in told
    assert "<tool_response>\n<|vision_start|><|image_pad|><|vision_end|>a\n</tool_response>" in told
    assert "\n<tool_response>\nb\n</tool_response><|im_end|>" in told


def test_an_answer_of_the_api_can_be_given_back_as_it_came():
    raw = {"role": "assistant", "content": "Yes.", "refusal": None, "annotations": []}
    assert turn(raw | {"audio": None, "function_call": None, "tool_calls": None}) == message(
        "assistant", "Yes."
    )
    assert turn(assistant(refusal="No.", tool_calls=None)) == message("assistant", "No.")
    assert turn(assistant(call(""), content="I look.")).content == (Text("I look."),)
    assert turn(assistant(call({"a": 1}))).tool_calls == (ToolCall("look", {"a": 1}),)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("hello", "a message is 'hello'"),
        ({"role": "robot", "content": "a"}, "role is 'robot'; it must be system, user"),
        ({"role": "user", "content": None}, "content is None"),
        ({"role": "assistant", "content": None}, "content is None"),
        ({"role": "user", "content": "a", "weight": 1}, "the unknown key 'weight'"),
        ({"role": "user", "content": "a", "tool_calls": []}, "the unknown key 'tool_calls'"),
        ({"role": "tool", "content": 3, "tool_call_id": "x"}, "content is 3"),
        (assistant(call("{")), "arguments of the call of 'look' are no JSON: Expecting"),
        (assistant(call('{"a": NaN}')), "of 'look' are no JSON: NaN is no number"),
        (assistant(call("[" * 100_000)), "of 'look' are no JSON"),
        (assistant(call("[1]")), r"of the call of 'look' are \[1\]; give an object"),
        (assistant(call("{}", strict=True)), "the call of 'look' has the unknown key 'strict'"),
        (assistant(call("{}", type="custom")), "'look' is of type 'custom'"),
        (assistant(call("{}", name=" ")), "has the name ' '"),
        (assistant("look"), "a call of a tool is 'look'"),
        (assistant(tool_calls={"a": 1}), "tool_calls is"),
        (assistant(call("{}"), function_call={"name": "a"}), "function_call, which is not"),
        (assistant(call("{}"), content=[{"sound": 1}]), "neither text nor image nor video"),
    ],
)
def test_what_is_no_message_is_named(raw, told):
    with pytest.raises(ValueError, match=told):
        turn(raw)
