"""The Python face: load a model, talk to it, read with it, find things with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from qvl.chat.tokenizer import Tokenizer
from qvl.engine.answer import stream
from qvl.inputs import Encoded, Limits, encode
from qvl.media.fetch import picture
from qvl.media.image import Source
from qvl.messages import Answer, Image, Message, Settings, Text
from qvl.model import weights
from qvl.model.qwen import QwenVL
from qvl.sample import Batch
from qvl.tasks import grounding, ocr
from qvl.tokens import ENDOFTEXT, IM_END

NANO = "nano"
_HOMES = (  # of the shipped checkpoint: in the wheel, and in the repository
    Path(__file__).parent / "checkpoints" / NANO,
    Path(__file__).parent.parent / "checkpoints" / NANO,
)
SIZES = ("min_pixels", "max_pixels", "resized_height", "resized_width")
Turns = Sequence[Message | Mapping[str, Any]]


class VLM:
    """A model with its tokenizer and limits. `model` and `tokenizer` are open to use."""

    def __init__(self, model: QwenVL, tokenizer: Tokenizer, limits: Limits) -> None:
        self.model, self.tokenizer, self.limits = model, tokenizer, limits
        self.ends = frozenset({tokenizer.id(IM_END), tokenizer.id(ENDOFTEXT)})

    def encode(self, messages: Turns) -> Encoded:
        """What the model reads: ids, position ids, patches, grids, and the sizes of pictures."""
        return encode(conversation(messages), self.tokenizer, self.model.cfg, self.limits)

    @torch.inference_mode()
    def logits(self, messages: Turns) -> Tensor:
        """float32[T, V] of a whole prompt, to compare with another implementation."""
        batch = Batch.of([self.encode(messages).sample]).to(self.model.lm_head.weight.device)
        return self.model.lm_head(self.model(batch)).float()

    def stream(self, messages: Turns, settings: Settings | None = None) -> Iterator[str | Answer]:
        """Text as it comes, and the whole Answer last."""
        encoded = self.encode(messages)
        return stream(self.model, self.tokenizer, encoded, settings or Settings(), self.ends)

    def answer(self, messages: Turns, settings: Settings) -> Answer:
        """The `Chat` of this model: what tasks ask."""
        *_, last = self.stream(messages, settings)
        assert isinstance(last, Answer)
        return last

    def chat(self, messages: Turns, **settings: Any) -> Answer:
        """Answer a conversation; keywords are fields of Settings, such as `max_tokens`."""
        return self.answer(messages, replace(Settings(), **settings))

    def read(self, image: Source, max_tokens: int = 1024) -> str:
        """The plain text of a picture, lines in reading order."""
        return ocr.read(self.answer, picture(image), Settings(max_tokens))

    def ocr(self, image: Source, max_tokens: int = 2048) -> list[ocr.Line]:
        """Lines of text with boxes in pixels of the picture as given."""
        return ocr.spot(self.answer, picture(image), Settings(max_tokens))

    def ground(
        self, image: Source, what: str | Sequence[str], max_tokens: int = 1024
    ) -> list[grounding.Box]:
        """Boxes of every `what`, in pixels of the picture as given; none found is an empty list."""
        labels = [what] if isinstance(what, str) else what
        return grounding.detect(self.answer, picture(image), labels, Settings(max_tokens))


def load(
    model: str | Path = NANO, *, device: str | None = None, dtype: torch.dtype | None = None
) -> VLM:
    """nano, a checkpoint's folder, or a hub id such as "Qwen/Qwen2.5-VL-7B-Instruct".

    Float32 on a CPU and bfloat16 on a GPU unless told otherwise. Raises BadCheckpoint.
    """
    folder = locate(model)
    place = device or ("cuda" if torch.cuda.is_available() else "cpu")
    kind = dtype or (torch.float32 if place == "cpu" else torch.bfloat16)
    return VLM(weights.load(folder, kind, place), Tokenizer.load(folder), Limits.load(folder))


def locate(model: str | Path) -> Path:
    """The folder of a model; a hub id is downloaded once and found again."""
    if str(model) == NANO:
        found = next((home for home in _HOMES if (home / "config.json").is_file()), None)
        if found is None:
            raise weights.BadCheckpoint(
                "this installation has no nano checkpoint; install it whole"
            )
        return found
    if Path(model).exists():
        return Path(model)
    name = str(model)
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise weights.BadCheckpoint(f"{name} is no folder, no hub id (owner/name) and not 'nano'")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.jinja"]))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise weights.BadCheckpoint(f"{name} cannot be had from the hub: {reason}") from None


def conversation(turns: Turns) -> list[Message]:
    """Messages as they are, or in the form of the OpenAI API: role and content, text or parts."""
    return [t if isinstance(t, Message) else _turn(t) for t in turns]


def _turn(raw: Mapping[str, Any]) -> Message:
    role, content = raw.get("role"), raw.get("content")
    if role not in ("system", "user", "assistant", "tool"):
        raise ValueError(
            f"a message's role is {role!r}; it must be system, user, assistant or tool"
        )
    if isinstance(content, str):
        return Message(role, (Text(content),))
    if not isinstance(content, Sequence):
        raise ValueError(f"a message's content is {content!r}; give a text or a list of parts")
    return Message(role, tuple(map(_part, content)))


def _part(raw: Any) -> Text | Image:
    if isinstance(raw, str):
        return Text(raw)
    if not isinstance(raw, Mapping):
        raise ValueError(f"a part of a message is {raw!r}; give a mapping with text or image")
    if "text" in raw:
        return Text(raw["text"])
    source = raw.get("image", raw.get("image_url"))
    if isinstance(source, Mapping):
        source = source.get("url")
    if source is None:
        raise ValueError(f"a part of a message has the keys {sorted(raw)}, neither text nor image")
    return Image(picture(source), **{name: raw.get(name) for name in SIZES})
