"""A model call as the gate, the ledger and the engine speak of it.

Money is counted in picodollars (10**-12 USD, whole numbers), so that sums are exact.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal

from rowsmith.core.models import Model

PICO = 10**12
"""Picodollars in a US dollar."""
PARK_S = 600.0
"""Seconds; a run does not wait longer for a server, it pauses."""

PLAIN, FOUND, REPAIRED, ASKED_AGAIN = "plain", "found", "repaired", "asked_again"
"""What had to be done for an answer: nothing, it was found within other words, it was repaired, or it is that of a later draw."""


@dataclass(slots=True, frozen=True)
class Usage:
    """Tokens as the provider reported them; None where it did not (unknown is never shown as zero).

    `tokens_in` is all input, with what was read from the provider's cache (`cached_in`) and written to it (`cache_write_in`);
    `tokens_out` is all output, with what was thought (`reasoning_out`).
    """

    tokens_in: int | None = None
    tokens_out: int | None = None
    cached_in: int | None = None
    reasoning_out: int | None = None
    cache_write_in: int | None = None


@dataclass(slots=True, frozen=True)
class Limits:
    """The rate limits of one profile; None means none. The day of `rpd` begins at midnight of the time zone `zone`. Who would have to wait
    for more than `longest_wait_s` does not wait at all, so nothing is taken for it."""

    rpm: int | None = None
    tpm: int | None = None
    rpd: int | None = None
    zone: str = "UTC"
    longest_wait_s: float = inf


@dataclass(slots=True, frozen=True)
class Asker:
    """On whose behalf a call is made. `seq` numbers the calls of one step for one row, from 0; `order` is the row's order key."""

    row: str
    order: bytes
    step: int
    retry: int = 0
    seq: int = 0


@dataclass(slots=True, frozen=True)
class Claim:
    """A wish to buy one answer.

    `base` (16 bytes) names profile, exact body and the draw's `fresh` and `retry`; the ledger adds the draw's index, which numbers
    identical requests of one run in row order, and so makes the call's key.
    `reserve` and `reserve_tokens` are the highest cost, in picodollars and tokens, that one attempt can have. `takes` is how many tokens
    it takes of a limit of tokens a minute until its usage is known (None: `reserve_tokens`).
    `offline` above 0: nothing may be bought; it is the number of the run's carrying-out that asks, and is written down with what it lacks.
    `once`: all who ask the same get the same answer (an embedding); there is no index.
    `batch` is the number of the batch in which the answer is to be bought (None: live). `again`: also when it came back from an earlier
    batch without an answer.
    """

    base: bytes
    profile: str
    model: str
    asker: Asker
    reserve: int
    reserve_tokens: int
    limits: Limits | None = None
    offline: int = 0
    takes: int | None = None
    once: bool = False
    batch: int | None = None
    again: bool = False

    @property
    def paced_tokens(self) -> int:
        """What it takes of a limit of tokens a minute."""
        return self.reserve_tokens if self.takes is None else self.takes


@dataclass(slots=True)
class Claimed:
    """The ledger's answer to a claim.

    `mine`: the caller holds the key and may send after `delay_s` seconds (rate limit); `due`, on the database's clock, is the time that the
    limits have set aside for it (0: none).
    `stored`: the answer is there (`raw`, `usage`); nothing is bought.
    `over_budget`: a cap would be passed; `scope` says which one (`run:12`, `project:name`).
    `absent`: the answer is not there, and the claim is to buy nothing.
    `parked`: the answer comes with the batch `batch`, whoever is at it.
    `returned`: asked for in batches so far, it came back unanswered `returns` times; `detail` says why the last time.
    `seconds`: what the request that was answered took, from sending it to its last byte.
    """

    state: Literal["mine", "stored", "over_budget", "absent", "parked", "returned"]
    claim: Claim
    key: bytes = b""
    index: int = 0
    raw: bytes = b""
    usage: Usage = field(default_factory=Usage)
    delay_s: float = 0.0
    due: float = 0.0
    scope: str = ""
    attempt: int = 0
    batch: int = 0
    returns: int = 0
    detail: str = ""
    seconds: float | None = None


@dataclass(slots=True, frozen=True)
class Ask:
    """One question put to the gate: messages, model, and what the answer must look like.

    `schema` is a JSON Schema for a structured answer (None: the text is the answer). `parse` names how it is read.
    `fresh` and `asker.retry` are the draw.
    """

    messages: Sequence[Mapping[str, Any]]
    model: Model
    asker: Asker
    schema: Mapping[str, Any] | None = None
    fresh: int = 0


@dataclass(slots=True, frozen=True)
class Answer:
    """What came back: `value` (the parsed JSON, or the text), the keys of the calls that led to it, and their usage.

    `calls` are 32 hexadecimal digits each, the last one being the one whose answer was taken.
    """

    value: Any
    text: str
    model: str
    calls: tuple[str, ...]
    usage: Usage


@dataclass(slots=True, frozen=True)
class Embed:
    """Texts put to the gate for their embeddings. Text number n is asked for under `asker.seq + n`; `fresh` is as in `Ask`."""

    texts: Sequence[str]
    model: Model
    asker: Asker
    fresh: int = 0


@dataclass(slots=True, frozen=True)
class Embedded:
    """One vector for each text, in order: `raw` holds its numbers as float32, little-endian. `calls` are the keys under which they are stored."""

    raw: tuple[bytes, ...]
    model: str
    calls: tuple[str, ...]
    usage: Usage

    @property
    def vectors(self) -> list[array[float]]:
        """The vectors as numbers."""
        return [floats(raw) for raw in self.raw]


def floats(raw: bytes) -> array[float]:
    """The numbers of a stored vector."""
    numbers = array("f", raw)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def shown(raw: bytes) -> str:
    """A stored answer for people: its text; of a vector only how long it is."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace") if len(raw) % 4 else f"(a vector of {len(raw) // 4:,} numbers, as float32)"
