"""A look at a run on its way: what the model says of held-out pictures, a page each checkpoint."""

from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from qvl.data.records import Record
from qvl.data.shards import Shard
from qvl.messages import Settings
from qvl.model.qwen import QwenVL
from qvl.train.config import Run
from qvl.train.drafted import Reader, reader
from qvl.train.look import look, question
from qvl.train.parallel import World
from qvl.vlm import VLM


@dataclass(frozen=True)
class Shown:
    """Asks the same records each time, greedily; `out/look/step-00000500.html` and so on."""

    records: tuple[Record, ...]
    read: Reader
    settings: Settings
    folder: Path

    def __call__(self, model: QwenVL, step: int) -> None:
        learning = model.training
        model.eval()
        try:
            vlm = VLM(model, self.read.tokenizer, self.read.limits)
            out = self.folder / f"step-{step:08}.html"
            look(self.records, vlm.answer, self.read.limits, self.settings, out)
        finally:
            model.train(learning)


def shown(run: Run, everyone: World) -> Shown | None:
    """ValueError for a run that cannot be looked at, or records that ask nothing."""
    if run.look is None:
        return None
    if run.row.schema != "chatml":
        raise ValueError(f"the phase {run.phase} reads no questions; take [look] out")
    if everyone.size > 1:
        raise ValueError(f"a run on {everyone.size} ranks cannot be looked at; take [look] out")
    read = reader(run)
    paths = run.look.source().shards
    every = chain.from_iterable(
        (shard[i] for i in range(len(shard))) for shard in map(Shard, paths)
    )
    records = tuple(islice(every, run.look.count))
    for record in records:
        question(record, read.limits)
    folder = run.out / "look"
    folder.mkdir(parents=True, exist_ok=True)
    return Shown(records, read, Settings(run.look.max_tokens, 0.0), folder)
