"""Writes the measured figures into nano's card and the README.

    python recipes/nano/card.py checkpoints/nano/report.json

The report is what `evaluate.py --out` wrote. Text between the markers is replaced.
"""

import json
import sys
from pathlib import Path
from typing import Any

START, END = "<!-- measured -->", "<!-- end -->"
PAGES = (Path("checkpoints/nano/README.md"), Path("README.md"))
SHORT = ("real", "random", "16 px", "12 px", "grounding")


def percent(score: dict[str, Any]) -> str:
    low, high = 100 * score["low"], 100 * score["high"]
    return f"{100 * score['value']:.1f} % ({low:.1f} to {high:.1f})"


def table(report: dict[str, Any], *, short: bool) -> str:
    rows = ["| measured on | figure (95 % interval) | samples |", "|---|---|---|"]
    for name, scores in report.items():
        if short and not any(part in name for part in SHORT):
            continue
        figures = ", ".join(f"{key} {percent(score)}" for key, score in scores.items())
        count = next(iter(scores.values()))["samples"]
        rows.append(f"| {name} | {figures} | {count} |")
    return "\n".join(rows)


def replaced(text: str, body: str) -> str:
    before, rest = text.split(START, 1)
    return f"{before}{START}\n{body}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    report = json.loads(Path(sys.argv[1]).read_text())
    for page in PAGES:
        body = table(report, short=page.name == page.as_posix())
        page.write_text(replaced(page.read_text(), body))
