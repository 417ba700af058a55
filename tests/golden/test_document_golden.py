"""Pages in the manner of released models (our own words), and what must be read from them."""

from pathlib import Path

import pytest

from qvl.tasks.document.model import (
    Author,
    Cell,
    Chart,
    Chemical,
    Formula,
    Heading,
    Item,
    List,
    Mark,
    Music,
    Paragraph,
    Picture,
    Separator,
    Table,
)
from qvl.tasks.document.parse import parse
from qvl.tasks.document.validate import validate

SIZE = (2240, 3164)
BOX = (30, 164, 1225, 807)
AT = 'data-bbox="30 164 1225 807"'
IMG = f"<img {AT} />"

# One line of the report's table each, spaces and all, with numbers filled in.
REPORT = {
    f"<p {AT}> Some text </p>": Paragraph(BOX, ("Some text",)),
    f'<style>table1 style</style><table {AT} class="table1"> <tr><td>a</td></tr> </table>': Table(
        BOX, ((Cell(("a",)),),), 1, "table1 style"
    ),
    f'<div class="chart" {AT}> {IMG}<table> <tr><th>y</th></tr> </table></div>': Chart(
        BOX, BOX, ((Cell(("y",), True),),)
    ),
    f'<div class="formula" {AT}> {IMG} <div> \\frac{{a}}{{b}} </div></div>': Formula(
        BOX, BOX, "\\frac{a}{b}"
    ),
    f'<div class="image caption" {AT}> {IMG}<p> A hill. </p></div>': Picture(
        BOX, BOX, "caption", ("A hill.",)
    ),
    f'<div class="image ocr" {AT}> {IMG}<p> EXIT </p></div>': Picture(BOX, BOX, "ocr", ("EXIT",)),
    f'<div class="music sheet" format="abc notation" {AT}> {IMG} <div> X:1\nC </div></div>': Music(
        BOX, BOX, "X:1\nC"
    ),
    f'<div class="chemical formula" format="smile" {AT}> {IMG} <div> C#N </div></div>': Chemical(
        BOX, BOX, "C#N"
    ),
    # Seen in outputs beside the report's table.
    f"<h2 {AT}> 2. A heading</h2>": Heading(BOX, 2, ("2. A heading",)),
    f'<div class="image" {AT}>{IMG}</div>': Picture(BOX, BOX),
    f'<div class="formula.handwritten" {AT}>{IMG}<div>$$x$$</div></div>': Formula(
        BOX, BOX, "x", "handwritten"
    ),
    f'<div class="formula.machine_printed" {AT}>{IMG}<div>$$x$$</div></div>': Formula(
        BOX, BOX, "x", "machine_printed"
    ),
    f"<ol {AT}><li {AT}>one</li></ol>": List(BOX, True, (Item(BOX, ("one",)),)),
    '<address class="author"><p>The Team</p></address>': Author(None, ("The Team",)),
    "<p></p>": Separator(),
    f"<p {AT}>the speed ${{ }}^{{8}}$ of <b>sound</b></p>": Paragraph(
        BOX, ("the speed ${ }^{8}$ of ", Mark("b", ("sound",)))
    ),
    f"<p {AT}>$$a=b$$</p>": Paragraph(BOX, ("$$a=b$$",)),
}

FOLDER = Path(__file__).parent / "documents"
END = "¶"  # in the files, after each element of the page
MARKED = {name: (FOLDER / f"{name}.html").read_text() for name in ("physics", "cover")}
PHYSICS, COVER = (text.replace(END, "") for text in MARKED.values())


@pytest.mark.parametrize("markup", REPORT)
@pytest.mark.parametrize("closing", ["</body></html>", "</html></body>"])
def test_each_line_of_the_report(markup, closing):
    page, problems = parse(f"```html\n<html><body>\n{markup}\n{closing}\n```", SIZE)
    assert page.elements == (REPORT[markup],) and not problems


@pytest.mark.parametrize("markup", REPORT)
def test_each_line_of_the_report_is_valid(markup):
    assert validate(f"<html><body>{markup}</body></html>", SIZE) == []


def test_a_page_of_physics():
    page, problems = parse(PHYSICS, SIZE)
    assert [type(each).__name__ for each in page.elements] == [
        *("Formula", "Paragraph", "Picture", "Paragraph", "Separator", "Heading", "Formula"),
        *("Paragraph", "List", "Table"),
    ]
    assert page.elements[7] == Paragraph(None, ("where dark ones have $d=0$",))
    assert [each.kind for each in problems] == ["loose-text"]


def test_a_cover():
    page, problems = parse(COVER, SIZE)
    assert not problems
    assert page.elements == (
        Picture(
            BOX,
            BOX,
            "caption",
            ("A cover. It's got wind mills on a hill, and the year below.",),
        ),
        Paragraph((1124, 406, 1360, 456)),
        Author(None, ("The Team",)),
        Heading((89, 953, 451, 995), 1, ("24 能源政策",)),
    )


@pytest.mark.parametrize("name", MARKED)
def test_cut_at_every_character_nothing_complete_is_lost(name):
    text, ends = MARKED[name].replace(END, ""), []
    for at, letter in enumerate(MARKED[name]):
        if letter == END:
            ends.append(at - len(ends))
    whole = parse(text, SIZE)[0].elements
    assert len(whole) == len(ends)
    for cut in range(text.index("<html>") + 6, len(text)):
        page, problems = parse(text[:cut], SIZE)
        complete = sum(end <= cut for end in ends)
        assert page.elements[:complete] == whole[:complete]
        assert len(page.elements) <= complete + 2  # and what it is cut in
        assert all(each.cut for each in page.elements[complete:])
        if cut < text.index("</html>"):
            assert "cut" in {problem.kind for problem in problems}


def test_cut_before_any_markup_is_refused():
    for cut in range(PHYSICS.index("<html>") + 6):
        with pytest.raises(ValueError, match="no markup"):
            parse(PHYSICS[:cut], SIZE)
