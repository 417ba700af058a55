"""Qwen2.5-VL: vision tokens replace the image and video pads, then a decoder reads the stream.

T tokens, U vision tokens, D width of the decoder.
"""

from torch import Tensor, nn

from qvl.config import Config
from qvl.model.attention import Attend, Segments, causal
from qvl.model.layers import Linear
from qvl.model.text import TextDecoder
from qvl.model.vision import VisionTower
from qvl.sample import Batch


class QwenVL(nn.Module):
    """Attribute names are the published checkpoint's, so its weights load without renaming."""

    def __init__(self, cfg: Config) -> None:
        super().__init__()
        self.cfg = cfg
        self.visual = VisionTower(cfg.vision)
        self.model = TextDecoder(cfg.text)
        self.lm_head = Linear(cfg.text.hidden_size, cfg.text.vocab_size)
        self.tie()

    def tie(self) -> None:
        """Share the embedding with the head where the config says so; again after a reload."""
        if self.cfg.text.tie_word_embeddings:
            self.lm_head.weight = self.model.embed_tokens.weight

    def see(self, batch: Batch) -> Tensor:
        """-> vision tokens[U, D] of every picture and clip."""
        return self.visual(batch.pixel_values, batch.grid_thw)

    def embed(self, batch: Batch, seen: Tensor) -> Tensor:
        """-> x[T, D]: token embeddings, with what the tower saw in the rows of the pads."""
        x = self.model.embed_tokens(batch.input_ids)
        return x.index_copy(0, batch.vision_rows, seen.type_as(x))

    def forward(self, batch: Batch, attend: Attend | None = None) -> Tensor:
        """-> hidden[T, D]; `lm_head` is left to the caller, who knows which rows need logits.

        Without `attend` each sample of the batch sees itself alone; a cache passes its own.
        """
        return self.read(batch, self.see(batch), attend)

    def read(self, batch: Batch, seen: Tensor, attend: Attend | None = None) -> Tensor:
        """The second half of `forward`, for who already has the vision tokens `seen`[U, D]."""
        if attend is None:
            attend = causal(Segments.of(batch.lengths, batch.input_ids.device))
        return self.model(self.embed(batch, seen), batch.position_ids, attend)

    def own(self, x: Tensor, fill: int = 0) -> Tensor:
        """Of x[..., T], what belongs to the rows that `forward` returns: all of it.

        Where the stream is cut among processes it is a piece, filled up with `fill`.
        """
        return x
