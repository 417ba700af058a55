"""A problem as a conversation: asked in words or as a picture, solved briefly or step by step."""

import csv
from functools import cache
from importlib.resources import files

from qvl.data.synth.maths.problem import Problem, Rng

_STEPWISE = (
    "{} Think step by step.",
    "{}\nExplain each step and end with the answer.",
    "{}\nLet's work it out.",
    "{} Show your working.",
)
_BRIEF = (
    "{}",
    "{}\nGive only the result.",
    "{} Answer with the result alone.",
)
_LATER = ("How did you get that?", "Explain the steps.", "Why? Show your working.")


@cache
def _words() -> dict[str, dict[str, str]]:
    text = files("qvl.data.synth.maths").joinpath("asking.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["key"]: row for row in rows}


def question(problem: Problem, language: str, *, pictured: bool) -> str:
    """What is asked, in a language where the problem has no words of its own."""
    if pictured and problem.asked in ("calculate", "solve"):
        return _words()["pictured"][language]
    if pictured:
        return f"{_words()[problem.asked][language].rstrip(' :：')}."
    return problem.question or f"{_words()[problem.asked][language]} ${problem.shown}$"


def told(rng: Rng, problem: Problem, language: str, *, pictured: bool) -> list[tuple[str, str]]:
    """One or two turns: the answer alone, the answer after its steps, or the steps when asked."""
    asked = question(problem, language, pictured=pictured)
    way = ("brief", "steps", "steps", "later")[int(rng.integers(4))]
    options = {"en": _BRIEF if way == "brief" else _STEPWISE}.get(language, ("{}",))
    if language != "en" and way == "steps":
        options = (f"{{}} {_words()['how'][language]}",)
    first = (
        options[int(rng.integers(len(options)))].replace("{}", asked) if way != "later" else asked
    )
    if way == "steps":
        return [(first, stepwise(problem, language))]
    turns = [(first, result(problem))]
    if way == "later":
        how = _words()["how"][language]
        how = _LATER[int(rng.integers(len(_LATER)))] if language == "en" else how
        turns.append((how, stepwise(problem, language)))
    return turns


def result(problem: Problem) -> str:
    """The answer, in dollars where it is LaTeX."""
    formula = any(sign in problem.answer for sign in "\\^{")
    return f"${problem.answer}$" if formula else problem.answer


def stepwise(problem: Problem, language: str) -> str:
    """A line a step, and the answer last."""
    lines = [f"${step}$" for step in dict.fromkeys(problem.steps)]
    return "\n".join([*lines, f"{_words()['answer'][language]}: {result(problem)}"])
