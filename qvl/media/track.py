"""What a clip's file says of its frames."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvl.media.container import Source, opened
from qvl.media.frames import decoded, upright_size
from qvl.media.pairs import Pairs
from qvl.media.sampling import BadVideo

if TYPE_CHECKING:
    from av import Packet

GAP, PART = 0.5, 0.02  # seconds, and a share of the whole, that a container may claim too much


@dataclass(frozen=True)
class Key:
    """A frame from which decoding can begin."""

    pts: int
    place: int  # among all frames in the order they are stored
    dts: int  # where to seek for it


@dataclass(frozen=True)
class Track:
    """The frames that are shown, in that order, by their packets; only the first was decoded."""

    name: str
    codec: str
    size: tuple[int, int]  # (width, height), upright
    pts: tuple[int, ...]  # in ticks, ascending
    places: tuple[int, ...]  # the same frames' order in the file
    keys: tuple[Key, ...]
    tick: float  # seconds
    claimed_rate: float | None  # frames a second, as the container says
    missing: float  # seconds that the container claims after the last packet of any stream

    @property
    def times(self) -> tuple[float, ...]:
        """Seconds from the first frame."""
        return tuple((at - self.pts[0]) * self.tick for at in self.pts)


def scan(source: Source) -> Track:
    """Count the frames by their packets, as a container's own count may be wrong or absent."""
    from av import time_base
    from av.error import FFmpegError

    with opened(source) as (container, stream, name):
        log, size, reached, pairs = _Log(), None, 0.0, Pairs(stream)
        try:
            for packet in container.demux():
                reached = max(reached, _end(packet))
                if packet.stream.index != stream.index:
                    continue
                size = size or next(map(upright_size, decoded(packet)), None)
                if packet.size and not pairs.second(packet):
                    log.add(packet, name)
        except FFmpegError:
            log.torn = True
        if size is None or not log.frames:
            raise BadVideo(f"{name} holds no frame that can be decoded; fetch it again")
        shown = sorted(dict(reversed(log.frames)).items())
        length = (container.duration or 0) / time_base
        missing = length + (container.start_time or 0) / time_base - reached
        return Track(
            name,
            stream.codec_context.name,
            size,
            tuple(pts for pts, _ in shown),
            tuple(place for _, place in shown),
            tuple(log.keys),
            float(stream.time_base or 0),
            float(stream.average_rate) if stream.average_rate else None,
            max(missing, 0.001) if log.torn or missing > max(GAP, PART * length) else 0.0,
        )


class _Log:
    """Frames of one stream, packet by packet."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, int]] = []  # when shown, in ticks, and where stored
        self.keys: list[Key] = []
        self.stored = 0
        self.torn = False

    def add(self, packet: "Packet", name: str) -> None:
        if packet.pts is None:
            raise BadVideo(
                f"{name} does not say when its frames are shown; put it in MP4 or MKV with its "
                f"frame rate, or give its frames and their fps"
            )
        if packet.is_keyframe:
            dts = packet.pts if packet.dts is None else packet.dts
            self.keys.append(Key(packet.pts, self.stored, dts))
        if not packet.is_discard:
            self.frames.append((packet.pts, self.stored))
        self.stored += 1
        self.torn = packet.is_corrupt  # of the last one, this is a file cut short


def _end(packet: "Packet") -> float:
    """When what a packet holds is over, in seconds; 0 where it does not say."""
    if packet.pts is None or packet.time_base is None:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)
