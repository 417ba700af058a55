"""Bodies of chat completions: every field is honoured, idle, or refused by its name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.chat import batched
from qvl.chat.completion import completion, read
from qvl.chat.tools import Tool
from qvl.messages import Answer, Media, Settings, Usage

SAID = {"messages": [{"role": "user", "content": "hello"}]}
TOOL = {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": {}}}
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3)
)
FIELDS = st.sampled_from(
    ["messages", "model", "n", "stop", "tools", "response_format", "max_tokens", "seed", "top_p"]
)


def done(answer, **body):
    return completion(answer, read({**SAID, **body}), id="c", model="m", created=7)


def test_what_is_asked_becomes_settings():
    schema = {"type": "object"}
    body = {
        "max_completion_tokens": 9, "temperature": 0.5, "top_p": 0.9, "seed": 3, "stop": "\n",
        "top_k": 5, "min_p": 0.1, "repetition_penalty": 1.1, "n": 1, "stream": False, "user": "me",
        "metadata": {"a": "b"}, "frequency_penalty": 0.0, "logprobs": None, "tool_choice": "auto",
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
        "tools": [TOOL], "model": "nano",
    }  # fmt: skip
    asked = read({**SAID, **body})
    assert asked.settings == Settings(9, 0.5, 0.9, 5, 1.1, 3, ("\n",), min_p=0.1, schema=schema)
    assert asked.messages == SAID["messages"] and asked.model == "nano"
    assert asked.tools == (Tool("add", "Adds.", {"type": "object", "properties": {}}),)
    assert read({**SAID, "stop": ["a", "b"], "max_tokens": 3, "max_completion_tokens": 3})
    assert read(SAID).settings == Settings()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": ["hi"]}, "a message is 'hi'"),
        ({**SAID, "temprature": 1}, "'temprature' is not supported"),
        ({**SAID, "n": 2}, "n is 2"),
        ({**SAID, "n": True}, "n is True"),
        ({**SAID, "stream": True}, "stream is True"),
        ({**SAID, "logprobs": True}, "logprobs is True"),
        ({**SAID, "presence_penalty": 0.5}, "presence_penalty is 0.5"),
        ({**SAID, "logit_bias": {"5": 1}}, "logit_bias"),
        ({**SAID, "tool_choice": "required"}, "tool_choice"),
        ({**SAID, "response_format": {"type": "json_object"}}, "response_format"),
        ({**SAID, "response_format": "json"}, "response_format"),
        ({**SAID, "response_format": {"type": "json_schema", "json_schema": {}}}, "schema"),
        ({**SAID, "stop": 3}, "stop is 3"),
        ({**SAID, "stop": [""]}, "stop"),
        ({**SAID, "seed": 1.5}, "seed"),
        ({**SAID, "model": 5}, "model is 5"),
        ({**SAID, "tools": {"a": 1}}, "tools is"),
        ({**SAID, "tools": [{"name": "x"}]}, "a tool is"),
        ({**SAID, "max_tokens": 3, "max_completion_tokens": 4}, "differ"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(body, why):
    with pytest.raises(ValueError, match=why):
        read(body)


@given(st.dictionaries(FIELDS, VALUES), st.booleans())
def test_any_body_is_read_or_refused_in_a_sentence(body, whole):
    try:
        read({**SAID, **body} if whole else body)
    except ValueError as error:
        assert 0 < len(str(error)) < 300


def test_an_answer_is_told_with_what_became_of_its_pictures():
    media = (Media((640, 480), (644, 476), 391), Media((10, 10), (28, 28), 1, (0.5, 1.5)))
    got = done(Answer("hi", "stop", Usage(3, 2), media))
    [choice] = got["choices"]
    assert choice["message"] == {"role": "assistant", "content": "hi"}
    assert choice["finish_reason"] == "stop" and got["object"] == "chat.completion"
    assert got["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    assert got["qvl"]["media"][0]["processed_size"] == [644, 476]
    assert got["qvl"]["media"][1]["times"] == [0.5, 1.5]
    assert json.loads(json.dumps(got)) == got


@pytest.mark.parametrize(
    ("ours", "theirs"), [("stop", "stop"), ("length", "length"), ("repetition", "length")]
)
def test_why_an_answer_ended(ours, theirs):
    got = done(Answer("x", ours, Usage(1, 1)))
    assert got["choices"][0]["finish_reason"] == theirs and got["qvl"]["finish_reason"] == ours


def test_calls_of_offered_tools_are_told_as_such():
    call = '<tool_call>\n{"name": "add", "arguments": {"a": 1, "b": "é"}}\n</tool_call>'
    got = done(Answer(f"I add.\n{call}\n<tool_call>\n{{", "stop", Usage(1, 1)), tools=[TOOL])
    [choice] = got["choices"]
    assert choice["finish_reason"] == "tool_calls" and choice["message"]["content"] == "I add."
    [told] = choice["message"]["tool_calls"]
    assert json.loads(told["function"]["arguments"]) == {"a": 1, "b": "é"}
    assert got["qvl"]["problems"][0]["at"] > len(call)
    plain = done(Answer(call, "stop", Usage(1, 1)))
    assert plain["choices"][0]["message"]["content"] == call  # none were offered


@given(st.text(min_size=1), st.text(), st.booleans())
def test_results_come_back_from_their_lines(name, message, good):
    id = batched.id_of({"custom_id": name}, "m")
    row = batched.answered(name, id, {}) if good else batched.failed(name, id, message, 400)
    assert batched.result(json.loads(json.dumps(row))) == batched.Result(name, id, not good)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"method": "GET", "url": batched.URL, "body": {}}, "asks for 'GET"),
        ({"method": "POST", "url": "/v1/embeddings", "body": {}}, "embeddings"),
        ({"body": {}}, "None None"),
        ({"method": "POST", "url": batched.URL}, "no body"),
        ({"method": "POST", "url": batched.URL, "body": [], "x": 1}, "'x' is unknown"),
    ],
)
def test_a_line_for_another_service_is_refused(row, why):
    with pytest.raises(ValueError, match=why):
        batched.body_of(row)


def test_the_id_of_a_request_is_its_own():
    a, b = {"custom_id": "a", "body": {"x": 1}}, {"body": {"x": 1}, "custom_id": "a"}
    assert batched.id_of(a, "m") == batched.id_of(b, "m") != batched.id_of(a, "n")
    assert batched.id_of({**a, "body": {"x": 2}}, "m") != batched.id_of(a, "m")
