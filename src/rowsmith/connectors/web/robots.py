"""robots.txt as RFC 9309 has it: groups of user agents, the longest rule decides, `*` and `$` in paths; and Crawl-delay, which it lets be.

A group is chosen by the product token of our name; without one of its own the group `*` counts, and without that everything is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from rowsmith.connectors.web.names import normal
from rowsmith.connectors.web.patterns import matches

MOST_BYTES = 512 << 10
"""What is read of a robots.txt; the RFC asks for 500 KiB at least."""
MOST_DELAY_S = 120.0
"""A longer Crawl-delay is taken for this."""

_ASCII = "".join(map(chr, range(33, 127)))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt says to one user agent: (allowed, pattern) in the file's order, seconds between requests, and the sitemaps that it names."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay_s: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allow(self, path: str) -> bool:
        """Whether a path with its query may be asked for: by the longest pattern that fits, of two equals by the one that allows."""
        path = normal(path)
        fitting = [(len(pattern), allowed) for allowed, pattern in self.rules if _fits(pattern, path)]
        return path == "/robots.txt" or max(fitting, default=(0, True))[1]


ALLOWED = Rules()
DISALLOWED = Rules(((False, "/"),))


def token_of(user_agent: str) -> str:
    """The product token: the letters, `_` and `-` that a user agent begins with.

    >>> token_of("Rowsmith/0.1 (+https://example.org)")
    'rowsmith'
    """
    found = re.match(r"[A-Za-z_-]+", user_agent)
    return found[0].lower() if found else "*"


def read_robots(data: bytes, token: str) -> Rules:
    """The rules for the agent of this token. Lines that say nothing are passed over; nothing here raises."""
    rules: dict[str, list[tuple[bool, str]]] = {}
    delays: dict[str, float] = {}
    sitemaps, agents, begun = [], list[str](), True
    for key, value in _lines(data):
        if key == "sitemap":
            sitemaps.append(value)
        elif key == "user-agent":
            agents = [*([] if begun else agents), token_of(value)]
            begun = False
            rules.setdefault(agents[-1], [])
        elif key in ("allow", "disallow"):
            begun = True
            for agent in agents if value else ():
                rules[agent].append((key == "allow", normal(quote(value, safe=_ASCII))))
        elif key == "crawl-delay":
            begun = True
            for agent in agents:
                delays[agent] = _seconds(value)
    chosen = token if token in rules else "*"
    return Rules(tuple(rules.get(chosen, ())), delays.get(chosen, 0.0), tuple(sitemaps))


def _lines(data: bytes) -> Iterator[tuple[str, str]]:
    for line in re.split(r"\r\n|\r|\n", data[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _seconds(value: str) -> float:
    return min(float(value), MOST_DELAY_S) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value, re.ASCII) else 0.0


def _fits(pattern: str, path: str) -> bool:
    return matches(pattern[:-1], path) if pattern.endswith("$") else matches(f"{pattern}*", path)
