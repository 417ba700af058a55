"""Rejection sampling: a model answers a question several times, what is right is learnt from.

Report, section 2.3.3. Two sets come of the same draws: new answers to old questions, and pairs of
a right answer with a worse one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from qvl.data.filters import Reread
from qvl.data.lessons import conversation
from qvl.data.preferences import HasClip, preferred
from qvl.data.records import Clip, Picture, Record
from qvl.data.reject.draws import Asker, Draw
from qvl.data.reject.drops import Drops, answered, spoilt
from qvl.data.reject.verify import Verdict, known, verify
from qvl.data.work import Plan, Rejected, Work
from qvl.inputs import Limits
from qvl.messages import Media
from qvl.tasks.abreast import abreast

_SHOWN = 80  # characters of an answer in a reason's detail


@dataclass(frozen=True)
class Policy:
    draws: int = 8  # answers a question
    keep: int = 2  # of these at most, no two alike
    easiest: float = 1.0  # share of right answers above which a question teaches nothing
    gap: float = 0.05  # of scores, from which on one answer is preferred to the other

    def __post_init__(self) -> None:
        if self.draws < 1 or self.keep < 1:
            raise ValueError(f"{self.draws} draws of which {self.keep} are kept; draw and keep one")
        if not 0 < self.easiest <= 1 or not 0 < self.gap <= 1:
            raise ValueError(f"easiest {self.easiest}, gap {self.gap}; give shares from 0 to 1")


@dataclass(frozen=True)
class Outcome:
    """What became of a draw; `reason` is "" where it is fit to be learnt from."""

    draw: Draw
    found: Verdict
    reason: str


@dataclass(frozen=True)
class Sampler:
    """The outcomes of a record's draws: the same each time, since draws are kept in a journal."""

    asker: Asker
    limits: Limits  # of the model's pictures and clips
    policy: Policy
    drops: Drops
    at_once: int = 1  # draws of a question that are asked for together, from as many threads

    def __call__(self, record: Record) -> list[Outcome]:
        """ValueError for a record without an answer to compare with, or one too long to ask."""
        known(record)
        question = cache(lambda: conversation(record, self.limits)[:-1])
        outcomes, numbers = [], map(str, range(self.policy.draws))
        for draw in abreast(lambda i: self.asker.ask(record, question, i), numbers, self.at_once):
            found = verify(record, draw.text, _seen(record, draw.media))
            outcomes.append(Outcome(draw, found, self.drops(record, question, draw, found)))
        return outcomes

    @property
    def source(self) -> str:
        return f"sampled:{self.asker.name}"


def _seen(record: Record, media: Sequence[Media]) -> dict[str, Media]:
    names = [part.name for part in record.parts() if isinstance(part, Picture | Clip)]
    return dict(zip(names, media, strict=False))


@dataclass(frozen=True)
class Kept:
    """The stage of new answers; everything that is left out has its reason."""

    of: Reread
    sampler: Sampler

    def __call__(self, work: Work) -> Iterator[Record | Rejected]:
        for record in self.of(work):
            outcomes, policy = self.sampler(record), self.sampler.policy
            rate = rate_of(outcomes)
            if why := pointless(rate, policy):
                yield Rejected(work.key, why, f"{rate:.0%} of {len(outcomes)} are right")
            told = {"of": record.key, "rate": round(rate, 4)}
            sources = (*record.sources, self.sampler.source)
            for i, (each, reason) in enumerate(
                zip(outcomes, sorted_out(outcomes, policy), strict=True)
            ):
                key = f"{work.key}-{i}"
                if reason:
                    yield Rejected(key, reason, _said(each)[:_SHOWN])
                    continue
                made = answered(record, each.found)
                yield replace(made, key=key, sources=sources, meta={**record.meta, **told})


@dataclass(frozen=True)
class Paired:
    """The stage of pairs, one a question: the best right answer, and the worst that is whole."""

    of: Reread
    sampler: Sampler

    def __call__(self, work: Work) -> Iterator[Record | Rejected]:
        for record in self.of(work):
            outcomes = self.sampler(record)
            right = [each for each in outcomes if not each.reason]
            whole = [each for each in outcomes if each.found.parts and not spoilt(each.draw)]
            if not right:
                yield Rejected(work.key, "no right answer")
                continue
            best = max(right, key=lambda each: each.found.score)
            worst = min(whole, key=lambda each: each.found.score)
            scores = {"better": best.found.score, "worse": worst.found.score}
            if scores["better"] - scores["worse"] < self.sampler.policy.gap:
                yield Rejected(work.key, "no worse answer")
                continue
            sources = (*record.sources, self.sampler.source)
            made = replace(answered(record, best.found), key=work.key, sources=sources)
            try:
                yield preferred(made, worst.found.parts, {"of": record.key, "scores": scores})
            except HasClip:
                yield Rejected(work.key, "clip", "preferences are of text and pictures")


def rate_of(outcomes: Sequence[Outcome]) -> float:
    """The share of draws that are right, whatever else is said against them."""
    return sum(each.found.right for each in outcomes) / len(outcomes)


def pointless(rate: float, policy: Policy) -> str:
    """Why a question teaches nothing, or ""."""
    if not rate:
        return "too hard"
    return "too easy" if rate > policy.easiest else ""


def sorted_out(outcomes: Sequence[Outcome], policy: Policy) -> list[str]:
    """Of each draw why it is not kept, or "": at most `keep` are, in their order, no two alike."""
    why = pointless(rate_of(outcomes), policy)
    seen, reasons = set[str](), list[str]()
    for each in outcomes:
        reason = each.reason or ("twice" if _said(each) in seen else "")
        reason = reason or ("enough" if len(seen) == policy.keep else "")
        reason = reason or (f"of a question {why}" if why else "")
        reasons.append(reason)
        if not reason:
            seen.add(_said(each))
    return reasons


def _said(outcome: Outcome) -> str:
    return " ".join(outcome.draw.text.split())


def table(plan: Plan, of: Reread, sampler: Sampler) -> dict[str, Mapping[str, Any]]:
    """By family: questions, pass@1 and pass@n in percent, kept answers, the others by reason.

    Questions whose draws fail are not in it; the report of the set counts them as faults.
    """
    rates, reasons = defaultdict[str, list[float]](list), defaultdict[str, Counter[str]](Counter)
    for shard in range(len(plan.items)):
        for work in plan.work(shard):
            for record in of(work):
                try:
                    outcomes = sampler(record)
                except (ValueError, OSError):
                    continue
                rates[record.family].append(rate_of(outcomes))
                reasons[record.family].update(sorted_out(outcomes, sampler.policy))
    return {
        family: {
            "questions": len(found),
            "pass@1": round(100 * sum(found) / len(found), 1),
            f"pass@{sampler.policy.draws}": round(100 * sum(r > 0 for r in found) / len(found), 1),
            "too hard": sum(not r for r in found),
            "too easy": sum(r == 1 for r in found),
            "kept": reasons[family].pop("", 0),
            "dropped": dict(reasons[family].most_common()),
        }
        for family, found in sorted(rates.items())
    }
