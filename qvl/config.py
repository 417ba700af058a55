"""Every size in the model, as frozen data with the field names of the published `config.json`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self, TypeVar

MODEL_TYPE = "qwen2_5_vl"
ROPE_KEYS = ("type", "rope_type", "mrope_section", "rope_theta")  # of every rope_scaling
C = TypeVar("C")


@dataclass(frozen=True)
class VisionConfig:
    depth: int = 32
    hidden_size: int = 1280
    intermediate_size: int = 3420
    num_heads: int = 16
    out_hidden_size: int = 3584
    patch_size: int = 14  # pixels
    temporal_patch_size: int = 2  # frames
    spatial_merge_size: int = 2  # patches on a side of a merge unit, which becomes one token
    window_size: int = 112  # pixels on a side of an attention window
    fullatt_block_indexes: tuple[int, ...] = (7, 15, 23, 31)
    tokens_per_second: float = 2  # steps of the time axis of M-RoPE in a second of video

    @property
    def unit_pixels(self) -> int:
        """Side of a merge unit in pixels: 28."""
        return self.patch_size * self.spatial_merge_size

    @property
    def window_units(self) -> int:
        """Side of an attention window in merge units: 4."""
        return self.window_size // self.unit_pixels


@dataclass(frozen=True)
class Yarn:
    """Rotary positions stretched beyond what was trained (YaRN, arXiv 2309.00071)."""

    factor: float
    original_max_position_embeddings: int
    beta_fast: float = 32.0  # turns over the trained length from which on a pair stays as it is
    beta_slow: float = 1.0  # and up to which it is stretched whole
    attention_factor: float | None = None  # None: 0.1 ln(factor) + 1

    def __post_init__(self) -> None:
        numbers = [x for x in asdict(self).values() if x is not None]
        if not all(isinstance(x, int | float) and x > 0 for x in numbers) or self.factor < 1:
            raise ValueError(f"config: rope_scaling {self} needs positive numbers, a factor over 1")

    @classmethod
    def of(cls, rope: Mapping[str, Any]) -> Self:
        """`rope_scaling` of a published config.json; ValueError for a key that is not known."""
        values = {k: v for k, v in rope.items() if k not in ROPE_KEYS and v is not None}
        known = {f.name for f in fields(cls)}
        if unknown := sorted(values.keys() - known):
            raise ValueError(f"config: rope_scaling has {unknown}, unknown to yarn")
        if missing := sorted({"factor", "original_max_position_embeddings"} - values.keys()):
            raise ValueError(f"config: rope_scaling of type yarn lacks {missing}")
        return cls(**values)


@dataclass(frozen=True)
class TextConfig:
    hidden_size: int = 3584
    num_hidden_layers: int = 28
    num_attention_heads: int = 28
    num_key_value_heads: int = 4
    intermediate_size: int = 18944
    vocab_size: int = 152064
    rms_norm_eps: float = 1e-6
    rope_theta: float = 1_000_000.0
    mrope_section: tuple[int, int, int] = (16, 24, 24)  # rotary pairs for time, row and column
    max_position_embeddings: int = 128_000
    tie_word_embeddings: bool = False
    yarn: Yarn | None = None

    @property
    def head_dim(self) -> int:
        return self.hidden_size // self.num_attention_heads


@dataclass(frozen=True)
class Config:
    """A whole model. Token ids are the checkpoint's: `nano` numbers its vocabulary anew."""

    vision: VisionConfig = VisionConfig()
    text: TextConfig = TextConfig()
    bos_token_id: int = 151643
    eos_token_id: int = 151645
    vision_start_token_id: int = 151652
    vision_end_token_id: int = 151653
    vision_token_id: int = 151654
    image_token_id: int = 151655
    video_token_id: int = 151656

    def __post_init__(self) -> None:
        text, vision = self.text, self.vision
        if text.hidden_size % text.num_attention_heads or vision.hidden_size % vision.num_heads:
            raise ValueError("config: a hidden_size is no multiple of its number of heads")
        if 2 * sum(text.mrope_section) != text.head_dim:
            raise ValueError(
                f"config: mrope_section {list(text.mrope_section)} must add up to half of the "
                f"head width, {text.head_dim // 2}"
            )
        if vision.out_hidden_size != text.hidden_size:
            raise ValueError(
                f"config: vision out_hidden_size {vision.out_hidden_size} differs from the "
                f"text hidden_size {text.hidden_size}"
            )

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """A parsed `config.json`, in the flat published layout or with a nested `text_config`."""
        if raw.get("model_type") != MODEL_TYPE:
            raise ValueError(f"config: model_type is {raw.get('model_type')!r}, not {MODEL_TYPE!r}")
        text = {**raw, **raw.get("text_config", {})}
        rope = text.get("rope_parameters") or text.get("rope_scaling") or {}
        text = {**text, **{k: rope[k] for k in ("mrope_section", "rope_theta") if k in rope}}
        text["yarn"] = _yarn(rope)
        for part, name in ((text, "hidden_act"), (raw.get("vision_config", {}), "hidden_act")):
            if part.get(name, "silu") != "silu":
                raise ValueError(f"config: {name} is {part[name]!r}; only 'silu' is known")
        if text.get("use_sliding_window"):
            raise ValueError("config: use_sliding_window is true; no released model uses it")
        if "tie_word_embeddings" in raw:
            text["tie_word_embeddings"] = raw["tie_word_embeddings"]
        own = {f.name for f in fields(cls)} - {"vision", "text"}
        both = (text, raw)  # newer files keep some ids with the text sizes alone
        ids = {n: part[n] for part in both for n in own if isinstance(part.get(n), int)}
        return cls(_read(VisionConfig, raw["vision_config"]), _read(TextConfig, text), **ids)

    def to_dict(self) -> dict[str, Any]:
        """What the published `config.json` holds, so that every reader of the format takes it."""
        raw: dict[str, Any] = asdict(self)
        vision, text = raw.pop("vision"), raw.pop("text")
        text["rope_scaling"] = {"type": "mrope", "mrope_section": list(text.pop("mrope_section"))}
        if yarn := text.pop("yarn"):
            text["rope_scaling"] |= {"type": "yarn", "rope_type": "yarn", **yarn}
        vision["fullatt_block_indexes"] = list(vision["fullatt_block_indexes"])
        vision |= {"hidden_act": "silu", "in_chans": 3, "spatial_patch_size": vision["patch_size"]}
        return {
            "architectures": ["Qwen2_5_VLForConditionalGeneration"],
            "model_type": MODEL_TYPE,
            "hidden_act": "silu",
            "attention_dropout": 0.0,
            "initializer_range": 0.02,
            "use_sliding_window": False,
            **raw,
            **text,
            "vision_config": vision,
        }


def _yarn(rope: Mapping[str, Any]) -> Yarn | None:
    kind = rope.get("rope_type") or rope.get("type") or "mrope"
    if kind == "yarn":
        return Yarn.of(rope)
    if kind not in ("mrope", "default"):
        raise ValueError(
            f"config: rope_scaling is of type {kind!r}; only 'mrope' and 'yarn' are known"
        )
    return None


def _read(kind: type[C], raw: Mapping[str, Any]) -> C:
    values = {f.name: raw[f.name] for f in fields(kind) if f.name in raw}  # type: ignore[arg-type]
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


QWEN_3B = Config(
    VisionConfig(out_hidden_size=2048),
    TextConfig(2048, 36, 16, 2, 11008, 151936, tie_word_embeddings=True),
)
QWEN_7B = Config()
QWEN_32B = Config(
    VisionConfig(out_hidden_size=5120, intermediate_size=3456),
    TextConfig(5120, 64, 40, 8, 27648, 152064),
)
QWEN_72B = Config(
    VisionConfig(out_hidden_size=8192, intermediate_size=3456),
    TextConfig(8192, 80, 64, 8, 29568, 152064),
)
TINY = Config(  # for tests: two windowed blocks and one full one, everything narrow
    VisionConfig(3, 32, 48, 2, 64, fullatt_block_indexes=(1,)),
    TextConfig(64, 2, 4, 2, 96, 256, mrope_section=(2, 3, 3), tie_word_embeddings=True),
    bos_token_id=240,
    eos_token_id=242,
    vision_start_token_id=249,
    vision_end_token_id=250,
    vision_token_id=251,
    image_token_id=252,
    video_token_id=253,
)
