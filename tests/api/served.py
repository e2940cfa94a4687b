"""A server of a home on a real socket, in a thread of the test, and a program that speaks to it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from lent import made_home
from running import Bench

from rowsmith import Lab
from rowsmith.api.application import make
from rowsmith.api.serving import listening
from rowsmith.api.session import Session

Plain = dict[str, Any]
ENDED = ("finished", "shortfall", "paused", "stopped", "cancelled", "failed")


class Client:
    """Speaks to a server with the home's token. `get`, `post` ... give the answer's JSON and see to its status."""

    def __init__(self, address: str, session: Session) -> None:
        self.address = address
        self.session = session
        self.http = httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {session.token}"}, timeout=60, trust_env=False)

    def say(self, method: str, path: str, *, status: int = 200, **more: Any) -> Any:
        """One request; its answer's JSON."""
        response = self.http.request(method, path, **more)
        assert response.status_code == status, (response.status_code, response.text)
        return response.json() if response.content else None

    def get(self, path: str, *, status: int = 200, **params: Any) -> Any:
        return self.say("GET", path, status=status, params={name: value for name, value in params.items() if value is not None})

    def post(self, path: str, body: Any = None, *, status: int = 200, **more: Any) -> Any:
        return self.say("POST", path, status=status, json={} if body is None else body, **more)

    def put(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self.say("PUT", path, status=status, json=body)

    def patch(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self.say("PATCH", path, status=status, json=body)

    def delete(self, path: str, *, status: int = 204) -> Any:
        return self.say("DELETE", path, status=status)

    def ended(self, run: str, project: str = "default") -> Plain:
        """A run once it has come to rest."""
        until = time.monotonic() + 120
        while (told := self.get(f"/projects/{project}/runs/{run}"))["state"] not in ENDED:
            assert time.monotonic() < until, told
            time.sleep(0.05)
        return dict(told)

    def stream(self, **params: Any) -> Iterator[Plain]:
        """The messages of the event stream: {event, id, data}."""
        with self.http.stream("GET", "/events/stream", params=params, timeout=60) as response:
            assert response.status_code == 200, response.read()
            message: Plain = {}
            for line in response.iter_lines():
                name, _, value = line.partition(": ")
                if not line and message:
                    yield message
                    message = {}
                elif name in ("event", "id"):
                    message[name] = value
                elif name == "data":
                    message["data"] = json.loads(value)


@contextmanager
def serving(home: Path, environ: dict[str, str] | None = None, **options: Any) -> Iterator[Client]:
    """A server of this home until the end of the block. `environ` may be changed while it runs."""
    with Lab(made_home(home), environ={} if environ is None else environ) as lab:
        session = Session(home)
        taken = listening("127.0.0.1", 0)
        port = taken.getsockname()[1]
        app = make(lab, session, [f"127.0.0.1:{port}"], grace_s=1, **options)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, lifespan="on", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            client = Client(f"http://127.0.0.1:{port}", session)
            until = time.monotonic() + 30
            while not server.started:
                assert time.monotonic() < until and thread.is_alive()
                time.sleep(0.01)
            yield client
            client.http.close()
        finally:
            server.should_exit = True
            thread.join()
            taken.close()


class Desk(Bench):
    """A Bench whose runs are started at a server: `desk.client` speaks to it."""

    client: Client
    _serving: Any = None

    def __enter__(self) -> Desk:
        super().__enter__()
        self._serving = serving(self.folder / "home", self.environ)
        self.client = self._serving.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.end()
        super().__exit__(*error)

    def end(self) -> None:
        """End the server; the model's stays."""
        if self._serving is not None:
            self._serving.__exit__(None, None, None)
            self._serving = None

    def started(self, *steps: Plain, top: Plain | None = None, status: int = 202, **options: Any) -> Any:
        """What the server says to a run of these steps."""
        return self.client.post("/projects/default/runs", {"recipe": str(self.recipe(*steps, **(top or {}))), **options}, status=status)
