"""For us and for the authors of recipes and plug-ins: a scripted model server, a fault proxy, failpoints, processes.

    from rowsmith.testing import ModelServer, when

    with ModelServer(latency=0.05, faults={"429": 0.05}, rules=[when("Paris", {"input": "?", "answer": "!"})]) as server:
        ...  # give server.url to a recipe as base_url
        assert server.calls.repeated() == {}
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowsmith.testing.call_log import Call, CallLog, wait_for_calls
    from rowsmith.testing.faults import FAULTS
    from rowsmith.testing.model_server import ModelServer
    from rowsmith.testing.request import Reply, Request
    from rowsmith.testing.rules import Rule, when
    from rowsmith.testing.script import Script
    from rowsmith.testing.shapes import SHAPES

_HOMES = {
    "Call": "call_log",
    "CallLog": "call_log",
    "wait_for_calls": "call_log",
    "FAULTS": "faults",
    "ModelServer": "model_server",
    "Reply": "request",
    "Request": "request",
    "Rule": "rules",
    "when": "rules",
    "Script": "script",
    "SHAPES": "shapes",
}

__all__ = ["FAULTS", "SHAPES", "Call", "CallLog", "ModelServer", "Reply", "Request", "Rule", "Script", "wait_for_calls", "when"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"rowsmith.testing.{_HOMES[name]}"), name)
