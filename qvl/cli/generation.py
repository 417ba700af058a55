"""How to answer, as options of a command, and which values hold, as a table."""

from typing import Annotated

import typer

from qvl.cli import output
from qvl.messages import Answer

MaxTokens = Annotated[
    int | None, typer.Option(min=1, help="Tokens to write at most (the model's default, or 512).")
]
Temperature = Annotated[float | None, typer.Option(min=0, help="0 is greedy (the model's).")]
TopP = Annotated[float | None, typer.Option(min=0, max=1, help="1 keeps all (the model's).")]
TopK = Annotated[int | None, typer.Option(min=0, help="0 keeps all (the model's).")]
MinP = Annotated[float | None, typer.Option(min=0, max=1, help="0 keeps all (the model's).")]
Penalty = Annotated[
    float | None, typer.Option("--repetition-penalty", help="1 is none (the model's).")
]
Stop = Annotated[
    list[str] | None, typer.Option("--stop", help="End before this text; may be given often.")
]
Loop = Annotated[
    int,
    typer.Option(min=0, help="End an answer that goes round in circles this much; 0 never does."),
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Tell on stderr which settings hold and who set them.")
]


def table(resolved: object) -> None:
    """The rows of a `Resolved` on stderr."""
    for name, value, source in resolved.rows():  # type: ignore[attr-defined]
        output.note(f"{name:22} {str(value)[:60]:12} {source}")


def ended(answer: Answer) -> None:
    """A word on stderr where an answer did not end by itself."""
    count = answer.usage.completion_tokens
    if answer.finish_reason == "length":
        output.note(f"stopped after {count} tokens; --max-tokens allows more")
    if answer.finish_reason == "repetition":
        output.note(
            f"stopped after {count} tokens that went round in circles; the saved text ends with "
            "the first round; --loop 0 lets it go on"
        )
