"""`qvl chat`: a conversation on the terminal, or from a script on stdin."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from qvl.cli import options, output
from qvl.cli.progress import streamed
from qvl.cli.session import Kind, Session, Turn, attach, messages, read, to_dict
from qvl.messages import Answer, Settings, Stream

PROMPT = "> "
FAILURES = (ValueError, OSError, ImportError, FloatingPointError)  # told; the session goes on
HELP = """\
/image PATH          add a picture to the next question
/video PATH          add a clip
/pdf PATH [PAGES]    add pages of a document, such as 1-3
/system TEXT         say how to answer; alone: forget it
/clear               forget all that was said and added, but for /system
/save FILE           write the conversation as JSON
/load FILE           go on with one
/help                this
/quit                leave, as Ctrl-D does; Ctrl-C stops an answer
//words              send a line that begins with /"""


def chat(
    images: Annotated[
        list[Path] | None, typer.Option("-i", "--image", help="For the first question.")
    ] = None,
    model: options.Model = "nano",
    quant: options.Quant = None,
    max_tokens: Annotated[int, typer.Option(min=1, help="Tokens an answer.")] = 512,
    temperature: Annotated[float, typer.Option(min=0)] = 0.0,
    seed: int = 0,
) -> None:
    """Talk with a model about pictures, clips and documents; /help lists the commands."""
    session = Session(attached=tuple(attach("image", path) for path in images or []))
    stream = options.load(model, quant).stream
    output.note(f"{model}: /help lists the commands, Ctrl-D leaves")
    settings = Settings(max_tokens, temperature, seed=seed)
    talk(session, lines(), stream, settings, model)


def talk(
    session: Session, said: Iterator[str], stream: Stream, settings: Settings, model: str
) -> Session:
    """Answer line after line; what goes wrong with one is told, and it is forgotten.

    With a question that fails go the files that were added for it: one of them may be why.
    """
    for line in said:
        word, _, rest = line.strip().partition(" ")
        if word == "/quit":
            break
        before = session
        try:
            if word.startswith("/") and not word.startswith("//"):
                session = command(session, word, rest.strip(), model)
            elif word:
                text = line.strip().removeprefix("/")
                session = replace(session, attached=())
                session = reply(before, text, stream, settings)
        except FAILURES as error:
            reason = (str(error) or type(error).__name__).replace("\n", " ")
            dropped = "" if session == before else " (the files added for it are dropped)"
            output.note(f"qvl: {reason}{dropped}")
        except KeyboardInterrupt:
            output.note("stopped")
    return session


def reply(session: Session, text: str, stream: Stream, settings: Settings) -> Session:
    """The session with the question and its answer, which may be cut by Ctrl-C.

    Nothing is kept of a question that failed or was stopped before its first word.
    """
    question = Turn("user", (*session.attached, text))
    asked = replace(session, turns=(*session.turns, question), attached=())
    pieces: list[str] = []
    try:
        for piece in streamed(lambda: stream(messages(asked), settings)):
            if isinstance(piece, str):
                pieces.append(piece)
                sys.stdout.write(piece)
                sys.stdout.flush()
            else:
                _told(piece, settings)
    except KeyboardInterrupt:
        output.note("\nstopped" if pieces else "\nstopped: the question is forgotten")
        if not pieces:
            return session
    answer = Turn("assistant", ("".join(pieces),))
    return replace(asked, turns=(*asked.turns, answer))


def _told(answer: Answer, settings: Settings) -> None:
    output.text("")
    sys.stdout.flush()
    if answer.finish_reason == "length":
        output.note(f"stopped after {settings.max_tokens} tokens; --max-tokens allows more")


def command(session: Session, word: str, rest: str, model: str) -> Session:
    """The session after a command; ValueError for one that is unknown or lacks its argument."""
    if word == "/help":
        output.note(HELP)
        return session
    if word == "/clear":
        return Session(session.system)
    if word == "/system":
        return replace(session, system=rest)
    act = COMMANDS.get(word)
    if act is None:
        raise ValueError(f"there is no {word}; /help lists the commands, // sends a leading /")
    if not rest:
        raise ValueError(f"{word} needs a file: {word} PATH")
    if rest[0] == rest[-1] and rest[0] in "'\"" and len(rest) > 2:
        rest = rest[1:-1]
    return act(session, rest, model)


def _adding(kind: Kind) -> Callable[[Session, str, str], Session]:
    def add(session: Session, path: str, model: str) -> Session:
        pages = ""
        if kind == "pdf" and not Path(path).expanduser().is_file() and " " in path:
            path, _, pages = path.rpartition(" ")
        file = attach(kind, path.strip(), pages)
        output.note(f"added {file.path}")
        return replace(session, attached=(*session.attached, file))

    return add


def _save(session: Session, path: str, model: str) -> Session:
    place = Path(path).expanduser()
    if place.exists() and not _is_session(place):
        raise ValueError(f"{path} is there and is no session; name another file")
    output.save_json(to_dict(session, model), place)
    output.note(f"wrote {place}")
    return session


def _is_session(place: Path) -> bool:
    try:
        raw = json.loads(place.read_text(encoding="utf-8"))
    except ValueError:  # no JSON, or no text at all
        return False
    return isinstance(raw, dict) and "messages" in raw


def _load(session: Session, path: str, model: str) -> Session:
    fresh, other = read(Path(path).expanduser())
    told = "" if other in ("", model) else f", held with {other}; {model} goes on"
    output.note(f"{len(fresh.turns)} turns of {path}{told}")
    return fresh


COMMANDS = {
    "/image": _adding("image"),
    "/video": _adding("video"),
    "/pdf": _adding("pdf"),
    "/save": _save,
    "/load": _load,
}


def lines() -> Iterator[str]:
    """What is typed, with a line to edit on a terminal, or what a script says, until its end."""
    typed = sys.stdin.isatty()
    editing = typed and sys.stdout.isatty()
    if editing:
        with suppress(ImportError):  # where there is none, a line is typed without it
            import readline  # noqa: F401
    while True:
        try:
            if editing:
                yield input(PROMPT)
                continue
            sys.stderr.write(PROMPT)
            sys.stderr.flush()
            line = sys.stdin.readline()
        except EOFError:
            line = ""
        except KeyboardInterrupt:
            if not typed:
                raise
            output.note("")
            continue
        if not line:
            output.note("")
            return
        yield line
