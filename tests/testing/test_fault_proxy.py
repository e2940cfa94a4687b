from __future__ import annotations

import errno
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rowsmith.testing import FaultProxy, ModelServer


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets, and ends each connection when the client does; gives its port."""

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(1 << 16):
                    connection.sendall(data)
            except ConnectionError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads.append(threading.Thread(target=accept))
        threads[0].start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join()


def talk(proxy: FaultProxy, data: bytes, timeout_s: float = 10) -> bytes:
    """Send, end the direction, and read to the end; b"reset" is added when the connection is reset."""
    got = b""
    try:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout_s) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while piece := client.recv(1 << 16):
                got += piece
    except ConnectionError:
        return got + b"reset"
    except OSError as problem:  # a reset that came before the shutdown leaves nothing to shut down
        if problem.errno != errno.ENOTCONN:
            raise
        return got + b"reset"
    return got


def test_without_faults_bytes_pass_as_they_are(echo: int) -> None:
    data = bytes(range(256)) * 4000
    with FaultProxy("127.0.0.1", echo) as proxy:
        assert talk(proxy, data) == data
        assert (proxy.up.passed, proxy.down.passed, proxy.connections) == (len(data), len(data), 1)


def test_cuts_happen_once_at_the_byte(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo) as proxy:
        proxy.down.cut_after, proxy.down.cut = 10, "close"
        assert talk(proxy, b"x" * 1000) == b"x" * 10
        assert talk(proxy, b"x" * 1000) == b"x" * 1000
        proxy.down.cut_on = b"STOP"
        assert talk(proxy, b"go on until STOP and no further") == b"go on until STOP"
        proxy.up.cut_after, proxy.up.cut = 0, "reset"
        assert talk(proxy, b"x") == b"reset"


def test_a_pattern_is_found_across_pieces(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo) as proxy, socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        proxy.down.cut_on, proxy.down.cut = b"STOP", "close"
        client.sendall(b"ST")
        assert client.recv(10) == b"ST"
        client.sendall(b"OP, no")
        assert client.recv(10) == b"OP"
        assert client.recv(10) == b""


def test_a_half_close_ends_one_direction(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo) as proxy, socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        proxy.down.cut_after, proxy.down.cut = 3, "half_close"
        client.sendall(b"abcdef")
        assert client.recv(10) == b"abc"
        assert client.recv(10) == b""
        client.sendall(b"more")


def test_latency_rate_and_black_hole(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo) as proxy:
        proxy.up.latency_s = 0.2
        began = time.monotonic()
        assert talk(proxy, b"x") == b"x"
        assert time.monotonic() - began >= 0.2
        proxy.up.latency_s, proxy.down.rate = 0.0, 1000
        began = time.monotonic()
        assert len(talk(proxy, b"x" * 300)) == 300
        assert time.monotonic() - began >= 0.3
        proxy.down.rate, proxy.down.black_hole = None, True
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            client.sendall(b"x")
            client.settimeout(0.1)
            with pytest.raises(TimeoutError):
                client.recv(1)
            proxy.down.black_hole = False
            client.settimeout(10)
            assert client.recv(1) == b"x"


def test_drop_refuse_and_a_server_that_is_away(echo: int) -> None:
    with FaultProxy("127.0.0.1", echo) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            client.sendall(b"x")
            assert client.recv(1) == b"x"
            assert proxy.drop() == 1
            with pytest.raises(ConnectionResetError):
                client.recv(1)
        proxy.refuse = True
        assert talk(proxy, b"x") == b"reset"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with FaultProxy("127.0.0.1", port) as proxy:
        assert talk(proxy, b"x") == b"reset"


def test_an_http_answer_is_lost_after_the_server_has_given_it() -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"please"}]}'

    def post(proxy: FaultProxy) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
        try:
            connection.request("POST", "/v1/chat/completions", body)
            return connection.getresponse().read()
        finally:
            connection.close()

    with ModelServer() as server, FaultProxy("127.0.0.1", int(server.root.rsplit(":", 1)[1])) as proxy:
        proxy.up.lose_answer_to = b"please"
        with pytest.raises(ConnectionResetError):
            post(proxy)
        assert post(proxy).startswith(b"{")
        assert [call.status for call in server.calls.requests] == [200, 200]
