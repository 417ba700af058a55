"""A plan for people: aligned columns with units; and as plain data."""

from collections.abc import Sequence
from typing import Any

from qvl.config import Config
from qvl.model.parts import PARTS
from qvl.train.cluster.forecast import Forecast
from qvl.train.cluster.layout import told
from qvl.train.cluster.units import parameters

HEAD = (
    "card", "stage", "learns", "pack", "tokens", "shared by", "decoder again", "tower again",
    "GB a rank",
    "s a step", "tokens/s", "MFU %", "balance", "days", "GPU-days",
)  # fmt: skip
WORDS = {"none": "nothing", "selective": "all but products", "full": "blocks"}


def summary(cfg: Config, plans: Sequence[Sequence[Forecast]]) -> str:
    """A row a stage for each card, and what they take together."""
    found = parameters(cfg)
    parts = ", ".join(f"{part} {count:,}" for part, count in found.items())
    rows = [HEAD]
    for stages in plans:
        rows += [_row(each) for each in stages]
        days, gpu_days = sum(f.days for f in stages), sum(f.gpu_days for f in stages)
        tokens = sum(each.stage.tokens for each in stages if "llm" in each.stage.runs)
        name = stages[0].card.name
        rows.append((name, "together", "", "", _short(tokens), *[""] * 8,
                     f"{days:.1f}", f"{gpu_days:,.0f}"))  # fmt: skip
    ranks = plans[0][0].layout.size
    note = (
        f"{sum(found.values()):,} parameters ({parts}) on {ranks:,} ranks; tokens together are "
        "those that the decoder reads\n"
        "shared by: dp_replicate x dp_shard, cp, tp; balance: time over that of steps shared out "
        "evenly; MFU: ViT counted, recomputation not"
    )
    return f"{note}\n\n{columns(rows)}"


def _row(each: Forecast) -> tuple[str, ...]:
    stage, layout = each.stage, each.layout
    return (
        each.card.name,
        stage.name,
        "+".join(part for part in PARTS if part in stage.learns),
        f"{stage.pack:,}",
        _short(stage.tokens),
        f"{layout.dp_replicate} x {layout.dp_shard}, {layout.cp}, {layout.tp}",
        WORDS[layout.checkpointing],
        WORDS[layout.tower_checkpointing],
        f"{each.total / 1e9:.1f}",
        f"{each.seconds:.2f}",
        _short(each.tokens / each.seconds),
        f"{100 * each.mfu:.1f}",
        f"{each.work.imbalance:.3f}",
        f"{each.days:.1f}",
        f"{each.gpu_days:,.0f}",
    )


def details(each: Forecast) -> str:
    """One stage, line by line: memory a rank, collectives a step, and where the time goes."""
    title = f"{each.stage.name}, {each.card.name}, {told(each.layout)}"
    memory = [("memory a rank", "GB")]
    memory += [(name, f"{value / 1e9:.2f}") for name, value in each.memory.items()]
    memory.append(("together", f"{each.total / 1e9:.2f}"))
    flows = [("collectives a step", "kind", "ranks", "calls", "GB sent", "of it between nodes",
              "s", "behind computation")]  # fmt: skip
    for flow in each.flows:
        flows.append((
            flow.name, flow.kind, f"{flow.ring.size}", f"{flow.calls:,.0f}",
            f"{flow.sent / 1e9:.2f}", f"{flow.between / 1e9:.2f}",
            f"{flow.seconds(each.card):.3f}", "yes" if flow.hidden else "no",
        ))  # fmt: skip
    time = [("time of a step", "s"), *((n, f"{s:.3f}") for n, s in _times(each).items())]
    return "\n\n".join([title, columns(memory), columns(flows), columns(time)])


def _times(each: Forecast) -> dict[str, float]:
    return {
        "computation, waiting for the slowest rank": each.computing,
        "collectives that it waits for": each.talking,
        "collectives behind it": each.hidden,
        "optimiser": each.updating,
        "step": each.seconds,
    }


def plain(each: Forecast) -> dict[str, Any]:
    """A forecast as JSON: bytes, seconds, FLOPs."""
    stage, layout = each.stage, each.layout
    return {
        "stage": stage.name,
        "card": each.card.name,
        "learns": sorted(stage.learns),
        "pack": stage.pack,
        "packs": stage.packs,
        "mixture": stage.mixture,
        "layout": {
            "dp_replicate": layout.dp_replicate,
            "dp_shard": layout.dp_shard,
            "cp": layout.cp,
            "tp": layout.tp,
            "checkpointing": layout.checkpointing,
            "tower_checkpointing": layout.tower_checkpointing,
        },
        "memory": {name: round(value) for name, value in each.memory.items()},
        "collectives": {
            flow.name: {
                "kind": flow.kind,
                "ranks": flow.ring.size,
                "calls": round(flow.calls),
                "bytes_sent": round(flow.sent),
                "bytes_between_nodes": round(flow.between),
                "seconds": flow.seconds(each.card),
            }
            for flow in each.flows
        },
        "seconds": _times(each),
        "flops": each.flops,
        "tokens_a_step": each.tokens,
        "tokens_a_second": each.tokens / each.seconds,
        "mfu": each.mfu,
        "imbalance": each.work.imbalance,
        "days": each.days,
        "gpu_days": each.gpu_days,
    }


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows under a head, words to the left and numbers to the right."""
    wide = [max(map(len, each)) for each in zip(*rows, strict=True)]
    right = [
        all(not cell or cell[0].isdigit() for cell in each[1:]) for each in zip(*rows, strict=True)
    ]
    lines = []
    for row in rows:
        cells = zip(row, wide, right, strict=True)
        lines.append("  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in cells).rstrip())
    return "\n".join(lines)


def _short(number: float) -> str:
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}"
    return f"{number:.0f}"
