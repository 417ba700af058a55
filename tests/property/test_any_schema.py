"""Whatever is given as a schema: a rule whose replies end or validate, or a ValueError."""

import json

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from qvl.chat.tokenizer import Tokenizer, train_bpe
from qvl.engine.constrain import constrain
from qvl.tokens import ENDOFTEXT, IM_END

TOKENIZER = Tokenizer(train_bpe(['{"a": "é 日本", "list": [1, 2.5, true, null]}'] * 9, 310))
ENDS = frozenset({TOKENIZER.id(IM_END), TOKENIZER.id(ENDOFTEXT)})
WORDS = [
    "type", "properties", "required", "items", "prefixItems", "anyOf", "oneOf", "allOf", "not",
    "enum", "const", "$ref", "$defs", "minimum", "maximum", "multipleOf", "minLength", "maxLength",
    "pattern", "format", "minItems", "maxItems", "additionalProperties", "patternProperties",
    "minProperties", "maxProperties", "x-guidance", "x-picture", "$id", "$schema", "a", "é",
]  # fmt: skip
SAID = [
    "string", "object", "array", "integer", "number", "null", "#", "#/$defs/a", "#/properties/a",
    "date", "ipv6", "email", "^a+$", "(", "[a-z]{2,900}", "a", "é", "\ud800",
]  # fmt: skip
LEAVES = (
    st.sampled_from(SAID)
    | st.none()
    | st.booleans()
    | st.integers(-3, 9)
    | st.sampled_from([1e99, -0.5, 2**70, 10**6, float("inf")])
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=14,
)


KINDS = st.sampled_from(["string", "object", "array", "integer", "number", "boolean", "null"])
COUNTS, NUMBERS = st.integers(0, 3), st.integers(-5, 20) | st.sampled_from([0.5, -2.25])
NAMES = st.sampled_from(["a", "b", "é"])
PLAUSIBLE = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": KINDS | st.lists(KINDS, min_size=1, max_size=3, unique=True),
            "enum": st.lists(NUMBERS | NAMES | st.none(), min_size=1, max_size=3),
            "minimum": NUMBERS,
            "exclusiveMaximum": NUMBERS,
            "multipleOf": st.sampled_from([1, 2, 0.25]),
            "minLength": COUNTS,
            "maxLength": COUNTS,
            "pattern": st.sampled_from(["^a*$", "b", "^[a-é]{1,3}$", "^(x|yy)+"]),
            "format": st.sampled_from(["date", "time", "uuid"]),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array"]),
            "properties": st.dictionaries(NAMES, inner, max_size=3),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "additionalProperties": st.just(False) | inner,
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "minItems": COUNTS,
            "maxItems": COUNTS,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "$defs": st.dictionaries(NAMES, inner, max_size=2),
            "$ref": st.sampled_from(["#", "#/$defs/a", "#/$defs/b"]),
        },
    ),
    max_leaves=8,
)


@given(SCHEMAS | PLAUSIBLE, st.randoms(use_true_random=False))
def test_any_schema_is_kept_to_or_refused(schema, random):
    try:
        rule = constrain(schema, TOKENIZER, ENDS)
    except ValueError as error:
        assert "\n" not in str(error)
        return
    ids: list[int] = []
    while len(ids) < 60:
        try:
            allowed = rule.allowed(len(TOKENIZER)).nonzero()[:, 0].tolist()
        except ValueError:
            return
        token = random.choice(allowed)
        if token in ENDS:
            break
        ids.append(token)
        if rule.push(token):
            break
    else:
        return  # not at its end
    value = json.loads(TOKENIZER.decode(ids))
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(value, schema, jsonschema.Draft202012Validator)
    except jsonschema.ValidationError as error:
        raise AssertionError(f"{value!r} is no reply to {schema!r}") from error
    except Exception:  # the validator takes fewer schemas than the grammar
        return
