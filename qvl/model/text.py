"""The language model: Qwen2.5 with multimodal rotary positions (report, section 2.1.3).

T tokens, D width, H heads, K key/value heads, E head width.
"""

import torch
from torch import Tensor, nn

from qvl.config import TextConfig
from qvl.model.attention import Attend
from qvl.model.layers import (
    Linear,
    RMSNorm,
    Rotation,
    SwiGLU,
    finite,
    rope_angles,
    rotate,
    rotation,
)
from qvl.model.yarn import strength, stretched


def mrope_angles(position_ids: Tensor, cfg: TextConfig) -> Tensor:
    """position_ids[3, T] -> angles[T, E/2]; `mrope_section` pairs follow time, row and column."""
    if cfg.yarn:
        one = position_ids.new_ones(())
        frequencies = rope_angles(one, cfg.head_dim, base=cfg.rope_theta)
        by_axis = position_ids[..., None].float() * stretched(frequencies, cfg.yarn, cfg)
    else:
        by_axis = rope_angles(position_ids, cfg.head_dim, base=cfg.rope_theta)  # [3, T, E/2]
    parts = by_axis.split(list(cfg.mrope_section), dim=-1)
    return torch.cat([part[axis] for axis, part in enumerate(parts)], dim=-1)


def mrope(position_ids: Tensor, cfg: TextConfig) -> Rotation:
    """position_ids[3, T] -> how queries and keys are turned and, with YaRN, strengthened."""
    cos, sin = rotation(mrope_angles(position_ids, cfg))
    if cfg.yarn is None:
        return cos, sin
    return cos * strength(cfg.yarn), sin * strength(cfg.yarn)


class Attention(nn.Module):
    def __init__(self, cfg: TextConfig) -> None:
        super().__init__()
        self.head = head = cfg.head_dim
        self.q_proj = nn.Linear(cfg.hidden_size, cfg.num_attention_heads * head)
        self.k_proj = nn.Linear(cfg.hidden_size, cfg.num_key_value_heads * head)
        self.v_proj = nn.Linear(cfg.hidden_size, cfg.num_key_value_heads * head)
        self.o_proj = Linear(cfg.num_attention_heads * head, cfg.hidden_size)

    def forward(self, x: Tensor, turn: Rotation) -> tuple[Tensor, Tensor, Tensor]:
        """x[T, D] -> queries[T, H, E], keys and values[T, K, E]."""
        q = rotate(self.q_proj(x).unflatten(-1, (-1, self.head)), turn)
        k = rotate(self.k_proj(x).unflatten(-1, (-1, self.head)), turn)
        return q, k, self.v_proj(x).unflatten(-1, (-1, self.head))


class Layer(nn.Module):
    def __init__(self, cfg: TextConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.input_layernorm = RMSNorm(cfg.hidden_size, cfg.rms_norm_eps)
        self.self_attn = Attention(cfg)
        self.post_attention_layernorm = RMSNorm(cfg.hidden_size, cfg.rms_norm_eps)
        self.mlp = SwiGLU(cfg.hidden_size, cfg.intermediate_size, bias=False)

    def forward(self, x: Tensor, turn: Rotation, attend: Attend) -> Tensor:
        """x[T, D] -> [T, D]; `attend` says where the layer's queries find keys."""
        return self.after(x, attend(self.layer, *self.before(x, turn)))

    def before(self, x: Tensor, turn: Rotation) -> tuple[Tensor, Tensor, Tensor]:
        """What a token does alone ahead of attention."""
        return self.self_attn(self.input_layernorm(x), turn)

    def after(self, x: Tensor, seen: Tensor) -> Tensor:
        """What a token does alone with what it attended to."""
        x = x + self.self_attn.o_proj(seen.flatten(1))
        return finite(x + self.mlp(self.post_attention_layernorm(x)))


class TextDecoder(nn.Module):
    def __init__(self, cfg: TextConfig) -> None:
        super().__init__()
        self.cfg = cfg
        self.embed_tokens = nn.Embedding(cfg.vocab_size, cfg.hidden_size)
        self.layers = nn.ModuleList(Layer(cfg, i) for i in range(cfg.num_hidden_layers))
        self.norm = RMSNorm(cfg.hidden_size, cfg.rms_norm_eps)

    def forward(self, x: Tensor, position_ids: Tensor, attend: Attend) -> Tensor:
        """x[T, D] embeddings, position_ids[3, T] -> hidden[T, D]."""
        turn = mrope(position_ids, self.cfg)
        for layer in self.layers:
            x = layer(x, turn, attend)
        return self.norm(x)
