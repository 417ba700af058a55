"""`qvl ground`: where things are, and how many."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from PIL import Image as Pillow

from qvl.cli import output
from qvl.cli.options import AsJson, Folder, MaxTokens, Model, Picture, Quant, load
from qvl.cli.progress import waiting
from qvl.media.draw import draw_boxes, draw_points
from qvl.media.errors import shown
from qvl.media.fetch import picture as picture_of
from qvl.messages import Image, Settings
from qvl.tasks import boxlines, counting, grounding, points, pointtags
from qvl.tasks.counting import Count
from qvl.tasks.grounding import Found
from qvl.tasks.points import Points


class Format(StrEnum):
    """How the model is asked to write."""

    json = "json"
    text = "text"
    xml = "xml"


def ground(
    image: Picture,
    what: Annotated[list[str], typer.Argument(help="Names of things to find.")],
    as_points: Annotated[bool, typer.Option("--points", help="Points instead of boxes.")] = False,
    form: Annotated[
        Format, typer.Option("--format", help="How the model writes: text for boxes, xml points.")
    ] = Format.json,
    count: Annotated[
        bool, typer.Option("--count", help="Find each, then say how many; name them in the plural.")
    ] = False,
    system: Annotated[str | None, typer.Option(help="A system prompt (the format's own).")] = None,
    model: Model = "nano",
    quant: Quant = None,
    max_tokens: MaxTokens = 1024,
    max_pixels: Annotated[
        int | None, typer.Option(help="Area of what the model sees (the model's limit).")
    ] = None,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """Find things: boxes or points in pixels of the original picture."""
    _agree(as_points, form, count)
    picture = picture_of(image)
    vlm = load(model, quant)
    with waiting(f"looking for {', '.join(what)}"):
        seen, settings = Image(picture, max_pixels=max_pixels), Settings(max_tokens)
        if count:
            prompt = counting.POINTS if as_points else counting.BOXES
            names = " and ".join(what)
            found = counting.count(vlm.answer, seen, names, settings, prompt, system)
        elif form is Format.text:
            found = boxlines.detect(vlm.answer, seen, what, settings, system or boxlines.SYSTEM)
        elif form is Format.xml:
            found = pointtags.locate(vlm.answer, seen, what, settings, system)
        else:
            verb = points.locate if as_points else grounding.detect
            found = verb(vlm.answer, seen, what, settings, system=system)
    told = _told(found)
    if as_json:
        output.data(told)
    else:
        _print(found)
    things = _things(found)
    if not things:
        output.note(f"none of {', '.join(what)} found in {shown(image)}")
    output.keep(output_folder, image, told, lambda: _drawn(picture, things))


def _agree(as_points: bool, form: Format, count: bool) -> None:
    """ValueError for formats that do not exist."""
    if form is Format.text and as_points:
        raise ValueError("--format text holds boxes alone; leave out --points, or take xml or json")
    if form is Format.xml and not as_points:
        raise ValueError("--format xml holds points alone; add --points, or take text or json")
    if count and form is not Format.json:
        raise ValueError(f"--count is asked in JSON; leave out --format {form.value}")


def _things(found: Found | Points | Count) -> Any:
    if isinstance(found, Count):
        return _things(found.found)
    return found.boxes if isinstance(found, Found) else found.points


def _told(found: Found | Points | Count) -> dict[str, Any]:
    """The JSON of what was found; problems are told on stderr, too."""
    inner = found.found if isinstance(found, Count) else found
    rows = output.plain(_things(found))
    told: dict[str, Any] = {"boxes" if isinstance(inner, Found) else "points": rows}
    if isinstance(found, Count):
        told |= {"total": found.total, "stated": found.stated}
    return told | {"problems": output.problems(found.problems), "said": inner.said}


def _print(found: Found | Points | Count) -> None:
    for thing in _things(found):
        if isinstance(thing, grounding.Box):
            at, part = output.corners(thing), thing.sub_label
        else:
            at, part = f"{round(thing.x):5} {round(thing.y):5}", thing.label2
        output.text(f"{at}  {thing.label}{f'  {part}' if part else ''}")
    if isinstance(found, Count):
        output.text(f"total {found.total}")


def _drawn(picture: Pillow.Image, things: Any) -> Pillow.Image:
    if things and isinstance(things[0], points.Point):
        return draw_points(picture, [(_name(t.label, t.label2), t.x, t.y) for t in things])
    names = [_name(b.label, b.sub_label) for b in things]
    corners = [(b.left, b.top, b.right, b.bottom) for b in things]
    return draw_boxes(picture, [(n, *c) for n, c in zip(names, corners, strict=True)])


def _name(label: str, part: str | None) -> str:
    return f"{label}: {part}" if part else label
