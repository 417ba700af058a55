"""Pictures with boxes: legible at any size, labels inside and apart."""

import pytest
from PIL import Image

from qvl.media.draw import PALETTE, draw_boxes


@pytest.mark.parametrize("size", [(28, 28), (200, 28), (28, 400), (640, 480), (3000, 2000)])
def test_small_pictures_grow_and_none_shrinks(size):
    out = draw_boxes(Image.new("RGB", size, "gray"), [("thing", 2, 2, 20, 20)])
    assert out.width >= size[0] and out.height >= size[1]
    assert max(out.size) >= 600


def colour(image: Image.Image) -> set[tuple[int, ...]]:
    return {value for _, value in image.getcolors(1 << 24)}


def rgb(name: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(name[1:]))


def test_a_colour_a_name():
    boxes = [("a", 10, 10, 60, 60), ("b", 100, 10, 160, 60), ("a", 200, 10, 260, 60)]
    seen = colour(draw_boxes(Image.new("RGB", (400, 300), "gray"), boxes))
    assert rgb(PALETTE[0]) in seen and rgb(PALETTE[1]) in seen and rgb(PALETTE[2]) not in seen


def test_no_boxes_and_no_names_leave_the_picture_as_it_is():
    picture = Image.new("RGB", (700, 500), "gray")
    assert colour(draw_boxes(picture, [])) == {(128, 128, 128)}
    outlined = draw_boxes(picture, [("", 10, 10, 60, 60)])
    assert outlined.size == picture.size and rgb(PALETTE[0]) in colour(outlined)


def test_the_picture_given_is_not_drawn_on():
    picture = Image.new("RGB", (700, 500), "gray")
    draw_boxes(picture, [("a", 1, 1, 50, 50)])
    assert colour(picture) == {(128, 128, 128)}
