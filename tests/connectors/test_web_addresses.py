"""Every way in which an address can come to the crawler, with every address that may not be connected to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from crawl_site import html, link
from known import BAD, CLOUD, GOOD, NUMBERS
from web import Names, Seen, Web, http, redirect
from yarl import URL

from rowsmith.connectors.web.fetching import fetch
from rowsmith.connectors.web.proxy import Proxy
from rowsmith.core.addresses import PUBLIC, AddressRefused, Allowed
from rowsmith.core.fetching import Fetched, Missed, Reach

HERE = ["127.0.0.1"]
FORBIDDEN = sorted({*BAD, *CLOUD, "127.0.0.2"})
ODD = [*NUMBERS, "①②⑦.⓪.⓪.①", "localhost", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]"]
SCHEMES = ["gopher://h/", "file:///etc/passwd", "dict://h:11211/", "ftp://h/", "http://user@public.example/", "http://a\\@public.example/"]


def in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


class Lures:
    """A server whose pages, sitemaps and redirects lead to every bad address, in every way."""

    def __init__(self) -> None:
        self.port = 0

    def bad(self, way: str) -> list[str]:
        hosts = [*map(in_url, FORBIDDEN), *(f"only{n}.example" for n in range(len(FORBIDDEN))), *(f"also{n}.example" for n in range(len(FORBIDDEN)))]
        return [f"http://{host}:{self.port}/{way}" for host in hosts]

    def __call__(self, seen: Seen) -> bytes:
        host = seen.headers["host"].partition(":")[0]
        path, _, query = seen.target.partition("?")
        if path == "/robots.txt":
            number = host.removeprefix("robots").partition(".")[0]
            return redirect(self.bad("robots")[int(number)]) if number.isdigit() else http(self._named())
        answers = {
            "/": lambda: html("".join([*map(link, self.bad("link")), *map(link, self._pages())])),
            "/sitemap.xml": lambda: http(self._sitemap("urlset", "url", self.bad("sitemap")), Content_Type="application/xml"),
            "/index.xml": lambda: http(self._sitemap("sitemapindex", "sitemap", self.bad("index")), Content_Type="application/xml"),
            "/redirect": lambda: redirect(self.bad("redirect")[int(query)]),
            "/scheme": lambda: redirect(SCHEMES[int(query)]),
            "/refresh": lambda: html("", f'<meta http-equiv=refresh content="0; url={self.bad("refresh")[int(query)]}">'),
            "/canonical": lambda: html(f"canonical {query}", f'<link rel=canonical href="{self.bad("canonical")[int(query)]}">'),
            "/base": lambda: html(f"base {query}{link('x')}", f'<base href="{self.bad("base")[int(query)]}/">'),
        }
        return answers[path]() if path in answers else html(f"leaked {seen.target}")

    def _named(self) -> bytes:
        return "\n".join(f"Sitemap: {one}" for one in [*self.bad("named"), f"http://public.example:{self.port}/sitemap.xml", "/index.xml"]).encode()

    def _pages(self) -> Iterable[str]:
        for number in range(len(self.bad(""))):
            yield from (f"/{way}?{number}" for way in ("redirect", "refresh", "canonical", "base"))
        yield from (f"/scheme?{number}" for number in range(len(SCHEMES)))

    def _sitemap(self, kind: str, entry: str, addresses: list[str]) -> bytes:
        entries = "".join(f"<{entry}><loc>{one}</loc></{entry}>" for one in addresses)
        return f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'.encode()


def world() -> Names:
    names = Names(public_example=HERE, localhost=HERE)
    answers = names._answers
    for number, address in enumerate(FORBIDDEN):
        answers |= {f"only{number}.example": [address], f"also{number}.example": [*GOOD, address], f"robots{number}.example": HERE}
    return names


def test_no_way_leads_to_a_bad_address(tmp_path: Path) -> None:
    lures = Lures()
    with Web(lures) as web:
        lures.port = web.port
        count = len(lures.bad(""))
        listed = ("public.example", *(f"robots{n}.example" for n in range(len(FORBIDDEN))))
        asked = [web.url(), *lures.bad("list"), *(web.url(host) for host in listed[1:]), *SCHEMES, *(web.url(host) for host in ODD)]
        reach = Reach(Allowed(listed, (web.port,)), tmp_path / "state")
        settings = {"depth": 2, "within": "any", "delay_s": 0, "per_host": 8, "queries": 1000, "retries": 0, "sitemap": web.url()}
        outcomes = list(fetch(reach, tmp_path / "to", resolver=world(), urls=asked, **settings))
        assert set(web.reached) == {"127.0.0.1"}
        assert {seen.headers["host"].partition(":")[0] for seen in web.seen} <= set(listed)
        came = [one for one in outcomes if isinstance(one, Fetched)]
        assert not [one for one in came if b"leaked" in one.path.read_bytes()]
        assert len(came) == 1 + 2 * count  # the first page, and those that only name a bad address as their own or as their base
        missed = [one for one in outcomes if isinstance(one, Missed)]
        assert Counter(one.reason for one in missed) == {"refused": len(missed)}
        ways = ("list", "link", "sitemap", "index", "named", "redirect", "refresh")  # each of all bad addresses, in every way
        assert len(missed) == (len(ways) + 1) * count + len(FORBIDDEN) + 2 * len(SCHEMES) + len(ODD)


def test_a_name_that_leads_elsewhere_the_second_time_is_left(tmp_path: Path) -> None:
    rebinding = Names(public_example=[HERE, HERE, ["127.0.0.2"]])
    pages = {"/robots.txt": http(b"", Connection="close"), "/": html(link("/a") + link("/b"), Connection="close")}
    with Web(lambda seen: pages.get(seen.target, http(b"leaked", Connection="close"))) as web:
        reach = Reach(Allowed(("127.0.0.1",), (web.port,)), tmp_path / "state")
        outcomes = list(fetch(reach, tmp_path / "to", resolver=rebinding, urls=[web.url()], depth=1, delay_s=0, retries=0))
        assert [type(one).__name__ for one in outcomes] == ["Fetched", "Missed", "Missed"]
        assert {one.reason for one in outcomes if isinstance(one, Missed)} == {"refused"}
        assert (web.reached, [seen.target for seen in web.seen]) == (HERE * 2, ["/robots.txt", "/"])


def test_the_proxy_of_the_browser_has_the_same_table() -> None:
    async def run() -> tuple[list[str], list[str]]:
        proxy, refused = Proxy(PUBLIC, Names(good_example=GOOD, **{f"n{n}": [*GOOD, one] for n, one in enumerate(FORBIDDEN)})), []
        for url in [*(f"http://{in_url(one)}/" for one in FORBIDDEN), *(f"https://n{n}/" for n in range(len(FORBIDDEN))), "http://good.example:8080/"]:
            try:
                await proxy.addresses(URL(url))
            except AddressRefused:
                refused.append(url)
        found = [address for one in GOOD for address in await proxy.addresses(URL(f"https://{in_url(one)}/"))]
        return refused, [*found, *await proxy.addresses(URL("https://good.example/"))]

    refused, found = asyncio.run(run())
    assert len(refused) == 2 * len(FORBIDDEN) + 1
    assert found == GOOD * 2
