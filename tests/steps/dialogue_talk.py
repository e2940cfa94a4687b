"""What models say in dialogues of tests: sentences of words that are in no prompt, another one at each turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

WORDS = """
barley cedar drift ember fallow garnet hollow island jasmine kettle lantern meadow nettle orchard pebble quarry ripple saddle
""".split()  # noqa: SIM905


def talk(messages: Sequence[Mapping[str, Any]]) -> str:
    """A sentence that depends on all that was sent."""
    seed = blake2b(str([dict(one) for one in messages]).encode(), digest_size=12).digest()
    return " ".join(WORDS[byte % len(WORDS)] for byte in seed).capitalize() + "."
