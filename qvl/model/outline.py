"""A model's modules and shapes without its weights."""

from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from qvl.config import Config
from qvl.model.qwen import QwenVL


def outline(cfg: Config) -> QwenVL:
    """A model on the meta device, whose parameters hold nothing yet."""
    with torch.device("meta"), _Blank():
        return QwenVL(cfg)


class _Blank(TorchFunctionMode):
    """Modules made under it are not initialised: on the meta device torch takes a second for it."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__module__", "") == "torch.nn.init":
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)
