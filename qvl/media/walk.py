"""The frames that are asked of a clip, decoded in one pass; no others are kept or converted."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from qvl.media.container import Source, opened
from qvl.media.frames import decoded, upright
from qvl.media.pairs import Pairs
from qvl.media.sampling import BadVideo
from qvl.media.track import Track

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

FAR = 16  # frames to pass over before a seek costs less than reading on
Run = tuple[int | None, list[int]]  # where to seek first, in ticks; the frames then wanted


def pictures(source: Source, track: Track, indices: Sequence[int]) -> Iterator[np.ndarray]:
    """uint8[H, W, 3] of the frames of these numbers, which ascend, upright in RGB.

    What is missed, as an index may lead a seek astray, is looked for once more from the beginning.
    BadVideo for a frame that cannot be decoded whole: no other takes its place.
    """
    done = 0
    for runs in (_runs(track, indices), None):
        left = [track.pts[i] for i in indices[done:]]
        for picture in _walk(source, runs or [(None, left)]):
            yield picture
            done += 1
        if done == len(indices):
            return
    at = track.times[indices[done]]
    raise BadVideo(
        f"the frame at {at:.2f} s of {track.name} cannot be decoded; fetch the clip again, or set "
        f"start and end to leave it out"
    )


def _runs(track: Track, indices: Sequence[int]) -> list[Run]:
    """Frames that are read in one go; between two runs there is much to pass over."""
    keys = sorted(track.keys, key=lambda key: key.pts)
    starts = [key.pts for key in keys]
    runs: list[Run] = []
    reached = 0
    for i in indices:
        found = bisect_right(starts, track.pts[i])
        far = found and keys[found - 1].place > reached + FAR
        if far or not runs:
            runs.append((keys[found - 1].dts if far else None, []))
        runs[-1][1].append(track.pts[i])
        reached = max(reached, track.places[i])
    return runs


def _walk(source: Source, runs: Sequence[Run]) -> Iterator[np.ndarray]:
    """Pictures of the wanted frames until one is missed."""
    from av.error import FFmpegError
    from av.video.reformatter import VideoReformatter

    converter = VideoReformatter()
    with opened(source) as (container, stream, _), suppress(FFmpegError):
        for seek, wanted in runs:
            if seek is not None:
                container.seek(seek, stream=stream)
            left = deque(wanted)
            for frame in _frames(container, stream, frozenset(wanted)):
                while left and frame.pts == left[0]:
                    yield upright(frame, converter)
                    left.popleft()
                if not left:
                    break
                if (frame.pts or 0) > left[0]:
                    return
            if left:
                return


def _frames(
    container: "InputContainer", stream: "VideoStream", wanted: frozenset[int]
) -> Iterator["VideoFrame"]:
    """What the decoder shows; frames that no other is built on are skipped unless wanted."""
    pairs, needless = Pairs(stream), False
    for packet in container.demux(stream):
        if not pairs.second(packet):  # a second field is needed if the first one is
            needless = packet.size and packet.pts not in wanted
        stream.codec_context.skip_frame = "NONREF" if needless else "DEFAULT"
        yield from decoded(packet)
