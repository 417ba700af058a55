"""Named values of documents: what is rendered is parsed, and what is missing stays missing."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl.messages import Answer, Media, Settings, Usage
from qvl.tasks import prompts, salvage
from qvl.tasks.bounds import BOX
from qvl.tasks.extraction import Extracted, extract, parse, prompt, render
from qvl.tasks.schema import as_schema, closed, of_keys, with_boxes

SAME = Media((400, 300), (400, 300), 150)
HALF = Media((200, 150), (400, 300), 150)
PAGE = Image.new("RGB", (400, 300))
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=9)
keys = st.lists(names.filter(str.strip), min_size=1, max_size=5, unique=True)
undotted = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Zs", "Cc"], exclude_characters="."),
    min_size=1,
    max_size=9,
)
said = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1)
texts = st.none() | said
corners = st.tuples(*[st.integers(0, 199)] * 2, *[st.integers(200, 300)] * 2)


@given(keys, st.data())
def test_values_come_back(named, data):
    values = {key: data.draw(texts) for key in named}
    found = parse(render(values), of_keys(named), ())
    assert found.values == values and not found.problems and found.boxes is None
    assert list(found.missing) == [key for key, value in values.items() if value is None]


@given(st.lists(undotted.filter(str.strip), min_size=1, max_size=5, unique=True), st.data())
def test_values_come_back_with_their_places(named, data):
    values = {key: data.draw(texts) for key in named}
    boxes = {key: data.draw(corners) for key, value in values.items() if value is not None}
    found = parse(render(values, boxes), of_keys(named), (SAME,), boxes=True)
    assert (found.values, found.boxes, found.problems) == (values, boxes, ())


@given(keys, st.data())
def test_a_cut_reply_keeps_whole_values(named, data):
    values = {key: data.draw(said) for key in named}
    reply = render(values)
    cut = reply[: data.draw(st.integers(reply.index("{") + 1, reply.rindex("}")))]
    found = parse(cut, of_keys(named), ())
    kept = {key: value for key, value in found.values.items() if value is not None}
    assert kept.items() <= values.items() and list(kept) == named[: len(kept)]
    whole, at = 0, reply.index("{") + 1
    for key in named:  # each value that stands complete before the cut
        piece = f"{json.dumps(key, ensure_ascii=False)}: "
        piece += json.dumps(values[key], ensure_ascii=False)
        at = reply.index(piece, at) + len(piece)
        whole += at <= len(cut)
    assert len(kept) == whole
    assert [p.reason for p in found.problems] == ["cut off before its end"]
    assert list(found.missing) == named[len(kept) :]


def test_missing_is_null_and_never_an_empty_text():
    found = parse('{"a": "", "b": null, "d": "x"}', of_keys(["a", "b", "c", "d"]), ())
    assert found.values == {"a": None, "b": None, "c": None, "d": "x"}
    assert found.missing == ("a", "b", "c")


def test_missing_in_a_schema_is_told_by_its_path():
    item = {
        "type": "object",
        "properties": {"price": {"type": "number"}, "note": {"type": "string"}},
    }
    schema = {
        "$defs": {"item": item},
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
            "seller": {"anyOf": [{"$ref": "#/$defs/item"}, {"type": "null"}]},
            "total": {"type": ["number", "null"]},
        },
    }
    reply = '{"items": [{"price": 1, "note": ""}, {"note": "x"}], "seller": {"price": 2}}'
    found = parse(reply, schema, ())
    assert found.missing == ("items.0.note", "items.1.price", "seller.note", "total")
    jsonschema.validate(found.values, schema)
    assert found.values["items"][0]["note"] == "" and found.values["total"] is None


def test_places_are_pixels_of_the_original():
    reply = (
        '{"a": {"value": "x", "bbox_2d": [100, 50, 40, 999]}, "b": {"value": null, "bbox_2d": 3}}'
    )
    found = parse(reply, of_keys(["a", "b"]), (HALF,), boxes=True)
    assert found.values == {"a": "x", "b": None}
    assert found.boxes == {"a": (20, 25, 50, 150)}
    assert [p.reason for p in found.problems] == [
        "a: corners the wrong way round were swapped",
        "a: outside of the 400x300 picture, clipped to it",
        "b: no box",
    ]
    own = {"type": "object", "properties": {"bbox_2d": BOX, "point_2d": {"type": "array"}}}
    found = parse('{"bbox_2d": [2, 4, 6, 9], "point_2d": ["8", "10"]}', own, (HALF,))
    assert found.values == {"bbox_2d": [1, 2, 3, 4], "point_2d": [4, 5]}


@pytest.mark.parametrize(
    ("reply", "values"),
    [
        ("{'a': 'x', }", {"a": "x"}),
        ('Here it is: {"a": "x"} as asked.', {"a": "x"}),
        ('```json\n{"a": "x"}\n```', {"a": "x"}),
        ('{"a": "x, y, z, ' + "w, " * 99, {"a": None}),
        ('{"a": 12', {"a": None}),
        ('{"a": "x" "b', {"a": None}),
        ("{", {"a": None}),
    ],
)
def test_odd_replies(reply, values):
    assert parse(reply, of_keys(["a"]), ()).values == values


@pytest.mark.parametrize("reply", ["", "I see nothing.", "```json\n```", "[" * 5000])
def test_prose_is_no_json(reply):
    with pytest.raises(ValueError, match="the model's reply"):
        parse(reply, of_keys(["a"]), ())


def test_more_json_is_reported():
    value, problems = salvage.value("{'a': 1}\n```\n{\"b\": 2}")
    assert value == {"a": 1} and problems[0].reason == "more after the value"


def says(text, asked=None, reason="stop"):
    def chat(messages, settings):
        if asked is not None:
            asked.append((messages, settings))
        return Answer(text, reason, Usage(1, 1), (SAME,) * (len(messages[0].content) - 1))

    return chat


def test_keys_are_asked_for_in_the_released_words_and_all_pages_at_once():
    asked = []
    found = extract(says('{"公司": "x"}', asked), [PAGE, PAGE], ["公司", "total"], Settings(7))
    assert found == Extracted({"公司": "x", "total": None}, ("total",))
    ((turn,), settings), *_ = asked
    assert len(turn.content) == 3 and settings.max_tokens == 7
    assert turn.content[2].text == (
        'Extract the key-value information in the format:{"公司": "", "total": ""}\n'
        "Write null for what the image does not show."
    )
    assert settings.schema == of_keys(["公司", "total"])


def test_why_a_reply_ended_is_told():
    assert extract(says("{", reason="length"), [PAGE], ["a"], Settings()).finish_reason == "length"


def test_boxes_want_one_page():
    with pytest.raises(ValueError, match="on 2 pages; choose one"):
        extract(says("{}"), [PAGE, PAGE], ["a"], Settings(), boxes=True)


def test_a_schema_with_boxes_wraps_each_single_value():
    schema = {
        "$defs": {"colour": {"enum": ["red", "blue"]}},
        "type": "object",
        "properties": {
            "name": {"type": ["string", "null"], "description": "of the shop"},
            "rows": {"type": "array", "items": {"$ref": "#/$defs/colour"}, "minItems": 1},
            "more": {"anyOf": [{"type": "object", "properties": {}}, {"type": "null"}]},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    wrapped = with_boxes(schema)
    box = {"value": "x", "bbox_2d": [1, 2, 3, 4]}
    good = {"name": box | {"bbox_2d": None}, "rows": [box | {"value": "red"}], "more": None}
    jsonschema.validate(good, wrapped)
    for bad in ({"name": "x"}, {"name": box | {"value": 3}}, {"name": box, "rows": []}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, wrapped)
    reply = json.dumps({"name": box, "rows": [box | {"value": "red"}]})
    found = parse(reply, schema, (SAME,), boxes=True)
    jsonschema.validate(found.values, schema)
    assert found.boxes == {"name": (1, 2, 3, 4), "rows.0": (1, 2, 3, 4)}
    assert "bbox_2d" in prompt(schema, boxes=True) and "bbox_2d" not in prompt(schema)


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "object", "properties": {"a": {}}}, "a part of the schema is {}"),
        ({"allOf": [{"type": "string"}]}, "under 'allOf'"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "'additionalProperties'"),
    ],
)
def test_boxes_want_plain_types(schema, told):
    with pytest.raises(ValueError, match=told):
        with_boxes(schema)


def test_a_schema_is_closed_where_that_is_its_meaning():
    inner = {"type": "object", "properties": {"b": {"type": "string"}}}
    schema = {"type": "object", "properties": {"properties": inner, "a": {"const": inner}}}
    made = closed(schema)
    assert made["additionalProperties"] is False
    assert made["properties"]["properties"]["additionalProperties"] is False
    assert made["properties"]["a"] == {"const": inner}
    for joined in ({"allOf": [inner, inner]}, {"oneOf": [inner]}, inner | {"$ref": "#/$defs/a"}):
        assert closed({"properties": {"x": joined}}) == {"properties": {"x": joined}}
    for said in ({"additionalProperties": True}, {"patternProperties": {}}):
        assert closed(inner | said) == inner | said


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("company", "what to extract is 'company'"),
        (3, "what to extract is '3'"),
        ([], "the keys are \\[\\]"),
        (["a", " "], "none empty"),
        (["a", "a"], "name each of them once"),
    ],
)
def test_what_is_nothing_to_extract_is_named(what, told):
    with pytest.raises(ValueError, match=told):
        as_schema(what)


def test_prompts_have_the_published_words():
    """Of the released notebooks and the announcement; signs and blanks are part of them."""
    assert prompts.KEYS_CHINESE.format(list(prompts.TICKET_CHINESE[:2])) == (
        "提取图中的：['发票代码', '发票号码']，并且按照json格式输出。"
    )
    assert prompts.RECEIPT.format(["total"]) == (
        "Extract following information from the receipt：['total']，output in JSON"
    )
    assert prompts.BIRD == (
        "What kind of bird is this? Please give its name in Chinese and English."
    )
    assert prompts.TITLES == "Watch the video and list the paper titles in a table."
    assert prompts.RECOGNITION_CHINESE.format("鸟").startswith("图中的鸟是什么？")
    for asked in (prompts.BIRDS, prompts.CARS, prompts.FOODS, prompts.PRODUCTS):
        assert asked.endswith("Please give their names in Chinese and English.")
