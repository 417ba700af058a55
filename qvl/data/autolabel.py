"""Labels from other people's models: Grounding DINO finds boxes for names, SAM masks for boxes.

Both are read from a folder through `transformers`, which is needed for nothing else here and is
no dependency; nothing is downloaded. Checkpoints have their own licences.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qvl.data.detections import Detection
from qvl.data.regions import Box, box_of

Detector = Callable[[Image.Image, Sequence[str]], list[Detection]]
Segmenter = Callable[[Image.Image, Sequence[Box]], list[np.ndarray]]


def grounding_dino(folder: Path, device: str = "cpu") -> Detector:
    """A detector of names; its scores are those of a name's best token, as its authors take them.

    Every query gives one detection, however unsure: `detections.chosen` takes the good ones.
    """
    import torch

    model, processor = _loaded(folder, "AutoModelForZeroShotObjectDetection", device)

    def detect(image: Image.Image, labels: Sequence[str]) -> list[Detection]:
        text, spans = prompt(labels)
        given = processor(images=image, text=text, return_tensors="pt").to(device)
        offsets = processor.tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
        with torch.inference_mode():
            out = model(**given)
        likely = out.logits[0].sigmoid().float().cpu().numpy()  # [queries, tokens]
        scores = np.stack([_best(likely, offsets, span) for span in spans], 1)
        return detections(scores, out.pred_boxes[0].float().cpu().numpy(), labels, image.size)

    return detect


def prompt(labels: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Names as the detector was taught to read them, "cat. red mug.", and where each stands."""
    text, spans = "", []
    for label in labels:
        name = label.lower().replace(".", " ").strip()
        if not name:
            raise ValueError(f"{label!r} is no name to look for")
        spans.append((len(text), len(text) + len(name)))
        text += f"{name}. "
    return text.rstrip(), spans


def _best(
    likely: np.ndarray, offsets: Sequence[Sequence[int]], span: tuple[int, int]
) -> np.ndarray:
    """The score[queries] of the name at `span`; a name cut off by the model's limit has 0."""
    columns = [
        at
        for at, (start, end) in enumerate(offsets[: likely.shape[1]])
        if start >= span[0] and span[0] < end <= span[1]
    ]
    return likely[:, columns].max(1) if columns else np.zeros(len(likely))


def detections(
    scores: np.ndarray, boxes: np.ndarray, labels: Sequence[str], size: tuple[int, int]
) -> list[Detection]:
    """scores[queries, labels] and boxes[queries, 4] (middle, sides; 0..1) in pixels of `size`."""
    middle, half = boxes[:, :2], boxes[:, 2:] / 2
    edges = np.concatenate([middle - half, middle + half], 1).clip(0, 1) * np.array([*size, *size])
    best = scores.argmax(1)
    found = []
    for at, label in enumerate(int(each) for each in best):
        left, top, right, bottom = (float(edge) for edge in edges[at])
        box = (left, top, right, bottom)
        found.append(Detection(labels[label], box, float(scores[at, label])))
    return found


def sam(folder: Path, device: str = "cpu") -> Segmenter:
    """A segmenter: for each box the mask[H, W] that the model itself thinks best."""
    import torch

    model, processor = _loaded(folder, "SamModel", device)

    def segment(image: Image.Image, boxes: Sequence[Box]) -> list[np.ndarray]:
        if not boxes:
            return []
        asked = [[list(box) for box in boxes]]
        given = processor(images=image, input_boxes=asked, return_tensors="pt")
        sizes = given.pop("original_sizes"), given.pop("reshaped_input_sizes")
        with torch.inference_mode():
            out = model(**given.to(device))
        masks = processor.image_processor.post_process_masks(out.pred_masks.cpu(), *sizes)[0]
        best = out.iou_scores[0].argmax(1).tolist()
        return [masks[at, which].numpy().astype(bool) for at, which in enumerate(best)]

    return segment


def masked(
    image: Image.Image, found: Sequence[Detection], segment: Segmenter
) -> tuple[list[Detection], list[tuple[Detection, str]]]:
    """Detections with their masks and the boxes of these; those with an empty mask are dropped."""
    kept, dropped = [], []
    for each, mask in zip(found, segment(image, [d.box for d in found]), strict=True):
        if mask.any():
            kept.append(replace(each, mask=mask, box=box_of(mask)))
        else:
            dropped.append((each, "empty mask"))
    return kept, dropped


def _loaded(folder: Path, kind: str, device: str) -> tuple[Any, Any]:
    """A model and its processor; OSError tells what is missing."""
    if not (folder / "config.json").is_file():
        raise OSError(f"no model in {folder}: it needs config.json, weights and a processor")
    try:
        import transformers
    except ModuleNotFoundError:
        raise OSError("labelling needs transformers: pip install transformers") from None
    model = getattr(transformers, kind).from_pretrained(folder, local_files_only=True)
    processor = transformers.AutoProcessor.from_pretrained(folder, local_files_only=True)
    return model.eval().to(device), processor
