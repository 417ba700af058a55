"""`generation_config.json` and Settings: who wins, what is refused, what is told."""

import json

import pytest

from qvl.engine.defaults import Defaults
from qvl.engine.resolve import BUILT_IN, resolve
from qvl.messages import Settings
from qvl.model.files import BadCheckpoint

RELEASED = {
    "bos_token_id": 151643,
    "pad_token_id": 151643,
    "do_sample": True,
    "eos_token_id": [151645, 151643],
    "repetition_penalty": 1.05,
    "temperature": 0.1,
    "top_p": 0.001,
    "top_k": 1,
    "transformers_version": "4.49.0",
}
V = 152_064


def source(resolved, name):
    return dict(resolved.sources)[name]


def test_the_released_file():
    defaults = Defaults.of(RELEASED, V)
    assert defaults.ends == {151645, 151643} and defaults.notes == ()
    how = resolve(Settings(), defaults)
    assert (how.temperature, how.top_p, how.top_k, how.repetition_penalty) == (0.1, 0.001, 1, 1.05)
    assert source(how, "top_k") == "generation_config.json"
    assert (how.max_tokens, source(how, "max_tokens")) == (512, "built in")
    later = {**RELEASED, "temperature": 1e-6, "top_k": None, "top_p": None}
    how = resolve(Settings(), Defaults.of(later, V))
    assert (how.temperature, how.top_k, how.top_p) == (1e-6, 0, 1.0)


def test_a_caller_wins_and_each_row_says_who_did():
    how = resolve(Settings(max_tokens=9, temperature=0, seed=4), Defaults.of(RELEASED, V))
    rows = {name: (value, source) for name, value, source in how.rows()}
    assert rows["temperature"] == (0, "caller") and rows["max_tokens"] == (9, "caller")
    assert rows["repetition_penalty"] == (1.05, "generation_config.json")
    assert rows["min_p"] == (0.0, "built in")
    assert rows["seed"] == (4, "caller") and rows["stop"] == ((), "built in")
    assert rows.keys() == {*BUILT_IN, "seed", "stop", "schema", "loop"}


def test_without_a_file_all_is_built_in(tmp_path):
    assert Defaults.load(tmp_path, V) == Defaults()
    how = resolve(Settings())
    assert {name: getattr(how, name) for name in BUILT_IN} == BUILT_IN
    assert {source for _, source in how.sources} == {"built in"}


@pytest.mark.parametrize(
    ("raw", "temperature"),
    [
        ({"do_sample": False}, 0),
        ({"do_sample": False, "temperature": 0.7}, 0),
        ({"temperature": 0.7}, 0),
        ({"do_sample": True}, 1),
        ({"do_sample": True, "temperature": 0.7}, 0.7),
        ({"do_sample": True, "temperature": 0}, 0),
    ],
)
def test_do_sample(raw, temperature):
    defaults = Defaults.of(raw, V)
    assert resolve(Settings(), defaults).temperature == temperature
    assert bool(defaults.notes) == ("temperature" in raw and not raw.get("do_sample"))
    assert resolve(Settings(temperature=0.3), defaults).temperature == 0.3


def test_other_fields_that_are_known():
    raw = {"max_new_tokens": 77, "min_p": 0.1, "no_repeat_ngram_size": 3, "eos_token_id": 5}
    defaults = Defaults.of(raw, V)
    how = resolve(Settings(), defaults)
    assert (how.max_tokens, how.min_p, how.no_repeat_ngram_size) == (77, 0.1, 3)
    assert defaults.ends == {5}


@pytest.mark.parametrize(
    "raw",
    [
        {"typical_p": 0.9},
        {"num_beams": 4},
        {"bad_words_ids": [[3]]},
        {"suppress_tokens": [1, 2]},
        {"guidance_scale": 0},
        {"min_new_tokens": 5},
        {"forced_bos_token_id": 0},
        {"temperature": -1, "do_sample": True},
        {"temperature": "hot"},
        {"top_p": 1.5},
        {"top_k": 1.5},
        {"top_k": True},
        {"repetition_penalty": float("nan")},
        {"do_sample": "yes"},
        {"eos_token_id": V},
        {"eos_token_id": [1, "2"]},
    ],
)
def test_what_would_change_the_text_is_refused(raw, tmp_path):
    (tmp_path / "generation_config.json").write_text(json.dumps(raw))
    with pytest.raises(BadCheckpoint) as caught:
        Defaults.load(tmp_path, V)
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)
    assert next(iter(raw)) in str(caught.value)


def test_neutral_and_informative_fields_say_nothing():
    raw = {"typical_p": 1.0, "num_beams": 1, "bad_words_ids": None, "use_cache": True}
    raw |= {"suppress_tokens": [], "token_healing": False, "_from_model_config": True}
    assert Defaults.of(raw, V) == Defaults()


def test_fields_without_effect_are_noted():
    notes = Defaults.of({"max_length": 20, "shiny": 3}, V).notes
    assert [n.split()[1] for n in notes] == ["max_length", "shiny"]


def test_every_field_of_transformers_is_known():
    from transformers import GenerationConfig

    raw = GenerationConfig().to_dict()
    known = Defaults.of(dict.fromkeys(raw), V)
    assert known == Defaults()
    assert not Defaults.of({n: v for n, v in raw.items() if n != "max_length"}, V).notes
    for name in raw.keys() - {"max_length"}:
        with_value = {name: [[1]]}
        try:
            assert not Defaults.of(with_value, V).notes, name
        except ValueError as error:
            assert name in str(error) or name == "max_new_tokens"


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_tokens": 0},
        {"max_tokens": 2.5},
        {"temperature": -0.1},
        {"temperature": float("inf")},
        {"top_p": 1.01},
        {"top_k": -1},
        {"min_p": 2},
        {"repetition_penalty": 0},
        {"stop": ("a", "")},
        {"stop": "ab"},
        {"loop": 0},
    ],
)
def test_a_caller_s_nonsense_is_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        resolve(Settings(**wrong))


def test_a_temperature_that_changes_nothing_is_told():
    defaults = Defaults.of(RELEASED, V)
    assert "top_k 1" in resolve(Settings(temperature=1.0), defaults).note()
    assert "top_p 0.001" in resolve(Settings(temperature=1.0, top_k=0), defaults).note()
    assert not resolve(Settings(temperature=1.0, top_k=0, top_p=1), defaults).note()
    assert not resolve(Settings(), defaults).note()
    assert not resolve(Settings(temperature=0.0), defaults).note()
