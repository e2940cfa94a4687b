"""No request to stop is lost, however early or often it comes."""

from __future__ import annotations

import asyncio
import threading

from rowsmith.engine.terms import Stopping


def test_every_request_arrives() -> None:
    for _ in range(50):
        stopping, heard = Stopping(), list[tuple[str, float | None]]()
        stopping.stop(1.0)

        async def story(stopping: Stopping = stopping, heard: list[tuple[str, float | None]] = heard) -> None:
            asking = [threading.Thread(target=stopping.cancel) for _ in range(4)]
            for thread in asking:
                thread.start()
            stopping.attach(asyncio.get_running_loop(), lambda request, grace_s: heard.append((request, grace_s)))
            for thread in asking:
                await asyncio.to_thread(thread.join)
            await asyncio.sleep(0)

        asyncio.run(story())
        assert heard.count(("stop", 1.0)) == 1
        assert heard.count(("cancel", None)) == 4
        stopping.stop()  # the loop is closed: nobody is left to hear it


def test_a_request_within_a_request() -> None:
    """As a signal does that interrupts the handing over of another."""

    async def story() -> list[str]:
        stopping, heard = Stopping(), list[str]()

        def hear(request: str, grace_s: float | None) -> None:
            heard.append(request)
            if request == "stop":
                stopping.cancel()

        stopping.stop()
        stopping.attach(asyncio.get_running_loop(), hear)
        await asyncio.sleep(0.01)
        return heard

    assert asyncio.run(story()) == ["stop", "cancel"]
