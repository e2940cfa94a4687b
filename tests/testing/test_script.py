"""Every option of the scripted server changes what it does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from rowsmith.core.errors import Invalid
from rowsmith.testing import ModelServer, Script
from rowsmith.testing.embeddings import VECTORS, vector

CHECKED = set()


def changes(*names: str) -> Any:
    """Marks the test that shows what these options do."""
    CHECKED.update(names)
    return lambda test: test


@changes("host")
def test_host(ask: Any) -> None:
    with ModelServer(host="::1") as server:
        assert server.root.startswith("http://[::1]:")
        assert ask(server, "x").status == 200


@changes("port")
def test_port() -> None:
    with ModelServer() as server:
        port = int(server.root.rsplit(":", 1)[1])
    with ModelServer(port=port) as server:
        assert server.root == f"http://127.0.0.1:{port}"


@changes("dialect")
def test_dialect(post: Any) -> None:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    key = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    with ModelServer(dialect="anthropic") as server:
        assert post(server.root, body, "/v1/messages").json["error"]["type"] == "authentication_error"
        assert post(server.root, body, "/v1/messages", {"x-api-key": "k"}).json["error"]["message"].startswith("anthropic-version")
        assert post(server.root, body, "/v1/messages", key).status == 200
        refused = post(server.root, {**body, "seed": 1}, "/v1/messages", key)
        assert (refused.status, refused.json["type"], "seed" in refused.json["error"]["message"]) == (400, "error", True)
        assert post(server.root, body, "/v1/chat/completions", key).status == 404
    with pytest.raises(Invalid, match="there is no such dialect"):
        ModelServer(dialect="latin")


@changes("log")
def test_log(ask: Any, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    for _ in range(2):
        with ModelServer(log=log) as server:
            ask(server, "x")
    assert len(log.read_text().splitlines()) == 4


@changes("seed", "vary")
def test_seed_and_vary(ask: Any) -> None:
    def twice(**options: Any) -> list[str]:
        with ModelServer(vary=True, **options) as server:
            return [ask(server, "x").content for _ in range(2)]

    first = twice()
    assert first[0] != first[1]
    assert twice() == first != twice(seed=3)


@changes("latency")
def test_latency(ask: Any) -> None:
    with ModelServer(latency="0.2-0.3") as server:
        began = time.monotonic()
        ask(server, "x")
        assert time.monotonic() - began >= 0.199
        call = server.calls.requests[0]
        assert call.ended - call.mono >= 0.199


@changes("faults", "fault_sequence")
def test_faults_and_fault_sequence(ask: Any) -> None:
    with ModelServer(faults="500=1", fault_sequence="429,ok,cut") as server:
        assert [ask(server, "x").status for _ in range(4)] == [429, 200, 200, 500]
        assert server.calls.faults() == {"429": 1, "": 1, "cut": 1, "500": 1}


@changes("retry_after", "retry_after_s")
def test_retry_after(ask: Any) -> None:
    with ModelServer(faults={"429": 1}, retry_after="ms", retry_after_s=2.5) as server:
        assert ask(server, "x").headers["retry-after-ms"] == "2500"


@changes("rules")
def test_rules(ask: Any, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("- {matches: 'P.ris', answer: {river: Seine}}\n")
    with ModelServer(rules=str(tmp_path / "rules.yaml")) as server:
        assert json.loads(ask(server, "Paris").content) == {"river": "Seine"}


@changes("replies")
def test_replies(ask: Any) -> None:
    with ModelServer(replies=[[1]]) as server:
        assert ask(server, "x").content == "[1]"


@changes("api_key")
def test_api_key(ask: Any) -> None:
    with ModelServer(api_key="Secret") as server:
        assert ask(server, "x").status == 401
        assert ask(server, "x", headers={"authorization": "Bearer secret"}).status == 401
        assert ask(server, "x", headers={"Authorization": "Bearer Secret"}).status == 200
        assert ask(server, "x", headers={"x-api-key": "Secret"}).status == 200


@changes("raw")
def test_raw(post: Any) -> None:
    body = {"model": "m", "prompt": "Once upon"}
    with ModelServer(lambda request: f"{request.prompt} a time") as server:
        got = post(server.root, body, path="/v1/completions")
        assert (got.status, got.json["choices"][0]["text"]) == (200, "Once upon a time")
        assert post(server.root, {"model": "m", "messages": []}, path="/v1/completions").status == 400
    with ModelServer(raw=False) as server:
        assert post(server.root, body, path="/v1/completions").status == 404


@changes("models")
def test_models(ask: Any) -> None:
    with ModelServer(models="a, b") as server:
        assert ask(server, "x").status == 404
        assert ask(server, "x", model="b").status == 200


@changes("rpm", "burst")
def test_rpm_and_burst(ask: Any) -> None:
    with ModelServer(rpm=6, burst=2) as server:
        got = [ask(server, f"row {i}") for i in range(4)]
        assert [answer.status for answer in got] == [200, 200, 429, 429]
        assert got[2].headers["retry-after"] == "10"
        calls = server.calls
        assert calls.faults() == {"": 2, "rpm": 2}
        assert [call.n for call in calls.early(grace_s=0)] == [4]
        assert calls.early(grace_s=5) == []


@changes("key")
def test_key(ask: Any) -> None:
    def key(text: str) -> str:
        with ModelServer(key=text) as server:
            ask(server, "id=7 text")
            return server.calls.requests[0].key

    assert key(r"id=(\d+)") == "7"
    assert key(r"id=\d+") == "id=7"
    assert key("nothing") == ""
    assert key("/messages/0/role") == "user"
    assert key("/messages/9/role") == "None"
    assert len(key("")) == 16


@changes("bytes_per_token", "tokens_in", "tokens_out", "cached_share", "usage", "price_in", "price_out")
def test_tokens_and_money(ask: Any) -> None:
    def usage(**options: Any) -> tuple[Any, float]:
        with ModelServer(replies=["12345678"], price_in=2, price_out=10, **options) as server:
            return ask(server, "x", None).json.get("usage"), server.calls.cost()

    plain, cost = usage()
    assert (plain["completion_tokens"], plain["total_tokens"]) == (2, plain["prompt_tokens"] + 2)
    assert cost == (plain["prompt_tokens"] * 2 + 2 * 10) / 10**6
    assert usage(bytes_per_token=1)[0]["completion_tokens"] == 8
    forced, cost = usage(tokens_in=100, tokens_out=50, cached_share=0.25)
    assert (forced["prompt_tokens"], forced["prompt_tokens_details"]["cached_tokens"]) == (100, 25)
    assert cost == (100 * 2 + 50 * 10) / 10**6
    assert usage(usage=False)[0] is None


@changes("dimensions", "most_texts")
def test_embeddings(post: Any) -> None:
    def embed(server: ModelServer, texts: Any, **more: Any) -> Any:
        return post(server.root, {"model": "e", "input": texts, **more}, "/v1/embeddings")

    with ModelServer(dimensions=8, most_texts=2, price_in=1) as server:
        one = embed(server, "tea from Assam").json
        two = embed(server, ["tea from Assam", "stones"], encoding_format="base64", dimensions=5).json
        assert embed(server, ["a", "b", "c"]).status == 400
        assert [embed(server, wrong).status for wrong in ([], "", [""], [1], {"a": 1}, None)] == [400] * 6
        assert embed(server, "x", model="").status == 400
        assert server.calls.cost() > 0
    assert len(one["data"][0]["embedding"]) == 8
    assert sum(number**2 for number in one["data"][0]["embedding"]) == pytest.approx(1)
    assert [item["index"] for item in two["data"]] == [0, 1]
    assert len(b64decode(two["data"][0]["embedding"])) == 5 * 4
    assert one["usage"]["prompt_tokens"] == one["usage"]["total_tokens"] > 0


def test_near_texts_have_near_embeddings() -> None:
    one, near, far = (vector(text, 64) for text in ("tea from Assam", "teas from Assam", "stones by a road"))
    assert sum(a * b for a, b in zip(one, near, strict=True)) > 0.7 > 0.4 > abs(sum(a * b for a, b in zip(one, far, strict=True)))


@pytest.mark.parametrize("name", VECTORS)
def test_wrong_embeddings(post: Any, ask: Any, name: str) -> None:
    body = {"model": "e", "input": ["one", "two"], "encoding_format": "base64"}
    with ModelServer() as good, ModelServer(faults={name: 1}) as bad:
        assert post(good.root, body, "/v1/embeddings").json["data"] != post(bad.root, body, "/v1/embeddings").json["data"]
        assert ask(bad, "x").status == 200


def batch(server: ModelServer, post: Any, count: int = 10) -> Any:
    """Create one of so many questions; the answer of the creation."""
    bodies = [{"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": f"Q{n}"}]} for n in range(count)]
    lines = [{"custom_id": f"{n:032x}", "method": "POST", "url": "/v1/chat/completions", "body": body} for n, body in enumerate(bodies)]
    data = "".join(json.dumps(line) + "\n" for line in lines)
    form = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n{data}\r\n--edge--\r\n'
    file = post(server.root, form.encode(), "/v1/files").json["id"]
    return post(server.root, {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}, "/v1/batches")


def ended(server: ModelServer) -> dict[str, Any]:
    """The last batch, when it has come to its end."""
    until = time.monotonic() + 30
    while (last := server.batches()[-1])["status"] in ("in_progress", "cancelling") and time.monotonic() < until:
        time.sleep(0.01)
    return last


@changes("batches", "batch_most", "batch_tokens", "batch_creations", "batch_ends")
def test_batches_that_are_not_carried_out(post: Any) -> None:
    with ModelServer(batches=False) as server:
        assert post(server.root, b"", "/v1/files").status == 404
    for options, code in (({"batch_most": 9}, "too_many_tasks"), ({"batch_tokens": 10}, "token_limit_exceeded"), ({"batch_ends": ["failed:x"]}, "x")):
        with ModelServer(**options) as server:
            told = batch(server, post).json
            assert (told["status"], told["errors"]["data"][0]["code"], server.calls.billed) == ("failed", code, [])
    with ModelServer(batch_creations="500,quota,lost,ok", batch_ends="completed,expired") as server:
        assert [batch(server, post).status for _ in range(2)] == [500, 429]
        with pytest.raises(OSError):
            batch(server, post)
        batch(server, post)
        assert ended(server)["status"] == "expired"
        assert len(server.batches()) == 2


@changes("batch_s", "batch_first", "batch_cancel_s", "batch_expires_s", "batch_price", "batch_lines")
def test_batches_take_their_time_and_cost_less(post: Any) -> None:
    with ModelServer(batch_s=3600, batch_first=0.3, batch_cancel_s=0, price_in=1, price_out=1, batch_price=0.25) as server:
        made = batch(server, post).json
        assert server.batches()[0]["done"] == 3
        whole = sum((call.tokens_in + call.tokens_out) / 1e6 for call in server.calls.billed)
        assert server.calls.cost() == pytest.approx(whole / 4)
        post(server.root, b"", f"/v1/batches/{made['id']}/cancel")
        assert (ended(server)["status"], ended(server)["done"]) == ("cancelled", 3)
    with ModelServer(batch_s=3600, batch_first=0.3, batch_expires_s=0.1) as server:
        batch(server, post)
        assert (ended(server)["status"], ended(server)["done"]) == ("expired", 3)
    with ModelServer(batch_s=0, batch_lines="missing=1") as server:
        batch(server, post)
        assert (ended(server)["status"], server.calls.billed) == ("completed", [])


def test_each_option_is_checked_here() -> None:
    assert set(Script.model_fields) == CHECKED


def test_the_command_line_has_the_same_options(tmp_path: Path) -> None:
    help_text = subprocess.run([sys.executable, "-m", "rowsmith.testing", "--help"], capture_output=True, text=True, check=True).stdout
    assert all(f"--{name.replace('_', '-')}" in help_text for name in Script.model_fields)
    script = tmp_path / "script.json"
    script.write_text('{"replies": ["from the file"], "latency": [0, 0.01]}')
    command = [sys.executable, "-m", "rowsmith.testing", "--script", str(script), "--faults", "429=0.5,cut=0.2", "--replies", '["b"]', "--no-usage"]
    with subprocess.Popen([*command, "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        line = json.loads(process.stdout.readline())
        process.communicate()
    assert process.returncode == 0
    assert line["url"] == f"{line['root']}/v1"
    wrong = subprocess.run([*command, "--latency", "soon"], capture_output=True, text=True)
    assert (wrong.returncode, "latency" in wrong.stderr) == (2, True)
