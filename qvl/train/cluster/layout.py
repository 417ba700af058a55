"""How the ranks of a cluster share a model and its packs; sizes that `Parallel` implies."""

from qvl.config import Config
from qvl.train.meshes import Parallel

BYTES = {"float32": 4, "bfloat16": 2}


def shards(layout: Parallel, part: str) -> int:
    """Ranks that the rows of a weight are cut over: of the decoder's beside tp, of others' too."""
    own = layout.dp_shard * layout.cp
    return own if part == "llm" else own * layout.tp


def data(layout: Parallel) -> int:
    """Ranks, or groups of them, that read packs of their own."""
    return layout.dp_replicate * layout.dp_shard


def together(layout: Parallel) -> int:
    """Ranks that share a pack: its tokens over cp, its heads over tp, its frames over both."""
    return layout.cp * layout.tp


def compute(layout: Parallel) -> int:
    """Bytes of a number in matrix products."""
    return BYTES[layout.param_dtype]


def told(layout: Parallel) -> str:
    return (
        f"dp_replicate {layout.dp_replicate}, dp_shard {layout.dp_shard}, cp {layout.cp}, "
        f"tp {layout.tp}, checkpointing {layout.checkpointing}, in the tower "
        f"{layout.tower_checkpointing}"
    )


def check(layout: Parallel, cfg: Config, packs: int) -> None:
    """ValueError where heads, the vocabulary or the packs of a step cannot be shared evenly."""
    layout.fit(layout.size, cfg.text)
    if cfg.text.vocab_size % layout.tp:
        raise ValueError(
            f"parallel.tp is {layout.tp}, but vocab_size is {cfg.text.vocab_size}; take a tp that "
            "divides it"
        )
    if packs % data(layout):
        raise ValueError(
            f"{packs} packs a step cannot be shared by {data(layout)} data ranks (dp_replicate x "
            "dp_shard); take a multiple of them"
        )
