"""Bytes that a block keeps for its backward pass, tensor by tensor as autograd saves them.

T tokens (P patches in the tower) on one rank, D width, A columns of all heads, K of the key/value
heads before they are repeated, F width of the MLP, b bytes of the type of the matrix products.
"""

from dataclasses import dataclass

from qvl.config import Config
from qvl.train.cluster.layout import Checkpointing, Layout
from qvl.train.cluster.stage import Stage

FLOAT = 4  # bytes of float32


@dataclass(frozen=True)
class Block:
    """The sizes of a decoder layer or of a block of the tower that decide what it keeps."""

    width: int  # D
    heads: int
    columns: int  # A
    key_columns: int  # K
    hidden: int  # F
    fused: bool  # queries, keys and values come from one product, and a view keeps it whole

    @classmethod
    def of_layer(cls, cfg: Config) -> "Block":
        text = cfg.text
        keys = text.num_key_value_heads * text.head_dim
        heads, columns = text.num_attention_heads, text.num_attention_heads * text.head_dim
        return cls(text.hidden_size, heads, columns, keys, text.intermediate_size, fused=False)

    @classmethod
    def of_tower(cls, cfg: Config) -> "Block":
        v = cfg.vision
        width = v.hidden_size
        return cls(width, v.num_heads, width, width, v.intermediate_size, fused=True)


def norm(width: int, b: int) -> int:
    """Bytes a row that an RMSNorm keeps: float32 input, normalised and weighted in the type."""
    return width * (FLOAT + 2 * b)


def kept(block: Block, rows: float, policy: Checkpointing, tp: int, b: int) -> float:
    """Bytes that one block keeps for `rows` rows until its backward pass.

    full: its input, b D. selective: its input and what its matrix products and its attention
    gave, b (A + 2 K + A + 2 D + 2 F) + 4 H. none: two norms, 2 (4 + 2 b) D; queries, keys and
    values as attention reads them and what it gives, 4 b A (where one product gave the three, the
    values keep all of it: 6 b A); its log-sums, 4 H; gate, its silu, up and their product, 4 b F.
    What `tp` ranks share are the columns; rows of width D are whole on each.
    """
    share = rows / tp
    if policy == "full":
        return rows * b * block.width
    sums = FLOAT * block.heads
    if policy == "selective":
        columns = 2 * block.columns + 2 * block.key_columns + 2 * block.hidden
        return rows * 3 * b * block.width + share * (b * columns + sums)
    attention = (6 if block.fused else 4) * b * block.columns
    return rows * 2 * norm(block.width, b) + share * (attention + sums + 4 * b * block.hidden)


def working(block: Block, rows: float, policy: Checkpointing, tp: int, b: int) -> float:
    """Bytes that live while one block goes backward: what it computes again, and gradients.

    The gradients that live together are three of the MLP's width and two of the stream's.
    """
    again = 0.0 if policy == "none" else kept(block, rows, "none", tp, b)
    return again + rows * b * (3 * block.hidden / tp + 2 * block.width)


def merger(cfg: Config, patches: float, tp: int, b: int) -> float:
    """Bytes that the merger keeps: its norm, and the input of GELU and of the second product."""
    width = cfg.vision.hidden_size
    return patches * norm(width, b) + 2 * b * patches * width / tp


def logits(cfg: Config, chunk: int, tp: int, b: int) -> float:
    """Bytes of one chunk of logits, its float32 copy and log-softmax, and both gradients."""
    return chunk * cfg.text.vocab_size / tp * (2 * b + 3 * FLOAT)


def activations(
    cfg: Config, layout: Layout, stage: Stage, patches: float, b: int
) -> dict[str, float]:
    """line -> bytes kept on one rank for a full pack and the `patches` of it that are its own.

    The decoder, where it runs, keeps its own: gradients pass through it whatever learns. The
    tower and the merger keep theirs only where they, or what lies before them, learn.
    """
    rows, learns, lines = stage.pack / layout.cp, stage.learns, {}
    if "llm" in stage.runs:
        layers = cfg.text.num_hidden_layers
        each = kept(Block.of_layer(cfg), rows, layout.checkpointing, layout.tp, b)
        lines["activations of the decoder"] = layers * each + rows * norm(cfg.text.hidden_size, b)
    if learns & {"tower", "merger"}:
        lines["activations of the merger"] = merger(cfg, patches, layout.tp, b)
    if "tower" in learns:
        each = kept(Block.of_tower(cfg), patches, layout.checkpointing, layout.tp, b)
        pixels = 3 * cfg.vision.patch_size**2 * patches  # of a still: a clip has twice as many
        lines["activations of the tower"] = cfg.vision.depth * each + b * pixels
    return lines
