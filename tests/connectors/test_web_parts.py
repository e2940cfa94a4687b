"""The parts of a crawl that need no network: patterns, names of pages, robots.txt, pages and sitemaps as they are read."""

from __future__ import annotations

import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from rowsmith.connectors.urls import parsed
from rowsmith.connectors.web.answer import media_type
from rowsmith.connectors.web.html import decoded, print_of, read_page, read_text
from rowsmith.connectors.web.names import canonical, linked, site
from rowsmith.connectors.web.patterns import matches
from rowsmith.connectors.web.relevance import relevance, topic_words
from rowsmith.connectors.web.robots import Rules, read_robots, token_of
from rowsmith.connectors.web.sitemaps import MOST_ADDRESSES, read_sitemap
from rowsmith.core.crawls import TRACKING

# -- patterns -------------------------------------------------------------------------------------------------------------------------


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_a_star_stands_for_anything(pattern: str, text: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
    assert matches(pattern, text) == expected


def test_no_pattern_takes_long() -> None:
    """A regular expression of this shape would take longer than the universe is old."""
    assert not matches("*a" * 2000 + "b", "a" * 100_000)
    assert not read_robots(b"User-agent: *\nDisallow: /" + b"*a" * 2000 + b"b$", "x").rules[0][0]
    assert read_robots(b"User-agent: *\nDisallow: /" + b"*a" * 2000 + b"b$", "x").allow("/" + "a" * 100_000)


# -- names ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("HTTP://Public.Example:80", "http://public.example/"), ("https://public.example:443/a#b", "https://public.example/a"),
        ("http://public.example:8080/", "http://public.example:8080/"), ("http://public.example./a", "http://public.example/a"),
        ("http://h.example/%7euser/%c3%a9", "http://h.example/~user/%C3%A9"), ("http://h.example/%2F%3f", "http://h.example/%2F%3F"),
        ("http://h.example/a/./b/../c/..", "http://h.example/a/"), ("http://h.example/../../a", "http://h.example/a"),
        ("http://h.example//a/../b", "http://h.example//b"), ("http://h.example/a?", "http://h.example/a"),
        ("http://h.example/a?utm_source=x&b=2&UTM_medium=y&gclid=1", "http://h.example/a?b=2"), ("http://h.example/a?utm_source=x", "http://h.example/a"),
        ("http://h.example/a;jsessionid=12?b=1", "http://h.example/a?b=1"), ("http://h.example/a?b=2&a=1", "http://h.example/a?b=2&a=1"),
        ("http://[2606:4700::1111]:80/a", "http://[2606:4700::1111]/a"), ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
    ],
)  # fmt: skip
def test_a_page_has_one_name(written: str, name: str) -> None:
    assert canonical(parsed(written), TRACKING) == name
    assert canonical(parsed(name), TRACKING) == name


def test_what_is_no_tracking_is_kept() -> None:
    assert canonical(parsed("http://h.example/a?utm_source=x&sid=1"), ()) == "http://h.example/a?utm_source=x&sid=1"


@given(st.lists(st.sampled_from(["a", ".", "..", "", "%41", "é", "a b"]), max_size=6))
def test_a_name_is_its_own_name(folders: list[str]) -> None:
    target = linked("http://h.example/x/y", "/" + "/".join(folders)) or URL("http://h.example/")
    assert canonical(parsed(canonical(target))) == canonical(target)
    assert "/./" not in canonical(target) and "/../" not in canonical(target)


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("b", "http://h.example/x/b"), (" b c\n", "http://h.example/x/b%20c"), ("//other.example/", "http://other.example/"), ("?q", "http://h.example/x/y?q"),
        ("#top", "http://h.example/x/y"), ("mailto:a@b.c", None), ("javascript:alert(1)", None), ("data:text/html,x", None), ("http://[", None),
        ("http://user@h/", None), ("tel:1", None), ("", "http://h.example/x/y"),
    ],
)  # fmt: skip
def test_links_are_read_as_people_write_them(reference: str, target: str | None) -> None:
    found = linked("http://h.example/x/y", reference)
    assert (str(found) if found else None) == target


@pytest.mark.parametrize(
    ("host", "registered"),
    [("www.example.co.uk", "example.co.uk"), ("a.b.example.de", "example.de"), ("me.github.io", "me.github.io"),
     ("www.public.example", "public.example"), ("localhost", "localhost"), ("127.0.0.1", "127.0.0.1"), ("2606:4700::1111", "2606:4700::1111")],
)  # fmt: skip
def test_a_site_is_the_domain_that_was_registered(host: str, registered: str) -> None:
    assert site(host) == registered


# -- robots.txt: the examples of RFC 9309, and what is found in the wild --------------------------------------------------------------


RFC = b"""User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("anybot", "/example/page.html", False), ("anybot", "/publications/x", True), ("anybot", "/a.gif", False), ("anybot", "/a.gif?x", True),
        ("anybot", "/", True), ("foobot", "/example/page.html", True), ("foobot", "/example/other", False),
        ("FooBot/2.1 (x)", "/example/allowed.gif", True), ("barbot", "/example/page.html", False), ("bazbot", "/example/page.html", False),
        ("bazbot", "/a.gif", True), ("quxbot", "/example/page.html", True),
        ("foobot-news", "/example/page.html", False), ("foobot", "/robots.txt", True),
    ],
)  # fmt: skip
def test_the_example_of_the_rfc(agent: str, path: str, allowed: bool) -> None:
    assert read_robots(RFC, token_of(agent)).allow(path) == allowed


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /example/page/disallowed.gif\nAllow: /example/page/", "/example/page/disallowed.gif", False),
        ("Allow: /p\nDisallow: /", "/page", True), ("Allow: /folder\nDisallow: /folder", "/folder/page", True),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", False),
        ("Allow: /$\nDisallow: /", "/", True), ("Allow: /$\nDisallow: /", "/page.htm", False), ("Disallow:", "/x", True), ("Disallow: ", "/x", True),
        ("Disallow: /foo/bar?qux=taz", "/foo/bar?qux=taz", False), ("Disallow: /foo/bar/%E3%83%84", "/foo/bar/%e3%83%84", False),
        ("Disallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", False), ("Disallow: /foo/%62ar", "/foo/bar", False), ("Disallow: /a%2Fb", "/a/b", True),
        ("disallow : /x # why not", "/x", False), ("Disallow: /*/b/*.html$", "/a/b/c.html", False), ("Disallow: /*/b/*.html$", "/a/b/c.html?d", True),
        ("Nonsense\nDisallow /x\nDisallow: /y", "/x", True), ("Disallow: /Case", "/case", True),
    ],
)  # fmt: skip
def test_the_longest_rule_decides(rules: str, path: str, allowed: bool) -> None:
    for ending in ("\n", "\r\n", "\r"):
        assert read_robots(f"\ufeffUser-agent: *\n{rules}\n".replace("\n", ending).encode(), "rowsmith").allow(path) == allowed


def test_groups_of_one_name_are_one_and_other_lines_end_no_group() -> None:
    text = b"User-agent: a\nUser-agent: b\nSitemap: http://h.example/s.xml\nCrawl-delay: 2.5\nDisallow: /x\n\n"
    text += b"User-agent: A\nDisallow: /y\nCrawl-delay: soon"
    assert read_robots(text, "a") == Rules(((False, "/x"), (False, "/y")), 0.0, ("http://h.example/s.xml",))
    assert read_robots(text, "b") == Rules(((False, "/x"),), 2.5, ("http://h.example/s.xml",))
    assert read_robots(b"User-agent: *\nCrawl-delay: 99999", "a").delay_s == 120
    assert read_robots(b"Disallow: /", "a").allow("/x")


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    read_robots(data, "rowsmith").allow("/x")
    assert read_robots(b"User-agent: *\nDisallow: /x\n" + b"#" * (512 << 10) + b"\nDisallow: /y", "a").rules == ((False, "/x"),)


# -- relevance ------------------------------------------------------------------------------------------------------------------------


def test_relevance_is_counted_in_words() -> None:
    words = topic_words("The sea, of SEA urchins")
    assert words == ("the", "sea", "urchins")
    assert relevance(("sea", "urchins"), "http://h/sea", "Sea Urchins", "sea sea sea") == 5 + 3 + 1.5 + 3
    assert relevance(("sea",), "", "", "sea " * 100) == 10
    assert relevance((), "http://h/", "x") == 1.0
    assert topic_words("海 の ab") == ("海", "の")


# -- pages ----------------------------------------------------------------------------------------------------------------------------


PAGE = """<html><head><title> A
 page </title><base href="/base/"><link rel="alternate canonical" href="/one"><meta name=ROBOTS content="NoIndex, nofollow">
<meta http-equiv=Refresh content="0;URL='/next'">
</head><body><h1>Hello</h1><script>var x = "<a href=/no>";</script><a href="a b" rel="external NoFollow">A  link</a>
<map><area href=/area></map><style>p {}</style>
<a>no link</a><p>World</p><noscript>off</noscript></body></html>"""


def test_a_page_says_where_it_leads() -> None:
    found = read_page(PAGE.encode(), "http://h/", "", ("hello",), near=True)
    assert found["links"] == [["a b", "A link", True], ["/area", "", False]]
    said = ("A page", "/base/", "/one", "noindex, nofollow", "/next", "utf-8", 0.5)
    assert tuple(found[fact] for fact in ("title", "base", "canonical", "robots", "refresh", "charset", "score")) == said
    assert found["hash"] == read_text(b"HELLO\n a link no  link world", "", "", (), near=False)["hash"]


def test_pages_of_many_links_and_long_addresses_are_cut() -> None:
    body = "".join(f"<a href=/{n}>" for n in range(20_000)) + f"<a href=/{'x' * 5000}>"
    assert len(read_page(body.encode(), "", "", (), near=False)["links"]) == 10_000
    assert read_page(f"<a href=/{'x' * 5000}>".encode(), "", "", (), near=False)["links"] == []


@pytest.mark.parametrize(
    ("data", "said", "name"),
    [
        ("ä".encode(), "", "utf-8"), ("ä".encode("latin-1"), "iso-8859-1", "cp1252"), ("\ufeffä".encode(), "iso-8859-1", "utf-8"),
        ("<meta charset=windows-1251>д".encode("cp1251"), "", "cp1251"), ("<meta charset=utf-8>日本".encode("shift_jis"), "Shift_JIS", "shift_jis"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=euc-jp">日本'.encode("euc_jp"), "no-such", "euc_jp"), (b"x", "rot13", "utf-8"),
    ],
)  # fmt: skip
def test_a_page_is_read_in_its_letters(data: bytes, said: str, name: str) -> None:
    assert decoded(data, said)[0] == name


def test_prints_are_near_where_texts_are() -> None:
    words = [f"word{n}" for n in range(400)]
    one, other = print_of(" ".join(words)), print_of(" ".join([*words[:200], "changed", *words[201:]]))
    far = print_of(" ".join(f"term{n}" for n in range(400)))
    assert 0 < (one ^ other).bit_count() <= 10 < (one ^ far).bit_count()
    assert print_of("one") == print_of("one")


def test_the_media_type_of_an_answer() -> None:
    assert media_type("Text/HTML; Charset='UTF-8'") == ("text/html", "utf-8")
    assert media_type("", b"\n <p>") == ("text/html", "")
    assert media_type("", b"%PDF-1.7") == ("application/pdf", "")
    assert media_type("nonsense", b"\0") == ("application/octet-stream", "")


# -- sitemaps -------------------------------------------------------------------------------------------------------------------------


SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><image:image><image:loc>http://h/picture</image:loc></image:image><loc> http://h/a </loc><lastmod>2024-01-01</lastmod></url><url><loc>http://h/b?x=1&amp;y=2</loc></url>"""


def test_sitemaps_in_all_their_forms() -> None:
    pages = {"pages": ["http://h/a", "http://h/b?x=1&y=2"], "sitemaps": [], "wrong": ""}
    assert read_sitemap(SITEMAP + b"</urlset>") == pages
    assert read_sitemap(gzip.compress(SITEMAP + b"</urlset>")) == pages
    assert read_sitemap((SITEMAP + b"</urlset>").decode().replace("UTF-8", "UTF-16").encode("utf-16")) == pages
    assert read_sitemap(b"\xef\xbb\xbfhttp://h/a\r\nhttp://h/b?x=1&y=2\nnonsense\n") == pages
    index = b"<sitemapindex><sitemap><loc>http://h/1.xml</loc></sitemap><sitemap><loc>/2.xml</loc></sitemap></sitemapindex>"
    assert read_sitemap(index)["sitemaps"] == ["http://h/1.xml", "/2.xml"]
    rss = b"<rss><channel><link>http://h/</link><item><title>x</title><link>http://h/i</link></item></channel></rss>"
    assert read_sitemap(rss)["pages"] == ["http://h/i"]
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="edit" href="/no"/><link href="/e"/></entry></feed>'
    assert read_sitemap(atom)["pages"] == ["/e"]


def test_what_breaks_off_is_read_so_far() -> None:
    found = read_sitemap(SITEMAP)
    assert (found["pages"], found["wrong"][:10]) == (["http://h/a", "http://h/b?x=1&y=2"], "ParseError")
    assert "Error" in read_sitemap(gzip.compress(SITEMAP)[:-30] + b"x" * 30)["wrong"]
    most = read_sitemap(b"http://h/\n" * (MOST_ADDRESSES + 10))
    assert (len(most["pages"]), "more than 50,000" in most["wrong"]) == (MOST_ADDRESSES, True)


@pytest.mark.parametrize(
    "bomb",
    [gzip.compress(bytes(100 << 20)), b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
     b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>'],
)  # fmt: skip
def test_bombs_are_refused(bomb: bytes) -> None:
    found = read_sitemap(bomb)
    assert found["pages"] == [] and found["wrong"]
