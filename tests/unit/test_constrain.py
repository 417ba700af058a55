"""Replies under a schema: each one validates, whatever the weights; a bad schema fails alone."""

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import qvl
from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.config import TINY
from qvl.engine.brakes import DIGITS, NESTING
from qvl.engine.constrain import Rule, constrain
from qvl.engine.generate import generate
from qvl.engine.resolve import resolve
from qvl.engine.sampler import choose
from qvl.messages import Answer, Media, Settings
from qvl.model.qwen import QwenVL
from qvl.sample import Sample
from qvl.tasks.bounds import BOX, POINT, bounded
from qvl.tokens import ENDOFTEXT, IM_END, SPECIAL
from qvl.train.initial import initialise

ROWS = 320  # of the head: more than the tokenizer has tokens
TOKENIZER = Tokenizer(train_bpe(['{"name": "é 日本", "list": [1, 2.5, true, null]}'] * 9, 310))
ENDS = frozenset({TOKENIZER.id(IM_END), TOKENIZER.id(ENDOFTEXT)})
SHORT = {"type": "string", "maxLength": 12}
SCHEMAS = {
    "keys": {
        "type": "object",
        "properties": {"company": SHORT, "total": {"type": ["number", "null"]}},
        "required": ["company", "total"],
        "additionalProperties": False,
    },
    "optional": {
        "type": "object",
        "properties": {"a": SHORT, "b": {"type": "boolean"}, "ü": {"const": "日本"}},
        "required": ["b"],
        "additionalProperties": False,
    },
    "enum": {"enum": ["red", "ro", "日本", 7, None, {"a": [1]}]},
    "numbers": {
        "type": "array",
        "items": {"type": "number", "minimum": -1.5, "maximum": 20},
        "minItems": 2,
        "maxItems": 4,
    },
    "whole": {"type": "integer", "minimum": 10, "exclusiveMaximum": 1000, "multipleOf": 5},
    "nested": {
        "type": "array",
        "items": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
        "maxItems": 3,
    },
    "empty": {"type": "array", "items": SHORT, "maxItems": 0},
    "pattern": {"type": "string", "pattern": r"^[A-Z]{2}-\d{3}(x|é)?$"},
    "choice": {"anyOf": [{"type": "integer"}, SHORT, {"type": "null"}]},
    "tree": {
        "$defs": {
            "leaf": {"type": "integer", "minimum": 0, "maximum": 9},
            "node": {
                "type": "object",
                "properties": {
                    "value": {"$ref": "#/$defs/leaf"},
                    "more": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 1},
                },
                "required": ["value"],
                "additionalProperties": False,
            },
        },
        "$ref": "#/$defs/node",
    },
    "formats": {
        "type": "array",
        "prefixItems": [{"type": "string", "format": f} for f in ("date", "ipv4", "uuid")],
        "minItems": 3,
        "items": False,
    },
    "all": {"allOf": [{"type": "string"}, {"minLength": 2}, {"maxLength": 3}]},
    "map": {
        "type": "object",
        "patternProperties": {"^[a-zü]{1,3}$": {"type": "boolean"}},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 2,
    },
}


@pytest.fixture(scope="module")
def model() -> QwenVL:
    model = QwenVL(replace(TINY, text=replace(TINY.text, vocab_size=ROWS)))
    initialise(model, 3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    return model.eval()


def asked(seed: int) -> Sample:
    ids = torch.randint(0, 240, (5,), generator=torch.Generator().manual_seed(seed))
    return Sample(ids, ids, torch.arange(5).expand(3, -1), (), (), ids[:0])


def reply(model, schema, seed, **settings) -> tuple[str, list[int]]:
    rule = constrain(schema, TOKENIZER, ENDS)
    how = resolve(Settings(400, seed=seed, **settings))
    ids = list(generate(model, asked(seed), how, ENDS, rule))
    return TOKENIZER.decode(ids), ids


SAMPLED = {"temperature": 1.0}
HOWS = [SAMPLED, {}, SAMPLED | {"repetition_penalty": 1.3}, SAMPLED | {"top_k": 3}]
HOWS += [SAMPLED | {"top_p": 0.5}, SAMPLED | {"min_p": 0.3}]


def test_replies_of_random_weights_validate(model):
    """200 replies: greedy, sampled and penalised; a head with rows that are no token."""
    valid, cases = 0, 0
    while cases < 200:
        for number, (name, schema) in enumerate(SCHEMAS.items()):
            how = HOWS[(cases + number) % len(HOWS)]
            text, ids = reply(model, schema, cases, **how)
            if len(ids) == 400 and not how:
                continue  # greedy may go round in circles where a list has no end
            checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
            jsonschema.validate(
                json.loads(text),
                schema,
                jsonschema.Draft202012Validator,
                format_checker=checker,
            )
            assert ids[-1] in ENDS, name
            valid += 1
        cases += len(SCHEMAS)
    assert valid >= 200


def test_the_repeated_may_come_where_it_must(model):
    """A schema outranks the n-gram rule: where every allowed token would repeat, one comes."""
    schema = {"const": [1, 1, 1, 1, 1, 1]}
    text, _ = reply(model, schema, 0, no_repeat_ngram_size=1)
    assert json.loads(text) == [1] * 6


def test_a_mask_comes_before_everything_else():
    allowed = torch.tensor([False, True, False, True])
    logits = torch.tensor([9.0, 1.0, 8.0, 2.0])
    assert choose(logits, resolve(Settings()), torch.tensor([0]), None, allowed) == 3
    how = resolve(Settings(temperature=1.0, top_k=1))
    assert choose(logits, how, torch.tensor([0]), torch.Generator(), allowed) == 3


def walk(rule: Rule, draw, limit=2000) -> str:
    """A reply of tokens that `draw` picks among the allowed ones."""
    ids: list[int] = []
    while len(ids) < limit:
        token = draw(rule.allowed(ROWS).nonzero()[:, 0].tolist())
        if token in ENDS:
            break
        ids.append(token)
        if rule.push(token):
            break
    return TOKENIZER.decode(ids)


def test_special_tokens_are_never_text_and_the_end_comes_only_when_it_may():
    ends = sorted(ENDS)
    special = [TOKENIZER.id(name) for name in SPECIAL]
    rule = constrain({"type": "number"}, TOKENIZER, ENDS)
    allowed = rule.allowed(ROWS)
    assert not allowed[special].any() and not allowed[len(TOKENIZER) :].any()
    (one,) = TOKENIZER.encode("1")
    assert not rule.push(one)
    assert rule.allowed(ROWS)[ends].all()
    quote = constrain({"type": "string"}, TOKENIZER, ENDS)
    quote.push(TOKENIZER.encode('"')[0])
    assert not quote.allowed(ROWS)[special].any()
    assert len(quote.allowed(100)) == 100  # a head with fewer rows than the tokenizer


@pytest.mark.parametrize("pick", ["0123456789", "[{", "9eE+", '[{"0123456789:,'])
def test_nothing_goes_on_for_ever_under_an_empty_schema(pick):
    """A digit loop and a nest without end: what a greedy model would do at its worst."""

    def draw(ids):
        return next((i for c in pick for i in ids if TOKENIZER.bytes_of(i) == c.encode()), ids[0])

    text = walk(constrain({}, TOKENIZER, ENDS), draw, limit=400)
    runs = "".join(c if c.isdigit() else " " for c in text).split()
    assert all(len(run) <= DIGITS for run in runs)
    depth = np.cumsum([(c in "[{") - (c in "]}") for c in text])
    assert depth.max(initial=0) <= NESTING


def test_a_brake_gives_way_to_what_the_schema_demands():
    schema: dict = {"const": 1}
    for _ in range(NESTING + 4):
        schema = {"type": "array", "prefixItems": [schema], "minItems": 1, "items": False}
    deep = walk(constrain(schema, TOKENIZER, ENDS), lambda ids: ids[-1])
    assert deep.replace(" ", "").replace("\n", "").replace("\t", "").count("[") == NESTING + 4


@given(st.integers(28, 4000), st.integers(28, 4000), st.randoms(use_true_random=False))
def test_coordinates_stay_inside_of_the_picture(width, height, random):
    media = (Media((9, 9), (1, 1), 1), Media((99, 99), (width, height), 1))
    schema = bounded({"type": "array", "items": {**BOX, "x-picture": 1}, "maxItems": 2}, media)
    for left, top, right, bottom in json.loads(
        walk(constrain(schema, TOKENIZER, ENDS), random.choice)
    ):
        assert 0 <= min(left, right) <= max(left, right) < width
        assert 0 <= min(top, bottom) <= max(top, bottom) < height
    (x, y) = json.loads(
        walk(constrain(bounded(POINT | {"x-picture": 1}, media), TOKENIZER, ENDS), random.choice)
    )
    assert 0 <= x < width and 0 <= y < height


def test_bounds_touch_only_what_is_marked():
    media = (Media((9, 9), (28, 56), 1),)
    plain = {
        "properties": {"x-picture": {"type": "integer"}, "b": {"const": {"x-picture": 0}}},
        "enum": [{"x-picture": 0}],
    }
    assert bounded(plain, media) == plain
    with pytest.raises(ValueError, match=r"names picture 0 .* the question has 0"):
        bounded({"items": BOX}, ())
    with pytest.raises(ValueError, match="a list of 2 or 4 coordinates"):
        bounded({"type": "integer", "x-picture": 0}, media)


def nest(depth):
    schema: dict = {}
    for _ in range(depth):
        schema = {"items": schema}
    return schema


BAD = [
    ([], r"the schema is '\[\]'; a JSON schema is an object"),
    (True, "the schema is 'True'"),
    ({"a": {1, 2}}, "cannot be written as JSON"),
    ({"minimum": float("nan")}, "cannot be written as JSON"),
    ({"const": "\ud800"}, "cannot be written as JSON"),
    ({"enum": ["x" * 300_000]}, "has 300014 characters; 262144 are the most"),
    (nest(70), "nests deeper than 64"),
    (nest(100_000), "cannot be written as JSON|nests deeper"),
    ({"not": {}}, r'Unimplemented keys: \["not"\]; change or leave that out'),
    ({"uniqueItems": True}, "uniqueItems"),
    ({"type": "text"}, "Invalid type: text"),
    ({"type": "string", "format": "colour"}, "Unknown format: colour"),
    ({"type": "string", "pattern": "("}, "unclosed group"),
    ({"type": "string", "pattern": "(?=a)b"}, "look-around"),
    ({"enum": []}, "Unsatisfiable"),
    ({"type": "integer", "minimum": 5, "maximum": 3}, "minimum .5. is greater than maximum"),
    ({"type": "integer", "minimum": 0.2, "maximum": 0.4}, "no integer values"),
    ({"const": 2**53 + 1}, "the whole number 9007199254740993, which is beyond"),
    ({"$ref": "#"}, "no reply to the schema ever ends"),
    ({"$ref": "https://example.org/s"}, "not present in a registry"),
    ({"$ref": "#/$defs/a"}, "cannot be kept to"),
    (
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        "no reply to the schema ever ends: it requires itself",
    ),
    (
        {
            "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"allOf": [{"$ref": "#"}]}},
            "type": "array",
            "items": {"$ref": "#/$defs/a"},
            "minItems": 1,
        },
        "no reply to the schema ever ends",
    ),
    (
        {
            "$defs": {f"a{i}": {"$ref": f"#/$defs/a{i + 1}"} for i in range(100)} | {"a100": {}},
            "$ref": "#/$defs/a0",
        },
        "build on each other more than 64 deep",
    ),
    (
        {
            "allOf": [
                {"anyOf": [{"properties": {f"{i}.{j}": {"const": j}}} for j in range(12)]}
                for i in range(6)
            ]
        },
        "too large",
    ),
]


@pytest.mark.parametrize(("schema", "told"), BAD, ids=range(len(BAD)))
def test_a_bad_schema_is_named(schema, told):
    with pytest.raises(ValueError, match=told) as failed:
        constrain(schema, TOKENIZER, ENDS)
    assert "\n" not in str(failed.value) and len(str(failed.value)) < 300


def test_a_recursive_schema_with_an_end_is_none_of_these(model):
    text, _ = reply(model, SCHEMAS["tree"], 5, temperature=1.0)
    jsonschema.validate(json.loads(text), SCHEMAS["tree"])


@pytest.fixture(scope="module")
def nano():
    return qvl.load()


ASK = [{"role": "user", "content": "Say something."}]


def test_nano_keeps_to_schemas_streamed_or_not(nano):
    for seed, (name, schema) in enumerate(list(SCHEMAS.items())[:8]):
        settings = Settings(300, temperature=2.0, top_k=0, seed=seed, schema=schema)
        *pieces, answer = nano.stream(ASK, settings)
        assert isinstance(answer, Answer) and answer.finish_reason == "stop", name
        assert "".join(map(str, pieces)) == answer.text
        jsonschema.validate(json.loads(answer.text), schema, jsonschema.Draft202012Validator)
        assert nano.answer(ASK, settings) == answer


def test_a_reply_that_is_cut_says_so(nano):
    schema = {"type": "array", "items": {"const": "a long text"}, "minItems": 9}
    answer = nano.chat(ASK, schema=schema, max_tokens=8)
    assert answer.finish_reason == "length" and answer.usage.completion_tokens == 8
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)
    loop = nano.chat(ASK, schema=schema | {"minItems": 300}, max_tokens=2000, loop=64)
    assert loop.finish_reason == "repetition"


def test_a_bad_schema_or_broken_numbers_fail_alone(nano):
    before = nano.chat(ASK, max_tokens=8)
    with pytest.raises(ValueError, match="cannot be kept to"):
        nano.stream(ASK, Settings(schema={"not": {}}))
    weight = nano.model.lm_head.weight
    kept = weight.detach().clone()
    with torch.no_grad():
        weight.fill_(torch.nan)
    with pytest.raises(FloatingPointError):
        nano.chat(ASK, schema={"type": "integer"}, max_tokens=8)
    with torch.no_grad():
        weight.copy_(kept)
    assert nano.chat(ASK, max_tokens=8) == before
    assert json.loads(nano.chat(ASK, schema={"type": "boolean"}).text) in (True, False)


def test_a_class_with_a_schema_is_taken_for_it(nano):
    class Receipt:
        @staticmethod
        def model_json_schema():
            return {"enum": ["yes", "no"]}

    assert json.loads(nano.chat(ASK, schema=Receipt).text) in ("yes", "no")
    import pydantic

    told = pydantic.create_model("Told", total=(int, ...), name=(str | None, None))
    made = nano.chat(ASK, schema=told, temperature=1.0, max_tokens=1500)
    if made.finish_reason == "stop":
        told.model_validate_json(made.text)
