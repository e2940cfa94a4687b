"""The client against servers and names that mean ill. `public.example` is listed and plays what may be reached."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authority import Authority
from known import BAD, CLOUD, GOOD, NUMBERS
from web import CUT, Names, Part, Seen, Web, http, redirect

from rowsmith.connectors import plain
from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds, Broken, Reply
from rowsmith.connectors.resolve import SystemResolver, connector
from rowsmith.core.addresses import PUBLIC, AddressRefused, Allowed
from rowsmith.core.errors import Invalid, Unavailable

QUICK = Bounds(total_s=20, idle_s=10)
HERE = ["127.0.0.1"]


def allowed(*webs: Web) -> Allowed:
    return Allowed(("public.example", "second.example"), tuple(web.port for web in webs))


def sent(method: str, url: str, may: Allowed, resolver: Any = None, *, tls: Any = None, **more: Any) -> Reply:
    async def run() -> Reply:
        async with Egress(may, resolver=resolver or Names(public_example=HERE, second_example=HERE), tls=tls) as egress:
            return await egress.send(method, url, **{"bounds": QUICK, **more})

    return asyncio.run(run())


def got(web: Web, path: str = "/", **more: Any) -> Reply:
    return sent("GET", web.url(path=path), allowed(web), **more)


def in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


# -- where it goes --------------------------------------------------------------------------------------------------------------------


def test_what_may_be_reached_is_reached() -> None:
    with Web(http(b"hello", X_One="1")) as web:
        reply = got(web, "/a?b#c")
        assert (reply.status, reply.body, reply.headers["x-one"], reply.url) == (200, b"hello", "1", web.url(path="/a?b"))
        (seen,) = web.seen
        assert (seen.method, seen.target) == ("GET", "/a?b")
        assert (seen.headers["host"], seen.headers["user-agent"]) == (f"public.example:{web.port}", "rowsmith")


@pytest.mark.parametrize("address", sorted({*BAD, *CLOUD}))
def test_nothing_is_sent_to_a_bad_address_however_it_is_come_by(address: str) -> None:
    with Web(lambda seen: redirect(f"http://{in_url(address)}:{web.port}/latest/meta-data/")) as web:
        world = Names(public_example=HERE, innocent_example=[address], one_good_example=[*GOOD, address], one_bad_example=[address, *GOOD])
        hosts = (in_url(address), "innocent.example", "one.good.example", "one.bad.example", "public.example")
        leaks = [host for host in hosts if not refused(web.url(host), Allowed(("public.example",), (web.port,)), world)]
        assert (leaks, [seen.target for seen in web.seen], len(web.reached)) == ([], ["/"], 1)


@pytest.mark.parametrize("name", [*NUMBERS, "①②⑦.⓪.⓪.①", "127.0.0.1.", "localhost", "[::1]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]"])
def test_names_that_the_system_takes_for_this_machine(name: str) -> None:
    with Web(http()) as web:
        assert refused(web.url(name), Allowed(ports=(web.port,)), SystemResolver())
        assert web.reached == []


def test_the_system_is_asked_for_all_the_addresses_of_a_name() -> None:
    assert asyncio.run(SystemResolver().resolve("127.0.0.1", 80)) == HERE
    with pytest.raises(socket.gaierror):
        asyncio.run(SystemResolver().resolve("no-such-name.invalid", 80))


def test_good_addresses_are_not_refused() -> None:
    """Asked of the connector, which would connect to them next: a test reaches nobody outside."""

    async def answers() -> list[str]:
        pool = connector(PUBLIC, Names(good_example=GOOD), None)
        try:
            return [answer["host"] for answer in await pool._resolve_host("good.example", 443)]
        finally:
            await pool.close()

    assert asyncio.run(answers()) == GOOD


def test_a_name_is_resolved_once_for_a_connection_and_connected_to_what_was_looked_at() -> None:
    rebinding = Names(public_example=[["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"]])
    with Web(http(b"x", Connection="close")) as web:
        may = Allowed(("127.0.0.1",), (web.port,))
        assert sent("GET", web.url(), may, rebinding).body == b"x"
        assert rebinding.asked == ["public.example"]
        assert refused(web.url(), may, rebinding)
        assert sent("GET", web.url(), may, rebinding).body == b"x"
        assert web.reached == ["127.0.0.1"] * 2


def test_a_kept_connection_is_used_again_and_a_new_one_is_looked_at_again() -> None:
    rebinding = Names(public_example=[["127.0.0.1"], ["127.0.0.2"]])

    async def run(web: Web) -> None:
        async with Egress(Allowed(("127.0.0.1",), (web.port,)), resolver=rebinding) as egress:
            for _ in range(3):
                assert (await egress.send("GET", web.url())).body == b"x"
            both = await asyncio.gather(egress.send("GET", web.url()), egress.send("GET", web.url()), return_exceptions=True)
            assert sorted(type(found).__name__ for found in both) == ["AddressRefused", "Reply"]

    with Web(http(b"x")) as web:
        asyncio.run(run(web))
        assert (web.reached, rebinding.asked) == (["127.0.0.1"], ["public.example"] * 2)


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_other_ports_are_closed(port: int) -> None:
    asked = Names()
    with pytest.raises(AddressRefused) as error:
        sent("GET", f"http://public.example:{port}/", Allowed(("public.example",)), asked)
    assert "ROWSMITH_EGRESS_PORTS" in error.value.fix
    assert asked.asked == []


@pytest.mark.parametrize("url", ["gopher://h/", "file:///etc/passwd", "dict://h:11211/", "ftp://h/", "http://user@h/", "http://a\\@b/", "http://h/\n"])
def test_other_urls_are_refused(url: str) -> None:
    asked = Names()
    assert refused(url, Allowed(), asked)
    assert asked.asked == []


def test_what_follows_a_hash_is_no_host() -> None:
    with Web(http()) as web:
        asked = Names(a=HERE, b=HERE)
        sent("GET", f"http://a:{web.port}/#@b/", Allowed(("a",), (web.port,)), asked)
        with pytest.raises(Broken):
            sent("GET", "http://c#@b/", Allowed(("b",)), asked)
        assert asked.asked == ["a", "c"]


def test_the_certificate_and_the_host_header_are_the_names(tmp_path: Path) -> None:
    authority, asked = Authority(tmp_path), list[str | None]()
    with Web(http(b"safe"), authority.server("public.example", asked)) as web:
        assert sent("GET", web.url(), allowed(web), tls=authority.trust).body == b"safe"
        assert (asked, web.seen[0].headers["host"], web.reached) == (["public.example"], f"public.example:{web.port}", HERE)
        with pytest.raises(Unavailable, match=r"certificate of second\.example is not trusted"):
            sent("GET", web.url("second.example"), allowed(web), tls=authority.trust)
        with pytest.raises(Unavailable, match="is not trusted"):
            sent("GET", web.url(), allowed(web))
        assert len(web.seen) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_proxies_and_passwords_of_the_environment_are_ignored(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine public.example login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Web(http(b"direct")) as web, Web(http(b"proxy")) as proxy:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert got(web).body == b"direct"
        assert (proxy.reached, "authorization" in web.seen[0].headers) == ([], False)


# -- redirects ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/latest/", "file:///etc/passwd", "//user@public.example/", "gopher://public.example/", "http://127.0.0.2/", "http://2130706433/"]
)  # fmt: skip
def test_a_redirect_is_looked_at_like_a_new_url(status: int, to: str) -> None:
    with Web(redirect(to, status)) as web:
        assert refused(web.url(), allowed(web), Names(public_example=HERE))
        assert len(web.seen) == 1


@pytest.mark.parametrize(("status", "then"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_redirects_are_followed(status: int, then: str) -> None:
    def answer(seen: Seen) -> bytes:
        return http(b"there") if seen.target == "/there" else redirect("/there", status)

    with Web(answer) as web:
        reply = sent("POST", web.url(), allowed(web), body=b"data", headers={"Content-Type": "text/plain", "Authorization": "key"})
        assert (reply.body, reply.url) == (b"there", web.url(path="/there"))
        second = web.seen[1]
        assert (second.method, second.body, "content-type" in second.headers) == (then, b"data" if then == "POST" else b"", then == "POST")
        assert second.headers["authorization"] == "key"


def test_at_most_three() -> None:
    with Web(lambda seen: redirect(f"/{int(seen.target[1:]) + 1}") if int(seen.target[1:]) < 3 else http(b"end")) as web:
        assert got(web, "/0").body == b"end"
        with pytest.raises(Unavailable, match="redirects more than 3 times"):
            got(web, "/-1")
        reply = got(web, "/0", bounds=Bounds(redirects=0))
        assert (reply.status, reply.headers["location"], len(web.seen)) == (302, "/1", 9)


def test_keys_stay_with_the_origin_that_they_were_meant_for() -> None:
    def answer(seen: Seen) -> bytes:
        host = seen.headers["host"].split(":")[0]
        return redirect(web.url("public.example", "/back"), 307) if host == "second.example" else http() if seen.target == "/back" else away

    keys = {"Authorization": "canary", "Cookie": "canary", "X-Api-Key": "canary", "Accept": "text/plain", "Range": "bytes=5-"}
    with Web(answer) as web:
        away = redirect(web.url("second.example"), 307)
        got(web, headers=keys)
        came = [[name for name in map(str.lower, keys) if name in seen.headers] for seen in web.seen]
        assert came == [[*map(str.lower, keys)], ["accept", "range"], ["accept", "range"]]
        with Web(http()) as other:
            away = redirect(other.url("public.example"))
            sent("GET", web.url(), allowed(web, other), headers=keys)
            assert "canary" not in other.seen[0].headers.values()


def test_https_does_not_lead_to_http(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Web(http()) as open_web, Web(redirect(open_web.url()), authority.server("public.example")) as web:
        assert refused(web.url(), allowed(web, open_web), Names(public_example=HERE), tls=authority.trust)
        assert open_web.reached == []


# -- how much, how long ---------------------------------------------------------------------------------------------------------------


SMALL = Bounds(body=1 << 20, total_s=20, idle_s=10)


def test_a_bomb_is_stopped_at_the_cap() -> None:
    bombs = {"gzip": gzip.compress(bytes(64 << 20)), "deflate": zlib.compress(bytes(64 << 20))}
    for encoding, bomb in bombs.items():
        assert len(bomb) < 100_000
        with Web(http(bomb, Content_Encoding=encoding)) as web, pytest.raises(Invalid, match="larger than 1048576 bytes"):
            got(web, bounds=SMALL)


def test_what_is_compressed_is_read() -> None:
    with Web(http(gzip.compress(b"text" * 100), Content_Encoding="gzip")) as web:
        assert got(web).body == b"text" * 100
        assert web.seen[0].headers["accept-encoding"] == "gzip, deflate"


def endless(part: bytes, pause_s: float = 0.0) -> Iterator[Part]:
    yield http(length=False)
    for _ in itertools.count():
        yield part
        if pause_s:
            yield pause_s


def test_an_endless_body_is_stopped_at_the_cap_and_one_that_says_so_before_it_is_read() -> None:
    with Web(lambda seen: endless(bytes(65536))) as web, pytest.raises(Invalid, match="larger than 1048576"):
        got(web, bounds=SMALL)
    with Web(http(length=False, Content_Length=str(1 << 40)) + b"x") as web, pytest.raises(Invalid, match="larger than"):
        got(web, bounds=SMALL)
    with Web(http(b"x" * (1 << 20))) as web:
        assert len(got(web, bounds=SMALL).body) == 1 << 20


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda seen: endless(b"x", 0.02), "all but silent, for 0.3 s"),
        (lambda seen: [http(length=False, Content_Length="10"), b"x", 60.0], "all but silent, for 0.3 s"),
        (lambda seen: [60.0], "all but silent, for 0.3 s"),
        (lambda seen: [b"HTTP/1.1 200 OK\r\n", *(part for n in range(1000) for part in (b"X-%d: x\r\n" % n, 0.05))], "all but silent, for 0.3 s"),
        (lambda seen: endless(bytes(2000), 0.02), "no whole answer within 1.5 s"),
    ],
)
def test_a_server_that_dribbles_is_left(answer: Any, told: str) -> None:
    start = time.monotonic()
    with Web(answer) as web, pytest.raises(Broken, match=told):
        got(web, bounds=Bounds(total_s=1.5, connect_s=0.2, idle_s=0.3) if "1.5" in told else Bounds(total_s=60, connect_s=0.2, idle_s=0.3))
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("count", [101, 129, 5000])
def test_too_many_headers(count: int) -> None:
    with Web(http(b"", **{f"X-{n}": "x" for n in range(count)})) as web, pytest.raises(Unavailable):
        got(web)


def test_headers_that_are_too_long_or_never_end() -> None:
    with Web(http(b"", X="x" * 100_000)) as web, pytest.raises(Unavailable):
        got(web)
    with Web(lambda seen: itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: x\r\n"))) as web, pytest.raises(Unavailable):
        got(web)
    with Web(http(b"", **{f"X-{n}": "x" for n in range(90)})) as web:
        assert got(web).status == 200


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"SSH-2.0-OpenSSH_9 canary\r\n", "does not answer as a web server does"),
        ([CUT], "broke off"),
        ([http(b"whole body")[:-3], CUT], "broke off"),
        ([http(gzip.compress(b"text")[:-10], Content_Encoding="gzip")], "breaks off"),
        ([http(b"x", Content_Encoding="br")], "not asked for"),
    ],
)
def test_answers_that_are_none(answer: Any, told: str) -> None:
    with Web(answer if isinstance(answer, bytes) else lambda seen: answer) as web, pytest.raises(Unavailable, match=told) as caught:
        got(web, "/secret-path?sig=canary")
    assert "canary" not in str(caught.value)


def test_a_server_that_is_away() -> None:
    with pytest.raises(Broken, match=r"The name nowhere\.example does not resolve"):
        sent("GET", "http://nowhere.example/", Allowed())
    with Web(http()) as web:
        gone = web.url()
    with pytest.raises(Broken, match=r"public\.example cannot be reached"):
        sent("GET", gone, allowed(web))


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 503])
def test_the_body_of_what_is_no_success_is_never_read(status: int) -> None:
    with Web(http(b"internal secret", status)) as web:
        reply = got(web)
        assert (reply.status, reply.body) == (status, b"")


def test_a_reply_may_be_wanted_without_its_body() -> None:
    with Web(lambda seen: endless(b"x")) as web:
        assert sent("POST", web.url(), allowed(web), body=b"event", bounds=Bounds(body=0)).body == b""


# -- as a plain call ------------------------------------------------------------------------------------------------------------------


def test_it_is_a_plain_call_in_any_thread_and_where_a_loop_runs() -> None:
    with Web(http(b"x")) as web:
        url, may = web.url("127.0.0.1"), Allowed(("127.0.0.1",), (web.port,))
        assert plain.send("GET", url, allowed=may).body == b"x"

        async def loop_runs() -> bytes:
            return plain.send("GET", url, allowed=may).body + (await asyncio.to_thread(plain.send, "GET", url, allowed=may)).body

        assert asyncio.run(loop_runs()) == b"xx"

        async def refused_within_a_loop() -> None:
            plain.send("GET", url)

        with pytest.raises(AddressRefused):
            asyncio.run(refused_within_a_loop())


INTERRUPTED = """
import asyncio, sys, threading
from rowsmith.connectors import plain
from rowsmith.core.addresses import Allowed

def act():
    plain.send("GET", sys.argv[1], allowed=Allowed(("127.0.0.1",), (int(sys.argv[2]),)))

async def cell():
    act()

try:
    act() if sys.argv[3] == "plain" else asyncio.new_event_loop().run_until_complete(cell())
except KeyboardInterrupt:
    for thread in threading.enumerate():
        if thread.name == "egress":
            thread.join(20)
    print("ended", [thread.name for thread in threading.enumerate()])
"""


@pytest.mark.parametrize("how", ["plain", "within a loop"])
def test_an_interrupt_ends_it(how: str) -> None:
    begun = threading.Event()

    def stuck(seen: Seen) -> Iterator[Part]:
        begun.set()
        yield 600.0

    with Web(stuck) as web:
        words = [sys.executable, "-W", "ignore", "-c", INTERRUPTED, web.url("127.0.0.1"), str(web.port), how]
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert begun.wait(60)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert out.strip() == "ended ['MainThread']", err


def refused(url: str, may: Allowed, resolver: Any, **more: Any) -> bool:
    try:
        sent("GET", url, may, resolver, **more)
    except AddressRefused as error:
        return error.fix != ""
    return False
