"""A checkpoint folder to a model and back, in the published names, strictly.

Every error is one `BadCheckpoint` line that names what is wrong and the remedy. Oracle:
`from_pretrained` and `save_pretrained` of transformers read and write the same files.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from qvl.config import Config
from qvl.model.files import (
    CONFIG,
    FLOATS,
    BadCheckpoint,
    Stored,
    read_json,
    refuse_pickle,
    some,
    stored,
)
from qvl.model.layers import rope_angles
from qvl.model.outline import outline
from qvl.model.packed import Packed
from qvl.model.published import gathered, scheme_of
from qvl.model.qwen import QwenVL
from qvl.model.saving import Told, store

HEAD, EMBEDDING = "lm_head.weight", "model.embed_tokens.weight"
NESTED = (("model.visual.", "visual."), ("model.language_model.", "model."))  # newer files to ours
ROTARY = re.compile(  # what old exports wrote beside the weights: constants of the config
    r"(visual\.rotary_pos_emb|model(\.layers\.\d+\.self_attn)?\.rotary_emb)\.inv_freq"
)
SHARD_BYTES = 16 * 2**20


def read_config(folder: str | Path) -> Config:
    """The sizes that `folder/config.json` states; BadCheckpoint where it is none of ours."""
    folder = Path(folder)
    if folder.is_file():
        refuse_pickle(folder)
    if not folder.is_dir():
        raise BadCheckpoint(f"{folder} is no folder: name one that holds {CONFIG} and safetensors")
    path = folder / CONFIG
    if not path.is_file():
        raise BadCheckpoint(f"{folder} has no {CONFIG}: name the folder of a whole checkpoint")
    raw = read_json(path)
    try:
        scheme_of(folder)
    except ValueError as error:
        raise BadCheckpoint(f"{path}: {error}") from None
    try:
        return Config.from_dict(raw)
    except KeyError as error:
        reason = f"{error} is missing"
    except TypeError:
        reason = "a size is no number"
    except ValueError as error:
        reason = str(error).removeprefix("config: ")
    raise BadCheckpoint(f"{path}: {reason}; take the config.json of a Qwen2.5-VL release")


def load(
    folder: str | Path, dtype: torch.dtype | None = None, device: torch.device | str = "cpu"
) -> QwenVL:
    """The model of a checkpoint folder: no tensor missing, none left over, no wrong shape.

    On the CPU and in the type of the files it is mapped, not copied; otherwise each tensor is
    converted alone. Both layouts of names are known: `visual.*` and `model.*` as published,
    `model.visual.*` and `model.language_model.*`. Of surplus tensors only the `inv_freq` of old
    exports may be there, and must be what the config says.
    """
    folder = Path(folder)
    if dtype not in (None, *FLOATS.values()):
        raise ValueError(f"weights cannot be {dtype}; ask for float32, bfloat16 or float16")
    cfg = read_config(folder)
    model = outline(cfg)
    model.load_state_dict(tensors(folder, cfg, model.state_dict(), dtype, device), assign=True)
    model.tie()
    return model


def tensors(
    folder: Path,
    cfg: Config,
    names: Mapping[str, Tensor],
    dtype: torch.dtype | None = None,
    device: torch.device | str = "cpu",
) -> dict[str, Tensor]:
    """A folder's tensors by the names of our modules, which must be `names` and of their shapes.

    A tied head may be missing, and is the embedding. Weights in few bits are made whole.
    """
    state = {n: x.read(dtype, device) for n, x in entries(folder, cfg, names).items()}
    state.setdefault(HEAD, state[EMBEDDING])
    return state


def entries(folder: Path, cfg: Config, names: Mapping[str, Tensor]) -> dict[str, Stored]:
    """What `tensors` reads, checked but not read yet, and without a tied head."""
    wanted = {name: tuple(x.shape) for name, x in names.items()}
    found = _by_name(folder, stored(folder))
    if scheme := scheme_of(folder):
        found = gathered(folder, found, wanted, scheme)
    for name in [name for name in found if ROTARY.fullmatch(name)]:
        _check_rotary(folder, cfg, found.pop(name))
    spare = None
    if cfg.text.tie_word_embeddings:
        spare = found.pop(HEAD, None)
        del wanted[HEAD]
    _check(folder, wanted, found)
    if spare and not _same(spare, found[EMBEDDING]):
        raise BadCheckpoint(
            f"{folder}: {HEAD} differs from {EMBEDDING}, but {CONFIG} ties them; set "
            f"tie_word_embeddings to false there"
        )
    return found


def save(
    model: QwenVL,
    folder: str | Path,
    shard_bytes: int = SHARD_BYTES,
    dtype: torch.dtype | None = None,
    told: Told | None = None,
) -> None:
    """Write `config.json` and safetensors of at most `shard_bytes` each into `folder`.

    A tensor larger than that gets a file of its own; a tied head is not written. Other files in
    the folder stay, an old checkpoint is replaced only when the new one is on the disk. `told`
    hears of each file: bytes written, bytes in all.
    """
    state = {name: x.detach() for name, x in model.state_dict().items()}
    if any(".lora_" in name for name in state):
        raise ValueError("the model has adapters: save lora.merged(model), or them alone")
    if any(isinstance(m, Packed) for m in model.modules()):
        raise ValueError("the model's weights are in few bits: save the one that it was made of")
    if model.cfg.text.tie_word_embeddings:
        if model.lm_head.weight is not model.model.embed_tokens.weight:
            raise ValueError("the head is no longer the embedding: call model.tie() before saving")
        del state[HEAD]
    kind = str(dtype or state[EMBEDDING].dtype).removeprefix("torch.")
    store(
        state, {**model.cfg.to_dict(), "torch_dtype": kind}, Path(folder), shard_bytes, dtype, told
    )


def _by_name(folder: Path, tensors: Iterable[Stored]) -> dict[str, Stored]:
    """Stored tensors under the names that our modules give them."""
    out: dict[str, Stored] = {}
    for each in tensors:
        old, new = next((pair for pair in NESTED if each.key.startswith(pair[0])), ("", ""))
        name = new + each.key[len(old) :]
        if name in out:
            both = f"{out[name].key} and {each.key}"
            raise BadCheckpoint(f"{folder}: {both} are one tensor twice; keep one layout of names")
        out[name] = each
    return out


def _check(folder: Path, wanted: Mapping[str, tuple[int, ...]], got: Mapping[str, Stored]) -> None:
    """BadCheckpoint that names every kind of difference between the model and the files."""
    wrong = [
        f"{name} is {got[name].dtype}{list(got[name].shape)}, not {list(shape)}"
        for name, shape in wanted.items()
        if name in got and (got[name].shape != shape or got[name].dtype not in FLOATS)
    ]
    missing = [f"{name} {list(shape)}" for name, shape in wanted.items() if name not in got]
    surplus = [f"{x.key} {list(x.shape)}" for name, x in got.items() if name not in wanted]
    kinds = (("missing", missing), ("surplus", surplus), ("wrong", wrong))
    faults = "; ".join(f"{len(names)} {kind}: {some(names)}" for kind, names in kinds if names)
    remedy = "take config.json and all safetensors from one release"
    if [name for name in wanted if name not in got] == [HEAD]:
        remedy = f"if the head is the embedding, set tie_word_embeddings to true in {CONFIG}"
    if faults:
        raise BadCheckpoint(f"{folder} does not fit its {CONFIG}: {faults}; {remedy}")


def _same(a: Stored, b: Stored) -> bool:
    return (a.dtype, a.shape) == (b.dtype, b.shape) and torch.equal(a.read(), b.read())


def _check_rotary(folder: Path, cfg: Config, each: Stored) -> None:
    """BadCheckpoint unless the stored frequencies are those that the config leads to."""
    if "visual" in each.key:
        width, base = cfg.vision.hidden_size // cfg.vision.num_heads // 2, 10_000.0
    else:
        width, base = cfg.text.head_dim, cfg.text.rope_theta
    ours = rope_angles(torch.ones(1), width, base=base)[0]
    theirs = each.read().float()  # may have been rounded to a half
    if theirs.shape != ours.shape or not torch.allclose(theirs, ours, rtol=2**-7, atol=1e-7):
        raise BadCheckpoint(
            f"{folder}: {each.key} differs from what {CONFIG} leads to (rope_theta {base:g}, "
            f"{width} numbers a head); take the config.json of this checkpoint"
        )
