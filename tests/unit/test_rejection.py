"""Rejection sampling: what is kept and why not, pairs, and going on after a kill."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from qvl.data.answers import written
from qvl.data.executors import Options, run
from qvl.data.filters import Reread, over
from qvl.data.preferences import instead
from qvl.data.records import Clip, Record, Turn
from qvl.data.reject.draws import Asker, opened
from qvl.data.reject.drops import Drops, Steps, mixed
from qvl.data.reject.sampling import Kept, Paired, Policy, Sampler, table
from qvl.data.shards import Shard, write
from qvl.inputs import Limits
from qvl.messages import Answer, Media, Message, Settings, Text, Usage
from tests.films import film
from tests.records import BOX, boxes, prose

HERE = Options(workers=0)
SEEN = Media((112, 84), (112, 84), 12)


def asked(key: str, question: str, answer: str) -> Record:
    turns = (Turn("user", (Text(question),)), Turn("assistant", (Text(answer),)))
    return replace(prose(key), turns=turns, family="sums")


def answer(text: str, finish: str = "stop", tokens: int = 5, media=()) -> Answer:
    return Answer(text, finish, Usage(9, tokens), media)


class Scripted:
    """A chat whose n-th answer to a question is told; it counts, and dies when told to."""

    def __init__(self, script: dict[str, list[Answer]], dies: int = 1 << 30) -> None:
        self.script, self.dies = script, dies
        self.seeds: dict[str, list[int]] = {}

    def __call__(self, messages: list[Message], settings: Settings) -> Answer:
        said = [part.text for part in messages[-1].content if isinstance(part, Text)][-1]
        seeds = self.seeds.setdefault(said, [])
        if sum(map(len, self.seeds.values())) >= self.dies:
            raise KeyboardInterrupt
        seeds.append(settings.seed)
        return self.script[said][len(seeds) - 1]


LOOP = "I add them. " * 30 + "4"
SCRIPT = {
    "2 + 2": [
        answer("4"),
        answer("Two and two are four.\nAnswer: 4"),
        answer("5"),
        answer("4"),
        answer("The sum is 4, as is known: 四.\nAnswer: 4"),
        answer(LOOP),
        answer("4", tokens=99),
        answer("It is", "length"),
    ],
    "3 + 3": [answer(each) for each in "54321789"],
    "1 + 1": [answer("2")] * 8,
}
SUMS = {"2 + 2": "4", "3 + 3": "6", "1 + 1": "2"}


@pytest.fixture
def shard(tmp_path) -> Path:
    path = tmp_path / "sums-00000.tar"
    write(path, [asked(f"sum-{i}", *each) for i, each in enumerate(SUMS.items())])
    return path


def sampler(journal, chat, policy: Policy, judge=None) -> Sampler:
    asker = Asker(chat, "nano", "hash", Settings(64, 1.0), journal)
    return Sampler(asker, Limits(), policy, Drops(longest=64, judge=judge))


def sampled(shard: Path, out: Path, chat, policy: Policy | None = None, judge=None):
    """Both sets and the table."""
    policy = policy or Policy()
    with opened(out / "draws.jsonl") as journal:
        made, of = sampler(journal, chat, policy, judge), Reread((shard,))
        plans = [over(name, [shard], {"p": repr(policy)}) for name in ("new", "new-pairs")]
        told = [
            run(plan, stage, out, HERE)
            for plan, stage in zip(plans, (Kept(of, made), Paired(of, made)), strict=True)
        ]
        return *told, table(plans[0], of, made)


def test_what_is_right_is_kept_and_all_else_has_its_reason(shard, tmp_path):
    chat = Scripted(SCRIPT)
    kept, pairs, families = sampled(shard, tmp_path / "out", chat)
    assert kept["records"] == 3  # two of the first question, one of the third
    assert kept["rejected"] == {
        "cut off": 1,
        "mixed languages": 1,
        "repeated words": 1,
        "too hard": 1,
        "too long": 1,
        "twice": 8,
        "wrong": 9,
    }
    assert all(len(set(seeds)) == 8 for seeds in chat.seeds.values())
    new = Shard(tmp_path / "out" / "new-00000.tar")
    first, second, third = (new[i] for i in range(3))
    assert [each.turns[-1].parts[0] for each in (first, second)] == [
        Text("4"),
        Text("Two and two are four.\nAnswer: 4"),
    ]
    assert first.sources == ("made:words", "sampled:nano") and first.meta["of"] == "sum-0"
    assert first.meta["rate"] == 0.75 and third.meta["rate"] == 1
    assert pairs["records"] == 1
    assert pairs["rejected"] == {"no right answer": 1, "no worse answer": 1}
    pair = Shard(tmp_path / "out" / "new-pairs-00000.tar")[0]
    assert pair.turns[-1].parts == (Text("4"),)
    assert instead(pair).turns[-1].parts == (Text("5"),)
    assert pair.meta["scores"] == {"better": 1.0, "worse": 0.0}
    assert families["sums"] == {
        "questions": 3,
        "pass@1": 58.3,
        "pass@8": 66.7,
        "too hard": 1,
        "too easy": 1,
        "kept": 3,
        "dropped": {
            "wrong": 9,
            "twice": 8,
            "mixed languages": 1,
            "repeated words": 1,
            "too long": 1,
            "cut off": 1,
        },
    }


def test_a_question_that_is_too_easy_is_left_out_where_that_is_asked(shard, tmp_path):
    kept, _, _ = sampled(shard, tmp_path / "out", Scripted(SCRIPT), Policy(easiest=0.9, keep=1))
    assert kept["records"] == 1 and kept["rejected"]["too easy"] == 1
    assert kept["rejected"]["enough"] == 1


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".parquet"
    }


@pytest.mark.parametrize("dies", [0, 1, 7, 13, 23])
def test_a_killed_run_goes_on_to_the_same_bytes(shard, tmp_path, dies):
    sampled(shard, tmp_path / "whole", Scripted(SCRIPT))
    broken, chat = tmp_path / "broken", Scripted(SCRIPT, dies)
    with pytest.raises(KeyboardInterrupt):
        sampled(shard, broken, chat)
    if dies == 7:  # and the power went while a line was written
        with open(broken / "draws.jsonl", "ab") as file:
            file.write(b'{"id": "0a')
    chat.dies = 1 << 30
    sampled(shard, broken, chat)
    assert sum(map(len, chat.seeds.values())) == 24
    assert tree(broken) == tree(tmp_path / "whole")


def test_other_policies_take_the_same_draws(shard, tmp_path):
    chat = Scripted(SCRIPT)
    sampled(shard, tmp_path / "out", chat)
    (tmp_path / "again").mkdir()
    os.link(tmp_path / "out" / "draws.jsonl", tmp_path / "again" / "draws.jsonl")
    sampled(shard, tmp_path / "again", chat, Policy(keep=1))
    assert sum(map(len, chat.seeds.values())) == 24


def test_a_journal_that_is_none_is_told(tmp_path):
    (tmp_path / "draws.jsonl").write_text('{"id": "a"}\n')
    with (
        pytest.raises(ValueError, match=r"line 1 of .* is no draw"),
        opened(tmp_path / "draws.jsonl"),
    ):
        pass
    with (
        opened(tmp_path / "b.jsonl"),
        pytest.raises(ValueError, match="another run"),
        opened(tmp_path / "b.jsonl"),
    ):
        pass


def test_a_judge_is_asked_of_steps_alone_and_its_word_is_kept(shard, tmp_path):
    replies, questions = [], []

    def judge(messages, settings):
        assert [each.role for each in messages] == ["user", "assistant", "user"]
        questions.append(messages[1].content[0].text)
        replies.append("No, it does not.")
        return answer(replies[-1])

    with opened(tmp_path / "judged.jsonl") as journal:
        steps = Steps(Asker(judge, "judge", "other", Settings(8, 0.0), journal))
        kept, _, _ = sampled(shard, tmp_path / "out", Scripted(SCRIPT), judge=steps)
    assert questions == ["Two and two are four.\nAnswer: 4"]
    assert kept["rejected"]["steps without the picture"] == 1 and kept["records"] == 2
    with opened(tmp_path / "yes.jsonl") as journal:
        yes = Steps(Asker(lambda *_: answer("Yes."), "judge", "x", Settings(8, 0.0), journal))
        assert yes(asked("a", "b", "c"), list, "one\ntwo") and not replies[1:]


def located(box: list[int]) -> Answer:
    return answer(written(replace_box(box), SEEN), media=(SEEN,))


def replace_box(box: list[int]):
    return replace(boxes().turns[-1].parts[0], value=[{"label": "mug", "box": box}])


def test_facts_stay_facts_in_pixels_of_the_original(tmp_path):
    """The better box of two right ones is preferred to a worse one."""
    path = tmp_path / "boxes-00000.tar"
    write(path, [boxes()])
    script = [
        located([12, 12, 60, 50]),
        located(BOX["box"]),
        located([60, 40, 110, 80]),
        answer("I see no such thing", media=(SEEN,)),
    ]
    chat = Scripted({"Locate every mug.": script})
    kept, pairs, families = sampled(path, tmp_path / "out", chat, Policy(draws=4))
    assert kept["records"] == 2 and families["boxes"]["pass@1"] == 50
    made = Shard(tmp_path / "out" / "new-00000.tar")[0]
    (part,) = made.turns[-1].parts
    assert part.value == [{"label": "mug", "box": [12, 12, 60, 50]}] and part.of == "0.png"
    pair = Shard(tmp_path / "out" / "new-pairs-00000.tar")[0]
    assert pair.turns[-1].parts[0].value[0]["box"] == BOX["box"]
    assert instead(pair).turns[-1].parts[0].value != pair.turns[-1].parts[0].value
    assert pairs["records"] == 1


def test_clips_may_be_answered_again_but_are_no_preference(tmp_path):
    turns = (
        Turn("user", (Clip("0.mp4"), Text("What is it?"))),
        Turn("assistant", (Text("A square"),)),
    )
    record = Record("a", "clips", turns, {"0.mp4": film(6)}, "CC0-1.0", ("made:f",))
    write(tmp_path / "clips-00000.tar", [record])
    chat = Scripted({"What is it?": [answer("A square."), answer("A circle")]})
    path = tmp_path / "clips-00000.tar"
    kept, pairs, _ = sampled(path, tmp_path / "out", chat, Policy(draws=2))
    assert kept["records"] == 1 and pairs["records"] == 0 and pairs["rejected"] == {"clip": 1}


def test_records_without_answers_are_faults_and_stop_a_run(tmp_path):
    from qvl.data.tally import TooManyFaults

    path = tmp_path / "sums-00000.tar"
    write(path, [Record("a", "x", prose().turns[:1], {}, "CC0-1.0", ("made:words",))])
    with pytest.raises(TooManyFaults, match="ends without an answer"):
        sampled(path, tmp_path / "out", Scripted({}))


def test_held_out_sources_stay_held_out(tmp_path):
    from qvl.data.packages import HELD_OUT
    from qvl.data.tally import TooManyFaults

    source = f"debian:{sorted(HELD_OUT)[0]}/usr/share/x"
    path = tmp_path / "sums-00000.tar"
    write(path, [replace(asked("a", "1 + 1", "2"), sources=(source,))])
    with pytest.raises((ValueError, TooManyFaults), match="held out"):
        sampled(path, tmp_path / "out", Scripted(SCRIPT))


def test_mixed_languages():
    english = asked("a", "What is it?", "A cat")
    assert not mixed(english, "A café of 3 µm, α = 2") and mixed(english, "A cat, то есть")
    chinese = replace(asked("a", "这是什么", "猫"), language="zh")
    assert not mixed(chinese, "一只 cat") and mixed(chinese, "ねこ")


def test_policies_that_make_no_sense():
    for wrong in ({"draws": 0}, {"keep": 0}, {"easiest": 0.0}, {"gap": 0.0}):
        with pytest.raises(ValueError, match=r"draw and keep|give shares"):
            Policy(**wrong)
