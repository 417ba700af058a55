"""Pictures turned by quarters, and where a box lies then."""

from PIL import Image

Box = tuple[float, float, float, float]  # left, top, right, bottom

_TURNS = {
    1: Image.Transpose.ROTATE_90,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_270,
}


def turned(image: Image.Image, quarters: int) -> Image.Image:
    """The picture after so many quarters against the clock; text that ran down is then upright."""
    return image.transpose(_TURNS[quarters % 4]) if quarters % 4 else image


def turned_box(box: Box, size: tuple[int, int], quarters: int) -> Box:
    """Where a box of a picture of `size` (width, height) lies after `turned`."""
    left, top, right, bottom = box
    width, height = size
    match quarters % 4:
        case 1:
            return top, width - right, bottom, width - left
        case 2:
            return width - right, height - bottom, width - left, height - top
        case 3:
            return height - bottom, left, height - top, right
    return box


def turned_size(size: tuple[int, int], quarters: int) -> tuple[int, int]:
    return (size[1], size[0]) if quarters % 2 else size
