"""Qwen2.5-VL, whole: the model, its recipe, and what it is for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qvl.messages import Answer, Image, Message, Settings, Text, message
    from qvl.tasks.events import Event
    from qvl.tasks.extraction import Extracted
    from qvl.tasks.grounding import Box
    from qvl.tasks.ocr import Line
    from qvl.vlm import VLM, load

_HOMES = {
    "load": "qvl.vlm",
    "VLM": "qvl.vlm",
    "message": "qvl.messages",
    "Message": "qvl.messages",
    "Text": "qvl.messages",
    "Image": "qvl.messages",
    "Settings": "qvl.messages",
    "Answer": "qvl.messages",
    "Box": "qvl.tasks.grounding",
    "Event": "qvl.tasks.events",
    "Extracted": "qvl.tasks.extraction",
    "Line": "qvl.tasks.ocr",
}
__version__ = "0.1.0"
__all__ = [
    "VLM",
    "Answer",
    "Box",
    "Event",
    "Extracted",
    "Image",
    "Line",
    "Message",
    "Settings",
    "Text",
    "load",
    "message",
]


def __getattr__(name: str) -> Any:
    """Names are imported when they are used: `import qvl` costs nothing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'qvl' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
