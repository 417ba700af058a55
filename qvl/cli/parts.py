"""The parts that `qvl doctor` tries: each is used once, as the program uses it."""

import io
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP")
LATIN = "Pillow's own, Latin letters alone; other scripts: apt-get install fonts-dejavu-core"
UNJOINED = "not at all: this Pillow has no raqm; pip install --force-reinstall pillow"
NARROW = 10 * 2**30  # bytes; less room than this takes no model of 3 billion parameters


@dataclass(frozen=True)
class Finding:
    part: str
    value: str
    remedy: str = ""  # of a problem; empty where the part works


def kernel() -> Iterator[Finding]:
    """The kernel is compiled where it has not been; without one nothing is broken, only slower."""
    import torch

    from qvl.engine.kernel.compiled import NoKernel
    from qvl.engine.kernel.products import load

    try:
        y = load().bfloat16(torch.ones(1, 32), torch.ones(1, 32, dtype=torch.bfloat16))
    except NoKernel as reason:
        yield Finding("kernel", f"none, torch multiplies the rows of a step: {reason}")
        return
    assert float(y) == 32, "a product of the compiled kernel is wrong"
    yield Finding("kernel", "compiled for this processor")


def pictures() -> Iterator[Finding]:
    """Each format is written and read back."""
    from PIL import Image, features

    from qvl.media.fonts import font

    for name in FORMATS:
        file = io.BytesIO()
        Image.new("RGB", (28, 28), "red").save(file, name)
        assert Image.open(file).convert("RGB").size == (28, 28), f"{name} is read wrongly"
    more = [name for name in ("avif", "jpg_2000") if features.check(name)]
    yield Finding("pictures", ", ".join([*FORMATS, *more]))
    path = font(14).path
    own = path if isinstance(path, str) else LATIN
    seeks = "" if shutil.which("fc-match") else "; no fontconfig, others are sought at known places"
    yield Finding("font", own + seeks)
    joined = "by raqm" if features.check("raqm") else UNJOINED
    yield Finding("letters", f"Arabic, Devanagari and Thai are shaped {joined}")


def clips() -> Iterator[Finding]:
    """A clip is written with libx264 where it is there; its decoder must be."""
    import av
    from av.codec import Codec

    Codec("h264", "r")
    names = [name for name in ("h264", "hevc", "vp9", "av1") if name in av.codecs_available]
    yield Finding("clips", f"reads {', '.join(names)}; ffmpeg {av.ffmpeg_version_info}")
    if "libx264" not in av.codecs_available:
        yield Finding("clips", "no libx264: clips cannot be written, only read")
        return
    assert _frames_of(_clip()) == 3, "three frames of H.264 do not come back as three"
    yield Finding("clips", "H.264 written by libx264 and read back")


def _clip() -> bytes:
    import av
    from PIL import Image

    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        track = out.add_stream("libx264", rate=2)
        track.width = track.height = 64
        track.pix_fmt = "yuv420p"
        for shade in ("red", "green", "blue"):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 64), shade))
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
    return file.getvalue()


def _frames_of(clip: bytes) -> int:
    import av

    with av.open(io.BytesIO(clip), "r") as file:
        return sum(1 for _ in file.decode(video=0))


def pdf() -> Iterator[Finding]:
    """A page is made and drawn."""
    from importlib.metadata import version

    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    document.new_page(72, 36)
    assert document[0].render(scale=1).to_pil().size == (72, 36), "a page is drawn wrongly"
    document.close()
    yield Finding("pdf", f"pages are drawn by pypdfium2 {version('pypdfium2')}")


def hub() -> Iterator[Finding]:
    """Where downloaded models lie, and the room there."""
    from huggingface_hub import constants

    cache = Path(constants.HF_HUB_CACHE)
    there = next(path for path in (cache, *cache.parents) if path.is_dir())
    state = "offline (HF_HUB_OFFLINE)" if constants.HF_HUB_OFFLINE else constants.ENDPOINT
    writable = os.access(there, os.W_OK)
    remedy = "" if writable else f"make {there} writable, or set HF_HUB_CACHE to another folder"
    yield Finding("hub", f"{state}, cache {cache}", remedy)
    free = shutil.disk_usage(there).free
    note = "" if free > NARROW else "; little for a large model"
    yield Finding("disk", f"{free / 1e9:.0f} GB free at {there}{note}")


def nano() -> Iterator[Finding]:
    """The shipped model reads a line: whether well is a question for evaluation."""
    import torch
    from PIL import Image, ImageDraw

    from qvl.hub import locate
    from qvl.media.fonts import font
    from qvl.vlm import load

    folder = locate("nano")
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    began = time.perf_counter()
    vlm = load(folder, device="cpu", dtype=torch.float32)
    line = Image.new("RGB", (160, 28), "white")
    ImageDraw.Draw(line).text((4, 4), "hello", fill="black", font=font(16))
    asked = [{"role": "user", "content": [{"image": line}, {"text": "Read the text."}]}]
    answer = vlm.chat(asked, max_tokens=8)
    took = time.perf_counter() - began
    yield Finding("nano", f"{size / 1e6:.1f} MB at {folder}")
    count = answer.usage.completion_tokens
    yield Finding("self-test", f"loaded, read a line, wrote {count} tokens in {took:.1f} s")
