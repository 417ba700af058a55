"""H.264 in pairs of fields (PAFF), which no encoder at hand writes: every macroblock is raw."""

import io
from fractions import Fraction

import av
import numpy as np

from tests.films import frame

WIDE, HIGH = 64, 64  # pixels of a frame; a field has half the lines
SIZE = (WIDE, HIGH)


class _Bits:
    def __init__(self):
        self.text = ""

    def u(self, width, value):
        self.text += f"{value:0{width}b}"
        return self

    def ue(self, *values):
        for value in values:
            code = f"{value + 1:b}"
            self.text += "0" * (len(code) - 1) + code
        return self

    def align(self):
        self.text += "0" * (-len(self.text) % 8)
        return self

    def raw(self, data):
        self.text += "".join(f"{byte:08b}" for byte in data)
        return self

    def nal(self, header):
        """Stop bit, start code, and no start code inside."""
        bits = self.text + "1"
        bits += "0" * (-len(bits) % 8)
        out, zeros = bytearray(), 0
        for at in range(0, len(bits), 8):
            byte = int(bits[at : at + 8], 2)
            if zeros >= 2 and byte <= 3:
                out.append(3)
                zeros = 0
            out.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return b"\0\0\0\1" + bytes([header]) + bytes(out)


def _head():
    """Sequence and picture parameters: baseline of fields, order of output as decoded (type 2)."""
    sps = _Bits().u(8, 77).u(8, 0).u(8, 30).ue(0, 0)  # Main, level 3, id, frame_num of 4 bits
    sps.ue(2).ue(1).u(1, 0).ue(WIDE // 16 - 1, HIGH // 32 - 1)
    sps.u(1, 0).u(1, 0)  # fields or frames, no mixing by macroblock
    sps.u(1, 1).u(1, 0).u(1, 0)  # direct inference, no cropping, no VUI
    pps = _Bits().ue(0, 0).u(1, 0).u(1, 0).ue(0, 0, 0).u(1, 0).u(2, 0).ue(0, 0, 0)
    pps.u(1, 1).u(1, 0).u(1, 0)  # the filter between blocks can be turned off
    return sps.nal(0x67) + pps.nal(0x68)


def _field(planes, bottom):
    """An I field of raw macroblocks; the first field of a pair is an instantaneous refresh."""
    slice_ = _Bits().ue(0, 7, 0).u(4, 0).u(1, 1).u(1, bottom)
    if not bottom:
        slice_.ue(0).u(1, 0).u(1, 0)  # idr_pic_id, and how references are marked
    else:
        slice_.u(1, 0)
    slice_.ue(0).ue(1)  # no change of quantiser, no filter
    y, u, v = (plane[bottom::2] for plane in planes)
    for row in range(HIGH // 32):
        for column in range(WIDE // 16):
            slice_.ue(25).align()  # I_PCM
            slice_.raw(y[16 * row :][:16, 16 * column :][:, :16].tobytes())
            for plane in (u, v):
                slice_.raw(plane[8 * row :][:8, 8 * column :][:, :8].tobytes())
    return slice_.nal(0x61 if bottom else 0x65)


def _planes(number):
    yuv = av.VideoFrame.from_image(frame(number, SIZE)).reformat(format="yuv420p").to_ndarray()
    u, v = yuv[HIGH:].reshape(2, HIGH // 2, WIDE // 2)
    return np.maximum(yuv[:HIGH], 1), np.maximum(u, 1), np.maximum(v, 1)


def fields(frames, rate=25, form="mpegts", paired=False):
    """The bytes of a clip: a packet a field, each with its time, or `paired`, a packet a frame."""
    head, out = _head(), io.BytesIO()
    one = head + _field(_planes(0), 0) + _field(_planes(0), 1)
    with av.open(io.BytesIO(one), format="h264") as raw, av.open(out, "w", format=form) as file:
        stream = file.add_stream_from_template(raw.streams.video[0])
        for i in range(frames):
            top, bottom = (_field(_planes(i), k) for k in (0, 1))
            parts = [head + top + bottom] if paired else [head + top, bottom]
            for k, data in enumerate(parts):
                packet = av.Packet(data)
                packet.pts = packet.dts = 2 * i + k
                packet.time_base = Fraction(1, 2 * rate)
                packet.stream = stream
                packet.is_keyframe = k == 0
                file.mux(packet)
    return out.getvalue()
