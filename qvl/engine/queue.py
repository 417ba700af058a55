"""Who is served next: priorities first, then the tenant that has had least, then the first come."""

from collections import defaultdict

from qvl.engine.sequence import Sequence


class Queue:
    """Requests that wait, and what each tenant has had of those that are served."""

    def __init__(self) -> None:
        self.waiting: list[Sequence] = []
        self.served: defaultdict[str, int] = defaultdict(int)  # rows computed for a tenant

    def add(self, sequence: Sequence) -> None:
        tenant = sequence.request.tenant
        if not any(each.request.tenant == tenant for each in self.waiting):
            # Who was away has saved nothing up, and would keep the others waiting with it.
            others = [self.served[each.request.tenant] for each in self.waiting]
            self.served[tenant] = max(self.served[tenant], min(others, default=0))
        self.waiting.append(sequence)

    def count(self, sequence: Sequence, rows: int) -> None:
        self.served[sequence.request.tenant] += rows

    def ordered(self) -> list[Sequence]:
        """All that wait, in the order in which they should come in; preempted ones lead."""
        return sorted(self.waiting, key=self._key)

    def _key(self, sequence: Sequence) -> tuple[int, bool, int, int]:
        request = sequence.request
        returns = bool(sequence.tokens)
        return -request.priority, not returns, self.served[request.tenant], sequence.arrival
