"""The cards that a cluster may have, and what of their published figures a run can reach."""

from dataclasses import dataclass

# Shares of the published figures that a step reaches, rules of thumb. Matrices: an H200 gave
# 770-800 of its 989 TFLOP/s for 8,192 x 8,192 products; a step's are smaller, and long work heats
# the card. Attention: FlashAttention-2 over packs on Hopper.
MATRICES, ATTENTION, MEMORY, LINKS = 0.70, 0.40, 0.80, 0.80
USABLE = 0.90  # of the card's memory: the rest is the context, NCCL's buffers and fragments

# Seconds: NCCL's own model of a ring under its Simple protocol (src/graph/tuning.cc).
START, HOP, NETWORK_HOP = 8.4e-6, 3.4e-6, 14e-6


@dataclass(frozen=True)
class Hardware:
    """One card, in nodes of `node` cards; bandwidths are bytes a second in one direction."""

    name: str
    flops: float  # bfloat16 a second, dense
    memory: float  # bytes
    bandwidth: float  # of the memory
    nvlink: float  # of a card to the others of its node
    network: float  # of a card to other nodes
    node: int = 8  # cards


HARDWARE = {
    card.name: card
    for card in (
        # NVIDIA A100 80GB SXM datasheet; DGX A100: eight 200 Gb/s adapters for eight cards
        Hardware("A100", 312e12, 80e9, 2.039e12, 300e9, 25e9),
        # NVIDIA H100 SXM datasheet; DGX H100: eight 400 Gb/s adapters
        Hardware("H100", 989e12, 80e9, 3.35e12, 450e9, 50e9),
        # NVIDIA H200 SXM datasheet; DGX H200: as H100
        Hardware("H200", 989e12, 141e9, 4.8e12, 450e9, 50e9),
    )
}


def hardware(name: str) -> Hardware:
    """The row of this name; ValueError tells the names there are."""
    if name not in HARDWARE:
        raise ValueError(f"hardware {name!r} is not known; take one of {', '.join(HARDWARE)}")
    return HARDWARE[name]
