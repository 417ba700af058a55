"""A hub on 127.0.0.1: as much of its API as a download asks for, and a line that can be cut."""

import contextlib
import json
import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Serves `folder` as owner/tiny; counts what it sent, and may stop in the midst of a file."""

    folder: Path
    cut: dict[str, int] = field(default_factory=dict)  # file: bytes after which the line is cut
    cuts: int = 0  # how often it may still be cut
    sent: dict[str, int] = field(default_factory=dict)  # file: bytes
    ranges: list[str] = field(default_factory=list)
    address: str = ""

    def files(self):
        return {str(p.relative_to(self.folder)): p for p in self.folder.rglob("*") if p.is_file()}


class Server(ThreadingHTTPServer):
    hub: Hub


class Handler(BaseHTTPRequestHandler):
    server: "Server"
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/owner/tiny/tree/"):
            rows = [
                {"type": "file", "path": name, "size": p.stat().st_size, "oid": f"id-{name}"}
                for name, p in self.server.hub.files().items()
            ]
            return self.json(rows)
        if found := re.fullmatch("/api/models/owner/tiny(/revision/(.*))?", path):
            if found[2] in (None, "main", "v1", COMMIT):
                return self.json({"id": "owner/tiny", "sha": COMMIT, "siblings": []})
            return self.refuse("RevisionNotFound")
        found = re.fullmatch(f"/owner/tiny/resolve/{COMMIT}/(.*)", path)
        if found and found[1] in self.server.hub.files():
            return self.file(found[1], body)
        return self.refuse("GatedRepo" if "gated" in path else "RepoNotFound")

    def refuse(self, code):
        self.send_response(403 if code == "GatedRepo" else 404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def json(self, value):
        raw = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def file(self, name, body):
        raw = self.server.hub.files()[name].read_bytes()
        start = 0
        if asked := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            start = int(asked[1])
            self.server.hub.ranges.append(name)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(raw) - 1}/{len(raw)}")
        else:
            self.send_response(200)
        self.send_header("ETag", f'"id-{name}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(raw) - start))
        self.end_headers()
        if not body:
            return
        stop = len(raw)
        if name in self.server.hub.cut and self.server.hub.cuts > 0:
            self.server.hub.cuts -= 1
            stop = start + self.server.hub.cut[name]
            self.close_connection = True
        self.wfile.write(raw[start:stop])
        self.server.hub.sent[name] = self.server.hub.sent.get(name, 0) + stop - start


@contextlib.contextmanager
def serve(hub):
    server = Server(("127.0.0.1", 0), Handler)
    server.hub = hub
    hub.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
