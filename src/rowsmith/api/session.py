"""Who may speak to the server of one's own machine: a browser that was opened with the launch link, or a program that has the home's token.

The token lies in the home, readable by its owner alone. The launch link holds a token of its own that works once, and leaves a cookie from which the
home's token cannot be learnt; it outlives the server, so that a restart signs nobody out.
"""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from rowsmith.core.errors import Unavailable

COOKIE = "rowsmith"


class Session:
    """The tokens of one server. `token` is the home's; `launch()` makes a link's, which `open` takes once."""

    def __init__(self, folder: Path) -> None:
        self.token = _kept(folder / "serve.token")
        self._launches: set[str] = set()

    @property
    def cookie(self) -> str:
        """What the browser keeps."""
        return hmac.new(self.token.encode(), b"browser", sha256).hexdigest()

    def launch(self) -> str:
        """A new token for a launch link."""
        made = secrets.token_urlsafe(24)
        self._launches.add(made)
        return made

    def open(self, launch: str) -> bool:
        """Whether this is the token of a link that was not used yet; from now on it is used."""
        found = next((known for known in self._launches if hmac.compare_digest(known.encode(), launch.encode())), None)
        self._launches.discard(found or "")
        return found is not None

    def allows(self, cookie: str, bearer: str) -> bool:
        """Whether a request with these may speak."""
        return hmac.compare_digest(cookie.encode(), self.cookie.encode()) or hmac.compare_digest(bearer.encode(), self.token.encode())


def _kept(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))
        except FileExistsError:
            pass
        if (found := path.read_text().strip()) and len(found) >= 32:
            return found
    except OSError as error:
        raise Unavailable(f"The token of the server in {path} cannot be kept: {error.strerror}.", "Make the folder writable.") from error
    raise Unavailable(f"{path} holds no token.", "Remove the file: a new one is made.")
