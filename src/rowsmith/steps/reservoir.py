"""A sample of what a source reads, in one pass, with no more than the sample in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappush, heappushpop

from rowsmith.core.ids import canonical, share
from rowsmith.core.row import Bad, New


def drawn(found: Iterable[New | Bad], n: int, seed: int) -> Iterator[New | Bad]:
    """What cannot be read, as it comes, then `n` of the rows (all, where there are fewer) in their order: those whose file and key, or else what they
    say, draw the least numbers with this seed. So the same rows give the same sample, whatever stands between them.

    Source: Cohen and Kaplan, "Summarizing data using bottom-k sketches", PODC 2007.
    """
    kept: list[tuple[float, int, New]] = []
    for at, one in enumerate(found):
        if isinstance(one, Bad):
            yield one
            continue
        source = one.origin.get("source")
        named = canonical([source.get("name") if isinstance(source, dict) else None, one.key or one.data]).decode()
        mine = (-share(named, f"sample {seed}"), -at, one)
        if len(kept) < n:
            heappush(kept, mine)
        else:
            heappushpop(kept, mine)
    yield from (one for _, _, one in sorted(kept, key=lambda each: -each[1]))
