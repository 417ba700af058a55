"""Tools and prompts against the published ones: their sums, taken once from the authors' files.

Oracle: `cookbooks/utils/agent_function_call.py` run with Qwen-Agent's template, and the prompt
that `cookbooks/mobile_agent.ipynb` prints, both of Qwen2.5-VL at f0af299.
"""

import hashlib
from dataclasses import replace

import pytest
from PIL import Image as Pillow

from qvl.chat.template import text
from qvl.chat.tools import block
from qvl.messages import Answer, Image, Settings, Usage
from qvl.tasks.actions.act import Errand, act
from qvl.tasks.actions.computer import COMPUTER
from qvl.tasks.actions.history import Past, asked
from qvl.tasks.actions.mobile import MOBILE, MOBILE_ANSWERING
from qvl.tasks.actions.space import tool

SIZE = (1092, 2408)
STEP = '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "open", "text": "File Manager"}}\n</tool_call>'  # noqa: E501
GOAL = "Open the file manager app and view the au_uu_SzH3yR2.mp3 file in MUSIC Folder"
SHOT = Image(Pillow.new("RGB", (1080, 2400)))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("space", "want"),
    [
        (MOBILE, "b0e022bc13f5aa95d5452a5fa47227ac16d3a4d19a1e724a8e285926c26cb4a2"),
        (COMPUTER, "67e2bdfbc1a61cbc4fd51c91838d5e1c25079ed91d2afbd450c773ffe547b7b0"),
    ],
)
def test_a_tool_is_the_published_one(space, want):
    line = block([tool(space, SIZE)]).split("<tools>\n")[1].split("\n</tools>")[0]
    assert digest(line) == want


def test_the_whole_prompt_is_the_printed_one():
    prompts = []

    def chat(messages, settings):
        prompts.append(text(messages, answer=True))
        return Answer("", "stop", Usage(1, 1))

    act(chat, Errand(GOAL, MOBILE, [Past(STEP)]), SHOT, Settings())
    [prompt] = prompts
    assert digest(prompt) == "20285d0ed6996f0553f67b914c4342fb864eb0cfdafaa445ab6dd4e193d3b33f"


def test_the_answering_tool_differs_as_its_authors_say():
    plain, answering = (tool(space, SIZE) for space in (MOBILE, MOBILE_ANSWERING))
    had, has = plain.parameters["properties"], answering.parameters["properties"]
    want = had["action"]["description"].replace(
        "* `type`: Input the specified text into the activated input box.\n",
        "* `type`: Input the specified text into the activated input box.\n"
        "* `answer`: Output the answer.\n",
    )
    assert has["action"]["description"] == want
    names = had["action"]["enum"]
    at = names.index("type") + 1
    assert has["action"]["enum"] == [*names[:at], "answer", *names[at:]]
    said = "Required only by `action=key`, `action=type`, `action=answer`, and `action=open`."
    assert {**has, "action": 0} == {
        **had,
        "action": 0,
        "text": {**had["text"], "description": said},
    }
    assert list(has) == list(had)
    assert replace(answering, parameters={}) == replace(plain, parameters={})


def test_every_action_has_its_arguments():
    for space in (COMPUTER, MOBILE, MOBILE_ANSWERING):
        assert space.takes.keys() == space.actions.keys()
        named = {n for takes in space.takes.values() for n in (*takes.needs, *takes.may)}
        assert named == set(space.arguments)


def test_a_computer_is_shown_first_and_asked_after():
    shot = replace(SHOT, resized_width=28, resized_height=28)
    written = text(asked(COMPUTER, "打开Pull requests", shot, (28, 28)), answer=True)
    assert "The screen's resolution is 28x28." in written
    assert written.endswith(
        "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>打开Pull requests<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
