"""Pictures that cannot be read, or in which there is nothing to be seen."""

from qvl.data.phash import NONE, phash
from qvl.data.records import PICTURES, Record
from qvl.data.rules.verdict import against
from qvl.data.work import Rejected
from qvl.media.errors import BadImage
from qvl.media.image import open_image

SMALLEST = 16  # pixels of the shorter side


def seen(record: Record) -> Rejected | None:
    """Every picture decodes whole, is large enough and not of one colour."""
    for name in sorted(record.media):
        if not name.endswith(PICTURES):
            continue
        try:
            picture = open_image(record.media[name])
        except BadImage as error:
            return against(record, "broken picture", f"{name}: {error}")
        if min(picture.size) < SMALLEST:
            return against(record, "small picture", f"{name}: {picture.width}x{picture.height}")
        if phash(picture) == NONE:
            return against(record, "empty picture", name)
    return None
