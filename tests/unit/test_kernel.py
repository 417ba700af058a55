"""The compiled kernel multiplies as float64 does, and where it cannot be had that is said."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from qvl.engine.kernel import compiled, products
from qvl.engine.kernel.compiled import NoKernel
from qvl.engine.kernel.layouts import GROUP, pack4, pack8, unpack4
from qvl.engine.kernel.products import ROWS, Kernel, found, load
from tests import needs

ROOT = Path(__file__).resolve().parents[2]
SMALL = 'extern "C" int qvl_bfloat16() { return 7; }\n'
EPS = {torch.float32: 2**-20, torch.bfloat16: 2**-8}


@pytest.fixture(scope="module", params=["native", "portable"])
def kernel(request, tmp_path_factory) -> Kernel:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        if request.param == "portable":
            plain = [f for f in compiled.FLAGS if f not in ("-O3", "-march=native")]
            patch.setattr(compiled, "FLAGS", (*plain, "-O1"))
        return load.__wrapped__()


@pytest.fixture
def small(monkeypatch, tmp_path) -> Path:
    """A source that compiles at once, and an empty cache, whose folder it is."""
    (tmp_path / "small.cpp").write_text(SMALL)
    monkeypatch.setattr(compiled, "SOURCE", tmp_path / "small.cpp")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(products, "load", load.__wrapped__)
    return compiled.cache_folder()


def tool(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def drawn(rows: int, out: int, width: int, dtype: torch.dtype):
    draw = torch.Generator().manual_seed(rows * out + width)
    x, bias = torch.randn(rows, width, generator=draw), torch.randn(out, generator=draw)
    return draw, x.to(dtype), bias.to(dtype)


def near(y, x, weights, bias):
    """Within a step of the result's type, and the rounding of sums in float32."""
    weights, x = weights.double(), x.double()
    exact = x @ weights.T + (0 if bias is None else bias.double())
    size = x.abs() @ weights.abs().T
    limit = EPS[y.dtype] * exact.abs() + 2**-20 * size + 1e-6
    assert y.shape == exact.shape
    assert ((y.double() - exact).abs() <= limit).all()


@needs.compiled
@pytest.mark.parametrize("dtype", EPS, ids=str)
@pytest.mark.parametrize("rows", range(1, ROWS + 1))
def test_products_are_those_of_float64(kernel, rows, dtype):
    for out, width in ((1, 32), (7, 96), (33, 160), (70, 2048)):
        draw, x, bias = drawn(rows, out, width, dtype)
        weights = torch.randn(out, width, generator=draw).bfloat16()
        near(kernel.bfloat16(x, weights, bias), x, weights, bias)
        near(kernel.bfloat16(x, weights), x, weights, None)
        q = torch.randint(-128, 128, (out, width), dtype=torch.int8, generator=draw)
        scales = torch.rand(out, generator=draw)
        near(kernel.int8(x, pack8(q), scales, bias), x, q * scales.double()[:, None], bias)
        q = torch.randint(0, 16, (out, width), dtype=torch.uint8, generator=draw)
        groups = -(-width // GROUP)
        scales = torch.rand(out, groups, generator=draw).half() * 1e-3
        scales[0, 0] = 6e-8  # subnormal
        zeros = torch.randint(0, 17, (out, groups), dtype=torch.uint8, generator=draw)
        wide = [each.repeat_interleave(GROUP, 1)[:, :width].double() for each in (scales, zeros)]
        near(kernel.int4(x, pack4(q), scales, zeros, bias), x, (q - wide[1]) * wide[0], bias)


@needs.compiled
def test_a_row_is_the_same_in_any_company_and_on_any_threads(kernel):
    draw, x, _ = drawn(ROWS, 70, 320, torch.bfloat16)
    weights = torch.randn(70, 320, generator=draw).bfloat16()
    alone = torch.cat([kernel.bfloat16(row[None], weights) for row in x])
    before = torch.get_num_threads()
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            for rows in range(1, ROWS + 1):
                assert torch.equal(kernel.bfloat16(x[:rows], weights), alone[:rows])
    finally:
        torch.set_num_threads(before)


@needs.compiled
def test_any_form_of_input(kernel):
    draw, x, _ = drawn(4, 5, 128, torch.float32)
    weights = torch.randn(5, 64, generator=draw).bfloat16()
    near(kernel.bfloat16(x[:, ::2], weights), x[:, ::2], weights, None)
    near(kernel.bfloat16(x[:, :64], weights), x[:, :64], weights, None)
    assert kernel.bfloat16(x[0, :64], weights).shape == (5,)
    assert kernel.bfloat16(x[:, :64].view(2, 1, 2, 64), weights).shape == (2, 1, 2, 5)


@needs.compiled
def test_what_is_no_number_stays_none(kernel):
    x = torch.ones(3, 64).bfloat16()
    x[1, 5], x[2, 7] = torch.nan, torch.inf
    y = kernel.bfloat16(x, torch.ones(2, 64).bfloat16())
    assert y[0].tolist() == [64, 64] and y[1].isnan().all() and y[2].isinf().all()


@needs.compiled
def test_wrong_matrices_are_refused(kernel):
    x, weights = torch.ones(1, 64), torch.ones(4, 64).bfloat16()
    q = torch.ones(4, 64, dtype=torch.uint8)
    scales, zeros = torch.ones(4, 1).half(), torch.ones(4, 1, dtype=torch.uint8)
    wrong = [
        ("9 rows", lambda: kernel.bfloat16(x.expand(9, -1), weights)),
        ("0 rows", lambda: kernel.bfloat16(x[:0], weights)),
        ("multiple of 32", lambda: kernel.bfloat16(x[:, :40], weights[:, :40].contiguous())),
        ("contiguous", lambda: kernel.bfloat16(x, torch.ones(64, 4).bfloat16().T)),
        ("float64", lambda: kernel.bfloat16(x.double(), weights)),
        ("bias|4", lambda: kernel.bfloat16(x, weights, torch.ones(3))),
        ("int8", lambda: kernel.int8(x, q, torch.ones(4))),
        ("64", lambda: kernel.int8(x, torch.ones(4, 60, dtype=torch.int8), torch.ones(4))),
        ("one matrix", lambda: kernel.int4(x, pack4(q), scales[:3], zeros)),
        ("uint8 from 0 to 15", lambda: pack4(q + 15)),
    ]
    for said, work in wrong:
        with pytest.raises(ValueError, match=said):
            work()


def test_int4_is_unpacked_as_it_was():
    q = torch.randint(0, 16, (5, 300), dtype=torch.uint8)
    assert pack4(q).shape == (5, 3, 64)
    assert torch.equal(unpack4(pack4(q), 300), q)


@needs.compiled
def test_it_is_compiled_once(small, monkeypatch, tmp_path):
    path = compiled.library()
    assert ctypes.CDLL(str(path)).qvl_bfloat16() == 7
    made = path.stat().st_mtime_ns
    assert compiled.library() == path and path.stat().st_mtime_ns == made
    monkeypatch.setattr(compiled, "FLAGS", (*compiled.FLAGS, "-g"))
    assert compiled.library() != path
    assert [each for each in small.iterdir() if each.suffix != ".so"] == []


@needs.compiled
@pytest.mark.parametrize("damage", ["cut", "empty", "changed"])
def test_a_broken_file_of_the_cache_is_made_anew(small, damage):
    path = compiled.library()
    whole = path.read_bytes()
    broken = {"cut": whole[:2000], "empty": b"", "changed": whole[:-1] + b"\1"}[damage]
    path.unlink()  # what is mapped stays
    path.write_bytes(broken)
    again = compiled.library()
    assert ctypes.CDLL(str(again)).qvl_bfloat16() == 7 and again.read_bytes() != broken


@needs.compiled
def test_two_processes_compile_at_once(small):
    code = (
        "import ctypes, sys; from pathlib import Path; from qvl.engine.kernel import compiled;"
        "compiled.SOURCE = Path(sys.argv[1]);"
        "sys.exit(ctypes.CDLL(str(compiled.library())).qvl_bfloat16())"
    )
    command = [sys.executable, "-c", code, str(compiled.SOURCE)]
    both = [subprocess.Popen(command, cwd=ROOT, env=dict(os.environ)) for _ in range(2)]
    assert [each.wait(120) for each in both] == [7, 7]
    assert all(each.suffix == ".so" for each in small.iterdir())


@needs.compiled
def test_without_a_compiler_torch_multiplies(small, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoKernel, match=r"no C\+\+ compiler; apt-get install"):
        compiled.library()
    assert found() is None
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(NoKernel, match="CXX names 'no-such-compiler'"):
        compiled.library()


@needs.compiled
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("echo bad flag >&2; exit 3", "bad flag"),
        ("exit 4", "exit code 4"),
        ("exit 0", "does not compile"),
        ('for last; do :; done; case $last in *.so) echo no library > "$last";; esac', "not load"),
    ],
    ids=["complains", "fails", "writes-nothing", "writes-rubbish"],
)
def test_a_broken_compiler_leaves_nothing(small, monkeypatch, tmp_path, body, said):
    monkeypatch.setenv("CXX", tool(tmp_path / "cxx", body))
    with pytest.raises(NoKernel, match=said):
        products.load()
    assert found() is None
    assert list(small.iterdir()) == []


@needs.compiled
def test_a_library_without_the_functions_is_no_kernel(small):
    with pytest.raises(NoKernel, match="does not load"):
        products.load()
    assert list(small.iterdir()) == []


@needs.compiled
def test_a_cache_that_cannot_be_written_is_told(small, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(NoKernel, match="make it writable or set XDG_CACHE_HOME"):
        compiled.library()
