"""Computes what is due: one pass of the decoder, and logits where a token is asked for.

T rows, N of them with logits, D width, V vocabulary.
"""

import torch
from torch import Tensor

from qvl.engine import forward
from qvl.engine.pool import Pool
from qvl.engine.scheduler import Due
from qvl.engine.sequence import Sequence
from qvl.engine.tower import Tower
from qvl.model.qwen import QwenVL

Asking = tuple[Sequence, Tensor]  # and float32[N, V] at its rows


def run(model: QwenVL, pool: Pool, tower: Tower, due: list[Due], *, same: bool) -> list[Asking]:
    """Compute the rows; who has no further known token asks for one.

    `computed` grows by all rows of a prompt, and by one of an answer: those of a guess count only
    once it is known to be right.
    """
    parts, embedded, places = [], [], []
    for sequence, rows in due:
        assert sequence.extent is not None
        parts.append(forward.Rows(sequence.extent.start, sequence.computed, rows))
        x = model.model.embed_tokens(sequence.ids(rows))
        embedded.append(tower.place(sequence, x))
        places.append(sequence.places(rows))
    step = forward.Step(pool.arena, tuple(parts))
    decode = forward.decode_tiled if same else forward.decode
    hidden = decode(model, torch.cat(embedded), torch.cat(places, 1), step)
    asking, wanted = [], []
    for (sequence, rows), own in zip(due, hidden.split([rows for _, rows in due]), strict=True):
        read = sequence.reading
        sequence.computed += rows if read else 1
        if sequence.computed == sequence.length:
            asking.append(sequence)
            wanted.append(own[-1:] if read else own)
    if not asking:
        return []
    logits = (forward.logits_tiled if same else forward.logits)(model, torch.cat(wanted))
    return list(zip(asking, logits.split([len(rows) for rows in wanted]), strict=True))
