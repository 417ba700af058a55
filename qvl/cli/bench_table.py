"""The figures of `qvl bench` as lines for people."""

from collections.abc import Iterator
from typing import Any

ABOUT = {
    "fetch": "the file's bytes",
    "decode": "bytes to pixels",
    "resize": "pixels to patches, text to tokens",
    "tower": "patches to vision tokens",
    "prefill": "the prompt through the decoder",
    "sample": "the last row through the head, and the choice",
    "rest": "embedding, copies, room for keys and values",
}


def table(figures: dict[str, Any]) -> Iterator[str]:
    yield from _machine(figures["machine"])
    yield ""
    yield from _model(figures["model"], figures["machine"]["device"])
    yield ""
    yield from _first(figures["first_token"])
    yield ""
    yield from _decode(figures["decode"])
    yield ""
    yield from _memory(figures["memory"])


def _machine(best: dict[str, Any]) -> Iterator[str]:
    yield f"machine      {best['name']}"
    yield f"             {best['cores']} cores, threads: {best['threads']}, torch {best['torch']}"
    yield f"  reading  {best['read_bytes_per_second'] / 1e9:8,.1f} GB/s of memory"
    yield f"  copying  {best['copy_bytes_per_second'] / 1e9:8,.1f} GB/s, read and written"
    for kind, rate in best["flops_per_second"].items():
        yield f"  products {rate / 1e9:8,.0f} GFLOP/s of {kind} matrices"


def _model(told: dict[str, Any], device: str) -> Iterator[str]:
    kinds = [kind for kind in (told["quant"], told["dtype"]) if kind]
    yield f"model        {told['name']}, {' and '.join(kinds)} on {device}"
    yield f"             {told['parameters'] / 1e6:,.1f} million parameters"
    yield f"  weights  {_size(told['weight_bytes'])}"
    yield f"    used   {_size(told['weight_bytes_per_token'])} for each token of an answer"
    yield f"  cache    {_size(told['cache_bytes_per_token'])} for each token that is remembered"


def _first(first: dict[str, Any]) -> Iterator[str]:
    sizes = ["x".join(map(str, first[f"{kind}_size"])) for kind in ("original", "processed")]
    count = first["passes"]
    once = f"the middle one of {count} times" if count > 1 else "measured once"
    yield f"first token  {1e3 * first['seconds']:.1f} ms after a question on a picture, {once}"
    yield f"             picture: {first['picture']}, {sizes[0]}, seen at {sizes[1]}"
    yield f"             {first['vision_tokens']} of the prompt's {first['prompt_tokens']} tokens"
    for name, stage in first["stages"].items():
        line = f"  {name:8} {1e3 * stage['seconds']:9.2f} ms {stage['share']:7.1%}  {ABOUT[name]}"
        yield line
        if name == "prefill":
            yield f"{'':32}{first['prefill_tokens_per_second']:,.0f} tokens/s"
        if name in ("tower", "prefill"):
            yield f"{'':32}{first[f'{name}_matrix_share']:.1%} of the products' rate above"


def _decode(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"answers      {rows[0]['tokens']} tokens after a prompt of {rows[0]['prompt_tokens']}"
    yield "  at once  ms between tokens, four in five   tokens/s   of the reading above"
    for row in rows:
        low, high = (f"{1e3 * row[name]:.2f}" for name in ("tenth_seconds", "ninetieth_seconds"))
        yield (
            f"  {row['batch']:7}  {1e3 * row['seconds']:10.2f}   {f'{low} to {high}':18}"
            f"{row['tokens_per_second']:10.1f}   {row['bandwidth_share']:.1%}"
        )


def _memory(held: dict[str, Any]) -> Iterator[str]:
    parts = {"process": held["process_peak_bytes"], "device": held["device_peak_bytes"]}
    told = [f"{_size(size).strip()} of the {name}" for name, size in parts.items() if size]
    yield f"memory       {', '.join(told) or 'this system does not tell'}, at the most"


def _size(count: int) -> str:
    power, unit = next(
        ((power, unit) for power, unit in ((3, "GB"), (2, "MB")) if count >= 1000**power),
        (1, "kB"),
    )
    return f"{count / 1000**power:8,.1f} {unit}"
