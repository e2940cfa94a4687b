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
    from rowsmith.testing.dialect import dialects
    from rowsmith.testing.dirt import DIRT
    from rowsmith.testing.failpoints import failpoint_env, failpoint_names, visits
    from rowsmith.testing.fault_proxy import FaultProxy
    from rowsmith.testing.faults import FAULTS
    from rowsmith.testing.model_server import ModelServer
    from rowsmith.testing.processes import CommandLine, rowsmith
    from rowsmith.testing.random_weights import tiny_gguf
    from rowsmith.testing.request import Reply, Request
    from rowsmith.testing.rules import Rule, read_rules, when
    from rowsmith.testing.script import Script
    from rowsmith.testing.server_process import ModelServerProcess
    from rowsmith.testing.servers import postgres_database, postgres_server, tmpfs
    from rowsmith.testing.shapes import SHAPES

_HOMES = {
    "Call": "call_log",
    "CallLog": "call_log",
    "CommandLine": "processes",
    "DIRT": "dirt",
    "FAULTS": "faults",
    "FaultProxy": "fault_proxy",
    "ModelServer": "model_server",
    "ModelServerProcess": "server_process",
    "Reply": "request",
    "Request": "request",
    "Rule": "rules",
    "SHAPES": "shapes",
    "Script": "script",
    "dialects": "dialect",
    "failpoint_env": "failpoints",
    "failpoint_names": "failpoints",
    "postgres_database": "servers",
    "postgres_server": "servers",
    "read_rules": "rules",
    "rowsmith": "processes",
    "tiny_gguf": "random_weights",
    "tmpfs": "servers",
    "visits": "failpoints",
    "wait_for_calls": "call_log",
    "when": "rules",
}

__all__ = [
    "DIRT",
    "FAULTS",
    "SHAPES",
    "Call",
    "CallLog",
    "CommandLine",
    "FaultProxy",
    "ModelServer",
    "ModelServerProcess",
    "Reply",
    "Request",
    "Rule",
    "Script",
    "dialects",
    "failpoint_env",
    "failpoint_names",
    "postgres_database",
    "postgres_server",
    "read_rules",
    "rowsmith",
    "tiny_gguf",
    "tmpfs",
    "visits",
    "wait_for_calls",
    "when",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"rowsmith.testing.{_HOMES[name]}"), name)
