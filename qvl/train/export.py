"""What a run has learnt, as a checkpoint folder in the published layout."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

from qvl.config import Config
from qvl.model.outline import outline
from qvl.model.saving import store
from qvl.model.weights import HEAD, SHARD_BYTES
from qvl.train.checkpoint import newest

PREFIX = "model."  # of the model inside the objective
BESIDE = (  # what describes the tokenizer, pictures and answers: how their names begin
    "tokenizer",
    "vocab",
    "merges",
    "added_tokens",
    "special_tokens",
    "chat_template",
    "preprocessor_config",
    "video_preprocessor_config",
    "processor_config",
    "generation_config",
)


def export(
    source: Path | nn.Module,
    out: Path,
    like: Path | None = None,
    dtype: torch.dtype | None = torch.bfloat16,
    part: Literal["objective", "ema"] = "objective",
    config: Config | None = None,
) -> None:
    """Write the newest checkpoint of the run in a folder, or a live objective, to `out`.

    `like` is a model whose files beside the weights come along. With `part` "ema" the averages
    stand in for the weights that they are of; `config` is for a checkpoint without one, which the
    earlier layout is. Every rank calls it for a sharded objective; the first one writes. ValueError
    where the tensors are not those of the model.
    """
    if isinstance(source, nn.Module):
        cfg, state = source.model.cfg, gathered(source)  # type: ignore[union-attr]
        assert isinstance(cfg, Config)
    else:
        cfg, state = _stored(source, part, config)
    if dist.is_initialized() and dist.get_rank():
        return
    own = {k.removeprefix(PREFIX): v for k, v in state.items() if k.startswith(PREFIX)}
    if cfg.text.tie_word_embeddings:
        own.pop(HEAD, None)
    _check(own, cfg, source)
    kind = str(dtype or next(iter(own.values())).dtype).removeprefix("torch.")
    out.mkdir(parents=True, exist_ok=True)
    for path in like.iterdir() if like else ():
        if path.name.startswith(BESIDE):
            shutil.copyfile(path, out / path.name)
    store(own, {**cfg.to_dict(), "torch_dtype": kind}, out, SHARD_BYTES, dtype, None)


def gathered(objective: nn.Module) -> Mapping[str, Any]:
    """Every tensor whole, on the CPU of the first rank; every rank calls it."""
    return get_model_state_dict(
        objective, options=StateDictOptions(full_state_dict=True, cpu_offload=True)
    )


def _stored(folder: Path, part: str, config: Config | None) -> tuple[Config, dict[str, Tensor]]:
    held = newest(folder, "objective", part)
    if part not in held:
        raise ValueError(f"the newest checkpoint in {folder} has no {part}; export its objective")
    told = held.get("config")
    cfg = config or (Config.from_dict(told) if told else None)
    if cfg is None:
        raise ValueError(f"the newest checkpoint in {folder} does not say its sizes; give a config")
    return cfg, held["objective"] | held[part]


def _check(state: Mapping[str, Tensor], cfg: Config, source: Any) -> None:
    wanted = set(dict(outline(cfg).named_parameters()))
    if other := sorted(wanted ^ set(state)):
        where = source if isinstance(source, Path) else type(source).__name__
        raise ValueError(
            f"{where} and its config disagree about {', '.join(other[:3])}; take both from one run"
        )
