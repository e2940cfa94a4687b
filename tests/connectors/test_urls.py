from __future__ import annotations

import socket

import pytest
from known import NUMBERS

from rowsmith.connectors.urls import is_address, joined, parsed
from rowsmith.core.addresses import AddressRefused


@pytest.mark.parametrize("host", [*NUMBERS, "127.0.0.1.", "1.2.3.256", "1.2.3", "a.1", "0x"])
def test_a_host_that_is_a_number_is_an_address_in_full_or_nothing(host: str) -> None:
    with pytest.raises(AddressRefused):
        parsed(f"http://{host}/")


def test_resolvers_do_take_them_for_this_machine() -> None:
    assert {socket.gethostbyname(name) for name in NUMBERS} == {"127.0.0.1", "0.0.0.0"}


@pytest.mark.parametrize(
    "text",
    [
        "gopher://h/", "file:///etc/passwd", "file://h/etc/passwd", "dict://h:11211/stat", "ftp://h/", "ldap://h/", "data:text/plain,x",
        "javascript:0", "//h/path", "h/path", "http:h", "http:/h", "http:///h", "https://", "http://:80/", "",
        "unix:///run/docker.sock", "jar:http://h/!/", " http://h/",
        "http://user@h/", "http://user:secret@h/", "http://:@h/", "http://@h/", "http://a\\@b/", "http://a\\b/", "http:\\\\h/", "http://h/a\\b",
        "http://h/a b", "http://h /", "http://h/\n", "http://h\t/", "http://h/\r\nHost: x", "http://h/\x00", "http://h/\x7f", "http://h/\u2028", "http://h\xa0/",
        "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://h%2ename/", "http://127.0.0.1%00.example/", "http://[::1/", "http://[::1]x/", "http://]/",
        "http://h:99999/", "http://h:0/", "http://h:-1/", "http://h:x/", "http://a..b/", "http://.a/", "http://-a/", "http://a;b/", "http://a,b/", "http://a'b/",
        "http://a!b/", f"http://{'a' * 64}.example/", f"http://{'a.' * 130}example/", f"http://h/{'a' * 20000}",
        "http://h\u2100.example/", "http://u\uff20h/", "http://h\uff3cx/", "http://\u200b127.0.0.1/",
        "http://a\u3002\u3002b/",
    ],
)  # fmt: skip
def test_what_two_parsers_could_read_differently_is_refused(text: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        parsed(text)
    assert caught.value.fix
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "host", "asked"),
    [
        ("http://Example.ORG", "example.org", "/"),
        ("https://example.org:443?q=1", "example.org", "/?q=1"),
        ("http://a#@b/", "a", "/"),
        ("http://a/?#@b/", "a", "/"),
        ("http://a/@b", "a", "/@b"),
        ("http://example.org./x", "example.org.", "/x"),
        ("http://m\u00fcnchen.example/\u00e4?\u00f6=\u00fc", "xn--mnchen-3ya.example", "/%C3%A4?%C3%B6=%C3%BC"),
        ("http://\uff41.example/", "a.example", "/"),
        ("http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/", "127.0.0.1", "/"),
        ("http://[::FFFF:169.254.169.254]/", "::ffff:a9fe:a9fe", "/"),
        ("http://[64:ff9b::a9fe:a9fe]/", "64:ff9b::a9fe:a9fe", "/"),
        ("http://8.8.8.8:80/", "8.8.8.8", "/"),
        ("http://under_score.example/", "under_score.example", "/"),
    ],
)
def test_what_is_read(text: str, host: str, asked: str) -> None:
    url = parsed(text)
    assert (url.raw_host, url.raw_path_qs) == (host, asked)
    assert parsed(str(url)) == url
    assert is_address(host) == (host[0] in "1268:")


def test_path_and_query_are_sent_as_they_were_written() -> None:
    signed = "/a%2Fb/%7e;c/?X-Sig=%2B+%3D&x=a%20b&y=~'()*!&z=/:@&&w"
    assert parsed(f"https://cdn.example{signed}#part").raw_path_qs == signed


@pytest.mark.parametrize(
    ("location", "to"),
    [
        ("/b?c", "https://h.example/b?c"),
        ("b", "https://h.example/x/b"),
        ("../b", "https://h.example/b"),
        ("?c", "https://h.example/x/y?c"),
        ("//other.example/b", "https://other.example/b"),
        ("http://other.example:8080/%2B", "http://other.example:8080/%2B"),
    ],
)
def test_redirects_are_read_by_the_same_parser(location: str, to: str) -> None:
    assert str(joined(parsed("https://h.example/x/y?z"), location)) == to


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "gopher://h/", "//user@h/", "/a\\b", "\\\\h\\x", "http://a\\@b/", "/a\nb", "http://2130706433/", "//h:0/",
     "http://[::1%251]/", "http://["],
)  # fmt: skip
def test_redirects_to_nowhere(location: str) -> None:
    with pytest.raises(AddressRefused, match=r"^h\.example redirects to"):
        joined(parsed("https://h.example/x"), location)
