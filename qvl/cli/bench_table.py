"""The figures of `qvl bench` as lines for people."""

from collections.abc import Iterator
from typing import Any

ABOUT = {
    "fetch": "the file's bytes",
    "decode": "bytes to pixels",
    "resize": "to the size that the model sees, cut in patches; the prompt's tokens",
    "tower": "patches to vision tokens",
    "prefill": "the prompt through the decoder",
    "sample": "the last row through the head, and the choice of a token",
    "rest": "embedding, copies, room for keys and values",
}


def table(figures: dict[str, Any]) -> Iterator[str]:
    yield from _machine(figures["machine"])
    yield from _model(figures["model"], figures["machine"]["device"])
    yield from _first(figures["first_token"], figures["model"]["dtype"])
    yield from _decode(figures["decode"])
    yield from _memory(figures["memory"])


def _machine(best: dict[str, Any]) -> Iterator[str]:
    counts = f"{best['cores']} cores, {best['threads']} threads"
    yield f"machine      {best['name']}, {counts}, torch {best['torch']}"
    yield f"  read       {best['read_bytes_per_second'] / 1e9:.1f} GB/s"
    yield f"  copy       {best['copy_bytes_per_second'] / 1e9:.1f} GB/s, read and written"
    rates = [
        f"{rate / 1e9:.0f} GFLOP/s in {kind}" for kind, rate in best["flops_per_second"].items()
    ]
    yield f"  products   {', '.join(rates)}"


def _model(told: dict[str, Any], device: str) -> Iterator[str]:
    yield f"model        {told['name']}, {told['dtype']} on {device}"
    yield f"  parameters {told['parameters'] / 1e6:,.1f} million"
    yield (
        f"  weights    {_size(told['weight_bytes'])}, of which a token of an answer reads "
        f"{_size(told['weight_bytes_per_token'])}"
    )
    yield f"  cache      {_size(told['cache_bytes_per_token'])} a token"


def _first(first: dict[str, Any], dtype: str) -> Iterator[str]:
    sizes = ["x".join(map(str, first[f"{kind}_size"])) for kind in ("original", "processed")]
    yield (
        f"first token  {1e3 * first['seconds']:.1f} ms; picture {first['picture']}, {sizes[0]}, "
        f"seen at {sizes[1]}: {first['vision_tokens']} of {first['prompt_tokens']} tokens; "
        f"the median of {first['passes']}"
    )
    for name, stage in first["stages"].items():
        line = f"  {name:10} {1e3 * stage['seconds']:10.2f} ms {stage['share']:7.1%}  {ABOUT[name]}"
        if name in ("tower", "prefill"):
            line += f"; {first[f'{name}_matrix_share']:.0%} of the rate of {dtype} products"
        if name == "prefill":
            line += f"; {first['prefill_tokens_per_second']:.0f} tokens/s"
        yield line


def _decode(rows: list[dict[str, Any]]) -> Iterator[str]:
    one = rows[0]
    yield f"decode       {one['tokens']} tokens after a prompt of {one['prompt_tokens']}"
    yield "  at once    ms a token, 10 % to 90 %    tokens/s   of read bandwidth"
    for row in rows:
        low, middle, high = (
            1e3 * row[key] for key in ("tenth_seconds", "seconds", "ninetieth_seconds")
        )
        yield (
            f"  {row['batch']:7}    {middle:10.2f} ({low:.2f} to {high:.2f}) "
            f"{row['tokens_per_second']:9.1f}   {row['bandwidth_share']:.0%}"
        )


def _memory(held: dict[str, Any]) -> Iterator[str]:
    parts = {"process": held["process_peak_bytes"], "device": held["device_peak_bytes"]}
    shown = [f"{_size(size)} of the {name}" for name, size in parts.items() if size is not None]
    yield f"memory       {', '.join(shown) or 'this system does not tell'}, at most"


def _size(count: int) -> str:
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.1f} {unit}"
    return f"{count} bytes"
