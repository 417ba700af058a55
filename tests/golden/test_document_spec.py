"""The examples of docs/qwenvl-html.md are valid, and are written as `render` writes them."""

import re
from pathlib import Path

import pytest

from qvl.tasks import document
from qvl.tasks.document import model
from qvl.tasks.document.faults import HARMLESS
from qvl.tasks.document.parse import parse
from qvl.tasks.document.render import render
from qvl.tasks.document.validate import validate

SPEC = (Path(__file__).resolve().parents[2] / "docs" / "qwenvl-html.md").read_text()
EXAMPLES = re.findall(r"^```html\n.*?\n```$", SPEC, re.DOTALL | re.MULTILINE)
SIZE = (1036, 1008)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_valid(example):
    assert validate(example, SIZE) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_what_is_rendered(example):
    page, problems = parse(example, SIZE)
    assert render(page) == example and not problems


def test_examples_show_every_kind_of_element():
    shown = [element for each in EXAMPLES for element in parse(each, SIZE)[0].elements]
    kinds = {type(element).__name__ for element in shown}
    assert kinds == {kind.__name__ for kind in model.Element.__args__}
    pictures = [each for each in shown if isinstance(each, model.Picture)]
    assert {each.text for each in pictures} == {"", "caption", "ocr"}


def test_every_kind_of_fault_is_explained():
    code = Path(document.__path__[0])
    calls = "".join(path.read_text() for path in code.glob("*.py"))
    kinds = set(re.findall(r'(?:\.add|Wrong)\(\s*(?:at, |0, )?"([a-z-]+)"', calls))
    assert len(kinds) > 30
    missing = {kind for kind in kinds if f"`{kind}`" not in SPEC.partition("kinds of faults")[2]}
    assert not missing
    assert not {kind for kind in HARMLESS if f"`{kind}`" not in SPEC}
