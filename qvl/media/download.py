"""GET from the open internet alone, within bounds of size, time and redirects.

The address is looked up and checked where the connection is made, on every hop, so that a name
cannot change its address in between. Proxies of the environment are not used.
"""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx

from qvl.media.address import is_public
from qvl.media.errors import BadSource, shown
from qvl.media.policy import Policy

_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {"User-Agent": "qvl", "Accept": "*/*", "Accept-Encoding": "identity"}
Left = Callable[[], float]  # seconds to go; raises once there are none


def download(address: str, policy: Policy) -> bytes:
    """The body that an http or https address answers with. Raises BadSource."""
    end = time.monotonic() + policy.seconds

    def left() -> float:
        seconds = end - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds

    url = _parse(address)
    with httpcore.ConnectionPool(network_backend=_Checked(policy, left), retries=0) as pool:
        for _ in range(policy.redirects + 1):
            _check(url, policy)
            found = _hop(pool, url, policy)
            if isinstance(found, bytes):
                return found
            url = found
    raise BadSource(f"{_name(url)} is more than {policy.redirects} redirects away; give its end")


def _parse(address: str) -> httpx.URL:
    try:
        return httpx.URL(address).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise BadSource(f"{shown(address)} is no valid address: {error}") from None


def _check(url: httpx.URL, policy: Policy) -> None:
    if url.scheme not in ("http", "https") or url.scheme not in policy.schemes:
        raise BadSource(f"{_name(url)} is not read by {url.scheme or 'no scheme'}; use https")
    if not url.host:
        raise BadSource(f"{shown(url)} names no host; write https://host/path")
    if not 0 < (443 if url.port is None else url.port) < 1 << 16:
        raise BadSource(f"{_name(url)} has the port {url.port}; give one below 65536")
    if url.userinfo:
        raise BadSource(f"{_name(url)} comes with a password, which is not sent; leave it out")
    if policy.hosts is None:
        return
    host = url.host.lower().rstrip(".")
    if not any(host == each or (each[:1] == "." and host.endswith(each)) for each in policy.hosts):
        raise BadSource(f"{_name(url)} is on {shown(host)}, which is not an allowed host")


def _name(url: httpx.URL) -> str:
    """Without what may be a secret."""
    return shown(url.copy_with(userinfo=b"", query=None))


def _hop(pool: httpcore.ConnectionPool, url: httpx.URL, policy: Policy) -> bytes | httpx.URL:
    """One request: the body, or where it is said to be."""
    try:
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        with pool.stream("GET", target, headers={"Host": url.netloc, **_HEADERS}) as response:
            headers = {k.lower().decode("ascii"): v for k, v in response.headers}
            if response.status in _REDIRECTS:
                return _parse(str(url.join(headers.get("location", b"").decode("ascii"))))
            return _body(response, headers, url, policy)
    except httpcore.TimeoutException:
        raise BadSource(f"{_name(url)} took over {policy.seconds:g} seconds; save it") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        reason = shown(error) or type(error).__name__
        raise BadSource(f"{_name(url)} cannot be had: {reason}") from None
    except (UnicodeError, httpx.InvalidURL) as error:
        raise BadSource(f"{_name(url)} leads to no valid address: {shown(error)}") from None


def _body(
    response: httpcore.Response, headers: dict[str, bytes], url: httpx.URL, policy: Policy
) -> bytes:
    if response.status != 200:
        raise BadSource(f"{_name(url)} answers with status {response.status}; check the address")
    if headers.get("content-encoding", b"identity").strip().lower() not in (b"identity", b""):
        raise BadSource(f"{_name(url)} is sent compressed though that was declined; save it")
    over = f"{_name(url)} holds more than {policy.max_bytes} bytes; save a smaller one"
    promised = headers.get("content-length", b"0")
    if promised.isdigit() and int(promised) > policy.max_bytes:
        raise BadSource(over)
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > policy.max_bytes:
            raise BadSource(over)
    return bytes(body)


class _Checked(httpcore.NetworkBackend):
    """Connects to the very address that it has checked; TLS still asks for the host's name."""

    def __init__(self, policy: Policy, left: Left) -> None:
        self.policy, self.left = policy, left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _look_up(host, port, self.left())
        inside = [each for each in addresses if not is_public(each)]
        if inside and not self.policy.allow_private:
            where = f"{shown(host)} has the address {inside[0]}, not on the open internet"
            raise BadSource(f"{where}; save the file and give its path")
        for i, address in enumerate(addresses, start=1):
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, self.left(), local_address, socket_options
                )
                return _Timed(stream, self.left)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if i == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")


class _Timed(httpcore.NetworkStream):
    """A connection whose every wait counts against the one clock."""

    def __init__(self, stream: httpcore.NetworkStream, left: Left) -> None:
        self.stream, self.left = stream, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.left())

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self.stream.start_tls(ssl_context, server_hostname, self.left()), self.left)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """Every IP address of a host; a resolver has no time limit of its own, hence the thread."""
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(address[0]) for *_, address in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(answer, Exception):
        raise BadSource(f"{shown(host)} is no host that can be found; check the address")
    return answer
