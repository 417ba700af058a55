"""What a forward pass costs in floating-point operations, and a training step after it.

Matrix products alone are counted, a multiplication and its addition as two operations, as they
are needed and not as some kernel does them: causal attention counts the half that is not masked,
a window at the right or bottom edge its own patches, the head the rows that have a label.

The functions of one number or grid are plain arithmetic and take arrays of them as well.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from qvl.config import Config, TextConfig, VisionConfig
from qvl.model.parts import PARTS
from qvl.sample import Grid


@dataclass(frozen=True)
class Factors:
    """How many times its forward pass each part costs in a step, without recomputation."""

    tower: int
    merger: int
    llm: int

    @classmethod
    def of(cls, learns: Collection[str]) -> Self:
        """3 where weights learn, 2 where only gradients pass, 1 where nothing before it learns.

        The backward pass has a product as large as the forward one for the gradient of the input,
        and another for that of the weights. ValueError names what is no part.
        """
        if unknown := sorted(set(learns) - set(PARTS)):
            raise ValueError(f"{unknown[0]!r} is no part of the model; the parts are {PARTS}")
        found, reached = [], False
        for part in PARTS:
            found.append(3 if part in learns else 2 if reached else 1)
            reached = reached or part in learns
        return cls(*found)


@dataclass(frozen=True)
class Flops:
    """Operations of the forward pass of each part, and how often a step pays them."""

    tower: int
    merger: int
    llm: int
    factors: Factors

    @property
    def forward(self) -> int:
        return self.tower + self.merger + self.llm

    @property
    def step(self) -> int:
        """Forward and backward."""
        each = self.factors
        return each.tower * self.tower + each.merger * self.merger + each.llm * self.llm


def flops(
    cfg: Config,
    lengths: Iterable[int],
    grid_thw: Iterable[Grid],
    learns: Collection[str] = PARTS,
    labels: int | None = None,
) -> Flops:
    """Of samples of these `lengths` in tokens, with these grids among all of them.

    The head reads `labels` rows; None: every token. Cost adds up over samples and grids.
    """
    lengths, grids = tuple(lengths), tuple(grid_thw)
    tower = sum(tower_flops(cfg.vision, grid) for grid in grids)
    units = sum(t * h * w for t, h, w in grids) // cfg.vision.spatial_merge_size**2
    llm = sum(decoder_flops(cfg.text, tokens) for tokens in lengths)
    rows = sum(lengths) if labels is None else labels
    llm += head_flops(cfg.text, rows)
    return Flops(tower, units * merger_flops(cfg.vision), llm, Factors.of(learns))


def tower_flops(cfg: VisionConfig, grid: Grid) -> int:
    """A picture or clip through the patch embedding and all blocks; quadratic in few of them."""
    t, h, w = grid
    width, side = cfg.hidden_size, cfg.window_units * cfg.spatial_merge_size
    embed = 3 * cfg.temporal_patch_size * cfg.patch_size**2 * width
    block = 4 * width**2 + 3 * width * cfg.intermediate_size  # qkv and proj; gate, up and down
    linear = 2 * t * h * w * (embed + cfg.depth * block)
    full = len(cfg.fullatt_block_indexes)
    pairs = full * (h * w) ** 2 + (cfg.depth - full) * _squares(h, side) * _squares(w, side)
    return linear + 4 * width * t * pairs  # scores, and their products with the values


def _squares(length: int, side: int) -> int:
    """The sum of squares of what `length` falls into in steps of `side`."""
    whole, rest = divmod(length, side)
    return whole * side**2 + rest**2


def merger_flops(cfg: VisionConfig) -> int:
    """A merge unit."""
    unit = cfg.spatial_merge_size**2 * cfg.hidden_size
    return 2 * unit * (unit + cfg.out_hidden_size)


def decoder_flops(cfg: TextConfig, tokens: int) -> int:
    """A sample of so many tokens through all layers, without the head."""
    width, queries = cfg.hidden_size, cfg.num_attention_heads * cfg.head_dim
    keys = cfg.num_key_value_heads * cfg.head_dim
    layer = 2 * width * (queries + keys) + 3 * width * cfg.intermediate_size
    causal = queries * tokens * (tokens + 1)  # scores and products with the values: 4 / 2
    return cfg.num_hidden_layers * (2 * tokens * layer + 2 * causal)


def head_flops(cfg: TextConfig, rows: int) -> int:
    """Logits of so many rows."""
    return 2 * cfg.hidden_size * cfg.vocab_size * rows
