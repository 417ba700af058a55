"""Adapters as files: `adapter_config.json` and `adapter_model.safetensors`, as PEFT has them.

Both ways: PEFT reads what is written here onto `transformers`' model, and the other way round.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from qvl.model.files import FLOATS, BadCheckpoint, Stored, opened, read_json, some
from qvl.model.lora import Lora, adapted, fit
from qvl.model.qwen import QwenVL
from qvl.model.saving import replaced, write_json
from qvl.model.weights import NESTED

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
OUTER = "base_model.model."  # what PEFT puts before the names of the model that it wraps
KEY = re.compile(re.escape(OUTER) + r"(.+)\.(lora_[AB])\.weight")
OTHER = (  # what would change what an adapter means, and is not known here
    "use_rslora",
    "use_dora",
    "rank_pattern",
    "alpha_pattern",
    "modules_to_save",
    "fan_in_fan_out",
    "lora_bias",
    "layer_replication",
    "trainable_token_indices",
    "target_parameters",
)


def save(model: QwenVL, folder: str | Path, base: str = "") -> None:
    """Write the adapters alone, whole or not at all; `base` says which checkpoint they are for."""
    layers = adapted(model)
    if not layers:
        raise ValueError("the model has no adapters to save; attach some, or save its weights")
    lora = next(iter(layers.values())).lora
    tensors: dict[str, Tensor] = {}
    for name, layer in layers.items():
        for kind in ("lora_A", "lora_B"):
            weight = layer.get_submodule(kind).weight
            assert isinstance(weight, Tensor)
            tensors[f"{OUTER}{_theirs(name)}.{kind}.weight"] = weight.detach().cpu().contiguous()
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base or None,
        "r": lora.rank,
        "lora_alpha": lora.alpha,
        "lora_dropout": lora.dropout,
        "target_modules": [_theirs(name) for name in layers],
        "bias": "none",
        "inference_mode": True,
    }
    with replaced(Path(folder), CONFIG) as draft:
        save_file(tensors, draft / TENSORS, metadata={"format": "pt"})
        write_json(draft / CONFIG, config)


def load(model: QwenVL, folder: str | Path) -> Lora:
    """Put the folder's adapters onto a model that has none; every tensor there is applied.

    BadCheckpoint, one line that names them, where tensors fit no layer, lack their other half or
    have another shape, and where the folder's settings ask for what is not known here.
    """
    folder = Path(folder)
    for file in (CONFIG, TENSORS):
        if not (folder / file).is_file():
            raise BadCheckpoint(f"{folder} has no {file}: name the folder of a PEFT adapter")
    lora = _settings(folder / CONFIG)
    halves = _by_layer(model, folder, opened(folder / TENSORS))
    wrong = []
    for name, own in halves.items():
        base = model.get_submodule(name)
        assert isinstance(base, nn.Linear)
        shapes = {"lora_A": (lora.rank, base.in_features), "lora_B": (base.out_features, lora.rank)}
        for kind, shape in shapes.items():
            if own[kind].shape != shape or own[kind].dtype not in FLOATS:
                told = f"{own[kind].key} is {own[kind].dtype}{list(own[kind].shape)}"
                wrong.append(f"{told}, not {list(shape)}")
    if wrong:
        raise BadCheckpoint(f"{folder}: {some(wrong)}; take an adapter of this model's size")
    with torch.no_grad():
        for name, layer in fit(model, list(halves), lora).items():
            layer.lora_A.weight.copy_(halves[name]["lora_A"].read())
            layer.lora_B.weight.copy_(halves[name]["lora_B"].read())
    return lora


def _settings(path: Path) -> Lora:
    raw = read_json(path)
    if raw.get("peft_type") != "LORA":
        raise BadCheckpoint(f"{path}: peft_type is {raw.get('peft_type')!r}; only LORA is known")
    odd = [name for name in OTHER if raw.get(name)]
    if raw.get("bias", "none") != "none":
        odd.append("bias")
    if raw.get("init_lora_weights", True) not in (True, False, "gaussian"):
        odd.append("init_lora_weights")  # others change the weights below
    if odd:
        raise BadCheckpoint(f"{path}: {', '.join(odd)} is set, unknown here; merge it with PEFT")
    try:
        return Lora(raw["r"], raw["lora_alpha"], raw.get("lora_dropout", 0.0), ())
    except (KeyError, TypeError, ValueError) as error:
        raise BadCheckpoint(f"{path}: {error} is missing or wrong; copy it again") from None


def _by_layer(
    model: QwenVL, folder: Path, tensors: list[Stored]
) -> Mapping[str, dict[str, Stored]]:
    """Both halves of every adapter by our layer's name, in the order of the file."""
    layers = {name for name, m in model.named_modules() if isinstance(m, nn.Linear)}
    out: dict[str, dict[str, Stored]] = {}
    astray = []
    for each in tensors:
        match = KEY.fullmatch(each.key)
        name = _ours(match[1]) if match else ""
        if match is None or name not in layers or match[2] in out.get(name, {}):
            astray.append(each.key)
        else:
            out.setdefault(name, {})[match[2]] = each
    if astray:
        raise BadCheckpoint(
            f"{folder}: {some(astray)} fit no linear layer of this model, or come twice; take an "
            f"adapter of this model"
        )
    if half := [each.key for own in out.values() for each in own.values() if len(own) < 2]:
        raise BadCheckpoint(f"{folder}: {some(half)} without its other half; copy it again")
    if not out:
        raise BadCheckpoint(f"{folder} holds no adapter: {TENSORS} is empty; copy it again")
    return out


def _theirs(name: str) -> str:
    """Our layer's name as `transformers` has it inside its model."""
    for outer, inner in NESTED:
        if name.startswith(inner):
            return outer + name.removeprefix(inner)
    return name


def _ours(name: str) -> str:
    """The layer's name in today's `transformers`, or in that of the first adapters, as ours."""
    for outer, inner in NESTED:
        if name.startswith(outer):
            return inner + name.removeprefix(outer)
    return name
