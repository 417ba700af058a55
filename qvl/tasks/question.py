"""One picture, one question: what every verb over a picture asks, and the frame of its answer."""

import warnings

from PIL import Image as Pillow

from qvl.messages import Chat, Image, Settings, message
from qvl.tasks.place import Frame


def ask(
    chat: Chat,
    image: Pillow.Image | Image,
    prompt: str,
    settings: Settings,
    system: str | None = None,
) -> tuple[str, Frame]:
    """The reply, and where its pixels lie; ValueError where the answer tells no sizes.

    A reply that did not end by itself is a warning: what is in it may not be all.
    """
    told = [message("system", system)] if system else []
    answer = chat([*told, message("user", image, prompt)], settings)
    if not answer.media:
        raise ValueError("the answer does not tell the size of the picture that the model saw")
    if answer.finish_reason != "stop":
        why = "at max_tokens" if answer.finish_reason == "length" else "going round in circles"
        warnings.warn(
            f"the reply was ended after {answer.usage.completion_tokens} tokens, {why}; "
            "there may be more to find",
            stacklevel=3,
        )
    return answer.text, Frame.of(answer.media[0])
