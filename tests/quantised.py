"""Checkpoints in few bits for tests, packed digit by digit as the formats' papers' code does."""

import json

import torch
from safetensors.torch import load_file, save_file

from qvl.config import Config, TextConfig, VisionConfig
from qvl.model import weights
from qvl.model.files import CONFIG, WHOLE
from qvl.model.qwen import QwenVL

GROUP = 32
SMALL = Config(  # untied, every width a multiple of the group, 96 and 160 of no block of 64
    VisionConfig(1, 32, 48, 2, 64, fullatt_block_indexes=(0,)),
    TextConfig(64, 2, 4, 2, 96, 160, mrope_section=(2, 3, 3)),
    *(150, 151, 152, 153, 154, 155, 156),
)
AWQ = {
    "quant_method": "awq",
    "bits": 4,
    "group_size": GROUP,
    "zero_point": True,
    "version": "gemm",
    "modules_to_not_convert": ["visual"],
}
GPTQ = {"quant_method": "gptq", "bits": 4, "group_size": GROUP, "sym": True, "desc_act": False}


def signed(value: int) -> int:
    """An unsigned 32-bit number as the signed one of the same bits."""
    return value - 2**32 if value >= 2**31 else value


def word(digits) -> int:
    """Eight numbers below 16, the first one lowest."""
    return signed(sum(int(x) << 4 * i for i, x in enumerate(digits)))


def packed_awq(whole, zeros, scales):
    """From [N, D] and [N, D/G]: eight neighbouring outputs a word, the order 0 2 4 6 1 3 5 7."""
    order = [0, 2, 4, 6, 1, 3, 5, 7]

    def pack(columns):  # [N, R] -> [R, N/8]
        rows = columns.t().tolist()
        words = [[word(r[n + j] for j in order) for n in range(0, len(r), 8)] for r in rows]
        return torch.tensor(words, dtype=torch.int32)

    return {"qweight": pack(whole), "qzeros": pack(zeros), "scales": scales.t().contiguous()}


def packed_gptq(whole, zeros, scales, g_idx):
    """From [N, D] and [N, D/G]: eight neighbouring inputs a word, zero points less one."""
    rows = whole.t().tolist()
    words = [
        [word(rows[d + i][n] for i in range(8)) for n in range(len(whole))]
        for d in range(0, len(rows), 8)
    ]
    less = (zeros.t() - 1).tolist()
    qzeros = [[word(r[n : n + 8]) for n in range(0, len(r), 8)] for r in less]
    return {
        "qweight": torch.tensor(words, dtype=torch.int32),
        "qzeros": torch.tensor(qzeros, dtype=torch.int32),
        "scales": scales.t().contiguous(),
        "g_idx": g_idx.to(torch.int32),
    }


def coded_checkpoint(folder, scheme, seed, order=None):
    """A checkpoint of random codes in `folder`; the weights they stand for as a whole model.

    `order` of a layer's width is the group of each input, runs of neighbours unless given.
    """
    torch.manual_seed(seed)
    model = QwenVL(SMALL)
    weights.save(model, folder)
    state, whole = load_file(folder / WHOLE), model.state_dict()
    for name in [n for n in state if "_proj.weight" in n and n.startswith("model.layers")]:
        out, width = state.pop(name).shape
        codes = torch.randint(16, (out, width))
        zeros = torch.randint(1, 16, (out, width // GROUP))
        scales = (torch.rand(out, width // GROUP) * 0.02 + 0.001).half()
        g_idx = order(width) if order else torch.arange(width) // GROUP
        if scheme["quant_method"] == "awq":
            parts = packed_awq(codes, zeros, scales)
        else:
            parts = packed_gptq(codes, zeros, scales, g_idx)
        state |= {name.replace("weight", part): x for part, x in parts.items()}
        whole[name] = (codes - zeros[:, g_idx]).float() * scales.float()[:, g_idx]
    save_file(state, folder / WHOLE, metadata={"format": "pt"})
    raw = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**raw, "quantization_config": scheme}))
    model.load_state_dict(whole)
    return model
