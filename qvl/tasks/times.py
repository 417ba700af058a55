"""Times in seconds, as models and people write them: `render` in a form, `parse` of any.

seconds      64.0             tenths; read with any number of digits, "s" or "seconds"
mm:ss.ff     01:04.25         ff are hundredths: the published answers, such as 00:21.00, end
                              in 00 and stand behind a point (report, section on video output)
m:ss         1:04             whole seconds
hh:mm:ss     00:01:04         whole seconds; hours may pass 99
hh:mm:ss.ff  00:01:04.25      hundredths
hmsf         00:01:04:12      hour, minute, second, frame: the frames of each second are
                              counted from 0, so 12 at 24 frames a second is half of it
words        1 h 2 m 3 s      whole seconds; read with "hours", "min" and the like, too
"""

import math
import re
from typing import Literal

Form = Literal["seconds", "mm:ss.ff", "m:ss", "hh:mm:ss", "hh:mm:ss.ff", "hmsf", "words"]
FPS = 25.0  # frames a second of hmsf where nobody says
LONGEST = 1e8  # seconds, three years; what claims to be later is no time of a clip

NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
HOURS = rf"(?:{NUMBER})\s*(?:hours?|hrs?|h|小时)(?![A-Za-z])"
MINUTES = rf"(?:{NUMBER})\s*(?:minutes?|mins?|m|分钟?)(?![A-Za-z])"
SECONDS = rf"(?:{NUMBER})\s*(?:seconds?|secs?|s|秒)(?![A-Za-z])"
JOINT = r"[ \t,]*(?:and\s+)?"
CLOCK = r"[0-9]{1,9}(?::[0-9]{1,2}){1,2}(?::[0-9]{1,3})?(?:[.,][0-9]{1,9})?"
UNITED = (
    rf"(?:{HOURS}{JOINT})?(?:{MINUTES}{JOINT})?{SECONDS}|{HOURS}(?:{JOINT}{MINUTES})?|{MINUTES}"
)

_CLOCK = re.compile(rf"({CLOCK})\s*(?:seconds?|secs?|s)?", re.IGNORECASE)
_UNITED = re.compile(UNITED, re.IGNORECASE)
_PLAIN = re.compile(NUMBER)
_PAIR = re.compile(rf"({NUMBER})\s*([^\W\d_]+)")


def render(seconds: float, form: Form, fps: float = FPS) -> str:
    """Rounded to what the form can say, so that no field reaches 60; ValueError below 0 or NaN."""
    if not 0 <= seconds <= LONGEST:
        raise ValueError(f"a time of {seconds} seconds cannot be written; give 0 to {LONGEST:.0f}")
    match form:
        case "seconds":
            return f"{seconds:.1f}"
        case "hmsf":
            return _hmsf(seconds, fps)
        case "mm:ss.ff":
            minutes, rest = divmod(round(seconds * 100), 6000)
            return f"{minutes:02}:{rest // 100:02}.{rest % 100:02}"
        case "hh:mm:ss.ff":
            whole, rest = divmod(round(seconds * 100), 100)
            return f"{_hms(whole)}.{rest:02}"
        case "hh:mm:ss":
            return _hms(round(seconds))
        case "m:ss":
            return "{}:{:02}".format(*divmod(round(seconds), 60))
        case "words":
            hours, minutes, rest = _hms(round(seconds)).split(":")
            fields = [(int(hours), "h"), (int(minutes), "m"), (int(rest), "s")]
            return " ".join(f"{n} {unit}" for n, unit in fields if n) or "0 s"


def parse(text: str, fps: float = FPS) -> float:
    """Seconds, whichever form it is; ValueError names what is no time, such as 00:75."""
    text = text.strip().strip("\"'[]()<>")
    if clock := _CLOCK.fullmatch(text):
        seconds = _clock(clock[1], fps)
    elif _UNITED.fullmatch(text):
        seconds = sum(float(n) * _UNITS[unit[0].lower()] for n, unit in _PAIR.findall(text))
    elif _PLAIN.fullmatch(text):
        seconds = float(text)
    else:
        raise ValueError(f"{text[:40]!r} is no time; write seconds or mm:ss.ff")
    if seconds > LONGEST:
        raise ValueError(f"{text[:40]!r} is later than any clip lasts")
    return seconds


def resolution(form: Form, fps: float = FPS) -> float:
    """Seconds between two times that the form can tell apart."""
    steps = {"seconds": 0.1, "mm:ss.ff": 0.01, "hh:mm:ss.ff": 0.01, "hmsf": 1 / fps}
    return steps.get(form, 1.0)


_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "小": 3600.0, "分": 60.0, "秒": 1.0}


def _hms(whole: int) -> str:
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _hmsf(seconds: float, fps: float) -> str:
    if not 1 <= fps <= 1000:
        raise ValueError(f"frames are counted at {fps} a second; give 1 to 1000")
    whole = math.floor(seconds)
    frame = round((seconds - whole) * fps)
    if frame > fps - 1e-3:
        whole, frame = whole + 1, 0
    return f"{_hms(whole)}:{frame:02}"


def _clock(text: str, fps: float) -> float:
    """Fields between colons, the last one at most with a fraction."""
    *fields, last = text.replace(",", ".").split(":")
    if len(fields) == 3:
        if "." in last or int(last) > fps - 1e-3:
            raise ValueError(f"{text!r} has no frame {last}: there are {fps:g} a second")
        return _clock(":".join(fields), fps) + int(last) / fps
    if float(last) >= 60 or (len(fields) == 2 and int(fields[1]) >= 60):
        raise ValueError(f"{text!r} has more than 59 seconds or minutes in a field")
    whole, _, fraction = last.partition(".")
    minutes = sum(int(n) * 60**i for i, n in enumerate(reversed(fields)))
    return float(f"{60 * minutes + int(whole)}.{fraction}")  # as near as a number can be
