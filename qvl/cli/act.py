"""`qvl act`: the next step on a screen."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from qvl.cli import output
from qvl.cli.lines import beside, rows
from qvl.cli.options import AsJson, Folder, MaxTokens, Model, Picture, Quant, load, size_of
from qvl.cli.progress import waiting
from qvl.media.fetch import picture as picture_of
from qvl.messages import Image
from qvl.tasks.actions.act import Acted, Errand
from qvl.tasks.actions.drawn import gestures, words
from qvl.tasks.actions.history import Past
from qvl.tasks.actions.mobile import MOBILE_ANSWERING
from qvl.tasks.actions.shared import SPACES
from qvl.tasks.actions.space import Space

_KEYS = {"reply": str, "result": str, "screenshot": str}


def act(
    shot: Picture,
    goal: Annotated[str, typer.Argument(help="What is to be reached.")],
    tool: Annotated[
        Literal["computer_use", "mobile_use"], typer.Option(help="The actions on offer.")
    ] = "computer_use",
    answer: Annotated[
        bool, typer.Option("--answer", help="Offer to answer in words, too (mobile_use).")
    ] = False,
    history: Annotated[
        Path | None,
        typer.Option(help="Steps before this one, a line of JSON each: reply, result, screenshot."),
    ] = None,
    keep: Annotated[
        int, typer.Option(min=1, help="Show the last so many screenshots, this one among them.")
    ] = 1,
    think: Annotated[
        bool, typer.Option("--think", help="Ask for a thought before and a summary after.")
    ] = False,
    screen: Annotated[
        str | None,
        typer.Option(help="Where the pointer moves, WxH, if the screenshot has other pixels."),
    ] = None,
    model: Model = "nano",
    quant: Quant = None,
    max_tokens: MaxTokens = 512,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """The next step towards a goal: actions in pixels of the screen, never carried out."""
    space, size = _space(tool, answer), size_of("--screen", screen)
    picture, past = picture_of(shot), _past(history) if history else []
    vlm = load(model, quant)
    with waiting("answering"):
        done = vlm.act(picture, Errand(goal, space, past, keep, think, size), max_tokens)
    told = {"goal": goal, "tool": tool, **_told(done)}
    if as_json:
        output.data(told)
    for problem in done.step.problems:
        output.note(f"qvl: {problem}")
    for action in [] if as_json else done.step.actions:
        output.text(f"{action.kind}  {words(action)}".rstrip())
    drawn = list(gestures(done.step.actions, done.frame))

    def overlay() -> Any:
        from qvl.media.gestures import draw_gestures

        return draw_gestures(picture, drawn)

    output.keep(output_folder, shot, told, overlay)
    if not done.step.actions:
        output.note(f"no action in the reply: {done.step.reply}")
        raise typer.Exit(1)


def _told(done: Acted) -> dict[str, Any]:
    step, frame = done.step, done.frame
    return {
        "actions": [_plain(asdict(action)) for action in step.actions],
        "thought": step.thought,
        "conclusion": step.conclusion,
        "problems": [asdict(problem) for problem in step.problems],
        "screen": frame.screen or frame.original,
        "original_size": frame.original,
        "processed_size": frame.processed,
        "reply": step.reply,
    }


def _plain(action: dict[str, Any]) -> dict[str, Any]:
    """What an action has, pixels to a tenth."""
    return {
        name: [round(c, 1) for c in value] if name in ("point", "point2") else value
        for name, value in action.items()
        if value is not None and value != ()
    }


def _space(tool: str, answer: bool) -> Space:
    if answer and tool != MOBILE_ANSWERING.name:
        raise ValueError(f"{tool} has no action that answers; use --tool {MOBILE_ANSWERING.name}")
    return MOBILE_ANSWERING if answer else SPACES[tool]


def _past(history: Path) -> list[Past]:
    """Steps of a file, which says where the screenshots lie from where it lies itself."""
    steps = []
    for number, row in rows(history):
        odd = [key for key in row if not isinstance(row[key], _KEYS.get(key, ()))]
        if odd or "reply" not in row:
            wrong = f"{odd[0]!r} is unknown or no text" if odd else "it has no reply"
            raise ValueError(f"line {number} of {history}: {wrong}; give {', '.join(_KEYS)}")
        place = row.pop("screenshot", None)
        shot = Image(picture_of(beside(history.parent, place))) if place else None
        steps.append(Past(**row, screenshot=shot))
    return steps
