"""How the ranks of a cluster share a model and its packs."""

from dataclasses import dataclass
from typing import Literal

from qvl.config import Config

Checkpointing = Literal["none", "selective", "full"]


@dataclass(frozen=True)
class Layout:
    """A mesh (dp_replicate, dp_shard, cp, tp), tp innermost, and what is computed again.

    `dp_replicate` groups each hold the whole model; in a group `dp_shard` x `cp` ranks hold a
    share of every weight. `cp` ranks share a pack by tokens, `tp` ranks by heads and columns of
    the decoder. All cp x tp ranks of a pack share its pictures, frame by frame, and the tower's
    weights are cut over tp, too.
    """

    dp_replicate: int = 1
    dp_shard: int = 1
    cp: int = 1
    tp: int = 1
    checkpointing: Checkpointing = "full"  # of the decoder's layers
    tower_checkpointing: Checkpointing = "full"  # of the tower's blocks

    @property
    def shard(self) -> int:
        """Ranks that a weight of the decoder is cut over, beside `tp`."""
        return self.dp_shard * self.cp

    @property
    def together(self) -> int:
        """Ranks that share a pack."""
        return self.cp * self.tp

    @property
    def data(self) -> int:
        """Ranks that read packs of their own."""
        return self.dp_replicate * self.dp_shard

    @property
    def ranks(self) -> int:
        return self.data * self.cp * self.tp

    def __str__(self) -> str:
        sizes = f"{self.dp_replicate} x {self.dp_shard}, cp {self.cp}, tp {self.tp}"
        return (
            f"{sizes}, checkpointing {self.checkpointing}, {self.tower_checkpointing} in the tower"
        )


def check(layout: Layout, cfg: Config, packs: int) -> None:
    """ValueError where heads, columns or the packs of a step cannot be shared out evenly."""
    for name in ("dp_replicate", "dp_shard", "cp", "tp"):
        if getattr(layout, name) < 1:
            raise ValueError(f"{name} is {getattr(layout, name)}; give 1 or more")
    text = cfg.text
    shared = (
        ("tp", layout.tp, "attention heads of the decoder", text.num_attention_heads),
        ("tp", layout.tp, "key/value heads", text.num_key_value_heads),
        ("tp", layout.tp, "columns of its MLP", text.intermediate_size),
        ("tp", layout.tp, "rows of the vocabulary", text.vocab_size),
        ("cp x tp", layout.together, "attention heads of the decoder", text.num_attention_heads),
    )
    for axis, size, what, count in shared:
        if count % size:
            raise ValueError(f"{count} {what} cannot be shared by {axis} = {size}; give a divisor")
    if packs % layout.data:
        raise ValueError(
            f"{packs} packs a step cannot be shared by {layout.data} data ranks "
            "(dp_replicate x dp_shard); give a multiple"
        )
