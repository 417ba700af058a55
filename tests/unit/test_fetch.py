"""Sources of pictures against a real server on this machine: bounds kept, one line each."""

import base64
import gzip
import io
import os
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
from PIL import Image

from qvl.media import download
from qvl.media.address import is_public
from qvl.media.errors import BadImage, BadSource
from qvl.media.fetch import fetch, picture, stem_of
from qvl.media.policy import Policy

RED = Image.new("RGB", (60, 40), "red")
NEAR = Policy(allow_private=True, seconds=5)
LIMIT = 100_000  # bytes, of the tests that need one


def png(image: Image.Image = RED) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def answer(status: str, body: bytes = b"", *lines: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


class Handler(socketserver.StreamRequestHandler):
    """One request; its path says what goes wrong."""

    def handle(self):
        asked = self.rfile.readline().split()
        lines = []
        while (line := self.rfile.readline()).strip():
            lines.append(line.decode().strip())
        path = asked[1].decode().partition("?")[0]
        self.server.seen.append((path, dict(line.split(": ", 1) for line in lines)))
        try:
            getattr(self, path.strip("/").partition("/")[0].replace("-", "_"))(path)
        except OSError:
            return  # the client hung up, as it should

    def send(self, data):
        self.wfile.write(data)
        self.wfile.flush()

    def red(self, path):
        self.send(answer("200 OK", png()))

    def chunked(self, path):
        self.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        body = png()
        for i in range(0, len(body), 50):
            piece = body[i : i + 50]
            self.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.send(b"0\r\n\r\n")

    def hop(self, path):
        """/hop/3 goes to /hop/2 and so on, /hop/0 to the picture."""
        count = int(path.rsplit("/", 1)[1])
        self.send(answer("302 Found", b"", f"Location: {f'/hop/{count - 1}' if count else '/red'}"))

    def around(self, path):
        self.send(answer("301 Moved", b"", "Location: /around"))

    def to(self, path):
        target = base64.urlsafe_b64decode(path.rsplit("/", 1)[1]).decode()
        self.send(answer("307 Temporary", b"", f"Location: {target}"))

    def endless(self, path):
        self.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            self.send(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")

    def until_closed(self, path):
        self.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            self.send(b"x" * 8192)

    def boast(self, path):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nabc")

    def short(self, path):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + png()[:100])

    def cut(self, path):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\n" + png())

    def bomb(self, path):
        self.send(answer("200 OK", gzip.compress(b"\0" * 10_000_000), "Content-Encoding: gzip"))

    def silent(self, path):
        self.connection.recv(1)  # until the client hangs up

    def drip(self, path):
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            self.send(b"x")
            time.sleep(0.05)

    def dripping_head(self, path):
        self.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.send(b"X-A: b\r\n")
            time.sleep(0.05)

    def text(self, path):
        self.send(answer("200 OK", b"<html>I am no picture</html>"))

    def gone(self, path):
        self.send(answer("404 Not Found", b"no"))

    def noise(self, path):
        self.send(b"SSH-2.0-OpenSSH_9.6\r\n")

    def hang_up(self, path):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@pytest.fixture(scope="module")
def server():
    with Server(("127.0.0.1", 0), Handler) as server:
        server.seen = []
        server.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server
        server.shutdown()


def open_files() -> set[tuple[str, str]]:
    """Of this process; a handle that closes meanwhile is none."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            found.add((name, os.readlink(f"/proc/self/fd/{name}")))
        except OSError:
            continue
    return found


def refused(source: object, policy: Policy = NEAR) -> str:
    """The one line of what is wrong."""
    with pytest.raises((BadSource, BadImage)) as caught:
        picture(source, policy)
    line = str(caught.value)
    assert "\n" not in line and line.isprintable() and len(line) < 300
    return line


@pytest.mark.parametrize("path", ["red", "chunked", "hop/4", "red?size=3#part"])
def test_a_picture_comes_over_http(server, path):
    assert picture(f"{server.url}/{path}", NEAR).getpixel((3, 3)) == (255, 0, 0)
    assert server.seen[-1][1]["Host"] == server.url.removeprefix("http://")
    assert server.seen[-1][1]["Accept-Encoding"] == "identity"


WRONG = {
    "hop/5": "5 redirects",
    "around": "5 redirects",
    "endless": f"more than {LIMIT} bytes",
    "until-closed": f"more than {LIMIT} bytes",
    "boast": f"more than {LIMIT} bytes",
    "short": "cannot be had",
    "cut": "broken PNG",
    "bomb": "compressed",
    "text": "no picture that can be read",
    "gone": "status 404",
    "noise": "cannot be had",
    "hang-up": "cannot be had",
}


@pytest.mark.parametrize("path", list(WRONG))
def test_a_bad_server_is_one_line(server, path):
    assert WRONG[path] in refused(f"{server.url}/{path}", replace(NEAR, max_bytes=LIMIT))


@pytest.mark.parametrize("path", ["silent", "drip", "dripping-head"])
def test_one_clock_bounds_it_all(server, path):
    """Each single wait is short, so only the sum of them can end it."""
    assert "0.4 seconds" in refused(f"{server.url}/{path}", replace(NEAR, seconds=0.4))


def test_nothing_stays_open(server):
    before = {link for _, link in open_files() if not link.startswith("socket")}
    sockets = len(open_files())
    for path in ("red", *WRONG):
        try:
            picture(f"{server.url}/{path}", replace(NEAR, max_bytes=LIMIT))
        except ValueError:
            continue
    for _ in range(100):  # the server's own ends close a moment later
        if len(open_files()) <= sockets:
            break
        time.sleep(0.02)
    assert len(open_files()) <= sockets
    assert {link for _, link in open_files() if not link.startswith("socket")} <= before


def test_private_addresses_are_refused_before_connecting(server):
    port = server.server_address[1]
    seen = len(server.seen)
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433", "0x7f000001",
                 "[::1]", "[::ffff:127.0.0.1]", "[::]", "169.254.169.254", "10.0.0.1",
                 "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1"):  # fmt: skip
        line = refused(f"http://{host}:{port}/red", Policy(seconds=5))
        assert "not on the open internet" in line, line
    assert len(server.seen) == seen


def test_a_redirect_to_a_private_address_is_refused(server, monkeypatch):
    """The first hop counts as public here, the second does not."""
    port = server.server_address[1]
    target = base64.urlsafe_b64encode(f"http://127.0.0.2:{port}/red".encode()).decode()
    monkeypatch.setattr(download, "is_public", lambda address: address == "127.0.0.1")
    assert "127.0.0.2" in refused(f"{server.url}/to/{target}", Policy(seconds=5))
    assert server.seen[-1][0].startswith("/to/")


@pytest.mark.parametrize(("target", "line"), [
    ("file:///etc/passwd", "not read by file"),
    ("ftp://a/b", "not read by ftp"),
    ("data:image/png;base64,", "not read by data"),
    ("gopher:x", "not read by gopher"),
    ("http://me:secret@127.0.0.1/", "password"),
    ("//[", "no host that can be found"),
    ("/é", "no valid address"),
])  # fmt: skip
def test_a_redirect_elsewhere_is_refused(server, target, line):
    path = base64.urlsafe_b64encode(target.encode()).decode()
    said = refused(f"{server.url}/to/{path}")
    assert line in said and "secret" not in said


def test_the_address_that_was_checked_is_the_one_that_is_used(server, monkeypatch):
    """A name that changes its address after the check (DNS rebinding) gains nothing."""
    port = server.server_address[1]
    answers = iter(["127.0.0.1", "127.0.0.3"])
    real = socket.getaddrinfo

    def rebinding(host, *rest, **more):
        return real(next(answers) if host == "picture.test" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(download, "is_public", lambda address: address == "127.0.0.1")
    assert picture(f"http://picture.test:{port}/red", Policy(seconds=5)).size == RED.size
    assert server.seen[-1][1]["Host"] == f"picture.test:{port}"
    assert "127.0.0.3" in refused(f"http://picture.test:{port}/red", Policy(seconds=5))


@pytest.mark.skipif(not which("openssl"), reason="no openssl: apt-get install openssl")
def test_tls_asks_for_the_name_and_trusts_no_stranger(tmp_path, monkeypatch):
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made += ["-nodes", "-subj", "/CN=picture.test", "-addext", "subjectAltName=DNS:picture.test"]
    done = subprocess.run(
        [*made, "-keyout", "key.pem", "-out", "cert.pem"], cwd=tmp_path, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    named = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    context.sni_callback = lambda _, name, __: named.append(name)
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: real("127.0.0.1" if host.endswith(".test") else host, *a, **k),
    )

    class Secure(Server):
        def get_request(self):
            raw, client = super().get_request()
            return context.wrap_socket(raw, server_side=True), client

        def handle_error(self, request, client):
            pass

    with Secure(("127.0.0.1", 0), Handler) as server:
        server.seen = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        port = server.server_address[1]
        assert "certificate verify failed" in refused(f"https://picture.test:{port}/red")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert picture(f"https://picture.test:{port}/red", NEAR).size == RED.size
        assert "mismatch" in refused(f"https://other.test:{port}/red")
        server.shutdown()
    assert named == ["picture.test", "picture.test", "other.test"]


def test_policy_bounds_schemes_and_hosts(server, tmp_path):
    strict = Policy(schemes=("https", "data"))
    for source in (f"{server.url}/red", str(tmp_path), tmp_path, f"file://{tmp_path}", "ftp://x/y"):
        assert "not allowed" in refused(source, strict)
    listed = replace(NEAR, hosts=("127.0.0.1", ".example.org"))
    assert picture(f"{server.url}/red", listed).size == RED.size
    for host in ("localhost", "example.org", "badexample.org"):
        assert "not an allowed host" in refused(f"http://{host}/red", listed)


@pytest.mark.parametrize("address", [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254",
    "172.16.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1",
    "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
])  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [
    "1.1.1.1", "8.8.8.8", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
])  # fmt: skip
def test_addresses_that_are(address):
    assert is_public(address)


def data(body: bytes, head: str = "data:image/png;base64,") -> str:
    return head + base64.b64encode(body).decode()


@pytest.mark.parametrize("head", ["data:image/png;base64,", "data:image;base64,",
                                  "DATA:image/svg+xml;charset=utf-8;BASE64,"])  # fmt: skip
def test_data_addresses(head):
    assert picture(data(png(), head)).size == RED.size


@pytest.mark.parametrize(("source", "line"), [
    (data(png())[:-3], "not whole base64"),
    (data(png()).replace("A", " ", 1), "not whole base64"),
    (data(png()) + "é", "not whole base64"),
    (data(png(), "data:image/png,"), "malformed"),
    (data(png(), "data:text/plain;base64,"), "malformed"),
    (data(b"", "data:video/mp4;base64,"), "malformed"),
    ("data:", "malformed"),
    ("data:image/png;base64,", "is empty"),
    (data(b"x" * (LIMIT + 9)), f"more than {LIMIT} bytes"),
    (data(b"no picture"), "no picture that can be read"),
    ("https://", "names no host"),
    ("http://[::1", "no valid address"),
    ("http://a b/c", "no"),
    ("http://x:99999/", "port 99999"),
    ("http://me:secret@example.org/a.png", "password"),
    ("http://nowhere.invalid/a.png", "no host that can be found"),
    ("ftp://example.org/a.png", "ftp, which is not allowed"),
    ("file://server/a.png", "another machine"),
    ("file:///nowhere/a.png", "does not exist"),
    ("nul\0.png", "cannot be read"),
    ("x" * 5000, "cannot be read"),
    (3, "a source is 3"),
])  # fmt: skip
def test_bad_sources_are_one_line(source, line):
    said = refused(source, replace(NEAR, max_bytes=LIMIT))
    assert line in said and "secret" not in said


def test_files_by_path_and_by_address(tmp_path):
    path = tmp_path / "a red é one.png"
    path.write_bytes(png())
    for source in (path, str(path), path.as_uri(), f"file://{path}", f"file://localhost{path}"):
        assert fetch(source) == path
        assert picture(source).size == RED.size
    assert fetch(b"abc") == b"abc"


def test_only_regular_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "s"))
        before = open_files()
        for name in ("pipe.png", "s"):
            assert "pipe, a socket or a device" in refused(tmp_path / name)
        assert "device" in refused(Path("/dev/zero"))
        assert "is a folder" in refused(tmp_path)
        assert open_files() == before


@pytest.mark.parametrize(("source", "stem"), [
    ("some/where/red one.tar.png", "red one.tar"),
    ("file:///some/red%20one.png", "red one"),
    ("https://a.org/x/red.one.png?size=3#part", "red-one"),
    ("https://a.org/x/%2e%2e%2f%2e%2e%2fpasswd", "passwd"),
    ("https://a.org/..", "picture"),
    ("https://a.org", "picture"),
    ("https://a.org/" + "x" * 300, "x" * 80),
    ("data:image/png;base64,AA/../../x.png", "picture"),
])  # fmt: skip
def test_names_of_files_made_of_a_source(source, stem):
    assert stem_of(source) == stem
