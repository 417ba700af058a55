"""Facts with times: events of a clip; `value` is JSON in seconds of the clip.

    [{"start": 3.2, "end": 8.0, "text": "A man sits down."}, ...]

The form is a style and the form of its times: "json mm:ss.ff", "prose seconds". In prose only the
times are written: the question names the event, and `text` is "".
"""

from typing import Any, get_args

from qvl.messages import Media
from qvl.tasks.clock import Clock
from qvl.tasks.events import Event, parse, render_json, render_prose
from qvl.tasks.times import Form

FORMS = tuple(f"{style} {form}" for style in ("json", "prose") for form in get_args(Form))


def write(value: Any, form: str, seen: Media) -> str:
    style, _, times = form.partition(" ")
    events = [Event(row["start"], row["end"], row["text"]) for row in value]
    render = render_json if style == "json" else render_prose
    return render(events, Clock.of(seen), next(f for f in get_args(Form) if f == times))


def read(text: str, _form: str, seen: Media) -> Any:
    found = parse(text, Clock.of(seen))
    return [{"start": each.start, "end": each.end, "text": each.text} for each in found.events]
