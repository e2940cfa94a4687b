"""Where a model may be asked."""

from __future__ import annotations

import asyncio
import socket

import pytest
from asking import GOOD, a_model, chat, gate, http, outcomes, question, serving
from known import BAD, CLOUD
from memory_ledger import MemoryLedger

from rowsmith.core.addresses import kind_of
from rowsmith.core.ports import Paused

FINE = http(chat(GOOD))


@pytest.mark.parametrize("address", sorted({address for address in [*BAD, *CLOUD] if kind_of(address) == "forbidden"}))
def test_no_model_is_asked_where_no_server_of_a_user_can_be(address: str) -> None:
    ledger = MemoryLedger()
    host = f"[{address}]" if ":" in address else address
    (paused,) = outcomes(ledger, [question(a_model(f"http://{host}:8000/v1"))])
    assert isinstance(paused, Paused)
    assert paused.reason == "address"
    assert "base_url" in paused.fix
    assert ledger.outcomes() == ["released"]


@pytest.mark.parametrize("name", ["0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "0xa9.254.43518", "0xa83f8110"])
def test_a_name_that_leads_there_is_refused_too(name: str) -> None:
    assert socket.gethostbyname(name) in ("169.254.169.254", "168.63.129.16")
    (paused,) = outcomes(MemoryLedger(), [question(a_model(f"http://{name}:80/v1"))])
    assert isinstance(paused, Paused)
    assert (paused.reason, "leads to 16" in paused.what) == ("address", True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_servers_on_this_machine_are_asked(host: str) -> None:
    async def run() -> int:
        async with serving(FINE) as (url, seen), gate(MemoryLedger()) as made:
            model = a_model(url.replace("127.0.0.1", host))
            await asyncio.gather(*(made.ask(question(model, f"Question {n}", number=n)) for n in range(3)))
            return len(seen)

    assert asyncio.run(run()) == 3
