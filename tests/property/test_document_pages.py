"""QwenVL HTML: what is rendered is parsed, and a cut page keeps all that is complete."""

from document_pages import PAGE, SIZE
from hypothesis import given

from qvl.tasks.document.parse import parse
from qvl.tasks.document.render import render


@given(PAGE)
def test_pages_come_back(page):
    got, problems = parse(render(page), SIZE)
    assert got == page
    assert {problem.kind for problem in problems} <= {"no-box"}
