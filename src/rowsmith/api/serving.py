"""A server on this machine: from its socket to its end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from rowsmith.api.application import WEB, make
from rowsmith.api.session import Session
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Invalid, Unavailable

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    lab: Lab, folder: Path, *, host: str = "127.0.0.1", port: int = 8700, at_once: int = 2, grace_s: float = 30.0, web: Path = WEB,
    ready: Callable[[str], None] = lambda link: None,
) -> None:  # fmt: skip
    """Serve a home until the process is asked to end (SIGINT, SIGTERM).

    Args:
        folder: where the server's token is kept.
        port: 0 takes one that is free.
        ready: hears the launch link once the server answers.

    Raises:
        Invalid: a host that others can reach. Unavailable: the port is taken.
    """
    if host not in LOOPBACK:
        raise Invalid(f"{host} can be reached by others, and there is no sign-in yet.", "Serve on 127.0.0.1, and reach it through ssh -L.")
    session = Session(folder)
    taken = listening(host, port)
    port = taken.getsockname()[1]
    hosts = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")]
    app = make(lab, session, hosts, at_once=at_once, grace_s=grace_s, web=web)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_keep_alive=15, timeout_graceful_shutdown=5, lifespan="on"
    )
    address = f"[{host}]" if ":" in host else host
    server = _Server(config, lambda: ready(f"http://{address}:{port}/launch?token={session.launch()}"))
    server.run(sockets=[taken])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._ready()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one.

    Raises:
        Unavailable: it is taken, or may not be used.
    """
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(2048)
    except OSError as error:
        made.close()
        raise Unavailable(f"Port {port} of {host} cannot be used: {error.strerror}.", "Choose another one: rowsmith serve --port N.") from error
    return made
