"""Addresses that keys are bound to: one spelling each, and no other server passes for this machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from rowsmith.core.errors import Invalid
from rowsmith.llm.origin import is_loopback, origin_of

SAME = [
    ("HTTPS://API.OpenAI.com:443/v1?a=1#b", "https://api.openai.com"),
    ("http://h:80", "http://h"),
    ("http://h:8000/v1/", "http://h:8000"),
    ("http://[0:0::1]:11434/v1", "http://[::1]:11434"),
    ("https://bücher.example/v1", "https://xn--bcher-kva.example"),
    ("http://ｌocalhost:1/v1", "http://localhost:1"),
]
NONE = [
    "", "sk-canary-1", "api.openai.com", "/models", "http://", "http:///v1", "file:///etc/passwd", "http://u:p@h/v1", "http://127.0.0.1@evil.example",
    "http://127.0.0.1\\@evil.example", "http://a b", "http://h\n.evil.example", "http://h:99999", "http://" + "a" * 300,
]  # fmt: skip
NOT_HERE = [
    "http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://evil.example#@127.0.0.1", "http://10.0.0.1", "http://169.254.169.254",
    "http://0.0.0.0", "http://2130706433", "http://0x7f.1", "http://[::]", "http://[::ffff:10.0.0.1]", "https://api.openai.com", "http://127.1",
]  # fmt: skip


@pytest.mark.parametrize(("url", "origin"), SAME)
def test_one_server_has_one_address(url: str, origin: str) -> None:
    assert origin_of(url) == origin_of(origin) == origin


@pytest.mark.parametrize("url", NONE)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        origin_of(url)
    assert not url.strip("/") or url not in str(caught.value)


@pytest.mark.parametrize("url", ["http://localhost:1", "http://LOCALHOST/v1", "http://127.0.0.1:11434", "https://127.9.9.9", "http://[::1]:8000"])
def test_this_machine(url: str) -> None:
    assert is_loopback(origin_of(url))


@pytest.mark.parametrize("url", NOT_HERE)
def test_other_machines(url: str) -> None:
    assert not is_loopback(origin_of(url))


@given(st.text(st.sampled_from("htps:/[]@.#?%\\127.0localevi。ｌ-_$;|'"), max_size=30).map(lambda tail: f"http://{tail}"))
def test_the_address_is_where_the_connection_goes(url: str) -> None:
    """Whatever is written: what the key is bound to is the host and port that the connection's own parser reads."""
    try:
        origin = origin_of(url)
    except Invalid:
        return
    at = URL(url)
    assert (URL(origin).raw_host, URL(origin).port, URL(origin).scheme) == (at.raw_host, at.port, at.scheme)
    assert origin_of(origin) == origin
