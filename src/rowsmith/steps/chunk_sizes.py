"""How large chunks are: what a preview shows of them."""

from __future__ import annotations

from collections.abc import Iterable

from rowsmith.core.row import Drop, Json, New, Row

BARS = 10


def sizes(chunks: Iterable[Row | New | Drop]) -> dict[str, Json]:
    """The sizes of chunks in tokens, as `origin.chunk.tokens` tells them: `count`, `total`, `min`, `max`, `mean` (to a tenth), the percentiles `p50`
    and `p95` (nearest rank), and `histogram`, at most ten bars {from, to, count} of equal width over all sizes. Rows (or what a step makes of one)
    that are no chunks are passed over; without a chunk there is nothing but a count of 0.
    """
    told = [one.origin.get("chunk") for one in chunks if not isinstance(one, Drop)]
    found: list[int] = sorted(chunk["tokens"] for chunk in told if isinstance(chunk, dict) and "tokens" in chunk)
    if not found:
        return {"count": 0, "total": 0, "histogram": []}
    return {
        "count": len(found), "total": sum(found), "min": found[0], "max": found[-1], "mean": round(sum(found) / len(found), 1),
        "p50": _percentile(found, 50), "p95": _percentile(found, 95), "histogram": _histogram(found),
    }  # fmt: skip


def _percentile(found: list[int], share: int) -> int:
    return found[max(0, -(-len(found) * share // 100) - 1)]


def _histogram(found: list[int]) -> list[dict[str, int]]:
    low, high = found[0], found[-1]
    width = -(-(high - low + 1) // BARS)
    counts = [0] * (1 + (high - low) // width)
    for size in found:
        counts[(size - low) // width] += 1
    return [{"from": low + n * width, "to": min(high, low + (n + 1) * width - 1), "count": count} for n, count in enumerate(counts)]
