"""A crawl of 2,000 pages, to its end, and killed again and again."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from crawl_site import SETTINGS, CrawlSite, crawled
from web import Web

SIZE = 2000
CHILD = """
import json, os, sys
from pathlib import Path
from rowsmith.connectors.web.fetching import fetch
from rowsmith.core.addresses import Allowed
from rowsmith.core.fetching import Fetched, Reach

url, port, folder, settings = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])
taken = os.open(folder / "taken", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for one in fetch(Reach(Allowed(("127.0.0.1",), (port,)), folder / "state"), folder / "to", urls=[url], **settings):
    said = [one.name, len(one.path.read_bytes()), one.path.name] if isinstance(one, Fetched) else [one.name, one.reason]
    os.write(taken, json.dumps(said).encode() + b"\\n")
"""


def test_every_page_of_a_large_site_comes_once(tmp_path: Path) -> None:
    site = CrawlSite(SIZE)
    with Web(site) as web:
        came, missed = crawled(web, tmp_path, "/p/0", **SETTINGS)
    assert set(came) == site.pages
    assert Counter(missed.values()) == {"duplicate": 40, "robots": 20, "http_404": 20, "unreachable": 1, "other_type": 1}
    again = {target: count for target, count in site.asked.items() if count > 1}
    assert again == {"/broken": 2, "/busy": 2}
    assert not any(target.startswith("/private/") for target in site.asked)
    assert all(one.path.read_text().count("<body>") == 1 for one in came.values())


def test_a_crawl_that_is_killed_at_any_moment_goes_on_and_takes_each_page_once(tmp_path: Path) -> None:
    site, chance, kills = CrawlSite(SIZE), random.Random(6), 0
    with Web(site) as web:
        words = [sys.executable, "-c", CHILD, web.url("127.0.0.1", "/p/0"), str(web.port), str(tmp_path), json.dumps(SETTINGS)]
        while True:
            child = subprocess.Popen(words, stderr=subprocess.PIPE)
            try:
                _, err = child.communicate(timeout=None if kills >= 6 else chance.uniform(0.5, 1.5))
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()
                kills += 1
                continue
            assert child.returncode == 0, err.decode()
            break
    assert kills > 2
    assert child.returncode != -signal.SIGKILL
    said = [json.loads(line) for line in (tmp_path / "taken").read_bytes().splitlines()]
    pages = Counter(one[0].removeprefix(web.url("127.0.0.1", "")) for one in said if len(one) == 3)
    assert set(pages) == site.pages
    assert sum(pages.values()) - len(pages) <= kills  # given, and killed before anything was asked after it
    assert len({(one[0], *one[1:]) for one in said if len(one) == 3}) == len(pages)  # and then the same file comes
    more = sum(count - 1 for target, count in site.asked.items() if target not in ("/robots.txt", "/broken", "/busy"))
    assert more <= kills * SETTINGS["per_host"]  # what was under way
    assert site.asked["/robots.txt"] <= 1 + kills


def test_an_interrupt_ends_it_and_it_goes_on(tmp_path: Path) -> None:
    site = CrawlSite(120)
    with Web(site) as web:
        words = [sys.executable, "-c", CHILD, web.url("127.0.0.1", "/p/0"), str(web.port), str(tmp_path), json.dumps({**SETTINGS, "delay_s": 0.02})]
        child = subprocess.Popen(words, stderr=subprocess.PIPE)
        while len(site.asked) < 20:
            assert child.poll() is None
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
        assert err.decode().strip().endswith("KeyboardInterrupt")
        assert len(site.asked) < 120
        subprocess.run(words, check=True, timeout=120)
    names = [json.loads(line) for line in (tmp_path / "taken").read_bytes().splitlines()]
    assert {one[0].removeprefix(web.url("127.0.0.1", "")) for one in names if len(one) == 3} == site.pages
