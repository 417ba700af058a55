"""H.264 whose frames are coded as two fields: which packets hold the second one (H.264, 7.3).

A container may give each field a packet of its own; what is shown is one frame for both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import Packet
    from av.video.stream import VideoStream

_SLICES, _SEQUENCE, _PICTURE = (1, 2, 5), 7, 8  # types of units
_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)  # profiles that tell it
_HEAD = 40  # bytes of a slice's header that are looked into
Field = tuple[int, int]  # the frame's number, and 1 for the lower field


@dataclass(frozen=True)
class _Sequence:
    """What a sequence parameter set says of slices' headers."""

    frame_number_bits: int
    frames_only: bool
    planes_apart: bool


class Pairs:
    """Fed the packets of a stream in the order they are stored, from any keyframe on."""

    def __init__(self, stream: "VideoStream") -> None:
        self._known = stream.codec_context.name == "h264"
        self._sequences: dict[int, _Sequence] = {}
        self._pictures: dict[int, int] = {}  # of which sequence each picture parameter set is
        self._waiting: Field | None = None
        extra = stream.codec_context.extradata or b""
        self._width = (extra[4] & 3) + 1 if len(extra) > 6 and extra[0] == 1 else 0
        for unit in _listed(extra) if self._width else _marked(extra):
            self._learn(unit)

    def second(self, packet: "Packet") -> bool:
        """Whether this packet completes the frame that the one before it began."""
        if not self._known or not packet.size:
            return False
        apart = any(not each.frames_only for each in self._sequences.values())
        field = self._field(bytes(packet)) if apart or packet.is_keyframe else None
        waited, self._waiting = self._waiting, field
        if field is None or waited != (field[0], 1 - field[1]):
            return False
        self._waiting = None
        return True

    def _field(self, data: bytes) -> Field | None:
        """Of the first slice in a packet; None if it is of a whole frame, or holds both fields."""
        fields = []
        for unit in _measured(data, self._width) if self._width else _marked(data):
            if unit[0] & 31 in _SLICES:
                fields.append(self._slice(unit))
                if fields[-1] is None:
                    return None
            else:
                self._learn(unit)
        return fields[0] if len(set(fields)) == 1 else None

    def _slice(self, unit: bytes) -> Field | None:
        bits = _Bits(unit[1 : _HEAD + 1])
        bits.ue()  # the first macroblock
        bits.ue()  # the type
        sequence = self._sequences.get(self._pictures.get(bits.ue(), -1))
        if sequence is None or sequence.frames_only:
            return None
        bits.u(2 if sequence.planes_apart else 0)
        number = bits.u(sequence.frame_number_bits)
        return (number, bits.u(1)) if bits.u(1) else None

    def _learn(self, unit: bytes) -> None:
        bits = _Bits(unit[1:])
        if unit[0] & 31 == _PICTURE:
            self._pictures[bits.ue()] = bits.ue()
        if unit[0] & 31 == _SEQUENCE:
            self._sequences.update([_sequence(bits)])


class _Bits:
    """Bits of a unit from the first on; beyond its end they are 0."""

    def __init__(self, unit: bytes) -> None:
        data = unit.replace(b"\0\0\3", b"\0\0")
        self.left, self.value = 8 * len(data), int.from_bytes(data)

    def u(self, count: int) -> int:
        self.left -= count
        shifted = self.value >> self.left if self.left >= 0 else self.value << -self.left
        return shifted & ((1 << count) - 1)

    def ue(self) -> int:
        zeros = 0
        while zeros < 32 and not self.u(1):
            zeros += 1
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)


def _sequence(bits: _Bits) -> tuple[int, _Sequence]:
    profile = bits.u(8)
    bits.u(16)  # constraints and level
    name, chroma, apart = bits.ue(), 1, False
    if profile in _CHROMA:
        chroma = bits.ue()
        apart = chroma == 3 and bits.u(1) == 1
        bits.ue()  # depths of luma and chroma
        bits.ue()
        bits.u(1)
        if bits.u(1):
            for i in range(12 if chroma == 3 else 8):
                _skip_scaling(bits, 16 if i < 6 else 64)
    number = bits.ue() + 4
    _skip_order(bits)
    bits.ue()  # reference frames
    bits.u(1)
    bits.ue()  # width and height
    bits.ue()
    return name, _Sequence(min(number, 16), bits.u(1) == 1, apart)


def _skip_scaling(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size if bits.u(1) else 0):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _skip_order(bits: _Bits) -> None:
    """How the order of output is coded."""
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    if kind == 1:
        bits.u(1)
        bits.se()
        bits.se()
        for _ in range(min(bits.ue(), 255)):
            bits.se()


def _marked(data: bytes) -> Iterator[bytes]:
    """Units between start codes."""
    at = data.find(b"\0\0\1")
    while at >= 0:
        end = data.find(b"\0\0\1", at + 3)
        unit = data[at + 3 : end if end >= 0 else len(data)]
        if unit:
            yield unit
        at = end


def _measured(data: bytes, width: int) -> Iterator[bytes]:
    """Units that say their length first."""
    at = 0
    while at + width < len(data):
        size = int.from_bytes(data[at : at + width])
        if unit := data[at + width : at + width + size]:
            yield unit
        at += width + max(size, 1)


def _listed(extra: bytes) -> Iterator[bytes]:
    """Units of an avcC box: a count of sequences, then one of pictures, lengths of two bytes."""
    at = 5
    for mask in (31, 255):
        count = extra[at] & mask if at < len(extra) else 0
        at += 1
        for _ in range(count):
            size = int.from_bytes(extra[at : at + 2])
            if unit := extra[at + 2 : at + 2 + size]:
                yield unit
            at += 2 + size
