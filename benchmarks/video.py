"""A minute of 1280x720 against the released way of reading it, and two hours within 1.5 GiB.

Each side runs in a process of its own. The peer reads as qwen-vl-utils does (PyAV through
`transformers`, the sampled frames resized as float32) and prepares them with transformers' video
processor, or where torchvision does not import with the same arithmetic in torch.

python benchmarks/video.py [--repeats 3] [--threads 2]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

WIDTH, HEIGHT = 1280, 720
UNIT = 28 * 28
SIZE = (560, 1008)  # height and width that the default budget gives 120 frames
LIMIT = 1.5  # GiB, of two hours


def minute(path: Path) -> None:
    """60 s, 30 frames a second, H.264, a keyframe every 6 s; everything moves."""
    import av

    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT // 8, WIDTH // 4, 3), dtype=np.uint8)
    ground = noise.repeat(8, axis=0).repeat(8, axis=1)
    with av.open(str(path), "w") as container:
        options = {"g": "180", "preset": "veryfast", "crf": "28"}
        stream: Any = container.add_stream("libx264", rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for i in range(1800):
            at = 4 * i % WIDTH
            frame = av.VideoFrame.from_ndarray(ground[:, at : at + WIDTH], format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def two_hours(path: Path) -> None:
    """7,200 frames, one a second, 640x360."""
    import av

    with av.open(str(path), "w") as container:
        options = {"g": "60", "preset": "ultrafast"}
        stream: Any = container.add_stream("libx264", rate=1, options=options)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for i in range(7200):
            pixels = np.full((360, 640, 3), i % 256, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())


def ours(path: str) -> int:
    from qvl.media.video import open_clip
    from qvl.messages import Video

    return open_clip(Video(path)).survey.tokens


def long(path: str) -> int:
    """At the cap of the report: 24,576 tokens."""
    from qvl.media.video import open_clip
    from qvl.messages import Video

    asked = Video(path, min_pixels=16 * UNIT, total_pixels=24_576 * UNIT)
    clip = open_clip(asked)
    assert clip.survey.times[-1] >= 7199 and len(clip.survey.times) == 768
    return clip.survey.tokens


def peer(path: str) -> int:
    import torch.nn.functional as F
    from transformers.video_utils import load_video

    load: Any = load_video
    frames, _ = load(path, fps=2, backend="pyav")
    video = torch.from_numpy(np.asarray(frames)).permute(0, 3, 1, 2)
    x = F.interpolate(video, size=SIZE, mode="bicubic", antialias=True).float()
    try:
        from transformers import Qwen2VLVideoProcessor

        size = {"shortest_edge": 128 * UNIT, "longest_edge": 768 * UNIT}
        prepare: Any = Qwen2VLVideoProcessor(size=size)
        rows = prepare(videos=[x], return_tensors="pt", do_sample_frames=False, do_resize=False)[
            "pixel_values_videos"
        ]
    except ImportError:
        mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
        std = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
        x = (x / 255 - mean) / std
        x = x.view(-1, 2, 3, SIZE[0] // 28, 2, 14, SIZE[1] // 28, 2, 14)
        rows = x.permute(0, 3, 6, 4, 7, 2, 1, 5, 8).reshape(-1, 1176)
    return len(rows) // 4


def peak() -> float:
    """GiB that this process held at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kib) / (1 << 20)


def alone(side: str, path: Path, threads: int) -> dict[str, float]:
    """One reading in a process of its own; its imports are not timed."""
    command = [sys.executable, __file__, "--side", side, "--clip", str(path)]
    done = subprocess.run(
        [*command, "--threads", str(threads)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure(side: str, path: str) -> None:
    import transformers.video_utils  # noqa: F401  both sides carry the same imports

    import qvl.media.video  # noqa: F401

    work = {"ours": ours, "peer": peer, "long": long}[side]
    before, used, began = peak(), time.process_time(), time.perf_counter()
    tokens = work(path)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    told = {"wall": wall, "cpu": cpu, "peak": peak(), "added": peak() - before, "tokens": tokens}
    print(json.dumps(told))


def compare(repeats: int, threads: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        short, film = Path(folder) / "minute.mp4", Path(folder) / "hours.mp4"
        minute(short)
        sides: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
        for _ in range(repeats):
            for side, runs in sides.items():
                runs.append(alone(side, short, threads))
        rows = {
            side: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            for side, runs in sides.items()
        }
        print(f"{'60 s of 1280x720':20}{'wall, s':>9}{'cpu, s':>9}{'peak, GiB':>11}{'tokens':>9}")
        for side, row in rows.items():
            print(f"{side:20}{row['wall']:9.2f}{row['cpu']:9.2f}{row['peak']:11.2f}", end="")
            print(f"{row['tokens']:9.0f}")
        one, other = rows["ours"], rows["peer"]
        ratios = "".join(f"{other[key] / one[key]:8.1f}x" for key in ("wall", "cpu", "peak"))
        print(f"{'peer / ours':20}{ratios}")
        two_hours(film)
        told = alone("long", film, threads)
        verdict = "within" if told["peak"] < LIMIT else "OVER"
        print(f"2 h at {told['tokens']:.0f} tokens: {told['wall']:.1f} s wall, ", end="")
        print(f"{told['peak']:.2f} GiB, {verdict} {LIMIT} GiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--side", choices=["ours", "peer", "long"], help=argparse.SUPPRESS)
    parser.add_argument("--clip", help=argparse.SUPPRESS)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    if given.side:
        measure(given.side, given.clip)
    else:
        compare(given.repeats, given.threads)


if __name__ == "__main__":
    main()
