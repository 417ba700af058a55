"""What a checkpoint asks of generation: its `generation_config.json`, read whole or refused.

Oracle: transformers' `GenerationConfig`, of which nothing that changes the text is passed over.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from qvl.model.files import BadCheckpoint, read_json

FILE = "generation_config.json"
RANGES = {  # what each number may be; the first three are whole
    "max_tokens": (1, math.inf),
    "top_k": (0, math.inf),
    "no_repeat_ngram_size": (0, math.inf),
    "temperature": (0, math.inf),
    "top_p": (0, 1),
    "min_p": (0, 1),
    "repetition_penalty": (1e-3, 1e3),
}
WHOLE = ("max_tokens", "top_k", "no_repeat_ngram_size")
RENAMED = {"max_new_tokens": "max_tokens"}
NEUTRAL: dict[str, Any] = {  # they change the text unless they have this value, or none
    "assistant_ensemble_weight": None,
    "bad_words_ids": None,
    "begin_suppress_tokens": None,
    "constraints": None,
    "diversity_penalty": 0,
    "dola_layers": None,
    "encoder_no_repeat_ngram_size": 0,
    "encoder_repetition_penalty": 1,
    "epsilon_cutoff": 0,
    "eta_cutoff": 0,
    "exponential_decay_length_penalty": None,
    "force_words_ids": None,
    "forced_bos_token_id": None,
    "forced_eos_token_id": None,
    "guidance_scale": 1,
    "max_time": None,
    "min_length": 0,
    "min_new_tokens": 0,
    "num_beam_groups": 1,
    "num_beams": 1,
    "num_return_sequences": 1,
    "penalty_alpha": 0,
    "remove_invalid_values": False,
    "sequence_bias": None,
    "stop_strings": None,
    "suppress_tokens": None,
    "token_healing": False,
    "top_h": None,
    "typical_p": 1,
    "watermarking_config": None,
}
SILENT = {  # they tell of the file, or of how to compute; none changes the text
    "_from_model_config",
    "assistant_confidence_threshold",
    "assistant_early_exit",
    "assistant_lookbehind",
    "bos_token_id",
    "cache_config",
    "cache_implementation",
    "compile_config",
    "continuous_batching_config",
    "decoder_start_token_id",
    "disable_compile",
    "early_stopping",
    "is_assistant",
    "length_penalty",
    "low_memory",
    "max_cache_len",
    "max_matching_ngram_size",
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "output_attentions",
    "output_hidden_states",
    "output_logits",
    "output_scores",
    "pad_token_id",
    "prefill_chunk_size",
    "prompt_lookup_num_tokens",
    "renormalize_logits",
    "return_dict_in_generate",
    "speculation_type",
    "target_lookbehind",
    "transformers_version",
    "use_cache",
    "use_mtp",
}


@dataclass(frozen=True)
class Defaults:
    """What the file sets, None where it is silent; `notes` say what in it has no effect."""

    max_tokens: int | None = None
    temperature: float | None = None  # 0 where the file says not to sample
    top_p: float | None = None
    top_k: int | None = None
    repetition_penalty: float | None = None
    min_p: float | None = None
    no_repeat_ngram_size: int | None = None
    ends: frozenset[int] | None = None  # tokens that end an answer
    notes: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path, vocabulary: int) -> Self:
        """Of a checkpoint's folder; all None without the file. BadCheckpoint names the field."""
        path = folder / FILE
        if not path.is_file():
            return cls()
        try:
            return cls.of(read_json(path), vocabulary)
        except BadCheckpoint:
            raise
        except ValueError as error:
            raise BadCheckpoint(f"{path}: {error}") from None

    @classmethod
    def of(cls, raw: Mapping[str, Any], vocabulary: int) -> Self:
        """The parsed file; ValueError for a field that would change the text and is not known."""
        values = {RENAMED.get(name, name): x for name, x in raw.items() if x is not None}
        ours = {name: checked(name, values.pop(name)) for name in RANGES if name in values}
        notes = []
        sample = values.pop("do_sample", None)
        if not isinstance(sample, bool | None):
            raise ValueError(f"do_sample is {sample!r}; it must be true or false")
        if sample:
            ours.setdefault("temperature", 1.0)
        elif sample is False or "temperature" in ours:
            if ours.get("temperature"):
                notes.append(f"temperature {ours['temperature']} has no effect without do_sample")
            ours["temperature"] = 0.0
        ends = values.pop("eos_token_id", None)
        notes += [f"{name} {x!r} {why}" for name, x in values.items() if (why := _idle(name, x))]
        told = tuple(f"{FILE}: {note}" for note in notes)
        return cls(**ours, ends=_ends(ends, vocabulary), notes=told)


def checked(name: str, value: Any) -> Any:
    """A number within its range, or ValueError."""
    low, high = RANGES[name]
    number = isinstance(value, int if name in WHOLE else int | float)
    if isinstance(value, bool) or not number or not low <= value <= high or value == math.inf:
        kind = "a whole number" if name in WHOLE else "a number"
        limit = f"from {low} to {high}" if high < math.inf else f"of at least {low}"
        raise ValueError(f"{name} is {value!r}; it must be {kind} {limit}")
    return value


def _idle(name: str, value: Any) -> str:
    """Why a field does nothing here, where that is worth a note; ValueError if it should."""
    if name in SILENT or value is False or value in ("", [], {}):
        return ""
    if name == "max_length":
        return "counts the prompt, too, and is not used: max_tokens counts the answer"
    if name not in NEUTRAL:
        return "is no known field and has no effect"
    if value == NEUTRAL[name]:
        return ""
    neutral = "null" if NEUTRAL[name] is None else NEUTRAL[name]
    raise ValueError(
        f"{name} is {value!r}, which would change the text and is not supported; "
        f"set it to {neutral} or take it out"
    )


def _ends(raw: Any, vocabulary: int) -> frozenset[int] | None:
    if raw is None:
        return None
    ids = raw if isinstance(raw, list) else [raw]
    for i in ids:
        if isinstance(i, bool) or not isinstance(i, int) or not 0 <= i < vocabulary:
            raise ValueError(f"eos_token_id is {raw!r}; it must be of ids below {vocabulary}")
    return frozenset(ids)
