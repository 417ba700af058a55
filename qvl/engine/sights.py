"""Vision tokens that are kept for who shows the same picture again."""

from collections import OrderedDict

from torch import Tensor


class Sights:
    """Vision tokens[U, D] by the digest of what was seen; beyond `most` bytes the oldest go."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held: OrderedDict[bytes, Tensor] = OrderedDict()
        self.bytes = 0

    def get(self, digest: bytes) -> Tensor | None:
        if digest in self.held:
            self.held.move_to_end(digest)
        return self.held.get(digest)

    def put(self, digest: bytes, seen: Tensor) -> None:
        if digest in self.held or seen.nbytes > self.most:
            return
        self.held[digest] = seen
        self.bytes += seen.nbytes
        while self.bytes > self.most:
            _, old = self.held.popitem(last=False)
            self.bytes -= old.nbytes
