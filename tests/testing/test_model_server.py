from __future__ import annotations

import http.client
import json
import socket
from typing import Any

import jsonschema
import pytest

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.testing import CallLog, ModelServer, ModelServerProcess, Reply, Script, when

NUMBERS = {"type": "object", "properties": {"score": {"type": "integer", "minimum": 1, "maximum": 5}}, "required": ["score"]}


def test_a_structured_answer_fits_the_schema_and_is_the_same_each_time(ask: Any) -> None:
    with ModelServer() as server:
        first, second = ask(server, "The Rhine flows north.", NUMBERS), ask(server, "The Rhine flows north.", NUMBERS)
        assert first.content == second.content
        jsonschema.validate(json.loads(first.content), NUMBERS)
        assert first.json["id"] != second.json["id"]
        assert first.finish == "stop"
        answer = json.loads(ask(server, "The Rhine flows north.").content)["answer"]
        assert answer.startswith("The Rhine flows north. ")


def test_a_schema_in_the_instructions_and_a_forced_tool_are_followed(ask: Any) -> None:
    tool = {"type": "function", "function": {"name": "rate", "parameters": NUMBERS}}
    with ModelServer() as server:
        told = ask(server, f"Rate it. Answer with JSON that fits this schema:\n{json.dumps(NUMBERS, indent=1)}\nText: it is fine", None)
        jsonschema.validate(json.loads(told.content), NUMBERS)
        called = ask(server, "Rate it.", None, tools=[tool], tool_choice={"type": "function", "function": {"name": "rate"}})
        call = called.json["choices"][0]["message"]["tool_calls"][0]["function"]
        assert call["name"] == "rate"
        jsonschema.validate(json.loads(call["arguments"]), NUMBERS)
        assert called.finish == "tool_calls"
        assert "rivers" in ask(server, "Write about rivers.", None).content


def test_anthropic_shape(post: Any) -> None:
    body = {"model": "m", "max_tokens": 200, "messages": [{"role": "user", "content": [{"type": "text", "text": "Rate it."}]}]}
    with ModelServer(cached_share=0.5) as server:
        got = post(server.root, body, "/v1/messages").json
        assert (got["type"], got["stop_reason"]) == ("message", "end_turn")
        assert got["content"][0]["text"].startswith("Rate it.")
        assert got["usage"]["input_tokens"] + got["usage"]["cache_read_input_tokens"] == server.calls.requests[0].tokens_in
        tool = post(server.root, {**body, "tools": [{"name": "rate", "input_schema": NUMBERS}]}, "/v1/messages").json
        jsonschema.validate(tool["content"][0]["input"], NUMBERS)
        assert tool["stop_reason"] == "tool_use"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_streamed_answers_add_up_to_the_whole(post: Any, path: str) -> None:
    body = {"model": "m", "max_tokens": 200, "messages": [{"role": "user", "content": "Tell me of rivers."}]}
    with ModelServer() as server:
        whole = post(server.root, body, path).json
        got = post(server.root, {**body, "stream": True, "stream_options": {"include_usage": True}}, path)
        server.change(vary=False)
    events = [json.loads(line[6:]) for line in got.body.decode().splitlines() if line.startswith("data: {")]
    assert got.headers["content-type"] == "text/event-stream"
    if path.endswith("messages"):
        text = "".join(event["delta"].get("text", "") for event in events if event["type"] == "content_block_delta")
        assert events[-1]["type"] == "message_stop"
        assert whole["content"][0]["text"].split()[:4] == text.split()[:4]
    else:
        text = "".join(event["choices"][0]["delta"].get("content", "") for event in events if event["choices"])
        assert events[-1]["usage"]["completion_tokens"] > 0
        assert got.body.endswith(b"data: [DONE]\n\n")
        assert whole["choices"][0]["message"]["content"].split()[:4] == text.split()[:4]


def test_answers_longer_than_max_tokens_are_cut(ask: Any) -> None:
    with ModelServer(lambda request: "word " * 100) as server:
        got = ask(server, "x", max_tokens=10)
        assert (got.content, got.finish) == (("word " * 100)[:40], "length")
        assert got.json["usage"]["completion_tokens"] == 10


def test_answers_scripted_in_python_by_rule_and_by_list(ask: Any) -> None:
    def reply(request: Any) -> Any:
        return {"Bonn": {"input": "?", "answer": "Rhine"}, "Ulm": Reply("no", finish="content_filter")}.get(request.text)

    with ModelServer(reply, rules=[when("Paris", {"answer": "Seine"}), when("slow", fault="500"), when("Ulm", latency=0.01)]) as server:
        assert json.loads(ask(server, "In Paris.").content) == {"answer": "Seine"}
        assert json.loads(ask(server, "Bonn").content)["answer"] == "Rhine"
        assert ask(server, "Ulm").finish == "content_filter"
        assert "answer" in json.loads(ask(server, "Wien").content)
        assert ask(server, "slow").status == 500
    with ModelServer(replies=["one", {"two": 2}]) as server:
        assert [ask(server, "x", None).content for _ in range(3)] == ["one", '{"two": 2}', "one"]


def test_an_error_in_the_users_script_is_raised_at_the_end(ask: Any) -> None:
    with pytest.raises(ZeroDivisionError), ModelServer(lambda request: 1 / 0) as server, pytest.raises((http.client.HTTPException, OSError)):
        ask(server, "x")


def test_the_same_faults_hit_the_same_requests_in_every_run(ask: Any) -> None:
    def outcomes(seed: int) -> list[int]:
        with ModelServer(faults={"429": 0.3, "500": 0.2}, seed=seed) as server:
            return [ask(server, f"row {i % 20}").status for i in range(40)]

    assert outcomes(1) == outcomes(1) != outcomes(2)
    assert {200, 429, 500} == set(outcomes(1))


def test_in_flight_is_counted_and_a_client_that_goes_frees_its_place(post: Any, ask: Any) -> None:
    with ModelServer(latency=30) as server:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", int(server.root.rsplit(":", 1)[1]))) as client:
                client.sendall(b'POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 15\r\n\r\n{"model": "mm"}')
                server.wait_for(1)
        server.change(latency=0)
        ask(server, "x")
        assert server.stats()["in_flight"] == 0
        assert server.calls.requests[-1].written is True


def test_connections_are_kept_and_bodies_may_come_in_chunks_or_pieces() -> None:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]}).encode()
    with ModelServer() as server:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.root.rsplit(":", 1)[1]), timeout=10)
        for sent in (body, iter([body[:10], body[10:]])):
            connection.request("POST", "/any/prefix/chat/completions", sent, encode_chunked=sent is not body)
            assert json.loads(connection.getresponse().read())["object"] == "chat.completion"
        sock = connection.sock
        head = b"POST /v1/chat/completions HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        for byte in head:
            sock.sendall(bytes([byte]))
        assert sock.recv(100).startswith(b"HTTP/1.1 100 Continue")
        sock.sendall(body)
        assert sock.recv(10000).startswith(b"HTTP/1.1 200 OK")
        connection.close()
        assert [call.nth for call in server.calls.requests] == [1, 2, 3]


def test_models_health_and_unknown_paths(post: Any) -> None:
    with ModelServer(models=["a", "b"]) as server:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.root.rsplit(":", 1)[1]), timeout=10)
        found = {}
        for path in ("/v1/models", "/health", "/nothing", "/v1/chat/completions"):
            connection.request("GET", path)
            answer = connection.getresponse()
            found[path] = (answer.status, json.loads(answer.read()))
        connection.close()
    assert [model["id"] for model in found["/v1/models"][1]["data"]] == ["a", "b"]
    assert [found[path][0] for path in found] == [200, 200, 404, 405]


def test_a_server_in_a_process_of_its_own_can_be_changed_and_ends(ask: Any) -> None:
    with ModelServerProcess(latency=0.001, price_in=1.0, rules=[when("Paris", "Seine")]) as server:
        assert ask(server, "Paris").content == "Seine"
        server.change(faults={"503": 1.0})
        assert ask(server, "Wien").status == 503
        with pytest.raises(Invalid, match="colour"):
            server.change(colour="red")
        calls = server.calls
        assert [(call.status, call.billed) for call in calls.requests] == [(200, True), (503, False)]
        assert calls.cost() == pytest.approx(calls.requests[0].tokens_in / 10**6)
        process = server.process
    assert process.returncode == 0


def test_a_taken_port_and_wrong_options_are_said_clearly() -> None:
    with ModelServer() as server:
        port = int(server.root.rsplit(":", 1)[1])
        with pytest.raises(Unavailable, match="cannot listen"), ModelServer(port=port):
            pass
        with pytest.raises(Unavailable, match="did not start"), ModelServerProcess(port=port):
            pass
    with pytest.raises(Invalid, match="latenzy"):
        ModelServer(latenzy=1)
    with pytest.raises(Invalid, match="Did you mean 'malformed'"):
        ModelServer(faults={"malformd": 0.1})
    with pytest.raises(Invalid, match="sum"):
        ModelServer(faults={"cut": 0.6, "malformed": 0.6})


def test_a_script_can_be_given_whole_and_overruled(ask: Any, tmp_path: Any) -> None:
    with ModelServer(script=Script(replies=["a"], log=tmp_path / "calls.jsonl"), replies=["b"]) as server:
        assert ask(server, "x", None).content == "b"
    assert len(CallLog(tmp_path / "calls.jsonl")) == 1
