"""One request for the embeddings of many texts, each of which was claimed by itself.

To the purchase and its troubles the request is one call: the lot stands between them and the ledger, and passes on to every text's claim
what becomes of the request. So there are the same waits, repeats, breaker and pauses as for an answer, and no second code for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from rowsmith.core.calls import Asker, Claim, Claimed, Limits, Usage
from rowsmith.core.errors import RowFailed
from rowsmith.core.failpoints import failpoint
from rowsmith.core.ports import Ledger, Paused
from rowsmith.llm import prices
from rowsmith.llm.desk import Desk
from rowsmith.llm.embedding_form import MOST_BYTES, EmbeddingForm
from rowsmith.llm.providers import Reply
from rowsmith.llm.purchase import Bought, Purchase
from rowsmith.llm.trouble import HttpError, Outcome, Trouble
from rowsmith.llm.vectors import Vectors, shares
from rowsmith.llm.wire import Lost, Wire

if TYPE_CHECKING:
    from yarl import URL

    from rowsmith.llm.deadlines import Attempt

MOST_REPLY = 64 * 1024 * 1024
"""Most bytes of a reply: 2,048 vectors of 8,192 numbers, in base64."""


@dataclass(slots=True, eq=False)
class Text:
    """A claimed text that waits for its vector: the bytes, and its usage. None: its claim was given up for want of budget."""

    text: str
    claimed: Claimed
    vector: asyncio.Future[tuple[bytes, Usage] | None]


class Split(Exception):
    """A request for several texts was refused; which of them is to blame is not known. `most`: how many may go together now."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class Lot:
    """The texts of one request, as the ledger of its purchase (a part of core.ports.Ledger)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.texts: list[Text] = []
        self.size = 0

    def add(self, text: Text) -> None:
        """One more text."""
        self.texts.append(text)
        self.size += text.claimed.claim.reserve_tokens

    def claimed(self, form: EmbeddingForm) -> Claimed:
        """The request as one call."""
        nobody, takes = Asker("", b"", 0), sum(text.claimed.claim.paced_tokens for text in self.texts)
        return Claimed("mine", Claim(b"", form.server.profile, form.model.model, nobody, 0, self.size, takes=takes))

    async def unknown(self, claimed: Claimed, detail: str) -> bool:
        """See Ledger. Texts for which there is no budget left are given up; the others go on."""
        texts = self.texts
        kept = await asyncio.gather(*(self._ledger.unknown(text.claimed, detail) for text in texts))
        self.texts = [text for text, again in zip(texts, kept, strict=True) if again]
        self.size = sum(text.claimed.claim.reserve_tokens for text in self.texts)
        for text, again in zip(texts, kept, strict=True):
            if not again:
                settle(text, None)
        return bool(self.texts)

    async def release(self, claimed: Claimed, detail: str, *, maybe_billed: bool, sent: bool = True) -> None:
        """See Ledger."""
        await asyncio.gather(*(self._ledger.release(text.claimed, detail, maybe_billed=maybe_billed, sent=sent) for text in self.texts))

    async def store(self, form: EmbeddingForm, said: Vectors) -> None:
        """Every vector, durable under its own key. Usage is shared out by the texts' bytes, cost by the tokens, so that sums are exact."""
        weights = [text.claimed.claim.reserve_tokens for text in self.texts]
        usages = [Usage(tokens, said.usage.tokens_out) for tokens in shares(said.usage.tokens_in, weights)]
        stored = [
            self._ledger.answer(text.claimed, raw, usage, prices.cost(usage, form.model))
            for text, raw, usage in zip(self.texts, said.raw, usages, strict=True)
        ]
        await asyncio.gather(*stored)
        for text, raw, usage in zip(self.texts, said.raw, usages, strict=True):
            settle(text, (raw, usage))

    async def permit(self, profile: str, limits: Limits, tokens: int) -> float:
        """See Ledger."""
        return await self._ledger.permit(profile, limits, tokens)

    async def block(self, profile: str, seconds: float) -> None:
        """See Ledger."""
        await self._ledger.block(profile, seconds)

    def blocked(self, profile: str) -> float:
        """See Ledger."""
        return self._ledger.blocked(profile)


class _Trouble(Trouble):
    """A refusal of several texts says nothing about the settings yet: one of the texts may be to blame, or their number."""

    lot: Lot
    _several = False

    async def judge(self, outcome: Outcome, *known: Any) -> bool:
        self._several = isinstance(outcome, HttpError) and len(self.lot.texts) > 1
        return await super().judge(outcome, *known)

    def _count_refusal(self, said: str) -> None:
        if not self._several:
            super()._count_refusal(said)


class Batch(Purchase):
    """A request on its way. Until it is sent it takes more texts, up to `most` of them: while all places are taken, requests fill up."""

    __slots__ = ("garbled", "lot", "most", "sent")

    def __init__(self, desk: Desk, form: EmbeddingForm, most: int) -> None:
        self.lot = Lot(desk.ledger)
        self.most = most
        self.sent = False
        self.garbled = 0
        super().__init__(replace(desk, ledger=cast(Ledger, self.lot)), form, self.lot.claimed(form), b"")
        self.trouble = _Trouble(self.desk, form, self.claimed)
        self.trouble.lot = self.lot

    def takes(self, text: Text) -> bool:
        """Whether there is still room for the text."""
        lot = self.lot
        fits = not lot.texts or lot.size + text.claimed.claim.reserve_tokens <= MOST_BYTES
        return not self.sent and len(lot.texts) < self.most and fits

    async def carry_through(self) -> None:
        """Give every text its vector, or the reason why it has none. Raises nothing but a cancellation."""
        try:
            await self.carry_out()
        except RowFailed as error:
            several = len(self.lot.texts) > 1 and error.reason.startswith(("http_", "garbled"))
            reason, what, half = error.reason, error.what, len(self.lot.texts) // 2
            self._end(lambda: Split(half) if several else RowFailed(reason, what))
        except Paused as pause:
            said = (pause.reason, pause.what, pause.fix)
            self._end(lambda: Paused(*said))
        except BaseException as error:
            failed = error
            self._end(lambda: failed)
            if not isinstance(error, Exception):
                raise

    def _end(self, why: Callable[[], BaseException]) -> None:
        """Each who waits gets an error of its own: one that is raised in many places collects all their traces."""
        self.sent = True
        for text in self.lot.texts:
            settle(text, why())

    async def _until_answered(self) -> Bought | None:
        form = cast(EmbeddingForm, self.form)
        if form.of_requests is not None:
            self.claimed.delay_s = await self.desk.ledger.permit(form.server.profile, form.of_requests, 0)
        return await super()._until_answered()

    async def _send(self) -> Any:
        form = cast(EmbeddingForm, self.form)
        self.sent = True
        self.claimed = self.trouble.claimed = self.lot.claimed(form)
        self.body = form.body([text.text for text in self.lot.texts])
        return await super()._send()

    async def _keep(self, raw: bytes) -> Any:
        """Make the vectors durable. Those that cannot be right are asked for again, as often as `reasks` allows, and never kept."""
        form = cast(EmbeddingForm, self.form)
        self.trouble.in_doubt = True  # billed, whatever may happen before they are durable
        said = form.vectors(raw, len(self.lot.texts))
        if said.garbled:
            self.garbled += 1
            if self.garbled > form.model.reasks and form.answered:
                raise RowFailed("garbled", said.garbled)
            return Lost("garbled", said.garbled)
        form.knows(said.raw[0])
        failpoint("gate.answered")
        self.open = False
        for text in self.lot.texts:
            text.claimed.seconds = self.claimed.seconds
        await self.lot.store(form, said)
        failpoint("gate.kept")
        form.answered = True
        form.sizes.learn(self.lot.size, said.usage)
        self.lane.succeeded()
        self.health.succeeded()
        return raw, Reply()


class Roomy:
    """The wire (as a llm.providers.Sender), for replies that are larger than an answer is."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def post(self, attempt: Attempt, url: URL, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """See Wire."""
        return await self._wire.post(attempt, url, headers, body, most=MOST_REPLY)


def settle(text: Text, what: tuple[bytes, Usage] | BaseException | None) -> None:
    """Tell whoever waits for the text; nobody may."""
    with suppress(asyncio.InvalidStateError):
        if isinstance(what, BaseException):
            text.vector.set_exception(what)
            text.vector.exception()  # whoever waited may be gone: it was heard
        else:
            text.vector.set_result(what)
