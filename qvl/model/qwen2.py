"""A published Qwen2.5 text model as the decoder of a Qwen2.5-VL (report, section 2.1).

Its config.json says model_type "qwen2", its tensors are `model.*` and `lm_head.*`.
"""

from dataclasses import asdict, replace
from pathlib import Path

from qvl.config import MODEL_TYPE, Config, VisionConfig
from qvl.model.files import CONFIG, BadCheckpoint, read_json

TEXT_TYPE = "qwen2"


def is_text_model(folder: Path) -> bool:
    """Whether a folder's config.json says that it holds a text model of this kind."""
    path = folder / CONFIG
    return path.is_file() and read_json(path).get("model_type") == TEXT_TYPE


def with_tower(folder: Path, vision: VisionConfig) -> Config:
    """The sizes of a model made of the text model in `folder` and a tower of these sizes.

    The merger is as wide as the text model. Of the rotary pairs of a head a quarter follows time
    and the rest rows and columns, as in the released models; on text, whose three positions are
    one, it makes no difference.
    """
    path = folder / CONFIG
    if not is_text_model(folder):
        raise BadCheckpoint(f"{path} is of no {TEXT_TYPE} model; name the folder of a Qwen2.5 one")
    raw = read_json(path)
    try:
        pairs = raw["hidden_size"] // raw["num_attention_heads"] // 2
        side = 3 * pairs // 8
        rope = raw.pop("rope_parameters", None) or raw.get("rope_scaling") or {}
        raw["rope_scaling"] = {**rope, "mrope_section": [pairs - 2 * side, side, side]}
        wide = replace(vision, out_hidden_size=raw["hidden_size"])
        return Config.from_dict({**raw, "model_type": MODEL_TYPE, "vision_config": asdict(wide)})
    except (KeyError, TypeError, ZeroDivisionError) as error:
        raise BadCheckpoint(
            f"{path} lacks a size or it is no number ({error}); take the config.json of a release"
        ) from None
