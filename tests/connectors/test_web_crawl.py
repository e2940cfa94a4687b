"""What a crawl asks for and what it takes, setting by setting, from a server on this machine."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from crawl_site import crawled, html, link, reach
from web import CUT, Names, Seen, Web, http, redirect

from rowsmith.connectors.web.fetching import fetch
from rowsmith.connectors.web.reading import Reading
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.fetching import Fetched, Missed

Pages = dict[str, Any]


def served(pages: Pages, robots: bytes | None = None) -> Any:
    """A server of these pages: HTML as text, other answers as bytes, or whatever a function of the request gives."""

    def answer(seen: Seen) -> Any:
        if seen.target == "/robots.txt":
            return http(status=404) if robots is None else http(robots)
        found = pages.get(seen.target, http(status=404))
        found = found(seen) if callable(found) else found
        return html(found) if isinstance(found, str) else found

    return answer


def linking(*addresses: str) -> str:
    return f"<p>{' '.join(addresses)}</p>{''.join(map(link, addresses))}"


def asked(web: Web) -> list[str]:
    return [seen.target for seen in web.seen if seen.target != "/robots.txt"]


# -- one page, a list, a crawl --------------------------------------------------------------------------------------------------------


def test_one_page_and_what_is_known_of_it(tmp_path: Path) -> None:
    said = {"Content_Type": "text/html; charset=ISO-8859-1", "ETag": '"1"', "Last_Modified": "Mon, 01 Jan 2024 00:00:00 GMT", "X_Robots_Tag": "noai"}
    page = http(b"<title>T\xe9</title>x", **said)
    with Web(served({"/a?utm_source=x": page})) as web:
        came, missed = crawled(web, tmp_path, "/a?utm_source=x#part")
        (name, one), url = *came.items(), web.url("127.0.0.1", "/a?utm_source=x")
        assert (name, missed, one.path.read_bytes(), one.path.suffix) == ("/a", {}, b"<title>T\xe9</title>x", ".html")
        facts = dict(one.facts)
        assert str(facts.pop("fetched_at")).endswith("+00:00")
        assert facts == {
            "url": url, "asked": url, "status": 200, "media_type": "text/html", "charset": "iso-8859-1", "etag": '"1"',
            "last_modified": "Mon, 01 Jan 2024 00:00:00 GMT", "depth": 0, "title": "Té", "robots": "noai",
        }  # fmt: skip
        assert [seen.headers["user-agent"] for seen in web.seen] == ["Rowsmith"] * 2


def test_a_list_takes_no_links_and_each_page_once(tmp_path: Path) -> None:
    with Web(served({"/a": "a" + linking("/c"), "/b": "b" + linking("/c"), "/c": "c"})) as web:
        came, missed = crawled(web, tmp_path, "/a", "/b", "/a#x", "/./b", "/none")
        assert (list(came), missed, sorted(asked(web))) == (["/a", "/b"], {"/none": "http_404"}, ["/a", "/b", "/none"])


def chain(count: int) -> Pages:
    return {f"/{n}": linking(f"/{n + 1}") for n in range(count)}


def test_depth_and_the_limit_of_pages(tmp_path: Path) -> None:
    notes: list[str] = []

    def heard(note: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        notes.append(note)

    with Web(served(chain(10))) as web:
        came, _ = crawled(web, tmp_path / "depth", "/0", depth=3)
        assert {path: one.facts["depth"] for path, one in came.items()} == {"/0": 0, "/1": 1, "/2": 2, "/3": 3}
        assert came["/2"].facts["referrer"] == web.url("127.0.0.1", "/1")
        web.seen.clear()
        assert len(crawled(web, tmp_path / "limit", "/0", depth=50, max_pages=5, heard=heard)[0]) == 5
        assert asked(web) == ["/0", "/1", "/2", "/3", "/4"]
        assert "The limit of 5 pages is reached; 1 addresses were not gone to." in notes


def test_nearer_pages_come_first_so_that_a_trap_waits(tmp_path: Path) -> None:
    pages = chain(100) | {"/": linking("/0", *(f"/page{n}" for n in range(20))), **{f"/page{n}": f"page {n}" for n in range(20)}}
    with Web(served(pages)) as web:
        came, _ = crawled(web, tmp_path, "/", depth=100, max_pages=30, at_once=1)
        assert {f"/page{n}" for n in range(20)} < set(came)


@pytest.mark.parametrize(
    ("within", "found"),
    [("path", {"/docs/", "/docs/a"}), ("host", {"/docs/", "/docs/a", "/blog"}), ("any", {"/docs/", "/docs/a", "/blog", "far"})],
)
def test_links_stay_within(within: str, found: set[str], tmp_path: Path) -> None:
    with Web(served({"/far": "far"})) as other:
        pages = {"/docs/": linking("a", "/blog", other.url("127.0.0.1", "/far")), "/docs/a": "a", "/blog": "b"}
        with Web(served(pages)) as web:
            notes: list[str] = []
            came, missed = crawled(web, tmp_path, "/docs/", depth=2, within=within, webs=(web, other), heard=notes.append)
            assert ({"far" if path.endswith("/far") else path for path in came}, missed) == (found, {})
            left = {"path": 2, "host": 1}.get(within)
            assert [note for note in notes if "not followed" in note] == (
                [f"{left} links are not followed: they lead off what was asked for."] if left else []
            )


def test_a_site_is_all_hosts_of_its_domain(tmp_path: Path) -> None:
    names = Names(**{f"{host}_example": ["127.0.0.1"] for host in ("www_shop", "docs_shop", "www_rival")})
    pages = {"/": "", "/x": "x"}
    with Web(served(pages)) as web:
        pages["/"] = linking(*(web.url(host, "/x") for host in ("docs.shop.example", "www.rival.example")))
        for within, hosts in {"site": {"www.shop", "docs.shop"}, "host": {"www.shop"}, "any": {"www.shop", "docs.shop"}}.items():
            lent = reach(tmp_path / within / "state", web)
            settings: Any = {"urls": [web.url("www.shop.example")], "depth": 1, "within": within, "duplicates": "keep", "delay_s": 0}
            names_of = {one.name.split("/")[2].partition(".example")[0] for one in fetch(lent, tmp_path / within / "to", resolver=names, **settings)}
            assert names_of == (hosts | {"www.rival"} if within == "any" else hosts)


def test_include_and_exclude(tmp_path: Path) -> None:
    pages = {"/": linking("/news/1", "/news/2/print", "/shop/3"), "/news/1": "1", "/news/2/print": "2", "/shop/3": "3"}
    with Web(served(pages)) as web:
        assert set(crawled(web, tmp_path / "1", "/", depth=1, include=["/news/*"])[0]) == {"/", "/news/1", "/news/2/print"}
        assert set(crawled(web, tmp_path / "2", "/", depth=1, exclude=["*/print", "http://*/shop/*"])[0]) == {"/", "/news/1"}


def test_a_link_that_leads_into_itself_and_endless_queries_end(tmp_path: Path) -> None:
    notes, numbers = list[str](), itertools.count()

    def trap(seen: Seen) -> bytes:
        return html(f"<p>{seen.target}</p>{link('a/b/')}{link(f'/?q={next(numbers)}')}")

    with Web(lambda seen: http(status=404) if seen.target == "/robots.txt" else trap(seen)) as web:
        came, _ = crawled(web, tmp_path, "/", depth=100, queries=3, max_pages=500, heard=notes.append)
        assert max(path.count("a/") for path in came) == 3
        assert sum(path.startswith("/?") for path in came) == 3
        assert len(came) < 20
        assert any("repeat themselves" in note for note in notes) and any("differ in their query alone" in note for note in notes)


# -- what is relevant -----------------------------------------------------------------------------------------------------------------


def test_the_most_relevant_links_come_first_and_what_is_not_relevant_is_left(tmp_path: Path) -> None:
    pages = {
        "/": "urchins" + linking("/a", "/b", "/urchin-facts") + link("/c", "All about urchins"), "/a": "nothing " + linking("/deep"),
        "/b": "a urchins",
        "/c": "c urchins", "/urchin-facts": "<title>Urchins</title>many urchins", "/deep": "urchins",
    }  # fmt: skip
    with Web(served(pages)) as web:
        came, missed = crawled(web, tmp_path, "/", depth=2, topic="urchins of the sea", threshold=0.5, at_once=1)
        assert asked(web)[:3] == ["/", "/c", "/a"]
        assert missed == {"/a": "off_topic"}
        assert "/deep" not in asked(web)
        assert came["/c"].facts["relevance"] == 0.5
    with Web(served(pages)) as web:
        came, missed = crawled(web, tmp_path / "no", "/", depth=2)
        assert (asked(web)[:3], missed, "relevance" in came["/"].facts) == (["/", "/a", "/b"], {}, False)


# -- how politely ---------------------------------------------------------------------------------------------------------------------


def test_robots_are_obeyed_unless_the_user_says_otherwise(tmp_path: Path) -> None:
    robots = b"User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /a"
    with Web(served({"/": linking("/private/x", "/a"), "/private/x": "x", "/a": "a"}, robots)) as web:
        assert crawled(web, tmp_path / "1", "/", depth=1)[1] == {"/private/x": "robots"}
        assert sorted(asked(web)) == ["/", "/a"]
        assert crawled(web, tmp_path / "2", "/", depth=1, user_agent="Other/1.0 (me)")[1] == {"/a": "robots"}
        assert web.seen[-1].headers["user-agent"] == "Other/1.0 (me)"
        web.seen.clear()
        assert crawled(web, tmp_path / "3", "/", "/private/x", robots=False)[1] == {}
        assert "/robots.txt" not in [seen.target for seen in web.seen]


def test_a_robots_txt_that_cannot_be_had(tmp_path: Path) -> None:
    """One that is not there allows everything, one that fails nothing (RFC 9309, 2.3.1)."""
    rules = b"User-agent: *\nDisallow: /a\n"
    huge = http(length=False, Content_Length=str(1 << 40)) + rules + b"#" * (1 << 20)
    allowing = [http(status=404), http(status=403), http(status=204), redirect("/gone"), http(b"nonsense")]
    refusing = [http(b"internal", 500), http(status=503), http(status=429), [CUT], http(rules, Content_Encoding="br"), redirect("/other"), huge]

    def answering(robots: Any) -> Any:
        others = {"/robots.txt": robots, "/other": http(rules), "/gone": http(status=404)}
        return lambda seen: others.get(seen.target, html("a"))

    with ExitStack() as servers:
        webs = [servers.enter_context(Web(answering(robots))) for robots in (*allowing, *refusing)]
        settings: Any = {"urls": [web.url("127.0.0.1", "/a") for web in webs], "duplicates": "keep", "delay_s": 0, "at_once": 16}
        outcomes = list(fetch(reach(tmp_path / "state", *webs), tmp_path / "to", **settings))
        reasons = {one.name: one.reason for one in outcomes if isinstance(one, Missed)}
        count = len(allowing)
        assert [("/a" in asked(web), reasons.get(web.url("127.0.0.1", "/a"))) for web in webs[:count]] == [(True, None)] * count
        assert {("/a" in asked(web), reasons.get(web.url("127.0.0.1", "/a"))) for web in webs[count:]} == {(False, "robots"), (False, "unreachable")}


def test_the_delay_is_real_and_robots_may_ask_for_more(tmp_path: Path) -> None:
    for folder, robots, settings, least in (("1", None, {"delay_s": 0.15}, 0.15), ("2", b"User-agent: *\nCrawl-delay: 0.2", {"delay_s": 0.1}, 0.2)):
        times: list[float] = []
        pages = {path: lambda seen, times=times: times.append(time.monotonic()) or "page" + seen.target for path in ("/a", "/b", "/c")}
        with Web(served(pages, robots)) as web:
            begun = time.monotonic()
            crawled(web, tmp_path / folder, "/a", "/b", "/c", per_host=4, **settings)
        assert len(times) == 3
        assert [at - begun >= wait * least for wait, at in enumerate(times)] == [True] * 3, "each waits behind all before it, however late it comes"


@pytest.mark.parametrize(("per_host", "at_once", "most"), [(1, 8, 1), (3, 8, 3), (8, 2, 2)])
def test_so_many_at_the_same_time(per_host: int, at_once: int, most: int, tmp_path: Path) -> None:
    running, seen_most = 0, 0

    def slow(seen: Seen) -> Any:
        nonlocal running, seen_most
        running += 1
        seen_most = max(seen_most, running)
        yield 0.1
        running -= 1
        yield html(seen.target)

    with Web(served({f"/{n}": slow for n in range(8)}, b"")) as web:
        came, _ = crawled(web, tmp_path, *(f"/{n}" for n in range(8)), per_host=per_host, at_once=at_once)
        assert (len(came), seen_most) == (8, most)


def test_nofollow(tmp_path: Path) -> None:
    pages = {"/": link("/a", more="rel=nofollow") + link("/b"), "/a": "a", "/b": html(link("/c"), "<meta name=robots content=nofollow>"), "/c": "c"}
    with Web(served(pages)) as web:
        assert set(crawled(web, tmp_path / "1", "/", depth=3)[0]) == {"/", "/b"}
        assert set(crawled(web, tmp_path / "2", "/", depth=3, nofollow=False)[0]) == {"/", "/a", "/b", "/c"}


# -- what goes wrong ------------------------------------------------------------------------------------------------------------------


def failing(times: int, answer: Any) -> Any:
    left = [times]

    def one(seen: Seen) -> Any:
        left[0] -= 1
        return answer if left[0] >= 0 else f"{seen.target} at last"

    return one


def test_busy_and_breaking_servers_are_asked_again(tmp_path: Path) -> None:
    busy = http(status=429, Retry_After="Mon, 01 Jan 2024 00:00:00 GMT")
    pages = {"/a": failing(1, http(status=503, Retry_After="1")), "/b": failing(1, [CUT]), "/c": http(status=500), "/d": failing(1, busy)}
    with Web(served(pages)) as web:
        start = time.monotonic()
        came, missed = crawled(web, tmp_path, "/a", "/b", "/c", "/d", retries=1)
        assert (set(came), missed) == ({"/a", "/b", "/d"}, {"/c": "http_500"})
        assert time.monotonic() - start >= 1
        assert asked(web).count("/c") == 2
        web.seen.clear()
        assert crawled(web, tmp_path / "no", "/c", retries=0)[1] == {"/c": "http_500"}
        assert len(asked(web)) == 1


def test_a_server_that_wants_to_be_left_for_long_is_left(tmp_path: Path) -> None:
    with Web(served({"/a": http(status=503, Retry_After="86400"), "/b": "b"})) as web:
        assert crawled(web, tmp_path, "/a", "/b", retries=5, at_once=1)[1] == {"/a": "http_503", "/b": "http_503"}
        assert asked(web) == ["/a"]


def test_what_is_not_taken_has_its_reason(tmp_path: Path) -> None:
    pages = {
        "/large": http(b"x" * 3000, Content_Type="text/html"), "/image": http(b"\x89PNG", Content_Type="image/png"), "/gone": http(status=410),
        "/bomb": http(gzip.compress(bytes(1 << 20)), Content_Type="text/html", Content_Encoding="gzip"),
        "/odd": http(b"x", Content_Type="text/html", Content_Encoding="br"),
        "/round": redirect("/round"), "/one": redirect("/two"), "/two": redirect("/one"), **{f"/hop{n}": redirect(f"/hop{n + 1}") for n in range(9)},
        "/slow": lambda seen: [30.0], "/bytes": http(b"\0\1"), "/pdf": http(b"%PDF-1.4"), "/text": http(b"words", Content_Type="text/plain"),
    }  # fmt: skip
    with Web(served(pages)) as web:
        wanted = ["/large", "/bomb", "/image", "/odd", "/gone", "/round", "/one", "/hop0", "/slow", "/bytes", "/pdf", "/text"]
        came, missed = crawled(web, tmp_path, *wanted, max_bytes=2000, retries=0, page_s=1.0, per_host=8)
        assert {path: (one.path.suffix, one.facts["media_type"]) for path, one in came.items()} == {
            "/pdf": (".pdf", "application/pdf"), "/text": (".txt", "text/plain")
        }  # fmt: skip
        assert missed == {
            "/large": "large", "/bomb": "large", "/image": "other_type", "/odd": "unreadable", "/gone": "http_410", "/round": "redirects",
            "/one": "redirects", "/hop0": "redirects", "/slow": "unreachable", "/bytes": "other_type",
        }  # fmt: skip
        assert set(crawled(web, tmp_path / "2", "/image", "/text", types=["image/*"])[0]) == {"/image"}


def test_redirects_are_held_against_robots_and_limits(tmp_path: Path) -> None:
    with Web(http(b"other")) as other:
        pages = {"/": linking("/a", "/b", "/c"), "/a": redirect("/private"), "/b": redirect(other.url("127.0.0.1")), "/c": redirect("/d"), "/d": "d"}
        with Web(served(pages, b"User-agent: *\nDisallow: /private")) as web:
            came, missed = crawled(web, tmp_path, "/", depth=1, within="path", include=["*"], webs=(web, other))
            assert missed == {"/a": "robots", "/b": "off_site"}
            assert (came["/d"].facts["asked"], came["/d"].facts["depth"]) == (web.url("127.0.0.1", "/c"), 1)
            assert (other.reached, "/private" in asked(web)) == ([], False)


def test_where_a_start_redirects_to_is_meant_by_it(tmp_path: Path) -> None:
    with Web(served({"/": linking("/a"), "/a": "a"})) as there, Web(redirect(there.url("127.0.0.1"))) as web:
        came, _ = crawled(web, tmp_path, "/x", depth=1, within="path", webs=(web, there), robots=False)
        assert {path.removeprefix(there.url("127.0.0.1", "")) for path in came} == {"/", "/a"}


def test_time_is_limited(tmp_path: Path) -> None:
    with Web(served({"/": linking(*(f"/{n}" for n in range(50))), **{f"/{n}": lambda seen: [0.5, html(seen.target)] for n in range(50)}})) as web:
        notes: list[str] = []
        came, missed = crawled(web, tmp_path / "1", "/", depth=1, max_total_s=4.0, heard=notes.append)
        assert 1 <= len(came) < 20
        assert (missed, notes[-1].startswith("The limit of 4 s is reached")) == ({}, True)
        came, missed = crawled(web, tmp_path / "2", *(f"/{n}" for n in range(50)), max_total_s=1.0)
        assert (len(came) + len(missed), set(missed.values())) == (50, {"time_limit"})


def test_what_the_user_has_named_is_not_left_out_in_silence(tmp_path: Path) -> None:
    with Web(served({f"/{n}": f"page {n}" for n in range(5)})) as web:
        came, missed = crawled(web, tmp_path, *(f"/{n}" for n in range(5)), max_pages=3)
        assert (list(came), missed) == (["/0", "/1", "/2"], {"/3": "page_limit", "/4": "page_limit"})


# -- the same once --------------------------------------------------------------------------------------------------------------------


LONG = " ".join(f"word{n}" for n in range(3000))


@pytest.mark.parametrize(("duplicates", "missing"), [("keep", set()), ("exact", {"/same"}), ("near", {"/same", "/near"})])
def test_pages_that_say_the_same(duplicates: str, missing: set[str], tmp_path: Path) -> None:
    pages = {"/a": f"<p>{LONG}", "/same": f"<div>{LONG.upper()}</div>", "/near": f"<p>{LONG} end", "/other": "<p>else", "/empty": "", "/void": ""}
    with Web(served(pages)) as web:
        came, missed = crawled(web, tmp_path, *pages, duplicates=duplicates, at_once=1)
        assert set(came) == set(pages) - missing
        assert missed == dict.fromkeys(missing, "duplicate")


def test_a_page_is_known_by_its_canonical_address(tmp_path: Path) -> None:
    def named(canonical: str, text: str) -> bytes:
        return html(text + linking("/main", "/home"), f'<link rel=canonical href="{canonical}">')

    pages = {"/": linking("/print", "/main", "/odd", "/far"), "/print": named("/main", "print"), "/main": named("/main", "main"),
             "/odd": named("/", "odd"), "/far": named("http://public.example/x", "far"), "/home": "home"}  # fmt: skip
    with Web(served(pages)) as web:
        came, missed = crawled(web, tmp_path / "1", "/", depth=2, at_once=1)
        assert (set(came), missed) == ({"/", "/main", "/odd", "/far", "/home"}, {})
        assert (came["/main"].facts["url"], "/main" in asked(web)) == (web.url("127.0.0.1", "/print"), False)
        came, _ = crawled(web, tmp_path / "2", "/", depth=2, canonical=False)
        assert set(came) == {"/", "/print", "/main", "/odd", "/far", "/home"}


def test_tracking_parameters_are_a_setting(tmp_path: Path) -> None:
    pages = {"/": linking("/a?ref=1", "/a?ref=2"), "/a?ref=1": "one", "/a?ref=2": "two"}
    with Web(served(pages)) as web:
        assert len(crawled(web, tmp_path / "1", "/", depth=1)[0]) == 3
        assert set(crawled(web, tmp_path / "2", "/", depth=1, tracking=["re*"])[0]) == {"/", "/a"}


# -- again ----------------------------------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_sent_again_and_its_links_are_followed(tmp_path: Path) -> None:
    def page(seen: Seen) -> bytes:
        return http(status=304) if seen.headers.get("if-none-match") == '"1"' else html(linking("/a"), ETag='"1"')

    def dated(seen: Seen) -> bytes:
        date = "Mon, 01 Jan 2024 00:00:00 GMT"
        return http(status=304) if seen.headers.get("if-modified-since") == date else html("a", Last_Modified=date)

    with Web(served({"/": page, "/a": dated})) as web:
        first, _ = crawled(web, tmp_path / "1", "/", depth=1)
        known = {one.name: {**one.facts, "path": str(one.path)} for one in first.values()}
        again, missed = crawled(web, tmp_path / "2", "/", depth=1, known=known)
        assert missed == {}
        assert {path: one.path.read_bytes() for path, one in again.items()} == {path: one.path.read_bytes() for path, one in first.items()}
        assert [one.facts["status"] for one in again.values()] == [304, 304]
        assert [(one.facts.get("etag"), one.facts.get("last_modified")) for one in again.values()] == [
            (one.facts.get("etag"), one.facts.get("last_modified")) for one in first.values()
        ]  # fmt: skip
        gone = {name: {**facts, "path": str(tmp_path / "nowhere")} for name, facts in known.items()}
        assert {one.facts["status"] for one in crawled(web, tmp_path / "3", "/", depth=1, known=gone)[0].values()} == {200}


def test_a_state_of_other_settings_is_refused(tmp_path: Path) -> None:
    with Web(served(chain(5))) as web:
        lent, url = reach(tmp_path / "state", web), web.url("127.0.0.1", "/0")
        begun = fetch(lent, tmp_path / "to", urls=[url], depth=3, delay_s=0)
        assert isinstance(next(begun), Fetched)
        begun.close()  # type: ignore[attr-defined]
        assert [thread.name for thread in threading.enumerate() if thread.name == "crawl"] == []
        with pytest.raises(Invalid, match="had other settings"):
            list(fetch(lent, tmp_path / "to", urls=[url], depth=2, delay_s=0))
        rest = fetch(lent, tmp_path / "to", urls=[url], depth=3, delay_s=0.01, at_once=2, retries=1)  # how politely is no other crawl
        assert len(list(rest)) == 4  # the one that was not said to be taken, too
        assert list(fetch(lent, tmp_path / "to", urls=[url], depth=3, delay_s=0)) == []


def test_a_crawl_is_carried_out_by_one_process(tmp_path: Path) -> None:
    with Web(served(chain(5))) as web:
        lent, settings = reach(tmp_path / "state", web), {"urls": [web.url("127.0.0.1", "/0")], "depth": 3, "delay_s": 0}
        first = fetch(lent, tmp_path / "to", **settings)
        next(first)
        with pytest.raises(Conflict, match="Another process"):
            next(fetch(lent, tmp_path / "to", **settings))
        assert len(list(first)) == 3
        (tmp_path / "state" / "crawl.sqlite").write_bytes(b"no database " * 1000)
        with pytest.raises(Invalid, match="cannot be used"):
            next(fetch(lent, tmp_path / "to", **settings))


def test_it_is_a_plain_iterator_also_where_a_loop_runs(tmp_path: Path) -> None:
    with Web(served({"/": "x"})) as web:

        async def within() -> int:
            return len(list(fetch(reach(tmp_path / "state", web), tmp_path / "to", urls=[web.url("127.0.0.1")], delay_s=0)))

        assert asyncio.run(within()) == 1


@pytest.mark.parametrize("wrong", [{"urls": []}, {"depth": -1}, {"colour": 1}, {"user_agent": "a\nb"}, {"types": []}])
def test_settings_that_make_no_sense(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(Invalid) as error:
        fetch(reach(tmp_path), tmp_path, **{"urls": ["http://public.example/"], **wrong})
    assert error.value.problems


# -- sitemaps -------------------------------------------------------------------------------------------------------------------------


def sitemap(*addresses: str, kind: str = "urlset", entry: str = "url") -> bytes:
    entries = "".join(f"<{entry}><loc>{one}</loc></{entry}>" for one in addresses)
    return f'<{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'.encode()


def test_a_sitemap_is_read_with_all_that_it_names(tmp_path: Path) -> None:
    index = sitemap("/1.xml", "/2.xml.gz", "/gone.xml", "http://public.example/far.xml", kind="sitemapindex", entry="sitemap")
    pages = {
        "/index.xml": http(index, Content_Type="application/xml"), "/1.xml": http(sitemap("/a", "/b", "/no/x"), Content_Type="text/xml"),
        "/2.xml.gz": http(gzip.compress(sitemap("/c", "/a")), Content_Type="application/gzip"), "/a": "a" + linking("/d"), "/b": "b", "/c": "c",
        "/d": "d",
    }  # fmt: skip
    with Web(served(pages, b"Sitemap: /index.xml\nUser-agent: *\nDisallow: /no/")) as web:
        for folder, where in (("1", "/index.xml"), ("2", "/")):
            came, missed = crawled(web, tmp_path / folder, sitemap=web.url("127.0.0.1", where))
            assert (set(came), missed) == ({"/a", "/b", "/c"}, {"/gone.xml": "http_404", "/no/x": "robots"})
        assert set(crawled(web, tmp_path / "3", sitemap=web.url("127.0.0.1", "/1.xml"), depth=1, exclude=["/b"])[0]) == {"/a", "/d"}


def test_sitemaps_that_are_broken_or_name_themselves(tmp_path: Path) -> None:
    endless = sitemap("/index.xml", "/1.xml", "/broken.xml", kind="sitemapindex", entry="sitemap")
    pages = {"/index.xml": http(endless), "/1.xml": redirect("/moved.xml"), "/moved.xml": http(sitemap("/a")), "/a": "a", "/b": "b",
             "/broken.xml": http(sitemap("/b") + b"<")}  # fmt: skip
    with Web(served(pages)) as web:
        came, missed = crawled(web, tmp_path, sitemap=web.url("127.0.0.1", "/index.xml"))
        assert (set(came), missed) == ({"/a", "/b"}, {"/broken.xml": "broken_sitemap"})
        assert asked(web).count("/index.xml") == 1


def test_a_page_that_breaks_its_reader_is_taken_and_the_next_one_read(tmp_path: Path) -> None:
    """A tree of this depth takes a parser a minute, and ours is given four seconds: enough for a child to start on a busy machine."""
    (tmp_path / "deep").write_bytes(b"<div>" * 200_000)
    (tmp_path / "next").write_bytes(b"<title>next</title>")

    async def read() -> list[Any]:
        reading = Reading(answer_s=4)
        asked = {"url": "http://h/", "charset": "", "words": [], "near": False}
        try:
            await reading.read("text", tmp_path / "next", **asked)
            return [await reading.read("page", tmp_path / name, **asked) for name in ("deep", "gone")]
        finally:
            reading.close()

    deep, gone = asyncio.run(read())
    assert deep == {"wrong": "its reader gave no answer for 4 s"}
    assert gone == {"wrong": "its reader ended"}


def test_missed_is_said_in_words(tmp_path: Path) -> None:
    with Web(served({})) as web:
        (one,) = fetch(reach(tmp_path / "state", web), tmp_path / "to", urls=[web.url("127.0.0.1")], delay_s=0)
        assert one == Missed(web.url("127.0.0.1"), "http_404", "127.0.0.1 answers HTTP 404.")


def test_no_page_ends_a_crawl(tmp_path: Path) -> None:
    """Bytes at random, in pages, headers, redirects and sitemaps: every address has one outcome, and what comes last comes."""
    chance, count = Random(33), 150
    words = [
        b"<a href=", b"'", b'"', b">", b"<base href=", b"<title>", b"<!--", b"<meta charset=", b"utf-7", b"unicode_escape", b"utf-16", b"//", b"http://",
        b"[", b"]", b":", b"@", b"%", b"\xff\xfe", b"\0", b"\xed\xa0\x80", b"&#xD800;", b"<link rel=canonical href=", b"..", b"?", b"#", b";sid=1",
        b"<meta http-equiv=refresh content=0;url=", b"\xd8\x00", b"+2AA-", b"xn--", b".", b"/", b"x" * 300, b" ",
    ]  # fmt: skip

    def noise(most: int) -> bytes:
        return b"".join(chance.choices(words, k=chance.randrange(most)))

    def answer(seen: Seen) -> bytes:
        if not seen.target.startswith("/fuzz"):
            return html("last") if seen.target == "/last" else http(status=404)
        header = noise(4).translate(None, b"\r\n\0")
        kind = chance.choice([b"text/html", b"text/html; charset=" + header, b"text/plain", header])
        status = chance.choice([b"200 OK"] * 8 + [b"302 Found", b"301 Moved"])
        body = noise(60)
        lines = [b"HTTP/1.1 " + status, b"Content-Type: " + kind, b"ETag: " + header, b"X-Robots-Tag: " + header, b"Location: " + header]
        return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])

    with Web(answer) as web:
        urls = [web.url("127.0.0.1", path) for path in (*(f"/fuzz{n}" for n in range(count)), "/last")]
        sitemap = web.url("127.0.0.1", "/fuzzmap")
        settings: Any = {"urls": urls, "sitemap": sitemap, "depth": 1, "within": "any", "robots": False, "retries": 0, "duplicates": "near"}
        lent = replace(reach(tmp_path / "state", web), allowed=Allowed(("127.0.0.1",), (web.port,)))
        outcomes = list(fetch(lent, tmp_path / "to", resolver=Names(), topic="http", delay_s=0, **settings))
        heard = {str(one.facts["asked"]) if isinstance(one, Fetched) else one.name for one in outcomes}
        assert set(urls) <= heard
        assert sum(isinstance(one, Fetched) for one in outcomes) > 20
