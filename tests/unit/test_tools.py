"""Calls of tools: written and read back, and what models get wrong."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl.chat import loose
from qvl.chat.calls import CLOSE, OPEN, parse, reply
from qvl.chat.template import offer, render, text
from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.chat.tools import Tool, block, lowered
from qvl.messages import Message, Text, ToolCall, message
from qvl.tokens import IM_END

CALL = '{"name": "f", "arguments": {"a": 1}}'
WANT = ToolCall("f", {"a": 1})
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.sampled_from([OPEN, CLOSE, f"{CLOSE}\n", "}", '"', "\\"]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3),
    max_leaves=8,
)
NAMES = st.text(string.ascii_letters + '_."', min_size=1, max_size=8)
CALLS = st.lists(
    st.builds(ToolCall, NAMES, st.dictionaries(st.text(max_size=5), VALUES, max_size=3)),
    max_size=3,
)
SAID = st.text(st.sampled_from('ab \n<>{}"é'), max_size=12)


@given(SAID, CALLS)
def test_parse_is_the_inverse_of_reply(said, calls):
    parsed = parse(reply(said, calls))
    assert parsed.text == said and list(parsed.calls) == calls and not parsed.problems


@given(SAID, CALLS)
def test_a_rendered_turn_is_what_reply_writes(said, calls):
    turn = Message("assistant", (Text(said),), tuple(calls))
    assert text([message("system"), turn], answer=False).endswith(
        f"<|im_start|>assistant\n{reply(said, calls)}<|im_end|>\n"
    )


@pytest.mark.parametrize(
    "raw",
    [
        f"<tool_call>\n{CALL}\n</tool_call>",
        f"<tool_call>\n{CALL}",  # no closing tag
        f"<tool_call>{CALL}</tool_call>\n",
        f"\n<tool_call>\n```json\n{CALL}\n```\n</tool_call>",
        "<tool_call>\n{'name': 'f', 'arguments': {'a': 1}}\n</tool_call>",
        "<tool_call>\n{name: \"f\", 'arguments': {a: 1,},}\n</tool_call>",
        '<tool_call>\n{"name": "f", // the tool\n "arguments": {"a": /* one */ 1}}\n</tool_call>',
        '<tool_call>\n{"name": "f", "arguments": {"a": 1}\n</tool_call>',  # a brace is missing
        '<tool_call>\n{"name": "f", "arguments": "{\\"a\\": 1}"}\n</tool_call>',
        f"<tool_call>\n[{CALL}]\n</tool_call>",
    ],
)
def test_what_models_write_instead(raw):
    parsed = parse(raw)
    assert parsed.calls == (WANT,) and not parsed.problems and not parsed.text.strip()


def test_several_calls_and_words_around():
    parsed = parse(f"First.\n<tool_call>\n{CALL}\n<tool_call>{CALL}</tool_call>\nThen.")
    assert parsed.calls == (WANT, WANT) and not parsed.problems
    assert parsed.text == "First.\nThen." and parsed.places == (7, 56)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ('<tool_call>\n{"name": "f", "arguments": {"t": "rm -rf /tm', "without its end"),
        ('<tool_call>\n{"name": "f", "arguments": {"a": 1', "cut off"),
        ('<tool_call>\n{"name": "f", "arguments": {"a": 1}', "cut off"),
        ('<tool_call>\n{"name": "f", "arguments": {"a": </tool_call>', "it ends there"),
        ("<tool_call>\n", "it ends there"),
        ("<tool_call>\n[]\n</tool_call>", "list instead of an object"),
        ("<tool_call>\nI would call f\n</tool_call>", "unknown word"),
        ('<tool_call>\n{"name": 3, "arguments": {}}\n</tool_call>', "the name is 3"),
        ('<tool_call>\n{"arguments": {}}\n</tool_call>', "the name is None"),
        ('<tool_call>\n{"name": "f", "arguments": [1]}\n</tool_call>', "not an object"),
        ('<tool_call>\n{"name": "f", "arguments": "{\'a\': 1"}\n</tool_call>', "no end"),
        ('<tool_call>\n{"name": "f", "arguments": {"a": NaN}}\n</tool_call>', "unknown word"),
        ('<tool_call>\n{"name": "f", "arguments": {"a": "\\q"}}\n</tool_call>', "cannot be read"),
        ('<tool_call>\n{"name": "f", "arguments": {"a": "\\ud800"}}\n</tool_call>', "surrogate"),
        ('<tool_call>\n{"name": "f" "arguments": {}}\n</tool_call>', "no comma"),
        ("<tool_call>\n" + "[" * 100_000, "nested"),
        ('<tool_call>\n{"name": "f", "arguments": {"a": ' + "1" * 5000 + "}}", "unknown word"),
        (f"{CALL}\n</tool_call>", "without <tool_call>"),
    ],
)
def test_what_cannot_be_read_is_reported_and_not_called(raw, reason):
    parsed = parse(f"{raw}")
    assert not parsed.calls
    (problem,) = parsed.problems
    assert reason in problem.reason and raw.startswith(problem.raw, problem.at)


def test_leftovers_and_unknown_keys_are_reported_beside_the_call():
    parsed = parse(f"<tool_call>\n{CALL}}}\n</tool_call>")
    assert parsed.calls == (WANT,) and [p.raw for p in parsed.problems] == ["}"]
    parsed = parse('<tool_call>{"id": 1, "name": "f", "arguments": {"a": 1}}</tool_call>')
    assert parsed.calls == (WANT,) and "['id']" in parsed.problems[0].reason


def test_a_call_cut_anywhere_is_whole_or_reported():
    raw = reply("I look.", [ToolCall("type", {"text": 'it\'s "é" }', "at": [1, -2.5e3, None]})])
    whole = parse(raw).calls
    for end in range(len(raw)):
        parsed = parse(raw[:end])
        assert parsed.calls in ((), whole)
        opened = raw[:end].find(OPEN) >= 0
        assert bool(parsed.problems) == (opened and not parsed.calls)


SCRAPS = st.sampled_from([*"{}[]:,'\"\\/*a1e+-. \nN", OPEN, CLOSE, "true", '"name"', CALL])


@given(st.lists(SCRAPS, max_size=40).map("".join))
def test_no_reply_breaks_the_reader(raw):
    parsed = parse(raw)
    assert bool(parsed.calls or parsed.problems) == (OPEN in raw or CLOSE in raw)


@given(VALUES)
def test_loose_reading_equals_strict_reading_of_json(value):
    for written in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert loose.whole(written) == value


def test_numbers_and_words():
    assert loose.whole("[+1, .5, 5., -2e3, True, None, 'it\\'s \"so\"',]") == [
        1, 0.5, 5.0, -2000.0, True, None, 'it\'s "so"',
    ]  # fmt: skip
    with pytest.raises(loose.BadJson, match="no end of a value"):
        loose.whole("{'a': 1")


def test_results_are_a_turn_of_the_user():
    turns = lowered([message("tool", "a"), message("tool", "b"), message("user", "c")])
    assert [t.role for t in turns] == ["user", "user"]
    assert "".join(p.text for p in turns[0].content) == (
        "<tool_response>\na\n</tool_response>\n<tool_response>\nb\n</tool_response>"
    )


def test_calls_are_learnt_and_results_are_not():
    small = Tokenizer(train_bpe(["the tool", CALL, "</tool_response>"], 320))
    talk = [Message("assistant", (), (WANT,)), message("tool", "42")]
    rendered = render(talk, [], small, answer=False)
    learnt = [i for i, own in zip(rendered.ids, rendered.learnt, strict=True) if own]
    assert learnt == [*small.encode(reply("", [WANT])), small.id(IM_END)]
    assert learnt[0] == small.id(OPEN)


def test_tools_are_offered_in_the_system_text():
    tool = Tool("f", "d", {})
    asked = [message("user", "hi")]
    assert offer(asked, []) == asked
    first, second = offer(asked, [tool])
    assert second == asked[0] and first.role == "system"
    assert first.content[0] == Text("You are a helpful assistant.")
    (own,) = offer([message("system", "x")], [tool])
    assert own.content == (Text("x"), Text("\n\n" + block([tool])))


def test_tools_that_cannot_be_told_apart_or_written():
    with pytest.raises(ValueError, match=r"\['f', 'f'\]"):
        block([Tool("f", "", {}), Tool("f", "", {})])
    with pytest.raises(ValueError, match="of its own"):
        block([Tool(" ", "", {})])
    with pytest.raises(ValueError, match="tool 'f' cannot be written as JSON"):
        block([Tool("f", "", {"default": {1, 2}})])
    with pytest.raises(ValueError, match="call of 'f' cannot be written as JSON"):
        reply("", [ToolCall("f", {"a": float("nan")})])


def test_only_an_assistant_calls():
    with pytest.raises(ValueError, match="the user has tool_calls"):
        text([Message("user", (), (WANT,))], answer=False)
