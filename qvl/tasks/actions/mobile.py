"""`mobile_use`, word for word as the released models were taught it, and with `answer`.

The words are the published interface, `cookbooks/utils/agent_function_call.py` of Qwen2.5-VL
(Apache-2.0): to change one of them is to ask a model something that it never learnt. AndroidWorld
was run with one more action, `answer` (report, section 2.5).
"""

from dataclasses import replace

from qvl.tasks.actions.space import TERMINATE, WAIT, Space, Takes

_POINT = (
    "(x, y): The x (pixels from the left edge) and y (pixels from the top edge) coordinates to "
    "move the mouse to. Required only by "
)

MOBILE = Space(
    name="mobile_use",
    description=(
        "Use a touchscreen to interact with a mobile device, and take screenshots.\n"
        "* This is an interface to a mobile device with touchscreen. You can perform actions like "
        "clicking, typing, swiping, etc.\n"
        "* Some applications may take time to start or process actions, so you may need to wait "
        "and take successive screenshots to see the results of your actions.\n"
        "* The screen's resolution is {size}.\n"
        "* Make sure to click any buttons, links, icons, etc with the cursor tip in the center of "
        "the element. Don't click boxes on their edges unless asked."
    ),
    actions={
        "key": "Perform a key event on the mobile device.\n"
        "    - This supports adb's `keyevent` syntax.\n"
        '    - Examples: "volume_up", "volume_down", "power", "camera", "clear".',
        "click": "Click the point on the screen with coordinate (x, y).",
        "long_press": "Press the point on the screen with coordinate (x, y) for specified seconds.",
        "swipe": "Swipe from the starting point with coordinate (x, y) to the end point with "
        "coordinates2 (x2, y2).",
        "type": "Input the specified text into the activated input box.",
        "system_button": "Press the system button.",
        "open": "Open an app on the device.",
        "wait": WAIT,
        "terminate": TERMINATE,
    },
    takes={
        "key": Takes(("text",)),
        "click": Takes(("coordinate",)),
        "long_press": Takes(("coordinate", "time")),
        "swipe": Takes(("coordinate", "coordinate2")),
        "type": Takes(("text",)),
        "system_button": Takes(("button",)),
        "open": Takes(("text",)),
        "wait": Takes(("time",)),
        "terminate": Takes(("status",)),
    },
    arguments={
        "coordinate": {
            "description": _POINT + "`action=click`, `action=long_press`, and `action=swipe`.",
            "type": "array",
        },
        "coordinate2": {"description": _POINT + "`action=swipe`.", "type": "array"},
        "text": {
            "description": "Required only by `action=key`, `action=type`, and `action=open`.",
            "type": "string",
        },
        "time": {
            "description": "The seconds to wait. Required only by `action=long_press` and "
            "`action=wait`.",
            "type": "number",
        },
        "button": {
            "description": "Back means returning to the previous interface, Home means returning "
            "to the desktop, Menu means opening the application background menu, and Enter means "
            "pressing the enter. Required only by `action=system_button`",
            "enum": ["Back", "Home", "Menu", "Enter"],
            "type": "string",
        },
        "status": {
            "description": "The status of the task. Required only by `action=terminate`.",
            "type": "string",
            "enum": ["success", "failure"],
        },
    },
)


def _answering() -> Space:
    """AndroidWorld's: `answer` after `type`, which takes a text, too."""
    actions, takes = {}, {}
    for name, does in MOBILE.actions.items():
        actions[name], takes[name] = does, MOBILE.takes[name]
        if name == "type":
            actions["answer"], takes["answer"] = "Output the answer.", Takes(("text",))
    text = {
        "description": "Required only by `action=key`, `action=type`, `action=answer`, and "
        "`action=open`.",
        "type": "string",
    }
    arguments = {**MOBILE.arguments, "text": text}
    return replace(MOBILE, actions=actions, takes=takes, arguments=arguments)


MOBILE_ANSWERING = _answering()
