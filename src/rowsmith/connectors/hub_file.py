"""How a file on a hub is named: hf:org/repo/folder/file.gguf@revision#sha256=..."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from rowsmith.core.errors import Invalid

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,95}"
_PART = r"(?!\.{1,2}(?:[/@#]|$))[^\x00-\x1f\x7f/\\@#:*?\"<>|]{1,200}"
_FILE = re.compile(
    rf"hf:(?P<repo>(?:(?:datasets|spaces)/)?{_NAME}/{_NAME})/(?P<path>{_PART}(?:/{_PART})*)"
    r"(?:@(?P<revision>[A-Za-z0-9_][A-Za-z0-9_.+/-]{0,200}))?(?:#sha256=(?P<sha256>[0-9a-fA-F]{64}))?"
)


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file. `repo` is `org/name`, for a repository of data `datasets/org/name`; without a revision it is `main`; `sha256` may be empty."""

    repo: str
    path: str
    revision: str = "main"
    sha256: str = ""

    @classmethod
    def read(cls, text: str) -> HubFile:
        """A name as it is written. No part of it can lead out of a folder.

        Raises:
            Invalid: it is none.
        """
        found = _FILE.fullmatch(text)
        if found is None:
            fix = "Write a file like hf:org/repo/file.gguf (@revision and #sha256=... may follow), a dataset like hf:owner/name."
            raise Invalid(f"{text!r} names no file of a hub.", fix)
        return cls(found["repo"], found["path"], found["revision"] or "main", (found["sha256"] or "").lower())

    def at(self, endpoint: str, revision: str) -> str:
        """The URL of the file."""
        return f"{endpoint}/{self.repo}/resolve/{quote(revision, safe='')}/{quote(self.path)}"

    def __str__(self) -> str:
        return f"hf:{self.repo}/{self.path}" + (f"@{self.revision}" if self.revision != "main" else "")
