"""Facts that cannot be learnt as they are: unknown kinds, boxes off the picture, broken JSON."""

import json
import re

from qvl.data.answers import fault
from qvl.data.pictures import seen_of
from qvl.data.records import Facts, Record
from qvl.data.rules.verdict import against, said
from qvl.data.work import Rejected
from qvl.media.errors import BadImage
from qvl.media.sampling import BadVideo

_JSON = re.compile(r"```json\s*\n(.*?)```", re.DOTALL)


def formatted(record: Record) -> Rejected | None:
    """What is written is read back the same by the task's own parser, at the released sizes."""
    for part in record.parts():
        if isinstance(part, Facts):
            try:
                seen = seen_of(record, part.of)
            except (BadImage, BadVideo) as error:
                return against(record, "broken media", error)
            if why := fault(part, seen):
                return against(record, "wrong facts", why)
    for text in said(record):
        for block in _JSON.findall(text):
            try:
                json.loads(block)
            except ValueError as error:
                return against(record, "broken JSON", error)
    return None
