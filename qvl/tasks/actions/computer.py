"""`computer_use`, word for word as the released models were taught it.

The words are the published interface, `cookbooks/utils/agent_function_call.py` of Qwen2.5-VL
(Apache-2.0): to change one of them is to ask a model something that it never learnt.
"""

from qvl.tasks.actions.space import TERMINATE, WAIT, Space, Takes

_AT_CURSOR = Takes(may=("coordinate",))  # without a coordinate it is done where the cursor is

COMPUTER = Space(
    name="computer_use",
    description=(
        "Use a mouse and keyboard to interact with a computer, and take screenshots.\n"
        "* This is an interface to a desktop GUI. You do not have access to a terminal or "
        "applications menu. You must click on desktop icons to start applications.\n"
        "* Some applications may take time to start or process actions, so you may need to wait "
        "and take successive screenshots to see the results of your actions. E.g. if you click on "
        "Firefox and a window doesn't open, try wait and taking another screenshot.\n"
        "* The screen's resolution is {size}.\n"
        "* Whenever you intend to move the cursor to click on an element like an icon, you should "
        "consult a screenshot to determine the coordinates of the element before moving the "
        "cursor.\n"
        "* If you tried clicking on a program or link but it failed to load, even after waiting, "
        "try adjusting your cursor position so that the tip of the cursor visually falls on the "
        "element that you want to click.\n"
        "* Make sure to click any buttons, links, icons, etc with the cursor tip in the center of "
        "the element. Don't click boxes on their edges unless asked."
    ),
    actions={
        "key": "Performs key down presses on the arguments passed in order, then performs key "
        "releases in reverse order.",
        "type": "Type a string of text on the keyboard.",
        "mouse_move": "Move the cursor to a specified (x, y) pixel coordinate on the screen.",
        "left_click": "Click the left mouse button.",
        "left_click_drag": "Click and drag the cursor to a specified (x, y) pixel coordinate on "
        "the screen.",
        "right_click": "Click the right mouse button.",
        "middle_click": "Click the middle mouse button.",
        "double_click": "Double-click the left mouse button.",
        "scroll": "Performs a scroll of the mouse scroll wheel.",
        "wait": WAIT,
        "terminate": TERMINATE,
    },
    takes={
        "key": Takes(("keys",)),
        "type": Takes(("text",)),
        "mouse_move": Takes(("coordinate",)),
        "left_click": _AT_CURSOR,
        "left_click_drag": Takes(("coordinate",)),
        "right_click": _AT_CURSOR,
        "middle_click": _AT_CURSOR,
        "double_click": _AT_CURSOR,
        "scroll": Takes(("pixels",), ("coordinate",)),
        "wait": Takes(("time",)),
        "terminate": Takes(("status",)),
    },
    arguments={
        "keys": {"description": "Required only by `action=key`.", "type": "array"},
        "text": {"description": "Required only by `action=type`.", "type": "string"},
        "coordinate": {
            "description": "(x, y): The x (pixels from the left edge) and y (pixels from the top "
            "edge) coordinates to move the mouse to. Required only by `action=mouse_move` and "
            "`action=left_click_drag`.",
            "type": "array",
        },
        "pixels": {
            "description": "The amount of scrolling to perform. Positive values scroll up, "
            "negative values scroll down. Required only by `action=scroll`.",
            "type": "number",
        },
        "time": {
            "description": "The seconds to wait. Required only by `action=wait`.",
            "type": "number",
        },
        "status": {
            "description": "The status of the task. Required only by `action=terminate`.",
            "type": "string",
            "enum": ["success", "failure"],
        },
    },
)
