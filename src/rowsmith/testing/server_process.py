"""A scripted model server in a process of its own, for benchmarks and for tests that kill their client."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.testing.call_log import CallLog, wait_for_calls
from rowsmith.testing.script import Script, script_of


class ModelServerProcess:
    """The same server as `python -m rowsmith.testing`; options are the fields of `Script`. It ends when this process ends.

    Raises:
        Invalid: an option does not exist or does not fit.
        Unavailable: the server does not start; the message holds what it said.
    """

    def __init__(self, script: Script | None = None, **options: Any) -> None:
        given = script.model_dump(exclude_unset=True) if script else {}
        self.script = script_of({**given, **options})
        self.log = self.script.log or Path()
        self.root = ""
        self.process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """The base URL, with `/v1`: what a recipe's `base_url` takes."""
        return f"{self.root}/v1"

    @property
    def calls(self) -> CallLog:
        """What has been asked so far."""
        self.stats()
        return CallLog(self.log)

    def change(self, **options: Any) -> None:
        """Change the script while the server runs; takes effect from the next request on."""
        value = script_of(options).model_dump(mode="json", exclude_unset=True)
        self._http("/__script", json.dumps(value).encode())

    def stats(self) -> dict[str, Any]:
        """Counts so far: requests, in_flight, max_in_flight, cpu_s (of the server's process)."""
        found: dict[str, Any] = self._http("/__stats")
        return found

    def batches(self) -> list[dict[str, Any]]:
        """Each batch so far: id, status, requests, done, failed, metadata."""
        found: list[dict[str, Any]] = self._http("/__batches")
        return found

    def wait_for(self, requests: int, timeout_s: float = 30.0) -> None:
        """Block until so many requests have come.

        Raises:
            TimeoutError: they have not in time.
        """
        wait_for_calls(self.log, requests, timeout_s)

    def __enter__(self) -> ModelServerProcess:
        self._folder = tempfile.TemporaryDirectory(prefix="rowsmith-calls-")
        self.log = self.script.log or Path(self._folder.name) / "calls.jsonl"
        path = Path(self._folder.name) / "script.json"
        path.write_text(self.script.model_dump_json(exclude_unset=True), encoding="utf-8")
        command = [sys.executable, "-m", "rowsmith.testing", "--script", str(path), "--log", str(self.log), "--until-eof"]
        said = path.with_name("stderr.txt")
        with said.open("w") as err:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.communicate()
            why = said.read_text(errors="replace").strip()[-2000:]
            self._folder.cleanup()
            raise Unavailable(f"The scripted server did not start: {why}")
        self.root = json.loads(line)["root"]
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()
        self._folder.cleanup()

    def _http(self, path: str, data: bytes | None = None) -> Any:
        try:
            with urllib.request.urlopen(f"{self.root}{path}", data, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise Invalid(error.read().decode("utf-8", "replace")) from None
