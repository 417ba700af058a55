"""Parts of messages: every key is known or named, and each form of a source is read."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from qvl.media.parts import part
from qvl.media.video import survey
from qvl.messages import Image as Picture
from qvl.messages import Text, Video
from tests.films import film, frame

RED = Image.new("RGB", (84, 56), "red")


def jpeg():
    out = io.BytesIO()
    RED.save(out, format="jpeg")
    return base64.b64encode(out.getvalue()).decode()


def test_text():
    assert part("a") == part({"text": "a"}) == part({"type": "text", "text": "a"}) == Text("a")


def test_pictures_keep_what_is_asked_of_them():
    asked = {"max_pixels": 999, "resized_height": 28, "resized_width": 56}
    got = part({"type": "image", "image": RED, **asked})
    assert got == Picture(got.pixels, **asked)


def test_clips_keep_what_is_asked_of_them():
    asked = {"fps": 1.0, "start": 3, "end": 9, "max_frames": 8, "total_pixels": 99}
    assert part({"type": "video", "video": "a.mp4", **asked}) == Video(Path("a.mp4"), **asked)
    assert part({"video_url": {"url": "file:///a.mp4"}}) == Video(Path("/a.mp4"))
    assert part({"video": b"1234", "nframes": 4}) == Video(b"1234", nframes=4)


def test_lists_of_frames(tmp_path):
    frame(7).save(tmp_path / "7.png")
    got = part({"video": [frame(7), str(tmp_path / "7.png")], "fps": 2.0})
    assert isinstance(got.source, tuple) and got.fps == 2.0
    assert got.source[0].tobytes() == got.source[1].tobytes() == frame(7).tobytes()


def test_data_urls():
    clip = film(10)
    whole = "data:video/mp4;base64," + base64.b64encode(clip).decode()
    assert part({"type": "video_url", "video_url": {"url": whole}}) == Video(clip)
    got = part({"video_url": f"data:video/jpeg;base64,{jpeg()},{jpeg()}", "fps": 1})
    assert [each.size for each in got.source] == [(84, 56)] * 2
    joined = {"url": f"data:video/jpeg;base64,{jpeg()},{jpeg()},{jpeg()}"}
    told = survey(part({"type": "video_url", "video_url": joined, "fps": 0.5}))
    assert told.times == (0.0, 2.0, 4.0) and told.original_size == (84, 56)
    with pytest.raises(ValueError, match="needs its fps"):
        survey(part({"type": "video_url", "video_url": joined}))


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ({"video": "a.mp4", "video_start": 3}, "unknown key 'video_start'; it takes video"),
        ({"video": "a.mp4", "detail": "low"}, "unknown key 'detail'"),
        ({"image": RED, "fps": 2}, "a part that is image has the unknown key 'fps'"),
        ({"text": "a", "cache": 1}, "a part that is text has the unknown key 'cache'"),
        ({"image_url": {"url": "a", "size": 3}}, r"\['size', 'url'\]; it takes url and detail"),
        ({"image_url": {"detail": "low"}}, "it takes url and detail"),
        ({"text": "a", "image": RED}, "give one thing a part"),
        ({"video": "a", "video_url": "b"}, "give one thing a part"),
        ({"type": "image", "text": "a"}, "a part of type 'image' holds a text"),
        ({"text": 3}, "text of a part is 3"),
        ({"type": "video"}, "neither text nor image nor video"),
        ({"video": "ftp://a.b/c.mp4"}, "read by ftp, which is not allowed"),
        ({"video": "data:text/plain,abc"}, "data:text/plain,abc is malformed; write data:video/"),
        ({"video": "data:video/mp4;base64,@@"}, "is not whole base64"),
        ({"video": "data:video/jpeg;base64,@@"}, "is no base64"),
        ({"video": 3}, "a video is 3"),
        ({"video": [3], "fps": 1}, "a picture is 3; give a path"),
        ({"image": 3}, "a picture is 3"),
        (3, "a part of a message is 3"),
    ],
)
def test_what_is_wrong_is_named(raw, line):
    with pytest.raises(ValueError, match=line):
        part(raw)
