"""What may be fetched, from where, and how much of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Bounds on every source that a person names; the defaults are safe for a desk, not a server.

    A server leaves "file" out of `schemes`; a path without a scheme counts as a file.
    """

    max_bytes: int = 64 << 20
    seconds: float = 20.0  # from the first look-up to the last byte, redirects included
    redirects: int = 5
    schemes: tuple[str, ...] = ("file", "data", "https", "http")
    hosts: tuple[str, ...] | None = None  # None: any; ".example.org" stands for all below it
    allow_private: bool = False  # addresses of this machine and its networks
