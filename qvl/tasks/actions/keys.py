"""Names of keys that are known; others are told of, since a driver may still know them."""

import re
from collections.abc import Sequence

from qvl.tasks.actions.space import Space

_KEYBOARD = """
    alt altleft altright alt_l alt_r backspace capslock caps_lock cmd command control
    control_l control_r ctrl ctrlleft ctrlright del delete down end enter esc escape fn
    home ins insert left menu meta num_lock numlock option pagedown pageup page_down
    page_up pause pgdn pgup print printscreen print_screen prtsc return right scroll_lock
    scrolllock shift shiftleft shiftright shift_l shift_r space super super_l super_r tab
    up volumedown volumemute volumeup win windows minus plus equal comma period slash
    backslash semicolon apostrophe grave bracketleft bracketright underscore
"""  # as pyautogui and xdotool have them, in small letters
_NUMBERED = re.compile(r"f([1-9]|1\d|2[0-4])|(num|kp_)\d")
_PHONE = """
    app_switch assist back brightness_down brightness_up call camera clear del dpad_center
    dpad_down dpad_left dpad_right dpad_up endcall enter escape focus forward forward_del
    home media_next media_pause media_play media_play_pause media_previous media_stop menu
    move_end move_home mute notification page_down page_up paste copy cut power
    recent_apps search settings sleep space tab volume_down volume_mute volume_up wakeup
"""  # of adb's keyevent, in small letters and without KEYCODE_


def unknown_keys(names: Sequence[str], space: Space) -> str:
    """A warning that names the unknown ones; empty where every key is known."""
    phone = "keys" not in space.arguments
    strange = [name for name in names if not (_on_phone(name) if phone else _on_board(name))]
    return f"names keys that are not known: {', '.join(map(repr, strange))}" if strange else ""


def _on_board(name: str) -> bool:
    small = name.lower()
    return len(name) == 1 or small in _KEYBOARD.split() or bool(_NUMBERED.fullmatch(small))


def _on_phone(name: str) -> bool:
    small = name.lower().removeprefix("keycode_")
    return small in _PHONE.split() or small.isdigit() or (len(small) == 1 and small.isalnum())
