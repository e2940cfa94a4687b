"""Bringing a batch's results home: first the bytes as they came, durable; then each line's answer, into the call store.

Both can be done again from the start: a download replaces a half one, and an answer that is stored stays as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any

from rowsmith.core.failpoints import failpoint
from rowsmith.core.slots import Tally
from rowsmith.llm import prices, verdict
from rowsmith.llm.batch import BatchApi, Remote, Result
from rowsmith.llm.batch.collector import ERROR, ROWS
from rowsmith.llm.batch.talk import Talk
from rowsmith.llm.form import Form
from rowsmith.llm.wire import MAX_BODY
from rowsmith.store.batches import Answered, Batch, Batches
from rowsmith.store.files import Files

Do = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Carries an act of the store out, on a thread."""
BLOCK = 256
"""Most lines stored in one transaction."""


def scratch_of(n: int) -> str:
    """The scratch folder of a batch: its requests while they are collected, its results while they come."""
    return f"batch-{n}"


@dataclass(slots=True)
class _Block:
    """Lines of results, read. `strays` counts those that cannot be, or have an id that is none."""

    answers: list[Answered] = field(default_factory=list)
    returned: list[tuple[bytes, str]] = field(default_factory=list)
    strays: int = 0


class Keyless:
    """Writes what comes in parts into a file, without the key should the server repeat it. The last bytes wait for the next part, as the key
    may stand across two."""

    def __init__(self, form: Form, file: IO[bytes]) -> None:
        self._form, self._file, self._rest = form, file, b""

    def add(self, part: bytes) -> None:
        """The next part."""
        text = self._form.without_key(self._rest + part)
        cut = max(0, len(text) - self._form.longest_key)
        self._file.write(text[:cut])
        self._rest = text[cut:]

    def end(self) -> None:
        """There is no more; a line ends here."""
        self._file.write(self._rest + b"\n")


class Fetch:
    """The results of one batch. `strays` counts those that belong to no question of it, or cannot be read."""

    def __init__(self, batches: Batches, files: Files, api: BatchApi, talk: Talk, do: Do) -> None:
        self.batches, self.files, self.api, self.talk, self.do = batches, files, api, talk, do
        self.strays = 0

    async def download(self, batch: Batch, remote: Remote) -> Batch:
        """All results in one file of the home's."""
        path = self.files.scratch(scratch_of(batch.n)) / f"results-{batch.fence}"
        with path.open("wb") as file:
            for address in self.api.addresses(remote, self.talk.model):
                kept = Keyless(self.talk.form, file)
                await self.talk.fetch(address, kept.add)
                kept.end()
        failpoint("batch.downloaded")
        name = await self.do(lambda: self.files.put_file(path))
        path.unlink()
        changed: Batch = await self.do(lambda: self.batches.change(batch, output=name))
        return changed

    async def reconcile(self, batch: Batch, counted: Callable[[Batch, Tally], None]) -> Batch:
        """Store every answer and give back what got none; `counted` hears of each block. A file in which nothing is of this batch is
        another's that was taken for it: then the batch is looked for again."""
        blocks, known = self._blocks(str(batch.output)), batch.answered + batch.returned
        while (block := await asyncio.to_thread(next, blocks, None)) is not None:
            failpoint("batch.fetching")
            found: tuple[Batch, Tally, int] = await self.do(partial(self.batches.reconcile, batch, block.answers, block.returned))
            batch, tally, unknown = found
            self.strays += block.strays + unknown
            known += len(block.answers) + len(block.returned) - unknown
            counted(batch, tally)
        if self.strays and not known:
            strangers = f"{batch.strangers} {batch.remote}".strip()
            other = {"state": "uploading", "remote": None, "output": None, "strangers": strangers}
            changed: Batch = await self.do(lambda: self.batches.change(batch, **other))
            return changed
        return batch

    def told(self) -> str:
        """What was odd about the results, in words."""
        return f"{self.strays:,} lines of its results belong to no question of it, or cannot be read" if self.strays else ""

    def _blocks(self, name: str) -> Iterator[_Block]:
        block = _Block()
        with self.files.open(name) as file:
            for line in file:
                if line.strip():
                    self._add(block, self.api.result(line))
                if len(block.answers) + len(block.returned) >= BLOCK:
                    yield block
                    block = _Block()
        yield block

    def _add(self, block: _Block, result: Result) -> None:
        try:
            key = bytes.fromhex(result.key)
        except ValueError:
            key = b""
        if len(key) != 16:
            block.strays += 1
        elif result.reason:
            block.returned.append((key, result.reason))
        else:
            self._answered(block, key, result)

    def _answered(self, block: _Block, key: bytes, result: Result) -> None:
        """An answer, or an error of this question alone."""
        form, raw = self.talk.form, result.raw[:MAX_BODY]
        kind = "answer" if result.status == 200 else form.provider.trouble(result.status, {}, raw)
        if kind != "answer":
            reason = kind if kind in ROWS else f"{ERROR}{result.status}"
            block.returned.append((key, f"{reason}: {verdict.message_of(raw, form.secret)}"))
            return
        reply = form.reply(raw)
        cost = prices.cost(reply.usage, self.talk.model, batched=True)
        block.answers.append(Answered(key, raw, reply.usage, reply.cost if cost is None else cost))
