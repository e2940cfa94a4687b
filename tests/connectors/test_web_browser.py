"""Pages that scripts make, in a real Chromium, whose pages try every way out but the proxy."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from authority import Authority
from crawl_site import html, link, reach
from known import BAD, CLOUD
from web import CUT, Names, Part, Seen, Web, http, redirect

from rowsmith.connectors.web.browser import PROGRAMS
from rowsmith.connectors.web.fetching import fetch
from rowsmith.connectors.web.proxy import Proxy
from rowsmith.core.addresses import Allowed
from rowsmith.core.fetching import Fetched, Missed

FORBIDDEN = sorted({*BAD, *CLOUD})
HERE = ["127.0.0.1"]
SETTINGS: dict[str, Any] = {"delay_s": 0, "browser": True, "robots": False, "retries": 0}
ALL = ["script", "stylesheet", "xhr", "fetch", "websocket", "image", "font", "media", "manifest", "texttrack", "eventsource", "other"]


@pytest.fixture
def chromium() -> None:
    """Leaves the test out where there is no browser; in CI there has to be one."""
    pytest.importorskip("playwright")
    if not any(map(shutil.which, PROGRAMS)):
        assert os.environ.get("CI") != "true", "Chromium is missing"
        pytest.skip("NOT TESTED IN A BROWSER: install chromium")


def shown(web: Web, folder: Path, *paths: str, **asked: Any) -> tuple[dict[str, Fetched], dict[str, str]]:
    settings = {**SETTINGS, "urls": [web.url("127.0.0.1", path) for path in paths], **asked}
    came, missed = {}, {}
    for one in fetch(reach(folder / "state", web), folder / "to", **settings):
        path = one.name.removeprefix(web.url("127.0.0.1", ""))
        if isinstance(one, Missed):
            missed[path] = one.reason
        else:
            came[path] = one
    return came, missed


def text(one: Fetched) -> str:
    return one.path.read_text(encoding="utf-8")


MADE = "<div id=x></div><script>setTimeout(() => { document.getElementById('x').innerHTML = '<a id=there href=/made>m</a>' }, WAIT)</script>"


@pytest.mark.usefixtures("chromium")
def test_pages_as_they_are_shown(tmp_path: Path) -> None:
    links = "".join(map(link, ("/old", "/js", "/gone", "/pdf", "/text", "/img", "/late", "/download")))

    def answer(seen: Seen) -> Any:
        pages: dict[str, Any] = {
            "/": html("<title>T</title>" + MADE.replace("WAIT", "0") + links, ETag='"1"'), "/old": redirect("/made"),
            "/made": html("<script>document.write('written ü')</script>"), "/js": html("<script>location = '/js2'</script>"),
            "/js2": html("two"), "/pdf": http(b"%PDF-1.4", Content_Type="application/pdf"), "/text": http(b"words", Content_Type="text/plain"),
            "/img": http(b"\x89PNG", Content_Type="image/png"), "/late": html(MADE.replace("WAIT", "600000")),
            "/soon": html(MADE.replace("WAIT", "700")),
            "/download": http(b"x", Content_Type="text/html", Content_Disposition="attachment; filename=../../evil.html"),
        }  # fmt: skip
        return pages.get(seen.target, http(status=404))

    with Web(answer) as web:
        came, missed = shown(web, tmp_path, "/", depth=2, selector="body")
        assert set(came) == {"/", "/made", "/js2", "/pdf", "/text", "/late", "/download"}
        assert missed == {"/old": "duplicate", "/gone": "http_404", "/img": "other_type"}
        assert "written ü" in text(came["/made"])
        assert (came["/pdf"].path.read_bytes(), came["/text"].path.read_bytes()) == (b"%PDF-1.4", b"words")
        facts = {name: came["/"].facts[name] for name in ("status", "media_type", "charset", "etag", "title")}
        assert facts == {"status": 200, "media_type": "text/html", "charset": "utf-8", "etag": '"1"', "title": "T"}
        assert "Rowsmith" in next(seen for seen in web.seen if seen.target == "/").headers["user-agent"]
        assert "id=\"there\"" not in text(came["/late"])
        came, _ = shown(web, tmp_path / "2", "/soon", selector="#there")
        assert "id=\"there\"" in text(came["/soon"])


@pytest.mark.usefixtures("chromium")
def test_what_a_page_may_take(tmp_path: Path) -> None:
    def endless(seen: Seen) -> Iterator[Part]:
        yield http(length=False, Content_Type="text/javascript")
        while True:
            yield b"/" * 65536

    pages: dict[str, Any] = {
        "/loop": html("<script>while (true) {}</script>"), "/big": html("x" * 20_000), "/loads": html("<script src=/endless></script>"),
        "/never": html("<script src=/silent></script>"), "/silent": lambda seen: [60.0], "/endless": endless, "/grows": html(
            "<script>document.body.append('y'.repeat(50000))</script>"), "/fine": html("<script>document.body.append('fine')</script>"),
        "/again": html("<script>setTimeout(() => location.reload(), 100)</script>again"),
        "/noisy": html("<script>alert(1); open('/popup'); print()</script>noisy"), "/popup": html("popup"),
    }  # fmt: skip

    def answer(seen: Seen) -> Any:
        found = pages.get(seen.target, http(status=404))
        return found(seen) if callable(found) else found

    with Web(answer) as web:
        came, missed = shown(web, tmp_path / "1", "/loop", "/never", page_s=3.0)
        assert (came, missed) == ({}, {"/loop": "unreachable", "/never": "unreachable"})
        came, missed = shown(web, tmp_path / "2", "/big", "/loads", "/grows", "/noisy", "/fine", "/again", page_s=60.0, max_bytes=10_000)
        assert missed == {"/big": "large", "/loads": "large", "/grows": "large"}
        assert set(came) == {"/noisy", "/fine", "/again"}
        assert "fine" in text(came["/fine"])


@pytest.mark.usefixtures("chromium")
def test_only_what_is_asked_for_is_loaded(tmp_path: Path) -> None:
    body = "<img src=/i><link rel=stylesheet href=/c><script src=/s></script><iframe src=/f></iframe><script>fetch('/x')</script>"
    for resources, loaded in ((["image", "stylesheet", "fetch"], {"/i", "/c", "/x"}), (["script"], {"/s"})):
        with Web(lambda seen: html(body) if seen.target == "/" else http(b"", Content_Type="text/plain")) as web:
            shown(web, tmp_path / str(len(resources)), "/", resources=resources)
            assert {seen.target for seen in web.seen} - {"/", "/favicon.ico"} == loaded


def escapes(port: int, secure: int) -> str:
    """Every way in which a page can make a browser connect."""
    everyone = [f"[{one}]" if ":" in one else one for one in FORBIDDEN] + [f"n{n}.example" for n in range(len(FORBIDDEN))]
    images = "".join(f"<img src=http://{one}:{port}/img>" for one in [*everyone, "2130706433", "127.1", "0", "017700000001"])
    hosts = ["127.0.0.2", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0x7f.1", "localhost", "n0.example", "rebind.example"]
    targets = [f"http://{host}:{port}" for host in hosts]
    tags = "".join(
        f"<img src={one}/img><script src={one}/script></script><link rel=stylesheet href={one}/css><link rel=preconnect href={one}>"
        f"<link rel=dns-prefetch href={one}><link rel=prefetch href={one}/prefetch><link rel=preload as=image href={one}/preload>"
        f"<iframe src={one}/frame></iframe><video src={one}/video></video><object data={one}/object></object><a ping={one}/ping href=#>p</a>"
        for one in targets
    )  # fmt: skip
    scripts = """
    for (const a of document.querySelectorAll('a')) a.click()
    for (const one of targets) {
        for (const how of ['cors', 'no-cors']) fetch(one + '/fetch', {mode: how}).catch(() => 0)
        navigator.sendBeacon(one + '/beacon', 'x')
        try { new EventSource(one + '/events') } catch {}
        try { new WebSocket(one.replace('http', 'ws') + '/socket') } catch {}
        try { const x = new XMLHttpRequest(); x.open('POST', one + '/xhr'); x.send('x') } catch {}
        try { new Worker(URL.createObjectURL(new Blob([`importScripts('${one}/worker'); fetch('${one}/worker')`]))) } catch {}
    }
    for (const host of hosts) {
        fetch('https://' + host + ':' + secure + '/tls').catch(() => 0)
        try { new WebSocket('wss://' + host + ':' + secure + '/wss') } catch {}
    }
    try { new WebTransport('https://127.0.0.2:' + secure + '/') } catch {}
    try {
        const frame = document.createElement('iframe'); document.body.append(frame)
        const Peer = window.RTCPeerConnection || frame.contentWindow.RTCPeerConnection
        const servers = ['stun:127.0.0.2:' + port, 'turn:127.0.0.2:' + port + '?transport=tcp', 'stun:n0.example:' + port]
        const peer = new Peer({iceServers: servers.map(urls => ({urls, username: 'a', credential: 'b'}))})
        peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer))
    } catch {}
    navigator.serviceWorker?.register('/sw.js').catch(() => 0)
    open(targets[0] + '/popup')
    document.title = 'tried'
    """
    told = f"const targets = {targets}, hosts = {hosts}, port = {port}, secure = {secure}"
    return f"{images}{tags}<script>window.addEventListener('load', () => {{ {told}\n{scripts} }})</script>"


@pytest.mark.usefixtures("chromium")
def test_a_page_in_the_browser_reaches_no_bad_address(tmp_path: Path) -> None:
    """What it tries is seen at servers that listen at every address of this machine, for TCP, TLS and UDP."""
    datagrams: list[bytes] = []
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bad = {f"n{n}_example": [one] for n, one in enumerate(FORBIDDEN)}
    names = Names(public_example=HERE, rebind_example=[["127.0.0.3"], ["127.0.0.2"]], localhost=HERE, **bad)

    def answer(seen: Seen) -> bytes:
        return html(escapes(web.port, tls.port)) if seen.target == "/" else html("<title>ok</title>allowed")

    with Web(answer) as web, Web(http(b"leak"), Authority(tmp_path).server("public.example")) as tls, udp:
        udp.bind(("0.0.0.0", web.port))
        threading.Thread(target=lambda: _drained(udp, datagrams), daemon=True).start()
        lent = reach(tmp_path / "state", web)
        lent = replace(lent, allowed=Allowed(("public.example", "127.0.0.3"), (web.port, tls.port)))
        settings = {**SETTINGS, "urls": [web.url()], "resources": ALL, "wait": "networkidle"}
        (one,) = fetch(lent, tmp_path / "to", resolver=names, **settings)
        assert isinstance(one, Fetched), one
        assert one.facts["title"] == "tried"
        assert set(web.reached) == {"127.0.0.1", "127.0.0.3"}
        assert {seen.headers["host"] for seen in web.seen} == {f"public.example:{web.port}", f"rebind.example:{web.port}"}
        assert (set(tls.reached) - {"127.0.0.3"}, datagrams) == (set(), [])
        assert {*bad, "rebind_example"} <= {name.replace(".", "_") for name in names.asked}, "the proxy was not even asked"


def _drained(udp: socket.socket, into: list[bytes]) -> None:
    try:
        while True:
            into.append(udp.recv(2048))
    except OSError:
        return


@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize("address", ["127.0.0.2", "169.254.169.254", "[::1]", "0x7f.1", "n.example"])
def test_a_bad_address_is_no_page(address: str, tmp_path: Path) -> None:
    names = Names(public_example=HERE, n_example=["127.0.0.2"])
    with Web(lambda seen: redirect(f"http://{address}:{web.port}/x") if seen.target == "/r" else html("leak")) as web:
        lent = reach(tmp_path / "state", web)
        urls = [f"http://{address}:{web.port}/", web.url("127.0.0.1", "/r")]
        outcomes = list(fetch(lent, tmp_path / "to", resolver=names, urls=urls, within="any", **SETTINGS))
        assert [one.reason for one in outcomes if isinstance(one, Missed)] == ["refused", "refused"]
        assert (web.reached, len(outcomes)) == (HERE, 2)


# -- the proxy by itself --------------------------------------------------------------------------------------------------------------


def spoken(proxy_allowed: Allowed, lines: bytes, most: int = 1 << 20, resolver: Any = None) -> tuple[bytes, list[str]]:
    """What the proxy answers to these bytes, until it closes."""

    async def run() -> tuple[bytes, list[str]]:
        async with Proxy(proxy_allowed, resolver or Names(public_example=HERE)).running() as proxy:
            proxy.renew(most)
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(lines)
            try:
                async with asyncio.timeout(20):
                    return await reader.read(-1), proxy.refused
            except ConnectionError:
                return b"", proxy.refused
            finally:
                writer.transport.abort()

    return asyncio.run(run())


def test_the_proxy_carries_one_request_and_says_what_it_refuses() -> None:
    with Web(http(b"hello", X_One="1", Connection="keep-alive", Keep_Alive="timeout=5")) as web:
        may = Allowed(("public.example",), (web.port,))
        head = f"POST {web.url(path='/a?b')} HTTP/1.1\r\nHost: evil.example\r\nProxy-Authorization: x\r\nConnection: keep-alive\r\n"
        head += "Content-Length: 4\r\n\r\n"
        said, refused = spoken(may, head.encode() + b"dataGET http://public.example/ HTTP/1.1\r\n\r\n")
        assert said.endswith(b"\r\n\r\nhello") and b"X-One: 1" in said and b"Connection: close" in said and b"keep-alive" not in said.lower()
        (seen,) = web.seen
        assert (seen.method, seen.target, seen.body, refused) == ("POST", "/a?b", b"data", [])
        assert (seen.headers["host"], "proxy-authorization" in seen.headers) == (f"public.example:{web.port}", False)
        for line in (f"GET http://127.0.0.1:{web.port}/", "CONNECT 127.0.0.1:443", "CONNECT public.example:22", "GET https://public.example/",
                     "GET file:///etc/passwd", "GET /", "CONNECT 2130706433:80", "CONNECT user@public.example:443"):  # fmt: skip
            said, refused = spoken(may, f"{line} HTTP/1.1\r\n\r\n".encode())
            assert said.startswith(b"HTTP/1.1 403") and b"destination_ip_prohibited" in said and len(refused) == 1
        assert len(web.seen) == 1


@pytest.mark.parametrize(
    "lines",
    [b"nonsense\r\n\r\n", b"GET http://public.example/ HTTP/1.1\r\nA b: c\r\n\r\n", b"GET  HTTP/1.1 x\r\n\r\n", b"\0\xff\r\n\r\n", b"x" * 200_000,
     b"GET \xff\xff HTTP/1.1\r\n\r\n"],
)  # fmt: skip
def test_the_proxy_hears_only_http(lines: bytes) -> None:
    assert spoken(Allowed(("public.example",)), lines) == (b"", [])


def test_the_proxy_lets_so_many_bytes_in() -> None:
    with Web(lambda seen: [http(length=False), *[b"x" * 10_000] * 1000]) as web:
        said, _ = spoken(Allowed(("public.example",), (web.port,)), f"GET {web.url()} HTTP/1.1\r\n\r\n".encode(), most=100_000)
        assert len(said) < 400_000


def test_the_proxy_tunnels_to_what_may_be_reached() -> None:
    with Web(lambda seen: [http(b"within"), 0.05, CUT]) as web:
        may = Allowed(("public.example",), (web.port,))
        asked = f"CONNECT public.example:{web.port} HTTP/1.1\r\n\r\nGET /a HTTP/1.1\r\nHost: public.example\r\n\r\n".encode()
        said, refused = spoken(may, asked)
        assert said.startswith(b"HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 200 Said") and said.endswith(b"within")
        assert ([seen.target for seen in web.seen], refused) == (["/a"], [])
        assert len(spoken(may, asked, most=10)[0]) < 200


MISSING = """
import sys
from importlib.machinery import PathFinder
from pathlib import Path

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] == sys.argv[1] else PathFinder.find_spec(name, path, target)

sys.meta_path = [Without if finder is PathFinder else finder for finder in sys.meta_path]
from rowsmith.connectors.web.fetching import fetch
from rowsmith.core.addresses import PUBLIC
from rowsmith.core.errors import Unavailable
from rowsmith.core.fetching import Reach
try:
    next(fetch(Reach(PUBLIC, Path("state")), Path("to"), urls=["http://public.example/"], browser=True))
except Unavailable as error:
    print(error.fix)
"""


@pytest.mark.parametrize(
    ("package", "fix"),
    [("playwright", "pip install 'rowsmith[browser]'"), ("selectolax", "pip install 'rowsmith[documents]'"), ("nothing", "apt-get install chromium")],
)
def test_what_is_missing_is_named(package: str, fix: str, tmp_path: Path) -> None:
    pytest.importorskip("playwright")
    environ = {**os.environ, "PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    words = [sys.executable, "-c", MISSING, package]
    done = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=100, check=True)
    assert fix in done.stdout
