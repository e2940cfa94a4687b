"""Local models for tests: random weights, asked for real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from asking import ask, question
from memory_ledger import MemoryLedger

from rowsmith.core.models import Model

BOUNDED = {
    "title": "Pair",
    "type": "object",
    "properties": {
        "input": {"type": "string", "pattern": "^[a-z]{1,8}$"},
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
        "tag": {"enum": ["a", "b"]},
    },
    "required": ["input", "score", "tag"],
    "additionalProperties": False,
}
"""A form that fits into few tokens, whatever is sampled."""


def local(path: Path, **settings: Any) -> Model:
    """A model of these weights."""
    return Model(**{"model": f"local/{path}", "max_tokens": 200, "concurrency": 2, "threads": 1, **settings})


def hosts() -> Iterator[psutil.Process]:
    """The processes of ours that hold llama.cpp."""
    for child in psutil.Process().children(recursive=True):
        try:
            if "rowsmith.llm.hosts.llama" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                yield child
        except psutil.NoSuchProcess:
            continue


def log_of(model: Model) -> str:
    """What llama.cpp says while the model is loaded and asked once."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "host.log"
        ask(MemoryLedger(), question(model, schema=BOUNDED), environ={"ROWSMITH_HOST_LOG": str(log), "ROWSMITH_CACHE": folder})
        return log.read_text(encoding="utf-8", errors="replace")
