"""Models and keys over HTTP; a key that was entered is told nowhere."""

from __future__ import annotations

from served import Desk

CANARY = "sk-canary-0123456789abcdef"


def test_a_model_is_priced_and_tried(desk: Desk) -> None:
    told = desk.client.put("/models/openai/mine", {"price_in": 0.5, "price_out": 1.5, "context": 8000})
    assert (told["price_in"], told["own"]) == (0.5, True)
    assert desk.client.get("/models", pattern="openai/mine")["items"][0]["context"] == 8000
    assert desk.client.put("/models/openai/mine", {}, status=422)["fix"]
    tried = desk.client.post("/models/test", {"model": "openai/m", "base_url": desk.server.url})["items"][0]
    assert tried["ok"] and len(desk.asked) == 1


def test_a_key_is_kept_and_never_told(desk: Desk) -> None:
    kept = desk.client.post("/keys", {"name": "openai", "key": CANARY}, status=201)
    assert (kept["name"], kept["where"], kept["ends_with"]) == ("OPENAI_API_KEY", "store", CANARY[-4:])
    for path in ("/keys", "/models", "/projects/default/events", "/openapi.json"):
        assert CANARY not in desk.client.http.get(path).text
    assert desk.client.post("/keys", {"name": "openai", "key": "two words"}, status=422)["what"]
    assert CANARY not in desk.client.http.post("/keys", json={"name": 1, "key": [CANARY]}).text
    assert desk.client.say("DELETE", "/keys/openai")["total"] == 1
    assert desk.client.get("/keys")["items"] == []
