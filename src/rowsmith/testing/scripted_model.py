"""The mind of the server: turns a request into an exchange, by the script alone. Knows nothing of sockets."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import Any

import orjson

from rowsmith.testing.answers import Unfit, made_up
from rowsmith.testing.dialect import dialect
from rowsmith.testing.embeddings import embeddings
from rowsmith.testing.envelopes import envelope, shortened, tokens
from rowsmith.testing.exchange import Exchange, Fault, Wire
from rowsmith.testing.faults import fault
from rowsmith.testing.moderation import scored, unfit
from rowsmith.testing.rate_meter import RateMeter
from rowsmith.testing.refusals import ask_to_wait, refuse, refuse_as
from rowsmith.testing.request import Dialect, Reply, Request, as_reply
from rowsmith.testing.rules import Rule
from rowsmith.testing.script import Script
from rowsmith.testing.streams import events

Answerer = Callable[[Request], Any]
"""What a user scripts in Python: gets the Request, gives a Reply, a text, a JSON value, or None for the default answer."""


class ScriptedModel:
    """Answers requests as `script` says. Everything but the rate depends on seed, request body and its arrivals alone."""

    def __init__(self, script: Script, reply: Answerer | None = None) -> None:
        self.script, self.reply = script, reply
        self._arrivals: dict[bytes, int] = {}
        self.requests = 0
        self.prepare()

    def prepare(self) -> None:
        """Take up a changed script."""
        script, edge = self.script, 0.0
        self._seed = script.seed.to_bytes(8, "big", signed=True)
        self._edges: list[tuple[float, str]] = []
        for name, share in script.faults.items():
            if name != "reset_before":
                edge += share
                self._edges.append((edge, name))
        self._reset_before = script.faults.get("reset_before", 0.0)
        self._meter = RateMeter(script.rpm, script.burst) if script.rpm else None
        self._cents_in, self._cents_out = round(script.price_in * 10**6), round(script.price_out * 10**6)
        self._spoken = dialect(script.dialect) if script.dialect else None
        self._pattern = re.compile(script.key) if script.key and not script.key.startswith("/") else None

    def resets(self) -> bool:
        """Whether the request whose headers have just come is reset unread (fault `reset_before`); depends on its number alone."""
        if not self._reset_before:
            return False
        chance = blake2b(b"%d" % (self.requests + 1), key=self._seed, digest_size=8).digest()
        return int.from_bytes(chance, "big") / 2**64 < self._reset_before

    def request(self, path: str, body: bytes, shape: Dialect) -> Request:
        """The request, numbered; its `data` is empty when the body is no JSON object."""
        self.requests += 1
        digest = blake2b(body, digest_size=16).digest()
        nth = self._arrivals[digest] = self._arrivals.get(digest, 0) + 1
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError:
            data = None
        known = data if isinstance(data, dict) else {}
        return Request(path, body, known, digest, self.requests, nth, shape, self._seed, spoken=self._spoken)

    def answer(self, request: Request, key: str, *, batched: bool = False) -> Exchange:
        """What goes back. `key` is the API key that came with the request. `batched`: the limit of requests a minute does not hold."""
        exchange = Exchange(request, latency_s=self._latency(request))
        if not self._refused(exchange, key, batched):
            rule = next((rule for rule in self.script.rules if rule.applies(request)), None)
            self._answer(exchange, rule)
        return exchange

    def key(self, request: Request) -> str:
        """The log's key of the request (see `Script.key`)."""
        if self._pattern is not None:
            found = self._pattern.search(request.text)
            return (found.group(1) if found.re.groups else found.group()) if found else ""
        if self.script.key:
            return str(_at(request.data, self.script.key))
        return blake2b(request.text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    def _latency(self, request: Request) -> float:
        low, high = self.script.latency
        return low if low == high else low + (high - low) * int.from_bytes(request.chance[8:12], "big") / 2**32

    def _refused(self, exchange: Exchange, key: str, batched: bool) -> bool:
        """Refuse what a provider refuses before it asks the model: bad key, bad body, unknown model, too many requests."""
        script, request = self.script, exchange.request
        if script.api_key is not None and key != script.api_key:
            refuse(exchange, 401)
        elif request.scored:
            if why := unfit(request):
                refuse(exchange, 400, why)
        elif request.inputs is not None and not (request.inputs and all(request.inputs) and request.model):
            refuse(exchange, 400, "The body is not a JSON object with `model` and `input`: texts that are not empty.")
        elif request.inputs is None and self._spoken is not None and (wrong := self._spoken.refused(request)) is not None:
            refuse_as(exchange, *wrong)
        elif request.raw and not script.raw:
            refuse(exchange, 404, f"There is nothing at {request.path}.")
        elif request.raw and not (request.prompt and request.model):
            refuse(exchange, 400, "The body is not a JSON object with `model` and a `prompt`, a text.")
        elif request.inputs is None and not request.raw and (not isinstance(request.data.get("messages"), list) or not request.model):
            refuse(exchange, 400, "The body is not a JSON object with `model` and a list of `messages`.")
        elif script.models and request.model not in script.models:
            refuse(exchange, 404, f"The model `{request.model}` does not exist.")
        elif self._meter is not None and not batched and (wait := self._meter.ask(time.monotonic())):
            refuse(exchange, 429)
            exchange.fault = "rpm"
            ask_to_wait(exchange, script.retry_after, wait)
        return exchange.status != 200

    def _fault(self, request: Request, rule: Rule | None, reply: Reply | None) -> str:
        sequence = self.script.fault_sequence
        if reply is not None and reply.fault is not None:
            return reply.fault
        if rule is not None and rule.fault is not None:
            return rule.fault
        if request.n <= len(sequence):
            return sequence[request.n - 1]
        if self._edges:
            chance = int.from_bytes(request.chance[:8], "big") / 2**64
            return next((name for edge, name in self._edges if chance < edge), "ok")
        return "ok"

    def _answer(self, exchange: Exchange, rule: Rule | None) -> None:
        request, script = exchange.request, self.script
        reply = self._scripted(request, rule)
        name = self._fault(request, rule, reply)
        chosen, argument = fault(name, script.retry_after, script.retry_after_s) if name != "ok" else (None, "")
        exchange.fault = "" if chosen is None else name
        if rule is not None and rule.latency is not None:
            exchange.latency_s = rule.latency
        if chosen is not None and chosen.refuse is not None:
            chosen.refuse(exchange, argument)
            return
        if request.inputs is not None:
            self._embed(exchange, chosen, argument, reply)
            return
        try:
            reply = reply or made_up(request, request.chance if script.vary else request.digest)
        except Unfit as error:
            refuse(exchange, 400, str(error))
            return
        self._compose(exchange, reply, chosen, argument)

    def _scripted(self, request: Request, rule: Rule | None) -> Reply | None:
        if rule is not None and rule.answer is not None:
            return rule.reply()
        value = self.reply(request) if self.reply is not None else None
        if value is None and self.script.replies:
            value = self.script.replies[(request.n - 1) % len(self.script.replies)]
        return None if value is None else as_reply(value)

    def _compose(self, exchange: Exchange, reply: Reply, chosen: Fault | None, argument: str) -> None:
        request, script = exchange.request, self.script
        if reply.latency_s is not None:
            exchange.latency_s = reply.latency_s
        reply = shortened(reply, request.max_tokens, script.bytes_per_token)
        if chosen is not None and chosen.content is not None:
            reply = chosen.content(reply, argument)
        self._count(exchange, reply, billed=chosen is None or chosen.billed)
        cached = int(exchange.tokens_in * script.cached_share)
        body = envelope(request, reply, (exchange.tokens_in, exchange.tokens_out, cached) if script.usage else None)
        exchange.reply = reply
        if request.stream and (chosen is None or chosen.body is None):
            exchange.headers["content-type"] = "text/event-stream"
            exchange.body = events(request, body)
        else:
            exchange.body = _encoded(body)
        if chosen is not None and chosen.body is not None:
            chosen.body(exchange, argument)
        if chosen is not None and chosen.deliver is not None:
            exchange.deliver = partial(_delivered, chosen, argument)

    def _embed(self, exchange: Exchange, chosen: Fault | None, argument: str, reply: Reply | None) -> None:
        request, script = exchange.request, self.script
        if len(request.inputs or ()) > script.most_texts:
            refuse(exchange, 400, f"At most {script.most_texts} texts in one request.")
            return
        self._count(exchange, Reply(""), billed=chosen is None or chosen.billed)
        exchange.tokens_out = 0
        said = scored(request, reply) if request.scored else embeddings(request, exchange.tokens_in if script.usage else None, script.dimensions)
        exchange.body = _encoded(said)
        if chosen is not None and chosen.body is not None:
            chosen.body(exchange, argument)
        if chosen is not None and chosen.deliver is not None:
            exchange.deliver = partial(_delivered, chosen, argument)

    def _count(self, exchange: Exchange, reply: Reply, *, billed: bool) -> None:
        script, said = self.script, (reply.tool[1] if reply.tool else reply.text or reply.refusal)
        size = len(said) if said.isascii() else len(said.encode("utf-8", "surrogatepass"))
        into = script.tokens_in if reply.tokens_in is None else reply.tokens_in
        out = script.tokens_out if reply.tokens_out is None else reply.tokens_out
        exchange.billed = billed
        exchange.tokens_in = tokens(len(exchange.request.body), script.bytes_per_token) if into is None else into
        exchange.tokens_out = tokens(size, script.bytes_per_token) if out is None else out
        if billed:
            exchange.cost = exchange.tokens_in * self._cents_in + exchange.tokens_out * self._cents_out


async def _delivered(chosen: Fault, argument: str, wire: Wire, exchange: Exchange) -> None:
    if chosen.deliver is not None:
        await chosen.deliver(wire, exchange, argument)


def _encoded(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # a scripted text with a lone surrogate
        import json

        return json.dumps(body).encode()


def _at(value: Any, pointer: str) -> Any:
    for part in pointer.strip("/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(name)] if name.lstrip("-").isdigit() and -len(value) <= int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value
