"""Questions about one picture, each asked with what was said before (report, section 6.2)."""

from collections.abc import Iterator, Sequence

from PIL import Image as Pillow

from qvl.messages import Answer, Chat, Image, Message, Settings, Video, message


def converse(
    chat: Chat,
    shown: Pillow.Image | Image | Video,
    questions: Sequence[str],
    settings: Settings,
) -> Iterator[Answer]:
    """An answer a question, in order: the picture is in the first, each answer in those after."""
    turns: list[Message] = []
    for question in questions:
        turns.append(message("user", question) if turns else message("user", shown, question))
        answer = chat(turns, settings)
        yield answer
        turns.append(message("assistant", answer.text))
