"""What is asked of a clip: when something happens, all that happens, its text, an overview."""

from qvl.messages import Chat, Settings, Video, message
from qvl.tasks import table
from qvl.tasks.clock import Clock
from qvl.tasks.events import Found, parse
from qvl.tasks.times import FPS, Form

WHEN = "Give the query: '{}', when does the described content occur in the video? {}"
EVENTS = (
    "Localize a series of activity events in the video, output the start and end timestamp for "
    "each event, and describe each event with sentences. Provide the result in json format with "
    "{} format for time depiction."
)
CAPTIONS = (
    "Describe the whole video part by part, output the start and end timestamp for each part, "
    "and describe in detail what each part shows. Provide the result in json format with {} "
    "format for time depiction."
)
TEXT = "Watch the video and list all the text that appears in it in a table."
OVERVIEW = "Could you go into detail about the content of this long video?"
_SPELT = {"hmsf": "hh:mm:ss:ff", "words": "1 h 2 m 3 s"}


def when(
    chat: Chat,
    clip: Video,
    query: str,
    settings: Settings,
    form: Form = "seconds",
    fps: float = FPS,
) -> Found:
    """When `query` occurs in a clip. ValueError if the reply names no time and no absence."""
    use = (
        "Use seconds for time format."
        if form == "seconds"
        else f"Use {spelt(form)} as time format."
    )
    answer = chat([message("user", clip, WHEN.format(query, use))], settings)
    return parse(answer.text, Clock.of(answer.media[0]), query, fps)


def events(
    chat: Chat, clip: Video, settings: Settings, form: Form = "mm:ss.ff", fps: float = FPS
) -> Found:
    """The activities in a clip, one after another."""
    return _listed(chat, clip, EVENTS.format(spelt(form)), settings, fps)


def captions(
    chat: Chat, clip: Video, settings: Settings, form: Form = "mm:ss.ff", fps: float = FPS
) -> Found:
    """All of a clip, described part by part."""
    return _listed(chat, clip, CAPTIONS.format(spelt(form)), settings, fps)


def _listed(chat: Chat, clip: Video, asked: str, settings: Settings, fps: float) -> Found:
    answer = chat([message("user", clip, asked)], settings)
    return parse(answer.text, Clock.of(answer.media[0]), "", fps)


def spelt(form: Form) -> str:
    """A form as a prompt names it."""
    return "seconds" if form == "seconds" else f"'{_SPELT.get(form, form)}'"


def text_in(chat: Chat, clip: Video, settings: Settings) -> table.Table:
    """Text that is to be read in a clip, as a table. ValueError if the reply holds none."""
    return table.parse(ask(chat, clip, TEXT, settings))


def overview(chat: Chat, clip: Video, settings: Settings) -> str:
    """What a long clip is about, in prose."""
    return ask(chat, clip, OVERVIEW, settings)


def ask(chat: Chat, clip: Video, question: str, settings: Settings) -> str:
    """Any question about a clip, and the answer as it is."""
    return chat([message("user", clip, question)], settings).text
