"""Images and audio: claimed by their hashes, sent as their bytes."""

from __future__ import annotations

import base64
import copy
from dataclasses import replace
from typing import Any

import pytest
from asking import QA, a_model, ask, outcomes, question
from memory_ledger import MemoryLedger
from provided import PNG, WAV, Files

from rowsmith.core.calls import Ask
from rowsmith.core.errors import RowFailed
from rowsmith.core.models import Model
from rowsmith.llm.attachments import IMAGE_TOKENS
from rowsmith.testing import ModelServer, Request
from rowsmith.testing.dialect import request_bytes


def picture(files: Files, body: bytes = PNG, **part: Any) -> dict[str, Any]:
    return {"type": "image", "file": files.put(body), "media_type": "image/png", **part}


def looking(model: Model, *parts: dict[str, Any], schema: Any = None, number: int = 0) -> Ask:
    return replace(question(model, schema=schema, number=number), messages=[{"role": "user", "content": [{"type": "text", "text": "What?"}, *parts]}])


def test_a_call_is_named_by_the_hash_and_sent_with_the_bytes() -> None:
    files, ledger, seen = Files(), MemoryLedger(), list[Request]()
    big = PNG + bytes(2_000_000)
    with ModelServer(lambda request: seen.append(request)) as server:
        model = a_model(server.url)
        ask(ledger, looking(model, picture(files, big)), attachments=files)
    (claim,) = ledger.claims
    assert claim.reserve_tokens < 2_000 + IMAGE_TOKENS
    assert [request_bytes(part) for part in seen[0].parts[1:]] == [big]
    assert len(seen[0].body) > 2_600_000
    assert base64.b64encode(big)[:40].decode() in seen[0].parts[1]["image_url"]["url"]


def test_the_same_file_is_the_same_call_and_another_is_another() -> None:
    files, ledger = Files(), MemoryLedger()
    with ModelServer() as server:
        model = a_model(server.url)
        asks = [looking(model, picture(files, body), number=n) for n, body in enumerate([b"one", b"one", b"two"])]
        for one in asks:
            ask(ledger, one, attachments=files)
        bases = [claim.base for claim in ledger.claims]
        assert (bases[0] == bases[1], bases[0] == bases[2]) == (True, False)
        assert ask(ledger, asks[0], attachments=files)[0].usage
        assert len(server.calls) == 3


def test_a_stored_answer_needs_no_file() -> None:
    files, ledger = Files(), MemoryLedger()
    with ModelServer() as server:
        model = a_model(server.url)
        first = ask(ledger, looking(model, picture(files)), attachments=files)[0]
        assert ask(ledger, looking(model, picture(files)))[0] == first
        assert len(server.calls) == 1
    assert len(files.read) == 1


def test_messages_stay_as_they_are() -> None:
    files = Files()
    with ModelServer() as server:
        asked = looking(a_model(server.url, answers="json"), picture(files), schema=QA)
        before = copy.deepcopy(asked.messages)
        ask(MemoryLedger(), asked, attachments=files)
        assert asked.messages == before


def test_an_answer_that_is_asked_again_is_shown_the_picture_again() -> None:
    files, ledger, seen = Files(), MemoryLedger(), list[Request]()

    def reply(request: Request) -> Any:
        seen.append(request)
        return {"input": "a", "answer": "b"} if len(seen) > 1 else "no json"

    with ModelServer(reply) as server:
        assert ask(ledger, looking(a_model(server.url), picture(files), schema=QA), attachments=files)
    assert [[request_bytes(part) for part in request.parts[1:]] for request in seen] == [[PNG], [PNG]]


def test_a_file_that_is_missing_fails_the_row_and_costs_nothing() -> None:
    ledger, files = MemoryLedger(), Files()
    gone = picture(Files(), b"nowhere")
    with ModelServer() as server:
        results = outcomes(ledger, [looking(a_model(server.url), gone), looking(a_model(server.url), picture(files), number=1)], attachments=files)
        assert len(server.calls) == 1
    assert isinstance(results[0], RowFailed)
    assert results[0].reason == "attachment"
    assert gone["file"] in results[0].what
    assert sorted(ledger.outcomes()) == ["released", "settled"]


def test_without_files_nothing_can_be_attached() -> None:
    with ModelServer() as server:
        failed = outcomes(MemoryLedger(), [looking(a_model(server.url), picture(Files()))])[0]
        assert len(server.calls) == 0
    assert isinstance(failed, RowFailed)
    assert failed.reason == "attachment"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"file": "../etc/passwd"}, "names no file"),
        ({"file": None}, "names no file"),
        ({"media_type": "image/tiff"}, "not 'image/tiff'"),
        ({"media_type": None}, "not None"),
        ({"type": "audio", "media_type": "audio/ogg"}, "takes audio of the types"),
    ],
)
def test_what_is_no_attachment_fails_the_row_before_anything_is_claimed(part: dict[str, Any], words: str) -> None:
    files, ledger = Files(), MemoryLedger()
    with ModelServer() as server:
        failed = outcomes(ledger, [looking(a_model(server.url), picture(files, **part))], attachments=files)[0]
        assert len(server.calls) == 0
    assert isinstance(failed, RowFailed)
    assert failed.reason == "attachment"
    assert words in failed.what
    assert ledger.claims == []


def test_the_reservation_counts_images_at_their_ceiling_and_audio_by_its_bytes() -> None:
    files, ledger = Files(), MemoryLedger()
    sound = {"type": "audio", "file": files.put(WAV * 100), "media_type": "audio/wav"}
    with ModelServer() as server:
        model = a_model(server.url, price_in=1, price_out=1)
        for number, parts in enumerate([[], [picture(files)], [picture(files), picture(files, b"other")], [sound]]):
            ask(ledger, looking(model, *parts, number=number), attachments=files)
    plain, one, two, heard = (claim.reserve_tokens for claim in ledger.claims)
    assert IMAGE_TOKENS <= one - plain < IMAGE_TOKENS + 300
    assert 2 * IMAGE_TOKENS <= two - plain < 2 * IMAGE_TOKENS + 600
    assert len(WAV) * 100 <= heard - plain < len(WAV) * 100 + 300
    assert all(claim.reserve == claim.reserve_tokens * 10**6 for claim in ledger.claims)


def test_parts_of_the_servers_own_form_go_as_they_stand() -> None:
    seen = list[Request]()
    own = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    with ModelServer(lambda request: seen.append(request)) as server:
        ask(MemoryLedger(), looking(a_model(server.url), own))
    assert seen[0].parts == [{"type": "text", "text": "What?"}, own]


def test_a_text_that_looks_like_a_reference_stays_a_text() -> None:
    seen = list[Request]()
    files = Files()
    name = files.put(PNG)
    with ModelServer(lambda request: seen.append(request)) as server:
        text = {"type": "text", "text": f"data:image/png;base64,file:{name}"}
        ask(MemoryLedger(), looking(a_model(server.url), picture(files), text), attachments=files)
    assert seen[0].parts[2]["text"] == f"data:image/png;base64,file:{name}"
    assert files.read == [name]
