"""The parts of a split: their names and sizes as they are spoken, and how many rows of each stratum they are to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, isclose, isfinite

from rowsmith.core.errors import Invalid

REST = "rest"
"""The size of the part that takes what the others leave."""
Size = float | int | str
FORM = "Write shares that sum to 1 (train=0.8,test=0.2), numbers of rows that sum to all, or rest for one of them (test=500,train=rest)."


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts by name, each with a share (`counted` false; they sum to 1) or a number of rows. One may be REST."""

    names: tuple[str, ...]
    sizes: tuple[Size, ...]
    counted: bool

    def shares(self, rows: int, *, exactly: bool = True) -> tuple[float, ...]:
        """The share of each part, of so many rows. Where numbers of rows are not those that are there, and that is not to be told
        (`exactly`), they are taken as proportions.

        Raises:
            Invalid: numbers of rows that are not those that are there.
        """
        given = sum(float(size) for size in self.sizes if size != REST)
        whole = float(rows) if self.counted else 1.0
        if self.counted and (given > rows or (REST not in self.sizes and given != rows)):
            if not exactly:
                return tuple(0.0 if size == REST else float(size) / max(given, 1.0) for size in self.sizes)
            raise Invalid(f"The parts take {given:,.0f} rows, and there are {rows:,}.", f"Let one part take what is left: {self.names[0]}=rest.")
        return tuple(((whole - given) if size == REST else float(size)) / max(whole, 1e-12) for size in self.sizes)


def parse_parts(spoken: Mapping[str, Size] | str) -> Parts:
    """Read `train=0.8,validation=0.1,test=0.1`, or the same as a mapping.

    Raises:
        Invalid: fewer than two parts, a name that comes twice or is empty, a size that is none, or shares that do not sum to 1.
    """
    pairs = _pairs(spoken) if isinstance(spoken, str) else list(spoken.items())
    names = [name for name, _ in pairs]
    if len(pairs) < 2 or not all(names) or len(set(names)) < len(names):
        raise Invalid(f"{_shown(pairs)!r} does not name two parts or more, each once.", FORM)
    sizes = [_size(name, size) for name, size in pairs]
    given = [size for size in sizes if not isinstance(size, str)]
    if len(given) < len(sizes) - 1:
        raise Invalid("Only one part can take the rest.", FORM)
    counted = any(size > 1 for size in given) or (not any(0 < size < 1 for size in given) and sum(given) != 1)
    if counted and any(size != floor(size) for size in given):
        raise Invalid(f"The sizes {_shown(pairs)} are shares and numbers of rows mixed.", FORM)
    _require_whole(pairs, given, counted, REST in sizes)
    return Parts(tuple(names), tuple(sizes), counted)


def _require_whole(pairs: Sequence[tuple[str, Size]], given: Sequence[float], counted: bool, rest: bool) -> None:
    total = sum(given)
    if counted:
        return
    if (rest and total > 1) or (not rest and not isclose(total, 1, abs_tol=1e-6)):
        raise Invalid(f"The shares {_shown(pairs)} sum to {total:g}, not to 1.", FORM)


def _pairs(text: str) -> list[tuple[str, Size]]:
    pairs: list[tuple[str, Size]] = []
    for item in text.split(","):
        name, equals, size = item.partition("=")
        if not equals:
            raise Invalid(f"{item.strip()!r} gives no size.", FORM)
        pairs.append((name.strip(), size.strip()))
    return pairs


def _size(name: str, size: Size) -> Size:
    if size == REST:
        return REST
    try:
        number = float(size)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0 or isinstance(size, bool):
        raise Invalid(f"Part {name!r} cannot have the size {size!r}.", FORM)
    return number


def _shown(pairs: Sequence[tuple[str, Size]]) -> str:
    return ",".join(f"{name}={size}" for name, size in pairs)


def quotas(strata: Sequence[int], shares: Sequence[float]) -> list[list[int]]:
    """How many rows of each stratum (its number of rows given) each part is to have: `[part][stratum]`, whole numbers.

    Every stratum is given away whole, and what its rounding owes a part is carried over to the next stratum, so that the parts' totals
    are off by less than one row however many strata there are.

    >>> quotas([10, 1, 1], [0.5, 0.5])
    [[5, 1, 0], [5, 0, 1]]
    """
    out: list[list[int]] = [[] for _ in shares]
    owed = [0.0] * len(shares)
    for rows in strata:
        for part, count in enumerate(largest_remainder([share * rows + debt for share, debt in zip(shares, owed, strict=True)], rows)):
            owed[part] += shares[part] * rows - count
            out[part].append(count)
    return out


def largest_remainder(ideal: Sequence[float], total: int) -> list[int]:
    """Whole numbers that sum to `total` and are near the ideal ones (Hamilton's method); the earlier wins a tie."""
    whole = [max(0, floor(number + 1e-9)) for number in ideal]
    by_remainder = sorted(range(len(ideal)), key=lambda part: (whole[part] - ideal[part], part))
    short = total - sum(whole)
    step = 1 if short > 0 else -1
    places = by_remainder if short > 0 else by_remainder[::-1]
    while short and places:
        for place in places:
            if short and whole[place] + step >= 0:
                whole[place] += step
                short -= step
    return whole
