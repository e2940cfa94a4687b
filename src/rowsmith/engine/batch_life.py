"""The life of one batch: planned -> uploading -> submitted -> ended -> fetched. Each step is durable before the next begins, and any process
of the home may take the next one.

What is written before a step says what may have happened: a batch whose creation was tried is looked for before it is created again.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from rowsmith.core.errors import Conflict, StorageBusy, StorageFull
from rowsmith.core.failpoints import failpoint
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.core.slots import Tally
from rowsmith.engine.batch_fetch import Fetch, scratch_of
from rowsmith.llm.batch import BatchApi, Job, Remote
from rowsmith.llm.batch.talk import Refused, Talk
from rowsmith.llm.form import Forms
from rowsmith.llm.tolerant import envelope
from rowsmith.llm.verdict import COMMON, empty_account
from rowsmith.llm.wire import Lost, NotSent, Wire
from rowsmith.store.attempts import MAYBE_BILLED, RELEASED
from rowsmith.store.batches import Batch, Batches
from rowsmith.store.files import Files

SETTLE_S = float(os.environ.get("ROWSMITH_BATCH_SETTLE_S", "30"))
"""How long a batch whose creation had an unknown outcome may take to appear at its server, before it is created again."""
POLL_S = (float(os.environ.get("ROWSMITH_BATCH_POLL_S", "1")), 60.0)
"""Seconds between two looks at a batch: at first, and at most."""
WATCH_S = 1.0
"""Seconds between two looks at a batch that another process looks after."""
PATIENCE_S = 600.0
"""How long a server may fail before the run pauses."""
STORAGE_S = 60.0
"""How long a full disk, or a database that is away, is waited for."""
FULL = "token_limit_exceeded"
"""The server takes no such batch before others have ended."""
NO_BATCHES = "no_batches"


class Keeper(Protocol):
    """Who looks after the batches of a home on behalf of one run."""

    owner: str
    batches: Batches
    files: Files
    forms: Forms
    wire: Wire
    transfers: asyncio.Semaphore
    """So many files are sent or fetched at once."""

    def told(self, life: Life) -> None:
        """Something about it has changed."""
        ...

    def counted(self, life: Life, tally: Tally) -> None:
        """Answers of it are stored."""
        ...

    def crowded(self, life: Life) -> bool:
        """Whether other batches are under way at its server."""
        ...

    async def spare(self, life: Life) -> float:
        """Seconds for which it may still be waited for; none are left when it is to be given up because of the time."""
        ...


class Life:
    """Carries one batch through, or watches while another process does. `idle`: it waits for the server, or for that process."""

    def __init__(self, keeper: Keeper, n: int) -> None:
        self.keeper, self.n = keeper, n
        self.batches, self.files = keeper.batches, keeper.files
        self.batch: Batch | None = None
        self.idle = False
        self.next_look = 0.0
        self._model: Model | None = None
        self._wake = asyncio.Event()
        self._failing_since: float | None = None
        self._tries = 0

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def through(self) -> None:
        """Until it is settled.

        Raises:
            Paused: the run cannot go on now.
            StorageFull, StorageBusy: for longer than STORAGE_S.
        """
        while True:
            self.batch = batch = await self._do(lambda: self.batches.take(self.n, self.keeper.owner))
            if batch is None or not batch.open:
                return
            try:
                await self._step(batch)
                self._failing_since, self._tries = None, 0
            except Conflict:
                continue  # another process looks after it by now
            except (NotSent, Lost, Refused) as error:
                await self._trouble(error)

    async def _step(self, batch: Batch) -> None:
        if batch.keeper != self.keeper.owner:
            await self._rest(WATCH_S, idle=True)
        elif batch.input is None:
            await self._do(lambda: self.batches.dissolve(batch))
            self.files.remove_scratch(scratch_of(batch.n))
        elif batch.state in ("planned", "uploading"):
            await self._submit(batch)
        elif batch.state == "submitted":
            await self._follow(batch)
        else:
            await self._fetch(batch)

    # -- to the server ------------------------------------------------------------------------------------------------------------------

    async def _submit(self, batch: Batch) -> None:
        if batch.tried_at is None and (batch.request == "cancel" or await self.keeper.spare(self) <= 0):
            await self._close(batch, "rejected", "cancelled", "It was given up before it was sent.", outcome=RELEASED)
            return
        api, talk = await self._api(batch)
        job = await self._do(lambda: self._job(batch))
        if batch.tried_at is not None and (found := await self._sought(api, talk, batch, job)) is not None:
            await self._submitted(batch, found)
            return
        batch = await self._change(batch, state="uploading", tried_at=None)
        if batch.remote_file is None:
            try:
                async with self.keeper.transfers:
                    name = await api.upload(talk, job)
            except Refused as error:
                await self._refused(batch, error, first=True)
                return
            failpoint("batch.uploaded")
            batch = await self._change(batch, remote_file=name)
        batch = await self._change(batch, "tried_at")
        await self._create(api, talk, batch, job)

    async def _create(self, api: BatchApi, talk: Talk, batch: Batch, job: Job) -> None:
        """Create it, and write down what it is called there. Broken off in between, it is found again."""
        failpoint("batch.creating")
        try:
            remote = await api.create(talk, job, batch.remote_file or "")
        except (NotSent, Paused):
            await self._change(batch, tried_at=None)
            raise
        except Refused as error:
            if error.status >= 500:
                raise  # perhaps it has been created all the same
            await self._refused(await self._change(batch, tried_at=None), error, first=not batch.remote_file)
            return
        failpoint("batch.created")
        await self._submitted(batch, remote)

    async def _submitted(self, batch: Batch, remote: Remote) -> None:
        self.batch = await self._change(batch, "submitted_at", state="submitted", remote=remote.id, expires_at=remote.expires_at)
        failpoint("batch.submitted")
        self.keeper.told(self)

    async def _sought(self, api: BatchApi, talk: Talk, batch: Batch, job: Job) -> Remote | None:
        """What an earlier try has created; it is given time to appear."""
        while True:
            if (found := await api.find(talk, job)) is not None:
                return found
            left = (batch.tried_at or 0.0) + SETTLE_S - await self._do(self.batches.now)
            if left <= 0:
                return None
            await asyncio.sleep(min(left, 2.0))

    async def _refused(self, batch: Batch, error: Refused, *, first: bool) -> None:
        """The server took nothing, and said why. `first`: it is the first that it was asked of batches."""
        if error.passing:
            raise error
        if error.status == 413 and batch.requests > 1:
            await self._close(batch, "rejected", FULL, str(error), outcome=RELEASED)
            return
        reason = NO_BATCHES if first and error.status in (404, 405, 501) else f"http_{error.status}"
        await self._close(batch, "rejected", reason, str(error))

    # -- at the server ------------------------------------------------------------------------------------------------------------------

    async def _follow(self, batch: Batch) -> None:
        api, talk = await self._api(batch)
        wait, asked = POLL_S[0], False
        while True:
            failpoint("batch.polling")
            remote = await self._looked(api, talk, batch)
            if remote.state in ("ended", "failed"):
                break
            batch = self.batch = await self._do(partial(self._noted, batch, remote))
            spare = await self.keeper.spare(self)
            if not asked and remote.state != "ending" and (batch.request == "cancel" or spare <= 0):
                await api.cancel(talk, str(batch.remote))
                asked, wait = True, POLL_S[0]
            self.keeper.told(self)
            await self._rest(min(wait * random.uniform(0.9, 1.0), max(spare, POLL_S[0])), idle=True)
            wait = min(POLL_S[1], wait * 1.4)
        if remote.state == "failed":
            await self._failed(batch, remote)
        else:
            done = batch.done if remote.done is None else remote.done
            self.batch = await self._change(batch, "ended_at", state="ended", reason=remote.reason, done=done)

    async def _looked(self, api: BatchApi, talk: Talk, batch: Batch) -> Remote:
        try:
            return await api.look(talk, str(batch.remote))
        except Refused as error:
            if error.status != 404:
                raise
            what = f"{talk.form.place} does not know batch {batch.id} ({batch.remote}) under this key: {error}"
            raise Paused("batch", what, "Go on with the key that it was made with.") from None

    def _noted(self, batch: Batch, remote: Remote) -> Batch:
        """Its record, as others may have changed it: somebody may have asked for its end."""
        batch = self.batches.change(batch, "polled_at", done=remote.done or 0, expires_at=remote.expires_at)
        return self.batches.get(batch.n) or batch

    async def _failed(self, batch: Batch, remote: Remote) -> None:
        """Nothing of it was carried out."""
        if remote.reason in COMMON["quota"].codes:
            batch = await self._change(batch, state="planned", remote=None, tried_at=None)
            raise empty_account(remote.detail, (await self._api(batch))[1].form.place)
        if remote.reason == FULL and self.keeper.crowded(self):
            self.batch = await self._change(batch, state="planned", remote=None, tried_at=None)
            self.keeper.told(self)
            await self._rest(POLL_S[1], idle=True)
        elif remote.reason == FULL and batch.requests > 1:  # by itself it is too much: it comes again in smaller ones
            await self._close(batch, "rejected", FULL, remote.detail, outcome=RELEASED)
        elif remote.lines:
            wrong = await self._do(lambda: self._keys(batch, dict(remote.lines)))
            batch, _, _ = await self._do(lambda: self.batches.reconcile(batch, [], [(key, f"http_400: {said}") for key, said in wrong]))
            await self._close(batch, "rejected", remote.reason, remote.detail, outcome=RELEASED)
        else:
            await self._close(batch, "rejected", remote.reason, remote.detail)

    def _keys(self, batch: Batch, wrong: dict[int, str]) -> list[tuple[bytes, str]]:
        """The questions in these lines of its requests, with what is wrong with each."""
        with self.files.open(str(batch.input)) as file:
            return [(bytes.fromhex(envelope(line)["custom_id"]), wrong[n]) for n, line in enumerate(file, 1) if n in wrong]

    # -- back from the server -----------------------------------------------------------------------------------------------------------

    async def _fetch(self, batch: Batch) -> None:
        api, talk = await self._api(batch)
        fetch = Fetch(self.batches, self.files, api, talk, self._do)
        if batch.output is None or not self.files.has(batch.output):
            try:
                async with self.keeper.transfers:
                    batch = await fetch.download(batch, await self._looked(api, talk, batch))
            except Refused as error:
                if error.status not in (404, 410):
                    raise
                said = f"Its results are not there any more: {error}"
                await self._close(batch, "fetched", batch.reason, said, left="gone", outcome=MAYBE_BILLED)
                return
        self.batch = batch = await fetch.reconcile(batch, self._counted)
        if batch.state == "ended":
            silent = {"left": "missing", "outcome": MAYBE_BILLED} if batch.reason == "completed" else {}
            await self._close(batch, "fetched", batch.reason, fetch.told(), keep_output=bool(fetch.strays), **silent)

    def _counted(self, batch: Batch, tally: Tally) -> None:
        self.batch = batch
        self.keeper.counted(self, tally)

    async def _close(self, batch: Batch, state: str, reason: str, detail: str, *, keep_output: bool = False, **how: Any) -> None:
        """Settle it. Its files go afterwards; a file of results in which something is odd stays."""
        settled: tuple[Batch, Tally] = await self._do(partial(self.batches.close, batch, state, reason, detail, keep_output=keep_output, **how))
        self._counted(*settled)
        self.files.remove_scratch(scratch_of(batch.n))
        for name in {batch.input, None if keep_output else batch.output} - {None}:
            await self._do(partial(self.files.remove, str(name)))

    # -- parts --------------------------------------------------------------------------------------------------------------------------

    async def _api(self, batch: Batch) -> tuple[BatchApi, Talk]:
        """The batch API of its model, and the way to its server."""
        self._model = self._model or Model(**batch.model)
        form = await self.keeper.forms.of(self._model, None)
        api = form.provider.batch(self._model)
        if api is None:
            raise Paused("batch", f"The provider of {self._model.model} has no batches any more.", "Go on with the provider that it was made with.")
        return api, Talk(self.keeper.wire, form)

    def _job(self, batch: Batch) -> Job:
        assert self._model is not None
        known = self.batches.remotes(batch.profile) - {batch.remote or ""} | {*batch.strangers.split()}
        tried = batch.tried_at if batch.tried_at is not None else self.batches.now()
        return Job(batch.token, self._model, self.files.path(str(batch.input)), batch.requests, batch.bytes, tried, frozenset(known))

    async def _change(self, batch: Batch, *stamps: str, **values: Any) -> Batch:
        changed: Batch = await self._do(lambda: self.batches.change(batch, *stamps, **values))
        return changed

    async def _do(self, act: Callable[[], Any]) -> Any:
        """Carry an act of the store out, on a thread; for a while, again, when the disk is full or the database away."""
        until = time.monotonic() + STORAGE_S
        while True:
            try:
                return await asyncio.to_thread(act)
            except (StorageFull, StorageBusy):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.5)

    async def _rest(self, seconds: float, *, idle: bool) -> None:
        self.next_look, self.idle = time.monotonic() + seconds, idle
        if idle:
            self.keeper.told(self)
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            pass
        self._wake.clear()
        self.idle = False

    async def _trouble(self, error: NotSent | Lost | Refused) -> None:
        """Wait before the same step is tried again.

        Raises:
            Paused: it has failed for too long, or will not succeed.
        """
        assert self.batch is not None
        place = (await self._api(self.batch))[1].form.place
        if isinstance(error, Refused) and not error.passing:
            raise Paused("batch", f"{place} refuses what is asked about batch {self.n}: {error}", "Go on when that is mended.") from error
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if now - self._failing_since > PATIENCE_S:
            raise Paused("unreachable", f"{place} cannot be asked about batch b{self.n}: {error}", "Go on when the server is well again.") from error
        self._tries += 1
        asked = error.wait_s if isinstance(error, Refused) else None
        await self._rest(min(60.0, 2.0**self._tries) * random.uniform(0.5, 1.0) if asked is None else asked, idle=True)
