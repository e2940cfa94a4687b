"""Bad answers that real servers and models give, by name: `SHAPES`. A test can be run over each of them."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace

import orjson

from rowsmith.testing.deliveries import BAD_DELIVERIES, in_pieces
from rowsmith.testing.exchange import Exchange, Fault, Wire
from rowsmith.testing.request import Reply

_MEGABYTE = 1 << 20


def _says(change: Callable[[str], str], finish: str = "") -> Callable[[Reply, str], Reply]:
    """A change of what the model says: its text, or the arguments of its tool call."""

    def changed(reply: Reply, argument: str) -> Reply:
        if reply.tool:
            return replace(reply, tool=(reply.tool[0], change(reply.tool[1])), finish=finish or reply.finish)
        return replace(reply, text=change(reply.text or ""), finish=finish or reply.finish)

    return changed


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Exchange, str], None]:
    """A change of the body's bytes."""

    def changed(exchange: Exchange, argument: str) -> None:
        exchange.body = change(exchange.body)

    return changed


def _half(text: str) -> str:
    return text[: len(text) // 2]


def malformed(text: str) -> str:
    """The text without its first colon and its last brace."""
    return text.replace(":", "", 1)[:-1] if ":" in text else text[1:]


def _with_value(literal: str) -> Callable[[str], str]:
    """Every value of a JSON object replaced by `literal` as it stands."""

    def changed(text: str) -> str:
        return "{" + ", ".join(f"{json.dumps(name)}: {literal}" for name in _names(text)) + "}"

    return changed


def _names(text: str) -> list[str]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return list(value) if isinstance(value, dict) and value else ["answer"]


def _doubled(text: str) -> str:
    name = json.dumps(_names(text)[0])
    return f'{{{name}: "another value", {text.lstrip()[1:]}' if text.lstrip()[:1] == "{" else f'{{{name}: 1, {name}: "2"}}'


def _calls_tool(reply: Reply, argument: str) -> Reply:
    return replace(reply, text=None, tool=("search", '{"query": "?"}'), finish="tool_calls")


def _refuses(reply: Reply, argument: str) -> Reply:
    return replace(reply, text=None, tool=None, refusal="I can't help with that.")


def _bad_utf8(body: bytes) -> bytes:
    at = body.find(b'"content"')
    at = body.find(b" ", at) if at >= 0 else len(body) // 2
    return body[: at + 1] + b"\xff\xfe\xc3" + body[at + 1 :]


def _no_choices(exchange: Exchange, argument: str) -> None:
    value = orjson.loads(exchange.body)
    value["choices" if "choices" in value else "content"] = []
    exchange.body = orjson.dumps(value)


def _null_content(exchange: Exchange, argument: str) -> None:
    value = orjson.loads(exchange.body)
    if "choices" in value:
        value["choices"][0]["message"] = {"role": "assistant", "content": None}
    else:
        value["content"] = None
    exchange.body = orjson.dumps(value)


def _surrogate_body(exchange: Exchange, argument: str) -> None:
    value = orjson.loads(exchange.body)
    if "choices" in value:
        value["choices"][0]["message"]["content"] = f"{value['choices'][0]['message'].get('content') or ''}\ud800"
    else:
        value["content"] = [{"type": "text", "text": "\ud800"}]
    exchange.body = json.dumps(value).encode()


def _bad_usage(exchange: Exchange, argument: str) -> None:
    value = orjson.loads(exchange.body)
    value["usage"] = {"prompt_tokens": -5, "completion_tokens": "many", "input_tokens": -5, "output_tokens": None, "total_tokens": 1e400}
    exchange.body = json.dumps(value).replace("Infinity", "1e400").encode()


def _plain_body(body: bytes, kind: str) -> Callable[[Exchange, str], None]:
    def changed(exchange: Exchange, argument: str) -> None:
        exchange.body, exchange.headers["content-type"] = body, kind

    return changed


def _text_type(exchange: Exchange, argument: str) -> None:
    exchange.headers["content-type"] = "text/plain; charset=latin-1"


def _sse_without_end(exchange: Exchange, argument: str) -> None:
    """Half of the text as server-sent events; neither finish reason nor `[DONE]`."""
    exchange.headers["content-type"] = "text/event-stream"
    text = _half((exchange.reply.text if exchange.reply else "") or "{}")
    event = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
    exchange.body = b"data: %b\n\n" % orjson.dumps(event)


async def _oversized(wire: Wire, exchange: Exchange, argument: str) -> None:
    exchange.body += b" " * (int(float(argument or 50) * _MEGABYTE))
    await in_pieces(wire, exchange)


async def _gzip_bomb(wire: Wire, exchange: Exchange, argument: str) -> None:
    """Megabytes of spaces, then the true body: valid JSON for whoever swallows it all. About 1/1000 of it travels."""
    exchange.headers["content-encoding"] = "gzip"
    exchange.body = await asyncio.to_thread(_bomb, exchange.body, int(float(argument or 1024)))
    await in_pieces(wire, exchange)


def _bomb(body: bytes, megabytes: int) -> bytes:
    """gzip of `megabytes` of spaces and then `body`; the compressed megabyte is made once and repeated."""
    spaces = b" " * _MEGABYTE
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(spaces) + deflate.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(megabytes):
        check = zlib.crc32(spaces, check)
    end = zlib.compressobj(9, zlib.DEFLATED, -15)
    tail = end.compress(body) + end.flush()
    size = (megabytes * _MEGABYTE + len(body)) & 0xFFFFFFFF
    return gzip.compress(b"")[:10] + block * megabytes + tail + zlib.crc32(body, check).to_bytes(4, "little") + size.to_bytes(4, "little")


_HTML = b"<!doctype html><html><head><title>502</title></head><body><h1>Please sign in to the network</h1></body></html>"
_OTHER = '{"unexpected": true, "shape": [1, 2, 3]}'

_CONTENT = [
    Fault("malformed", "JSON without a colon and a brace", content=_says(malformed)),
    Fault("cut", "half of the answer, finish reason `length`", content=_says(_half, "length")),
    Fault("cut_json", "half of the answer, finish reason `stop`", content=_says(_half)),
    Fault("nan", "NaN and Infinity as values", content=_says(lambda text: _with_value("NaN")(text).replace("NaN", "Infinity", 1))),
    Fault("duplicate_keys", "one key twice in an object", content=_says(_doubled)),
    Fault("bom", "a byte order mark before the JSON", content=_says(lambda text: f"\ufeff{text}")),
    Fault("lone_surrogate", "half of a surrogate pair as an escape within the JSON", content=_says(_with_value('"half \\ud83d of a pair"'))),
    Fault("nul", "U+0000 within the JSON's strings", content=_says(_with_value('"a\\u0000b"'))),
    Fault("deep_json", "JSON of depth 1,000,000", content=_says(lambda _: "[" * 10**6 + "]" * 10**6)),
    Fault("huge_integer", "an integer of 5,000 digits", content=_says(_with_value("9" * 5000))),
    Fault("fenced", "JSON in a Markdown fence, with words around it", content=_says(lambda text: f"Here it is:\n```json\n{text}\n```\nGood luck.")),
    Fault("two_values", "two JSON values one after the other", content=_says(lambda text: f"{text}\n{_OTHER}")),
    Fault("wrong_schema", "valid JSON of another shape", content=_says(lambda _: _OTHER)),
    Fault("empty_content", "an empty text", content=_says(lambda _: "")),
    Fault("tool_call", "a tool call in place of text", content=_calls_tool),
    Fault("refusal", "the model refuses", content=_refuses),
    Fault("content_filter", "cut off by a content filter", content=_says(_half, "content_filter")),
]

_BODY = [
    Fault("malformed_envelope", "the server's own JSON lacks a colon and a brace", body=_bytes(lambda b: malformed(b.decode()).encode())),
    Fault("bad_utf8", "bytes that are not UTF-8", body=_bytes(_bad_utf8)),
    Fault("bom_body", "a byte order mark before the body", body=_bytes(lambda body: b"\xef\xbb\xbf" + body)),
    Fault("surrogate_body", "half of a surrogate pair in the server's own JSON", body=_surrogate_body),
    Fault("deep_body", "a body of depth 1,000,000", body=_bytes(lambda _: b"[" * 10**6 + b"]" * 10**6)),
    Fault("html", "an HTML page with status 200", body=_plain_body(_HTML, "text/html; charset=utf-8")),
    Fault("empty_body", "status 200 and no body", body=_bytes(lambda _: b"")),
    Fault("error_body", "an error with status 200", body=_plain_body(b'{"error": {"message": "Upstream failed", "code": 502}}', "application/json")),
    Fault("not_an_object", "a body that is JSON but no object", body=_bytes(lambda _: b'["chat.completion"]')),
    Fault("empty_choices", "no choice at all", body=_no_choices),
    Fault("content_null", "`content: null` and nothing else", body=_null_content),
    Fault("bad_usage", "token counts that are negative, text and infinite", body=_bad_usage),
    Fault("wrong_content_type", "the right body as text/plain", body=_text_type),
    Fault("sse_without_end", "server-sent events without a last one", body=_sse_without_end),
    Fault("oversized", "a body of many megabytes", deliver=_oversized, argument="megabytes (50)"),
    Fault("gzip_bomb", "a small body that unpacks to gigabytes", deliver=_gzip_bomb, argument="megabytes unpacked (1024)"),
]

SHAPES: dict[str, Fault] = {fault.name: fault for fault in [*_CONTENT, *_BODY, *BAD_DELIVERIES]}
"""Every bad answer by name: what the model says, the body around it, and how its length is told."""
