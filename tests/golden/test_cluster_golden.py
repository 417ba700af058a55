"""The paper's plan of the 72B model on 1,024 H100s, rounded."""

from qvl.train.cluster.planning import planned
from qvl.train.cluster.request import Request

PHASES = ("visual", "multimodal", "long")
TABLE = """
vision      2.56 T  1 x 512, 2, 1  none, none   36 GB   0.3 s  38 %   1.2 days
visual      1.50 T  8 x 32, 4, 1  none, full   68 GB   4.4 s  56 %   9.2 days
multimodal  2.00 T  8 x 32, 4, 1  selective, full   71 GB   8.0 s  45 %  22.2 days
long        0.60 T  1 x 128, 8, 1  full, none   59 GB  10.0 s  40 %   8.3 days
sft         0.01 T  1 x 128, 8, 1  full, none   25 GB   4.5 s  41 %   0.1 days
"""


def test_the_plan_of_the_72b_model():
    [stages] = planned(Request("72B", ("H100",), 1024))
    lines = []
    for each in stages:
        at = each.layout
        lines.append(
            f"{each.stage.name:10} {each.stage.tokens / 1e12:5.2f} T  "
            f"{at.dp_replicate} x {at.dp_shard}, {at.cp}, {at.tp}  {at.checkpointing}, "
            f"{at.tower_checkpointing}  {each.total / 1e9:3.0f} GB  {each.seconds:4.1f} s  "
            f"{100 * each.mfu:2.0f} %  {each.days:4.1f} days"
        )
    assert "\n".join(lines) == TABLE.strip()
    assert sum(s.stage.tokens for s in stages if s.stage.name in PHASES) == 4.1e12
