"""Bytes that a block keeps for its backward pass, tensor by tensor as autograd saves them.

T tokens (P patches in the tower) on one rank, D width, A columns of all heads, K of the key/value
heads before they are repeated, F width of the MLP, b bytes of the type of the matrix products.
"""

from dataclasses import dataclass

from qvl.config import Config
from qvl.train.cluster.layout import compute
from qvl.train.cluster.stage import Stage
from qvl.train.meshes import Parallel, Recompute

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
    cut: bool  # tokens are traded for heads
    learns: bool  # weights that do not need no input of their products

    @classmethod
    def of_layer(cls, cfg: Config, stage: Stage, cp: int) -> "Block":
        text, learns, cut = cfg.text, "llm" in stage.learns, cp > 1
        keys = text.num_key_value_heads * text.head_dim
        heads, columns = text.num_attention_heads, text.num_attention_heads * text.head_dim
        return cls(
            text.hidden_size, heads, columns, keys, text.intermediate_size, False, cut, learns
        )

    @classmethod
    def of_tower(cls, cfg: Config, stage: Stage) -> "Block":
        vision, learns = cfg.vision, "tower" in stage.learns
        width, hidden = vision.hidden_size, vision.intermediate_size
        return cls(width, vision.num_heads, width, width, hidden, True, False, learns)


def norm(width: int, b: int, learns: bool) -> int:
    """Bytes a row that an RMSNorm keeps: its input in float32, and for the weights that learn
    what is normalised and what is weighted, the input of the next product, in the type."""
    return width * (FLOAT + 2 * b * learns)


def kept(block: Block, rows: float, policy: Recompute, tp: int, b: int) -> float:
    """Bytes that one block keeps for `rows` rows until its backward pass.

    full: its input, b D. selective: its input, what its matrix products gave, b (A + 2 K + 2 D +
    2 F), and all that attention keeps. none: two norms, 2 (4 + 2 b) D; queries, keys and
    values as attention reads them and what it gives, 4 b A (where one product gave the three, the
    values keep all of it: 6 b A); its log-sums, 4 H; gate, its silu, up and their product, 4 b F.
    Heads that are traded are kept as they went back, too, b A more. Where the weights do not
    learn, 2 x 4 D of the norms and 3 b F of the MLP are
    enough. What `tp` ranks share are the columns; rows of width D are whole on each.
    """
    share = rows / tp
    if policy == "full":
        return rows * b * block.width
    sums = FLOAT * block.heads
    attention = (6 if block.fused else 4) * b * block.columns
    attention += block.cut * b * block.columns
    if policy == "selective":
        columns = 2 * block.hidden
        columns += 0 if block.fused else block.columns + 2 * block.key_columns
        return rows * 3 * b * block.width + share * (attention + b * columns + sums)
    hidden = (3 + block.learns) * b * block.hidden
    return rows * 2 * norm(block.width, b, block.learns) + share * (attention + sums + hidden)


def working(block: Block, rows: float, policy: Recompute, tp: int, b: int) -> float:
    """Bytes that live while one block goes backward: what it computes again, and gradients.

    "selective" still has gate, up and all of attention, and takes half a block, with one norm, at a
    time; in float32 the first norm's input is the block's. Gradients take the place of
    what was kept; two of the MLP's width and two of the stream's live beside it.
    """
    again = 0.0
    if policy != "none":
        again = kept(block, rows, "none", tp, b) - rows * FLOAT * block.width * (b == FLOAT)
    if policy == "selective":
        columns = 2 * block.hidden + (6 if block.fused else 4) * block.columns
        again -= rows / tp * (b * columns + FLOAT * block.heads)
        again -= rows * norm(block.width, b, block.learns)
    return again + rows * b * (2 * block.hidden / tp + 2 * block.width)


def merger(cfg: Config, patches: float, b: int, learns: bool) -> float:
    """Bytes that the merger keeps: its norm, and the input of GELU and of the second product."""
    width = cfg.vision.hidden_size
    return patches * (norm(width, b, learns) + (1 + learns) * b * width)


def logits(cfg: Config, chunk: int, tp: int, b: int) -> float:
    """Bytes of one chunk of logits, its float32 copy and log-softmax, and both gradients.

    Ranks of `tp` compute a part of the vocabulary each and gather the whole.
    """
    own = 2 * b * (tp > 1) / tp
    return chunk * cfg.text.vocab_size * (own + 2 * b + 3 * FLOAT)


def activations(cfg: Config, layout: Parallel, stage: Stage, patches: float) -> dict[str, float]:
    """line -> bytes kept on one rank for a full pack and the `patches` of it that are its own.

    The decoder, where it runs, keeps its own: gradients pass through it whatever learns. The
    tower and the merger keep theirs only where they, or what lies before them, learn. Blocks
    share the cosines and sines of their rotations, 4 bytes a column of a head.
    """
    learns, text, vision, lines = stage.learns, cfg.text, cfg.vision, {}
    b = compute(layout)
    if "llm" in stage.runs:
        rows = stage.pack / layout.cp
        each = kept(Block.of_layer(cfg, stage, layout.cp), rows, layout.checkpointing, layout.tp, b)
        turns = FLOAT * rows * text.head_dim
        lines["activations of the decoder"] = text.num_hidden_layers * each + turns
        output = text.hidden_size * b * ("llm" not in learns)
        lines["last norm"] = rows * (norm(text.hidden_size, b, "llm" in learns) + output)
    if learns & {"tower", "merger"}:
        lines["activations of the merger"] = merger(cfg, patches, b, "merger" in learns)
    if "tower" in learns:
        each = kept(Block.of_tower(cfg, stage), patches, layout.tower_checkpointing, 1, b)
        pixels = 3 * vision.patch_size**2 * b  # of a still: a clip has twice as many
        turns = FLOAT * vision.hidden_size // vision.num_heads
        lines["activations of the tower"] = vision.depth * each + patches * (pixels + turns)
    return lines
