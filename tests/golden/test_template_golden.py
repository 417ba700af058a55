"""The strings of published examples, written down once."""

import json

from PIL import Image

from qvl.chat.template import offer, text
from qvl.chat.tools import Tool, block
from qvl.messages import Message, Text, ToolCall, Video, message

PICTURE = Image.new("RGB", (28, 28))
CLIP = Video((PICTURE, PICTURE))
SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
ASK = "<|im_start|>assistant\n"
IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
VIDEO = "<|vision_start|><|video_pad|><|vision_end|>"


def test_one_picture():
    asked = [message("user", PICTURE, "Describe this image.")]
    assert text(asked, answer=True) == (
        f"{SYSTEM}<|im_start|>user\n{IMAGE}Describe this image.<|im_end|>\n{ASK}"
    )


def test_numbered_pictures():
    """The example of the model's card: `add_vision_id` over several turns."""
    talk = [
        message("user", PICTURE, "Hello, how are you?"),
        message("assistant", "I'm doing well, thank you for asking."),
        message("user", "Can you describe these images and video?", PICTURE, PICTURE, CLIP, "done"),
    ]
    assert text(talk, answer=True, vision_ids=True) == (
        f"{SYSTEM}<|im_start|>user\nPicture 1: {IMAGE}Hello, how are you?<|im_end|>\n"
        "<|im_start|>assistant\nI'm doing well, thank you for asking.<|im_end|>\n"
        "<|im_start|>user\nCan you describe these images and video?"
        f"Picture 2: {IMAGE}Picture 3: {IMAGE}Video 1: {VIDEO}done<|im_end|>\n{ASK}"
    )


def test_nothing_said():
    assert text([message("system"), message("user", ""), message("assistant")], answer=False) == (
        "<|im_start|>system\n<|im_end|>\n<|im_start|>user\n<|im_end|>\n"
        "<|im_start|>assistant\n<|im_end|>\n"
    )


def test_the_block_of_tools():
    """Oracle: FN_CALL_TEMPLATE of Qwen-Agent, with the tool of its mobile notebook cut short."""
    schema = {"properties": {"action": {"type": "string", "enum": ["点", "wait"]}}}
    tool = Tool(
        "mobile_use",
        'Say "hi".',
        schema,
        name_for_human="mobile_use",
        args_format="Format the arguments as a JSON object.",
    )
    plain = Tool("now", "The time.", {})
    assert block([tool, plain]) == (
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
        '{"type": "function", "function": {"name_for_human": "mobile_use", "name": "mobile_use", '
        '"description": "Say \\"hi\\".", "parameters": {"properties": {"action": {"type": '
        '"string", "enum": ["点", "wait"]}}}, "args_format": "Format the arguments as a JSON '
        'object."}}\n'
        '{"type": "function", "function": {"name": "now", "description": "The time.", '
        '"parameters": {}}}\n'
        "</tools>\n\nFor each function call, return a json object with function name and "
        "arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n"
        '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
    )


def test_a_conversation_with_tools():
    click = ToolCall("tap", {"coordinate": [935, 406], "why": "开"})
    wait = ToolCall("wait", {})
    talk = [
        Message("system", (Text("Be brief."),)),
        message("user", "Open it.", PICTURE),
        Message("assistant", (Text("I tap."),), (click, wait)),
        message("tool", "done ", PICTURE),
        message("tool", "waited"),
        Message("assistant", (), (wait,)),
        message("tool", ""),
        message("assistant", "It is open."),
    ]
    tool = Tool("tap", "Taps.", {"type": "object"})
    told = json.dumps(
        {
            "type": "function",
            "function": {"name": "tap", "description": "Taps.", "parameters": {"type": "object"}},
        }
    )
    assert text(offer(talk, [tool]), answer=True) == (
        "<|im_start|>system\nBe brief.\n\n# Tools\n\nYou may call one or more functions to assist "
        "with the user query.\n\nYou are provided with function signatures within <tools></tools> "
        f"XML tags:\n<tools>\n{told}\n</tools>\n\nFor each function call, return a json object "
        "with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n"
        '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call><|im_end|>\n'
        f"<|im_start|>user\nOpen it.{IMAGE}<|im_end|>\n"
        "<|im_start|>assistant\nI tap.\n"
        '<tool_call>\n{"name": "tap", "arguments": {"coordinate": [935, 406], "why": "开"}}\n'
        '</tool_call>\n<tool_call>\n{"name": "wait", "arguments": {}}\n</tool_call><|im_end|>\n'
        f"<|im_start|>user\n<tool_response>\ndone {IMAGE}\n</tool_response>\n"
        "<tool_response>\nwaited\n</tool_response><|im_end|>\n"
        '<|im_start|>assistant\n<tool_call>\n{"name": "wait", "arguments": {}}\n</tool_call>'
        "<|im_end|>\n<|im_start|>user\n<tool_response>\n\n</tool_response><|im_end|>\n"
        f"<|im_start|>assistant\nIt is open.<|im_end|>\n{ASK}"
    )
