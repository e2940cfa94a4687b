"""Every setting of a crawl changes what is asked for, or what comes."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from crawl_site import html, link, reach
from web import Seen, Web, http

from rowsmith.connectors.web.browser import PROGRAMS
from rowsmith.connectors.web.fetching import fetch
from rowsmith.core.crawls import Crawl
from rowsmith.core.fetching import Fetched

HOST = "127.0.0.1"
WORDS = " ".join(f"word{n}" for n in range(3000))
MADE = "<div id=x></div><script src=/s.js></script>"
LATE = "fetch('/late').then(() => { document.getElementById('x').innerHTML = '<b id=there>' })"
PAGES: dict[str, Any] = {
    "/": html(
        "".join(map(link, ("/a", "/b", "/same", "/near", "/list?p=1", "/list?p=2", "/a?utm_x=1", "/busy", "/text", "/print")))
        + link("/marked", more="rel=nofollow") + link("http://localhost/")
    ),
    "/a": html(link("/deeper") + "a"), "/deeper": html("deeper"), "/b": html("b"), "/same": html("a"), "/near": html(f"{WORDS} end"),
    "/a?utm_x=1": html("tracked"), "/marked": html("marked"), "/private": html("private"), "/late": lambda seen: [3.0, html("late")],
    "/list?p=1": html("1"), "/list?p=2": html(WORDS), "/text": http(b"text", Content_Type="text/plain"),
    "/print": html("print", "<link rel=canonical href=/main>"), "/main": html("main"), "/large": html("x" * 5000), "/made": html(MADE),
    "/s.js": http(LATE.encode(), Content_Type="text/javascript"), "/map.xml": http(b"http://127.0.0.1/"),
    "/silent": lambda seen: [0.8, html("at last")],
    "/slow1": lambda seen: [0.2, html("1")], "/slow2": lambda seen: [0.2, html("2")], "/slow3": lambda seen: [0.2, html("3")],
    "/robots.txt": http(b"User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /\n"),
}  # fmt: skip
MANY = ["/slow1", "/slow2", "/slow3"]
BROWSER: dict[str, Any] = {"urls": ["/made"], "browser": True, "resources": ["script", "fetch"]}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "urls": ({"urls": ["/a"]}, {"urls": ["/b"]}),
    "sitemap": ({"urls": ["/a"]}, {"urls": ["/a"], "sitemap": "/map.xml"}),
    "depth": ({"depth": 1}, {"depth": 2}),
    "max_pages": ({"max_pages": 2}, {"max_pages": 3}),
    "max_total_s": ({"urls": MANY}, {"urls": MANY, "max_total_s": 0.1}),
    "within": ({}, {"within": "any"}),
    "include": ({}, {"include": ["/a"]}),
    "exclude": ({}, {"exclude": ["/a"]}),
    "topic": ({"max_pages": 2}, {"max_pages": 2, "topic": "list"}),
    "threshold": ({"topic": "list"}, {"topic": "list", "threshold": 4.0}),
    "queries": ({}, {"queries": 1}),
    "robots": ({"urls": ["/private"]}, {"urls": ["/private"], "robots": False}),
    "nofollow": ({}, {"nofollow": False}),
    "delay_s": ({"urls": ["/a", "/b"]}, {"urls": ["/a", "/b"], "delay_s": 2.0}),
    "per_host": ({"urls": MANY, "at_once": 3, "per_host": 1}, {"urls": MANY, "at_once": 3, "per_host": 3}),
    "at_once": ({"urls": MANY, "per_host": 3, "at_once": 1}, {"urls": MANY, "per_host": 3, "at_once": 3}),
    "retries": ({"urls": ["/busy"], "retries": 0}, {"urls": ["/busy"], "retries": 1}),
    "page_s": ({"urls": ["/silent"], "retries": 0}, {"urls": ["/silent"], "retries": 0, "page_s": 0.3}),
    "max_bytes": ({"urls": ["/large"]}, {"urls": ["/large"], "max_bytes": 1000}),
    "types": ({}, {"types": ["text/plain"]}),
    "duplicates": ({}, {"duplicates": "near"}),
    "canonical": ({"urls": ["/print"]}, {"urls": ["/print"], "canonical": False}),
    "tracking": ({}, {"tracking": []}),
    "user_agent": ({"urls": ["/a"]}, {"urls": ["/a"], "user_agent": "Other"}),
    "browser": ({"urls": ["/made"]}, BROWSER),
    "wait": (BROWSER, {**BROWSER, "wait": "networkidle"}),
    "selector": (BROWSER, {**BROWSER, "selector": "#there"}),
    "resources": (BROWSER, {**BROWSER, "resources": []}),
}

OUTCOMES: dict[str, Any] = {}


def outcome(folder: Path, settings: dict[str, Any]) -> Any:
    """What was asked for and what came, and whether there was a pause."""
    running, most, busy, times = 0, 0, 0, list[float]()

    def answer(seen: Seen) -> Any:
        nonlocal running, most, busy
        times.append(time.monotonic())
        if seen.target == "/busy":
            busy += 1
            yield http(status=503, Retry_After="0") if busy == 1 else html("free")
            return
        running += 1
        most = max(most, running)
        found = PAGES.get(seen.target, http(status=404))
        yield from found(seen) if callable(found) else [found]
        running -= 1

    with Web(answer) as web:
        asked = {"depth": 1, "delay_s": 0, "at_once": 1, **settings}
        asked["urls"] = [web.url(HOST, path) for path in asked.get("urls", ["/"])]
        if asked.get("sitemap"):
            asked["sitemap"] = web.url(HOST, asked["sitemap"])
        outcomes = list(fetch(reach(folder / "state", web), folder / "to", **asked))
        came = {one.name: one.path.read_bytes() if isinstance(one, Fetched) else one.reason for one in outcomes}
        gap = max((later - earlier for earlier, later in itertools.pairwise(times[1:])), default=0.0)
        said = {(seen.target, seen.headers["user-agent"].partition("/")[0]) for seen in web.seen}
        return {name.removeprefix(web.url(HOST, "")): what for name, what in came.items()}, said, most, gap > 1.5


def seen_once(folder: Path, settings: dict[str, Any]) -> Any:
    """The outcome, which several cases share: a browser takes its time."""
    key = json.dumps(settings, sort_keys=True)
    if key not in OUTCOMES:
        OUTCOMES[key] = outcome(folder, settings)
    return OUTCOMES[key]


def test_every_setting_has_its_case() -> None:
    assert set(CASES) == set(Crawl.model_fields)


@pytest.mark.parametrize("setting", CASES)
def test_every_setting_changes_something(setting: str, tmp_path: Path) -> None:
    one, other = CASES[setting]
    if one.get("browser") or other.get("browser"):
        pytest.importorskip("playwright")
        if not any(map(shutil.which, PROGRAMS)):
            assert os.environ.get("CI") != "true", "Chromium is missing"
            pytest.skip("NOT TESTED IN A BROWSER: install chromium")
    assert seen_once(tmp_path / "one", one) != seen_once(tmp_path / "other", other)
