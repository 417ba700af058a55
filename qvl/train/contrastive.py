"""The tower learns from nothing by telling which words belong to which picture (report, 2.1).

The heads and the text tower are thrown away afterwards; tower and merger stay. N pairs, U merge
units, T tokens of captions, D width of a stream, H heads, E width of the features.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qvl.config import TextConfig
from qvl.model.attention import Segments, packed_attention
from qvl.model.layers import Linear, RMSNorm
from qvl.model.qwen import QwenVL
from qvl.model.text import TextDecoder
from qvl.train.contrast import Against, Sigmoid, Softmax
from qvl.train.initial import fill
from qvl.train.pairs import PairBatch
from qvl.train.parallel import ALONE, World
from qvl.train.trade import gather


class Pool(nn.Module):
    """One feature a segment: each head weighs the rows of a segment by a learnt query."""

    def __init__(self, width: int, heads: int, out: int) -> None:
        super().__init__()
        self.norm = RMSNorm(width)
        self.scores = Linear(width, heads)
        self.values = nn.Linear(width, width)
        self.proj = Linear(width, out)

    def forward(self, x: Tensor, lengths: Sequence[int]) -> Tensor:
        """x[U, D], the rows of each of N segments -> [N, E]."""
        x, segments = self.norm(x), len(lengths)
        of = torch.arange(segments).repeat_interleave(torch.tensor(lengths)).to(x.device)
        scores = self.scores(x).float()  # [U, H]
        most = scores.new_full((segments, scores.shape[1]), float("-inf"))
        most = most.scatter_reduce(0, of[:, None].expand_as(scores), scores.detach(), "amax")
        shares = (scores - most[of]).exp()
        sums = torch.zeros_like(most).index_add(0, of, shares)
        values = self.values(x).unflatten(-1, (scores.shape[1], -1)).float()  # [U, H, D / H]
        weighed = (shares / sums[of])[..., None] * values
        pooled = weighed.new_zeros(segments, *weighed.shape[1:]).index_add(0, of, weighed)
        return self.proj(pooled.flatten(1).type_as(x))


class TextTower(nn.Module):
    """The decoder's own layers over captions, each token seeing all of its caption."""

    def __init__(self, cfg: TextConfig, out: int) -> None:
        super().__init__()
        self.decoder = TextDecoder(cfg)
        self.pool = Pool(cfg.hidden_size, cfg.num_attention_heads, out)

    def forward(self, input_ids: Tensor, lengths: Sequence[int]) -> Tensor:
        """input_ids[T] of captions end to end -> [N, E]."""
        segments = Segments.of(lengths, input_ids.device)
        places = torch.cat([torch.arange(n) for n in lengths]).to(input_ids.device)

        def attend(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            return packed_attention(q, k, v, segments, causal=False)

        x = self.decoder.embed_tokens(input_ids)
        return self.pool(self.decoder(x, places.expand(3, -1), attend), lengths)


class Contrastive(nn.Module):
    """Tower and merger of `model` against a text tower, over all processes of `world`.

    A batch is told apart whole: its pairs on all processes are each other's negatives, those of
    another micro-batch are not. The decoder of `model` takes no part.
    """

    def __init__(
        self,
        model: QwenVL,
        text: TextConfig,
        contrast: Sigmoid | Softmax,
        width: int,
        world: World = ALONE,
    ) -> None:
        """`text`: sizes of the text tower; `width`: of the features that are compared.

        `world` are the processes with pairs of their own; where `parallelise` gives another one,
        it is to be set to that.
        """
        super().__init__()
        self.model = model
        vision = model.cfg.vision
        self.picture_pool = Pool(vision.out_hidden_size, model.cfg.text.num_attention_heads, width)
        self.texts = TextTower(text, width)
        self.contrast = contrast
        self.world = world

    def weight(self, batch: PairBatch) -> float:
        """Pairs of the batch."""
        return float(len(batch))

    def features(self, batch: PairBatch) -> tuple[Tensor, Tensor]:
        """-> float32[N, E] of pictures and of texts, unit vectors, of this process's pairs."""
        seen = self.model.visual(batch.pixel_values, batch.grid_thw)
        unit = self.model.cfg.vision.spatial_merge_size**2
        pictures = self.picture_pool(seen, [t * h * w // unit for t, h, w in batch.grid_thw])
        texts = self.texts(batch.input_ids, batch.lengths)
        return F.normalize(pictures.float(), dim=-1), F.normalize(texts.float(), dim=-1)

    def forward(self, batch: PairBatch, total: float) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum of the losses of this process's pairs / `total`; figures as (sum, count).

        right: pictures whose own text is the nearest of all; twins: pairs of a picture with the
        same words told of another one, which are left out.
        """
        pictures, texts = self.features(batch)
        with torch.autocast(pictures.device.type, enabled=False):
            sizes = self.world.gathered(len(batch))
            both, words = torch.cat([pictures, texts], -1), batch.words
            if self.world.size > 1:
                both, words = (gather(x, sizes, self.world.group) for x in (both, words))
            all_pictures, all_texts = both.chunk(2, -1)
            first = sum(sizes[: self.world.rank])
            loss, told = self.contrast(
                Against(pictures, all_texts, batch.words, words, first),
                Against(texts, all_pictures, batch.words, words, first),
            )
        told = {"loss": loss.detach(), **told}
        count = loss.new_tensor(len(batch))
        return loss / total, {k: torch.stack([x.float(), count]) for k, x in told.items()}


def begin(objective: Contrastive, seed: int) -> None:
    """Random heads and text tower, by the rules of `initialise`; scale and bias stay published."""
    generator = torch.Generator().manual_seed(seed)
    for module in (objective.picture_pool, objective.texts):
        fill(module, len(objective.texts.decoder.layers), generator)
