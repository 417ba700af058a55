"""`qvl video`: what happens in a clip, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from qvl.cli import frames as sampling
from qvl.cli import output
from qvl.cli.generation import ended
from qvl.cli.options import AsJson, Folder, MaxTokens, Model, Quant, load
from qvl.cli.progress import waiting
from qvl.cli.watched import Kind, Watched, refused, watch
from qvl.media.errors import shown
from qvl.media.fetch import fetch, stem_of
from qvl.messages import Answer, Message, Settings, Video
from qvl.tasks.times import Form

FORMS = get_args(Form)


@dataclass
class Heard:
    """A chat that keeps its answers, so that a reply of which nothing is read can be shown."""

    vlm: Any
    answers: list[Answer] = field(default_factory=list)

    def __call__(self, messages: Sequence[Message], settings: Settings) -> Answer:
        with waiting("watching"):
            self.answers.append(self.vlm.answer(messages, settings))
        return self.answers[-1]


def video(
    clip: Annotated[str, typer.Argument(help="A clip: path or address.")],
    query: Annotated[
        str, typer.Argument(help="What to look for; all that happens if not given.")
    ] = "",
    events: Annotated[bool, typer.Option("--events", help="All activities.")] = False,
    captions: Annotated[bool, typer.Option("--captions", help="All of it, part by part.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Text in it, as a table.")] = False,
    overview: Annotated[bool, typer.Option("--overview", help="What it is about.")] = False,
    form: Annotated[
        str, typer.Option("--format", help=f"How times are written: {', '.join(FORMS)}.")
    ] = "",
    fps: sampling.Fps = None,
    max_frames: sampling.MaxFrames = None,
    start: sampling.Start = None,
    end: sampling.End = None,
    model: Model = "nano",
    quant: Quant = None,
    max_tokens: MaxTokens = 1024,
    as_json: AsJson = False,
    output_folder: Folder = None,
) -> None:
    """Events of a clip, on its own clock; exit code 1 if none can be read from the reply."""
    flags = {"events": events, "captions": captions, "text": text, "overview": overview}
    kind = _kind(query, [name for name, given in flags.items() if given])
    times = _form(form, kind)
    with waiting(f"fetching {shown(clip)}"):
        held = fetch(clip, kind="video")
    seen = Video(held, fps=fps, max_frames=max_frames, start=start, end=end)
    rate = _rate(seen) if times == "hmsf" else 25.0
    vlm = load(model, quant)
    chat = Heard(vlm)
    try:
        told = watch(chat, seen, kind, query, times, rate, Settings(max_tokens))
    except ValueError as error:
        if not chat.answers:  # bad input, and no bad reply
            raise
        told = refused(chat.answers[-1].text, str(error))
    answer = chat.answers[-1]
    data = {"file": shown(clip), "kind": kind, "query": query, **told.data}
    data["sampled"] = list(answer.media[0].times)
    _tell(told, data, answer, as_json)
    if output_folder:
        _keep(output_folder / stem_of(clip), told, data, seen, vlm.limits.clips)
    if told.unread:
        raise typer.Exit(1)


def _kind(query: str, flags: list[str]) -> Kind:
    given = [f"the query {query!r}"] * bool(query) + [f"--{name}" for name in flags]
    if len(given) > 1:
        raise ValueError(f"{given[0]} and {given[1]} are both given; give one of them")
    kind: Any = flags[0] if flags else "when" if query else "events"
    return kind


def _form(form: str, kind: Kind) -> Form:
    if form and form not in FORMS:
        raise ValueError(f"--format is {form!r}; give one of {', '.join(FORMS)}")
    known: Any = form or ("seconds" if kind == "when" else "mm:ss.ff")
    return known


def _rate(clip: Video) -> float:
    from qvl.media.video import survey

    return min(max(survey(clip).frame_rate, 1), 1000)


def _tell(told: Watched, data: dict[str, Any], answer: Answer, as_json: bool) -> None:
    """Lines or JSON on stdout; on stderr what could not be read."""
    if as_json:
        output.data(data)
    else:
        for line in told.lines:
            output.text(line)
    for problem in told.problems:
        output.note(f"qvl: {problem}")
    if told.unread:
        output.note(f"qvl: {told.unread}; the whole reply:\n{answer.text}")
    elif data.get("absent"):
        output.note("nothing of the kind occurs, says the model")
    ended(answer)


def _keep(path: Path, told: Watched, data: dict[str, Any], clip: Video, budget: Any) -> None:
    """JSON, subtitles or Markdown, and the contact sheet; also of a reply that was not read."""
    from qvl.media.contact import MOST, contact_sheet
    from qvl.media.video import glimpses

    output.save_json(data, path.with_name(f"{path.name}.events.json"))
    for ending, text in told.files.items():
        output.save_text(text, path.with_name(f"{path.name}.{ending}"))
    with waiting("drawing the contact sheet"):
        plan, frames = glimpses(clip, MOST, budget)
        sheet = contact_sheet(plan, frames, told.marks, path.name)
        output.save_image(sheet, path.with_name(f"{path.name}.png"))
    endings = ", ".join(f".{each}" for each in ("events.json", *told.files, "png"))
    output.note(f"wrote {path} as {endings}")
