"""Actions as gestures on the screenshot that they were decided on."""

from collections.abc import Iterator, Sequence

from qvl.media.gestures import Gesture
from qvl.tasks.actions.action import Action
from qvl.tasks.place import Frame, Point

_SCROLLED = 0.2  # of the picture's height, the length of an arrow: a wheel's amount is no distance


def gestures(actions: Sequence[Action], frame: Frame) -> Iterator[Gesture]:
    """What to draw, in pixels of the screenshot as given; the cursor is followed from the first."""
    cursor: Point | None = None
    for action in actions:
        at, to = (_on(point, frame) for point in (action.point, action.point2))
        if action.kind == "left_click_drag":
            at, to = (cursor, at) if cursor else (at, None)
        if action.kind == "scroll":
            at = at or cursor or (frame.original[0] / 2, frame.original[1] / 2)
            way = 1 if (action.pixels or 0) < 0 else -1
            to = at[0], at[1] + way * _SCROLLED * frame.original[1]
        elif at is None and action.kind.endswith("click"):
            at = cursor
        cursor = to or at or cursor
        yield Gesture(action.kind, at, to, words(action))


def words(action: Action) -> str:
    """An action's arguments in one line, pixels of the screen."""
    points = [f"({p[0]:.0f}, {p[1]:.0f})" for p in (action.point, action.point2) if p]
    amounts = [f"{action.pixels:g}"] if action.pixels is not None else []
    amounts += [f"{action.seconds:g} s"] if action.seconds is not None else []
    texts = [repr(action.text)] if action.text is not None else []
    texts += ["+".join(action.keys)] if action.keys else []
    texts += [each for each in (action.button, action.status) if each]
    return "  ".join([" -> ".join(points)] * bool(points) + amounts + texts)


def _on(point: Point | None, frame: Frame) -> Point | None:
    return frame.out(frame.from_screen(point)) if point else None
