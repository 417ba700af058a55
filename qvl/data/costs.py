"""What a record costs a model, told without decoding its pictures: tokens, labels, grids.

The numbers are those of the sample that `Lessons` makes of the same reading.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import Literal

from PIL import Image as Pillow

from qvl.chat.plain import render_plain
from qvl.chat.runs import Rendered
from qvl.chat.template import render
from qvl.data.lessons import Lessons, Seen, plain_parts, surveyed, told
from qvl.data.pictures import fitted, size_of
from qvl.data.reading import WHOLE, Reading, picture
from qvl.data.records import Clip, Picture, Record
from qvl.messages import Image
from qvl.sample import Grid

Overflow = Literal["drop", "split", "shrink"]
_LESS = (0.7, 0.95)  # of the area, time and again, until a sample fits
_DIGITS = 0.1  # of a pack: what coordinates may lose in words when media get smaller
_BLANK = Pillow.new("RGB", (1, 1))


@dataclass(frozen=True)
class Rule:
    """How the records of a source are read, and what becomes of what is longer than a pack.

    Whenever a record comes, one of `fps` and one of `max_pixels` is drawn; none: the limits' own.
    Text that is too long is cut at token borders by "split", pictures get smaller by "shrink".
    """

    capacity: int  # tokens of a pack
    overflow: Overflow = "drop"
    fps: tuple[float, ...] = ()
    max_pixels: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.overflow not in ("drop", "split", "shrink"):
            raise ValueError(f"overflow is {self.overflow!r}; use drop, split or shrink")
        for name in ("fps", "max_pixels"):
            if any(value <= 0 for value in getattr(self, name)):
                raise ValueError(f"{name} has {getattr(self, name)}; give numbers above 0")


@dataclass(frozen=True)
class Cost:
    """A sample before it is made."""

    reading: Reading
    tokens: int
    labels: int
    grid_thw: tuple[Grid, ...] = ()


@dataclass
class Found:
    """The samples of a record: one, or pieces of a text; of each all that may be drawn."""

    units: list[list[Cost]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)  # (kind, reason)


def cost(record: Record, lessons: Lessons, reading: Reading = WHOLE) -> Cost:
    """ValueError for media that cannot be read, or facts that cannot be written."""
    return _counted(*_outline(record, lessons, reading), reading)


def units(record: Record, lessons: Lessons, rule: Rule) -> Found:
    """What a record gives under a rule, and what of it is left out, each with kind and reason.

    That may be a draw that does not fit, a piece without labels, or all of it: long, unlabelled
    or broken.
    """
    found, drawn = Found(), list[Cost]()
    try:
        if not record.media:
            return _text(record, lessons, rule, found)
        readings = _readings(record, rule)
    except (ValueError, OSError) as error:
        found.left_out.append(("broken", str(error)))
        return found
    for reading in readings:
        try:
            one = _fitting(record, lessons, rule, reading)
        except (ValueError, OSError) as error:
            found.left_out.append(("broken", str(error)))
            continue
        if _fits(one, rule, found):
            drawn.append(one)
    if drawn:
        found.units.append(drawn)
    return found


def _fits(one: Cost, rule: Rule, found: Found) -> bool:
    if one.tokens > rule.capacity:
        reason = f"{one.tokens} tokens, more than a pack of {rule.capacity}"
        found.left_out.append(("long", reason))
    elif not one.labels:
        found.left_out.append(("unlabelled", "no token has a label: it teaches nothing"))
    return one.labels > 0 and one.tokens <= rule.capacity


def _text(record: Record, lessons: Lessons, rule: Rule, found: Found) -> Found:
    """Pieces are of equal length, so that none is a few tokens without what they follow from."""
    rendered, _ = _outline(record, lessons, WHOLE)
    tokens = len(rendered.ids)
    pieces = -(tokens // -rule.capacity) if rule.overflow == "split" else 1
    ends = [tokens * i // pieces for i in range(pieces + 1)]
    for start, stop in pairwise(ends):
        reading = WHOLE if pieces == 1 else Reading(start=start, stop=stop)
        one = _counted(rendered, (), reading)
        if _fits(one, rule, found):
            found.units.append([one])
    return found


def _fitting(record: Record, lessons: Lessons, rule: Rule, reading: Reading) -> Cost:
    """The sample; with "shrink" its media smaller until it fits, or as small as they can be."""
    one = cost(record, lessons, reading)
    vision = lessons.config.vision
    least = max(lessons.limits.min_pixels, vision.unit_pixels**2)
    while rule.overflow == "shrink" and one.tokens > rule.capacity:
        seen = sum(t * h * w for t, h, w in one.grid_thw) // vision.spatial_merge_size**2
        room = rule.capacity - (one.tokens - seen)  # beside the words
        area = max(h * w for _, h, w in one.grid_thw) * vision.patch_size**2
        if room < -_DIGITS * rule.capacity or (
            reading.max_pixels is not None and area > reading.max_pixels
        ):
            break  # the words are too many, or the media as small as they may be
        if area <= least:
            break
        share = min(max(room / seen, _LESS[0]), _LESS[1])
        smaller = max(int(area * share), least)  # of the largest: the others lose no more
        reading = replace(reading, max_pixels=smaller)
        one = cost(record, lessons, reading)
    return one


def _readings(record: Record, rule: Rule) -> Iterator[Reading]:
    """All that may be drawn of a record with media."""
    clips = [part for part in record.parts() if isinstance(part, Clip)]
    open_rate = any(part.fps is None and part.nframes is None for part in clips)
    rates: Sequence[float | None] = (rule.fps if open_rate else ()) or (None,)
    return (Reading(*each) for each in product(rates, rule.max_pixels or (None,)))


def _counted(rendered: Rendered, grids: tuple[Grid, ...], reading: Reading) -> Cost:
    start, stop = reading.start, len(rendered.ids) if reading.stop is None else reading.stop
    return Cost(reading, stop - start, sum(rendered.learnt[start + 1 : stop + 1]), grids)


def _outline(
    record: Record, lessons: Lessons, reading: Reading
) -> tuple[Rendered, tuple[Grid, ...]]:
    """The ids of a record, and the grids of its media in order of appearance."""
    limits, grids = lessons.limits, dict[str, Grid]()

    def look(part: Picture | Clip) -> Seen:
        held = record.media[part.name]
        if isinstance(part, Clip):
            seen, grids[part.name] = surveyed(part, held, limits, reading)
            return seen
        wanted = picture(part, reading, limits)
        media = fitted(size_of(held), wanted, limits.min_pixels, limits.max_pixels)
        width, height = media.processed_size
        side = lessons.config.vision.patch_size
        grids[part.name] = (1, height // side, width // side)
        return Image(_BLANK), media

    messages = told(record, look)
    named = [p.name for p in record.parts() if isinstance(p, Picture | Clip)]
    unit = lessons.config.vision.spatial_merge_size**2
    shown = tuple(grids[name] for name in named)
    tokens = [t * h * w // unit for t, h, w in shown]
    if lessons.schema == "plain":
        return render_plain(plain_parts(messages), tokens, lessons.tokenizer), shown
    return render(messages, tokens, lessons.tokenizer, answer=False), shown
