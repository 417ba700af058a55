"""What a plan of a cluster says, against numbers worked out by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from qvl.cli.train_plan import plan
from qvl.config import QWEN_3B, QWEN_7B, QWEN_72B, TINY
from qvl.model.flops import Factors, flops
from qvl.train.cluster.activations import Block, kept, logits, norm, working
from qvl.train.cluster.forecast import forecast
from qvl.train.cluster.hardware import HARDWARE, HOP, LINKS, NETWORK_HOP, START, hardware
from qvl.train.cluster.layout import check
from qvl.train.cluster.memory import peak, states
from qvl.train.cluster.mixtures import Shape, shapes
from qvl.train.cluster.planning import planned
from qvl.train.cluster.request import Request, read, request_of
from qvl.train.cluster.search import best
from qvl.train.cluster.stage import Stage
from qvl.train.cluster.table import columns, summary
from qvl.train.cluster.traffic import Flow, Ring, heads, sharding
from qvl.train.cluster.units import PARTS, Weight, parameters, units
from qvl.train.cluster.work import Pack, imbalance, pack_of, simulated, work
from qvl.train.meshes import Parallel

H100 = HARDWARE["H100"]
HALF = "bfloat16"
MIXED = Stage("mixed", PARTS, 8192, 1e9, 64, "mixed")
BLOCK = Block(width=8, heads=2, columns=8, key_columns=4, hidden=20, fused=False, cut=False,
              learns=True)  # fmt: skip


@pytest.mark.parametrize(("cfg", "count"), [(QWEN_3B, 3_754_622_976), (QWEN_7B, 8_292_166_656)])
def test_parameters_are_those_of_the_published_checkpoints(cfg, count):
    assert sum(parameters(cfg).values()) == count


def test_a_shard_is_whole_rows_of_what_its_tp_rank_has():
    rows = Weight("model.layers.0.mlp.gate_proj.weight", "llm", (10, 3), 0)
    columns_ = Weight("model.layers.0.mlp.down_proj.weight", "llm", (10, 6), 1)
    tower = Weight("visual.blocks.0.norm1.weight", "tower", (10,), None)
    layout = Parallel(dp_shard=2, cp=1, tp=2)
    assert rows.local(layout) == 3 * 3  # 5 rows over 2 ranks
    assert rows.padded(layout) == 6 * 3
    assert columns_.local(layout) == 5 * 3
    assert tower.local(layout) == 3  # 10 over 2 x 2


@given(st.integers(1, 64), st.integers(1, 8), st.integers(1, 4))
def test_shards_hold_every_weight_and_no_more_than_a_row_besides(shard, cp, replicate):
    layout = Parallel(replicate, shard, cp)
    for unit in units(TINY):
        for weight in unit.weights:
            row = weight.count // weight.shape[0]
            whole = weight.local(layout) * shard * cp
            assert weight.count <= whole < weight.count + shard * cp * row


def test_states_are_sixteen_bytes_a_weight_that_learns_and_four_of_another():
    count = parameters(TINY)
    assert sum(states(TINY, Parallel(), PARTS).values()) == 16 * sum(count.values())
    told = states(TINY, Parallel(), frozenset({"merger"}))
    assert sum(told.values()) == 4 * sum(count.values()) + 12 * count["merger"]


def test_what_a_block_keeps_tensor_by_tensor():
    assert norm(8, 2, True) == 8 * 4 + 8 * 2 + 8 * 2
    # a row: two norms; q, k, v and out of 8 columns; two sums; four times the MLP
    assert kept(BLOCK, 1, "none", 1, 2) == 2 * 64 + 4 * 16 + 2 * 4 + 4 * 40
    assert kept(BLOCK, 3, "full", 1, 2) == 3 * 16
    # input, o_proj and down; attention's four; q, and k and v, as they came; gate and up; sums
    assert kept(BLOCK, 1, "selective", 1, 2) == 3 * 16 + 4 * 16 + 16 + 2 * 8 + 2 * 40 + 8
    frozen = replace(BLOCK, learns=False)
    assert kept(frozen, 1, "none", 1, 2) == 2 * 32 + 4 * 16 + 2 * 4 + 3 * 40
    # two ranks of tp share all but the norms
    assert kept(BLOCK, 2, "none", 2, 2) == 2 * 128 + 4 * 16 + 2 * 4 + 4 * 40
    assert working(BLOCK, 1, "none", 1, 2) == 2 * 40 + 2 * 16
    assert working(BLOCK, 1, "full", 1, 2) == kept(BLOCK, 1, "none", 1, 2) + 2 * 40 + 2 * 16


def test_a_chunk_of_logits_is_written_five_times():
    assert logits(TINY, 10, 1, 2) == 10 * 256 * (2 + 4 + 4 + 4 + 2)


def test_a_ring_within_a_node_and_beyond():
    inside = Ring(8, 1, 8)
    assert (inside.in_node, inside.crosses) == (8, False)
    seconds = START + 7 * HOP + 7 / 8 * 1e9 / (450e9 * LINKS)
    assert inside.seconds("all-gather", 1e9, H100) == pytest.approx(seconds)
    twice = START + 2 * (7 * HOP + 7 / 8 * 1e9 / (450e9 * LINKS))
    assert inside.seconds("all-reduce", 1e9, H100) == pytest.approx(twice)
    beyond = Ring(16, 1, 8)  # two nodes: 14 links inside them, 2 between, eight adapters each
    seconds = START + 14 * HOP + 2 * NETWORK_HOP + 15 / 16 * 1e9 / (400e9 * LINKS)
    assert beyond.seconds("all-gather", 1e9, H100) == pytest.approx(seconds)
    lone = Ring(4, 8, 8)  # one member a node
    assert lone.in_node == 1
    seconds = START + 4 * NETWORK_HOP + 3 / 4 * 1e9 / (50e9 * LINKS)
    assert lone.seconds("all-gather", 1e9, H100) == pytest.approx(seconds)
    assert Ring(1, 1, 8).seconds("all-gather", 1e9, H100) == 0


def test_bytes_that_a_rank_sends():
    flow = Flow("x", "all-reduce", Ring(16, 1, 8), 2, 1600, True)
    assert flow.sent == 2 * 1600 * 15 / 16
    assert flow.between == flow.sent / 8
    trade = Flow("x", "all-to-all", Ring(16, 1, 8), 2, 1600, True)
    assert (trade.sent, trade.between) == (1500, 800)
    assert Flow("x", "all-gather", Ring(8, 1, 8), 1, 800, True).between == 0


def test_weights_are_gathered_twice_and_summed_once_a_micro_batch():
    stage = replace(MIXED, packs=8)
    flows = {f.name: f for f in sharding(TINY, Parallel(dp_shard=4), stage, 8)}
    count = parameters(TINY)
    layers = 2  # of the decoder
    assert flows["gradients of the decoder"].payload == 2 * 4 * count["llm"]
    assert flows["gradients of the decoder"].calls == 2 * (layers + 1)
    assert flows["weights of the decoder"].calls == 2 * (2 * layers + 1)
    assert flows["gradients of the tower"].payload >= 2 * 4 * (count["tower"] + count["merger"])
    assert not [name for name in flows if name.startswith("replicas")]


def test_a_frozen_tower_is_gathered_once_and_never_summed():
    stage = replace(MIXED, packs=2, learns=frozenset({"llm"}))
    flows = {f.name: f for f in sharding(TINY, Parallel(dp_shard=2), stage, 8)}
    assert "gradients of the tower" not in flows
    assert flows["weights of the tower"].calls == 3  # its ends once more, ahead of no need


def test_bytes_of_gathers_do_not_depend_on_the_pack():
    layout = Parallel(dp_shard=4)
    assert sharding(TINY, layout, MIXED, 8) == sharding(TINY, layout, replace(MIXED, pack=9), 8)


def test_tp_sums_four_times_a_layer_and_cp_trades_heads():
    pack = pack_of(TINY, [Shape(64, 48, ((1, 8, 8),))])
    stage = replace(MIXED, packs=1, pack=64)
    layout = Parallel(tp=2, param_dtype=HALF)
    flows = {f.name: f for f in heads(TINY, layout, stage, 8, work([pack], stage, layout))}
    assert flows["sums over heads"].payload == (4 * 2 + 1) * 64 * 64 * 2
    assert flows["logits"].payload == 48 * 256 * 2
    assert flows["vision tokens"].payload == 2 * 16 * 64 * 2
    layout = Parallel(cp=2, param_dtype=HALF)
    flows = {f.name: f for f in heads(TINY, layout, stage, 8, work([pack], stage, layout))}
    assert flows["tokens for heads"].payload == 2 * 2 * 32 * (2 * 64 + 2 * 32) * 2


def test_memory_falls_with_more_shards_and_more_recomputation():
    def total(**layout):
        found = Parallel(param_dtype=HALF, **layout)
        return sum(peak(QWEN_7B, found, MIXED, 20_000).values())

    assert total(dp_shard=8) > total(dp_shard=16) > total(dp_shard=64)
    policies = [
        total(dp_shard=8, checkpointing=each, tower_checkpointing=each)
        for each in ("none", "selective", "full")
    ]
    assert policies == sorted(policies, reverse=True)
    assert total(dp_shard=8) > total(dp_shard=8, cp=2) > total(dp_shard=8, cp=8)
    assert total(dp_replicate=2, dp_shard=8) == total(dp_shard=8)


def test_steps_wait_for_the_slowest_rank():
    assert imbalance([4, 1, 3, 2], 4, 2) == (4 + 2) / 5
    assert imbalance([1, 1, 1, 1], 2, 2) == 1
    assert imbalance([5, 1, 7, 3], 4, 1) == 1


def test_frames_go_to_the_rank_that_has_least():
    pack = Pack(10, (4, 8, 4), 0, 0, 0, 0, 0)
    assert [pack.patches_of(n) for n in (1, 2, 3)] == [16, 8, 8]


def test_a_packs_flops_are_the_models():
    samples = [Shape(64, 48, ((1, 8, 8),)), Shape(100, 100)]
    pack, truth = pack_of(TINY, samples), flops(TINY, [64, 100], [(1, 8, 8)], PARTS, 148)
    assert pack.cost(Factors.of(PARTS)) == truth.step
    assert pack.attention == 2 * 2 * 4 * 16 * (64 * 65 + 100 * 101)
    sight = frozenset({"tower", "merger"})
    assert pack_of(TINY, samples, sight).llm == 0


def test_packs_are_full_and_a_function_of_the_seed():
    made = simulated(QWEN_3B, replace(MIXED, packs=512))
    assert made == simulated(QWEN_3B, replace(MIXED, packs=512))
    assert len(made) == 1024
    fill = sum(pack.tokens for pack in made) / len(made) / 8192
    assert 0.98 < fill <= 1 and max(pack.tokens for pack in made) <= 8192


def test_samples_come_from_kept_costs(tmp_path):
    draws = [("tokens", "i4"), ("labels", "i4"), ("first", "i8"), ("grids", "i4")]
    held = np.array([(20, 4, 0, 1), (7, 6, 1, 0)], draws)
    np.savez(tmp_path / "a.1.costs.npz", draws=held, grids=np.array([[1, 8, 8]], "i4"))
    stream = shapes(str(tmp_path / "*.costs.npz"), 32, 0)
    found = {next(stream) for _ in range(8)}
    assert found == {Shape(20, 4, ((1, 8, 8),)), Shape(7, 6)}
    with pytest.raises(ValueError, match="holds no costs"):
        next(shapes(str(tmp_path / "none.costs.npz"), 32, 0))


def test_a_forecast_adds_up():
    card, layout = H100, Parallel(dp_shard=8, param_dtype=HALF, checkpointing="full")
    stage = replace(MIXED, packs=16)
    done = work(simulated(QWEN_3B, stage), stage, layout)
    found = forecast(QWEN_3B, stage, layout, card, done)
    per_second = found.tokens / found.seconds
    assert found.tokens == pytest.approx(16 * done.tokens)
    assert found.days == pytest.approx(1e9 / per_second / 86400)
    assert found.mfu == pytest.approx(found.flops / found.seconds / 8 / card.flops)
    assert 0.2 < found.mfu < 0.7
    assert found.gpu_days == 8 * found.days
    again = forecast(QWEN_3B, stage, replace(layout, checkpointing="none"), card, done)
    assert again.flops == found.flops and again.computing < found.computing
    with pytest.raises(ValueError, match="cards are known for bfloat16"):
        forecast(QWEN_3B, stage, replace(layout, param_dtype="float32"), card, done)


def test_the_search_takes_the_quickest_that_fits():
    stage = replace(MIXED, packs=16)
    made = simulated(QWEN_3B, stage)
    found = best(QWEN_3B, stage, 8, H100, made)
    assert found.fits and found.layout.size == 8
    plain = Parallel(dp_shard=8, checkpointing="full", tower_checkpointing="full",
                     param_dtype=HALF)  # fmt: skip
    rival = forecast(QWEN_3B, stage, plain, H100, work(made, stage, plain))
    assert rival.fits and found.seconds <= rival.seconds


def test_what_does_not_fit_is_told_with_a_remedy():
    stage = replace(MIXED, packs=8)
    with pytest.raises(ValueError, match=r"do not fit.*largest line is optimiser.*more ranks"):
        best(QWEN_72B, stage, 8, H100, simulated(QWEN_72B, stage))
    with pytest.raises(ValueError, match="cannot be shared by 7 ranks"):
        best(QWEN_3B, stage, 7, H100, simulated(QWEN_3B, stage))
    with pytest.raises(ValueError, match="num_key_value_heads is 2"):
        check(Parallel(dp_shard=1, tp=4), QWEN_3B, 8)
    with pytest.raises(ValueError, match="6 data ranks"):
        check(Parallel(dp_shard=6), QWEN_3B, 8)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"modle": "3B"}, "'modle' is unknown; did you mean 'model'"),
        ({"hardware": "H300"}, "take one of A100, H100, H200"),
        ({"ranks": 0}, "ranks is 0"),
        ({"ranks": 3, "parallel": {"dp_shard": 2}}, "makes 2 ranks, not 3"),
        ({"parallel": {"dp_shards": 2}}, "'dp_shards' is unknown; did you mean 'dp_shard'"),
        ({"stages": [{"name": "visual", "mixture": "soup"}]}, "mixture 'soup' is not known"),
        ({"stages": [{"name": "own", "learns": ["llm"]}]}, "pack"),
        ({"stages": [{"name": "visual", "learns": ["eyes"]}]}, "'eyes' is no part"),
        ({"stages": [{"name": "visual", "learns": []}]}, "a part must learn"),
        ({"stages": [{"name": "visual", "tokens": 0}]}, "tokens is 0"),
    ],
)
def test_what_is_wrong_with_a_request_is_one_sentence(raw, told):
    with pytest.raises(ValueError, match=told):
        request_of(raw, "plan.toml")


def test_a_request_is_read_from_toml(tmp_path):
    (tmp_path / "plan.toml").write_text(
        'model = "3B"\nhardware = "H200"\n[parallel]\ndp_shard = 4\ntp = 2\n'
        '[[stages]]\nname = "visual"\ntokens = 1e9\npacks = 8\n'
    )
    request = read(str(tmp_path / "plan.toml"))
    assert request.parallel == Parallel(dp_shard=4, tp=2, param_dtype=HALF)
    assert (request.ranks, request.stages[0].pack, request.stages[0].tokens) == (8, 8192, 1e9)
    [[found]] = planned(request)
    assert found.layout == request.parallel
    (tmp_path / "torn.toml").write_text("model = ")
    with pytest.raises(ValueError, match="is no TOML"):
        read(str(tmp_path / "torn.toml"))
    with pytest.raises(ValueError, match="neither one of 3B"):
        _ = read("9B").config
    with pytest.raises(ValueError, match="take one of vision, visual"):
        read("3B").only("audio")


def test_the_verb_prints_a_table_or_json():
    app = typer.Typer()
    app.command()(plan)
    chosen = ["3B", "--ranks", "8", "--hardware", "H200", "--stage", "multimodal"]
    told = CliRunner().invoke(app, chosen)
    assert told.exit_code == 0, told.output
    assert "3,754,622,976 parameters" in told.stdout
    assert "memory a rank" in told.stdout and "collectives a step" in told.stdout
    told = CliRunner().invoke(app, [*chosen, "--json"])
    [found] = json.loads(told.stdout)
    assert found["stage"] == "multimodal" and 0.2 < found["mfu"] < 0.7
    assert sum(found["memory"].values()) < 0.9 * hardware("H200").memory


def test_columns_stand_under_their_heads():
    rows = [("name", "GB"), ("a", "1.5"), ("long name", "10.5")]
    assert columns(rows) == "name         GB\na           1.5\nlong name  10.5"


def test_the_summary_adds_stages_up():
    request = Request("3B", ("H200",), 8, stages=(replace(MIXED, packs=16),) * 1)
    plans = planned(request)
    last = summary(QWEN_3B, plans).splitlines()[-1].split()
    assert last[:2] == ["H200", "together"]
    assert float(last[-2]) == pytest.approx(plans[0][0].days, abs=0.06)
