"""Writes nano's tokenizer: bytes, the merges that prompts and answers' scaffolding need, no more.

Few merges on purpose: a letter on the page is then a letter in the answer, which a small tower
learns to line up far sooner than words of a large vocabulary.
"""

from pathlib import Path

from size import VOCABULARY

from qvl.chat import template
from qvl.chat.tokenizer import save, train_bpe
from qvl.data.synth.things import CLASSES
from qvl.tasks import grounding, ocr
from qvl.tasks.place import Frame

FRAME = Frame((28, 28), (28, 28))
SCAFFOLD = (
    f"system\n{template.DEFAULT_SYSTEM}",
    "user\n",
    "assistant\n",
    ocr.PLAIN,
    ocr.SPOTTING,
    grounding.PROMPT,
    ocr.render([ocr.Line("", 0, 0, 0, 0)] * 2, FRAME),
    grounding.render([grounding.Box("", 0, 0, 0, 0)] * 2, FRAME),
    grounding.render([], FRAME),
)


def main() -> None:
    folder = Path(__file__).parent / "tokenizer"
    folder.mkdir(exist_ok=True)
    names = [f" {word}" for name in CLASSES for word in name.split()]
    save(train_bpe([*SCAFFOLD * 8, *names], VOCABULARY), folder, template.JINJA)


if __name__ == "__main__":
    main()
