"""`qvl batch`: killed at any moment it goes on where it stopped, and nothing is asked twice."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from qvl.cli.batching import opened, run
from qvl.messages import Answer, Usage
from tests.e2e.test_cli import SAMPLES, qvl

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import os, time
from pathlib import Path
from qvl.cli.batching import opened, run
from qvl.messages import Answer, Usage

def ask(asked):
    text = asked.messages[0]["content"]
    os.write(log, (text[:9] + "\\n").encode())
    time.sleep(0.002)
    if text.startswith("bad"):
        raise ValueError("no good")
    return Answer(text[::-1], "stop", Usage(len(text), 1))

log = os.open("asked.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.write(log, b"--\\n")
with opened(Path("in.jsonl"), Path("out.jsonl"), "m", retry_failed=False) as work:
    run(work, ask, lambda count: None)
"""


def request(name, content="hello", **body):
    messages = [{"role": "user", "content": content}]
    asked = {"messages": messages, **body}
    return {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": asked}


def write(folder, rows):
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def results(folder):
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_bytes().splitlines()]
    for row in rows:
        row["response"]["body"].pop("created", None)
    return rows


def answer(folder, ask=None, **options):
    with opened(folder / "in.jsonl", folder / "out.jsonl", "m", retry_failed=False, **options) as w:
        return run(w, ask or (lambda asked: Answer("yes", "stop", Usage(2, 1))), lambda count: None)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_a_run_that_is_killed_again_and_again_ends_as_if_it_had_not_been(tmp_path, seed):
    names = [f"{'bad' if i % 7 == 3 else 'say'}-{i:04}" for i in range(400)]
    rows = [request(name, name + "é" * (i * 37 % 3000)) for i, name in enumerate(names)]
    for folder in (whole := tmp_path / "whole", cut := tmp_path / "cut"):
        folder.mkdir()
        write(folder, rows)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}

    def start(folder):
        return subprocess.Popen([sys.executable, "-c", RUN], cwd=folder, env=env)

    assert start(whole).wait() == 0
    draw, kills, out = random.Random(seed), 0, cut / "out.jsonl"
    for _ in range(6):
        had = out.stat().st_size if out.exists() else 0
        going = start(cut)
        while going.poll() is None and (not out.exists() or out.stat().st_size <= had):
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.12))
        if going.poll() is None:
            going.send_signal(signal.SIGKILL)
            kills += 1
        going.wait()
        for line in out.read_bytes().splitlines(keepends=True)[:-1]:
            json.loads(line)
        if draw.random() < 0.5:  # what a power cut may leave
            with open(out, "ab") as file:
                file.write(b'{"id": "batch_req_12\xc3')
    assert start(cut).wait() == 0 and kills >= 3
    assert results(cut) == results(whole)
    assert [row["custom_id"] for row in results(cut)] == names
    runs = (cut / "asked.log").read_text().split("--\n")[1:]
    twice = len([n for r in runs for n in r.split()]) - len(names)
    assert 0 <= twice <= kills  # at most the one that was under way


def test_failed_requests_are_asked_again_only_where_that_is_wished(tmp_path):
    write(tmp_path, [request("a"), request("b", n=2), request("c")])
    asked = []

    def ask(request):
        asked.append(request)
        return Answer("yes", "stop", Usage(2, 1))

    assert answer(tmp_path, ask).failed == 1 and len(asked) == 2
    assert answer(tmp_path, ask).failed == 1 and len(asked) == 2
    target = tmp_path / "out.jsonl"
    lines = target.read_text().splitlines()
    error = json.loads(lines[1])["error"]
    assert "n is 2" in error["message"]
    broken = {**json.loads(lines[0]), "error": {"code": "x", "message": "was broken"}}
    target.write_text("\n".join([json.dumps(broken), *lines[1:]]) + "\n")
    with opened(tmp_path / "in.jsonl", target, "m", retry_failed=True) as work:
        run(work, ask, lambda count: None)
    assert [row["custom_id"] for row in results(tmp_path)] == ["a", "b", "c"]
    assert [row["error"] is None for row in results(tmp_path)] == [True, False, True]
    assert len(asked) == 3


def test_a_file_cut_anywhere_is_taken_up(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # the power stays on here
    write(tmp_path, [request("a"), request("é"), request("b", n=2)])
    answer(tmp_path)
    target = tmp_path / "out.jsonl"
    whole, want = target.read_bytes(), results(tmp_path)
    for end in range(len(whole)):
        target.write_bytes(whole[:end])
        asked = []
        answer(
            tmp_path, lambda r, asked=asked: asked.append(r) or Answer("yes", "stop", Usage(2, 1))
        )
        assert results(tmp_path) == want
        assert len(asked) == max(0, 2 - whole[:end].count(b"\n"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no requests"),
        (b"\n  \n", "no requests"),
        (b'{"custom_id": "a"}\n\n{"custom_id": "a"', "line 3 of .* no JSON"),
        (b'{"custom_id": "a"}\n[1]', "line 2 of .* list, not an object"),
        (b'{"custom_id": "a"}\n{"custom_id": "a"}', "line 2 of .* earlier line"),
        (b'{"custom_id": ""}', "line 1 of .* custom_id"),
        (b'{"method": "POST"}', "line 1 of .* custom_id"),
        (b'{"custom_id": NaN}', "line 1 of .*NaN"),
        (b"\xff\xfe{}", "line 1 of .* no JSON"),
        (b"[" * 100_000, "line 1 of .* no JSON"),
    ],
)
def test_a_file_that_names_no_requests_is_refused_and_none_is_made(tmp_path, text, why):
    (tmp_path / "in.jsonl").write_bytes(text)
    with pytest.raises(ValueError, match=why):
        answer(tmp_path)
    assert not (tmp_path / "out.jsonl").exists()


def test_files_that_do_not_belong_together_are_noticed(tmp_path):
    source = write(tmp_path, [request("a")])
    answer(tmp_path)
    with (
        pytest.raises(ValueError, match="would be written"),
        opened(source, source, "m", retry_failed=False),
    ):
        pass
    with (
        pytest.raises(ValueError, match="by another model"),
        opened(source, tmp_path / "out.jsonl", "other", retry_failed=False),
    ):
        pass
    write(tmp_path, [request("a", "bye")])
    with pytest.raises(ValueError, match="another request"):
        answer(tmp_path)
    write(tmp_path, [request("b")])
    with pytest.raises(ValueError, match="not asked"):
        answer(tmp_path)
    (tmp_path / "out.jsonl").write_text('{"mine": 1}\n')
    with pytest.raises(ValueError, match=r"line 1 of .* no result"):
        answer(tmp_path)
    assert (tmp_path / "out.jsonl").read_text() == '{"mine": 1}\n'


def test_two_runs_do_not_write_one_file(tmp_path):
    source, target = write(tmp_path, [request("a")]), tmp_path / "out.jsonl"
    with (
        opened(source, target, "m", retry_failed=False),
        pytest.raises(ValueError, match="another run"),
    ):
        answer(tmp_path)
    assert answer(tmp_path).done == 1


def test_a_byte_order_mark_and_empty_lines_are_no_matter(tmp_path):
    rows = "\n\n".join(json.dumps(request(name)) for name in "ab")
    (tmp_path / "in.jsonl").write_bytes(b"\xef\xbb\xbf" + rows.encode() + b"\r\n\r\n")
    assert answer(tmp_path).done == 2


def test_requests_that_are_answered_together_are_written_in_order(tmp_path):
    write(tmp_path, [request(f"r{i}", str(i)) for i in range(12)])
    meet = threading.Barrier(3, timeout=30)

    def ask(asked):
        meet.wait()
        return Answer(asked.messages[0]["content"], "stop", Usage(1, 1))

    with opened(tmp_path / "in.jsonl", tmp_path / "out.jsonl", "m", retry_failed=False) as work:
        assert run(work, ask, lambda count: None, at_once=3).done == 12
    rows = results(tmp_path)
    assert [row["custom_id"] for row in rows] == [f"r{i}" for i in range(12)]
    said = [row["response"]["body"]["choices"][0]["message"]["content"] for row in rows]
    assert said == [str(i) for i in range(12)]


def test_a_batch_that_is_told_to_stop_ends_what_is_at_work_and_goes_on_later(tmp_path):
    (tmp_path / "line.png").write_bytes((SAMPLES / "line-1.png").read_bytes())
    look = [{"type": "image_url", "image_url": {"url": "line.png"}}, {"text": "Read the text."}]
    source = write(tmp_path, [request(f"r{i}", look, max_tokens=8) for i in range(400)])
    command = [sys.executable, "-m", "qvl.cli", "batch", source, tmp_path / "out.jsonl"]
    command += ["--at-once", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        while not (tmp_path / "out.jsonl").exists() or len(results(tmp_path)) < 3:
            time.sleep(0.02)
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 1 and "stopped by SIGTERM; the same command goes on" in told
    some = results(tmp_path)
    assert 3 <= len(some) < 400
    again = qvl("batch", source, tmp_path / "out.jsonl")
    assert again.returncode == 0 and f"{len(some)} of 400 were answered before" in again.stderr
    rows = results(tmp_path)
    assert rows[: len(some)] == some
    texts = {row["response"]["body"]["choices"][0]["message"]["content"] for row in rows}
    assert len(rows) == 400 and len(texts) == 1


def test_answers_are_the_same_alone_and_together_where_that_is_wished(tmp_path):
    rows = []
    for i in range(6):
        (tmp_path / f"{i}.png").write_bytes((SAMPLES / f"line-{1 + i % 2}.png").read_bytes())
        look = {"type": "image_url", "image_url": {"url": f"{i}.png"}}
        heat = {"temperature": 1.0, "top_p": 0.95, "seed": i} if i % 2 else {}
        asked = [look, {"text": "Read the text." + " Please." * i}]
        rows.append(request(f"r{i}", asked, max_tokens=12, **heat))
    told = []
    for folder, count in (("alone", 1), ("together", 6)):
        (tmp_path / folder).mkdir()
        target = tmp_path / folder / "out.jsonl"
        done = qvl("batch", write(tmp_path, rows), target, "--same", "--at-once", count)
        assert done.returncode == 0
        told.append([r["response"]["body"]["choices"] for r in results(tmp_path / folder)])
    assert told[0] == told[1]


def test_nano_answers_a_batch_whose_pictures_lie_beside_it(tmp_path):
    (tmp_path / "line.png").write_bytes((SAMPLES / "line-1.png").read_bytes())
    look = [{"type": "image_url", "image_url": {"url": "line.png"}}, {"text": "Read the text."}]
    lost = [{"type": "image_url", "image_url": {"url": "lost.png"}}]
    source = write(tmp_path, [request("a", look, max_tokens=4, model="nano"), request("b", lost)])
    done = qvl("batch", source, tmp_path / "out.jsonl")
    assert done.returncode == 1 and done.stdout == ""
    assert "2 of 2 answered, 1 of them failed" in done.stderr
    good, bad = results(tmp_path)
    body = good["response"]["body"]
    assert body["object"] == "chat.completion" and body["usage"]["completion_tokens"] == 4
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["qvl"]["media"][0]["original_size"] == [425, 19]
    assert bad["response"]["status_code"] == 400 and "lost.png" in bad["error"]["message"]
