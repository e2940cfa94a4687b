"""Buying answers: the call store, the ledger of what was spent, and the budgets, within the journal's write transactions.

A call's key is digest(base, index). `base` names the request; the index numbers identical requests of one run, in row order among those
that wait together, and is remembered in the ledger, so that a resumed run finds the answer that it had. An answer that stands in the
store is never bought again; a key that another run holds is waited for, and one that a batch holds (`batch:12`) comes with the batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from rowsmith.core.calls import Claim, Claimed
from rowsmith.core.failpoints import failpoint
from rowsmith.core.slots import Tally
from rowsmith.store import rates
from rowsmith.store.attempts import (
    IN_BATCH,
    MAYBE_BILLED,
    NOT_THERE,
    RELEASED,
    RESERVED,
    REUSED,
    SETTLED,
    Parting,
    Settling,
    Where,
    batch_of,
    in_batches,
    returned,
    usage_of,
)
from rowsmith.store.attempts import key_of as _key
from rowsmith.store.attempts import marks as _marks
from rowsmith.store.attempts import next_attempt as _next
from rowsmith.store.attempts import same as _same
from rowsmith.store.attempts import where as _where
from rowsmith.store.database import Database, fetch, many
from rowsmith.store.processes import alive, forget


@dataclass(slots=True)
class _Scopes:
    """What the attempts of one batch change in the budgets: usd and tokens, to be added."""

    usd: int = 0
    tokens: int = 0


@dataclass(slots=True)
class Ledger:
    """The buying side of one run. `owner` holds its claims; `scopes` are the budgets it draws on, in locking order."""

    db: Database
    run: int
    owner: str
    scopes: tuple[str, ...]
    resumed: bool
    revisited: bool = False
    """A call may be claimed for the same place a second time: from now on the ledger is asked what it says of each."""
    _dead: set[str] = field(default_factory=set)

    # -- claims -----------------------------------------------------------------------------------------------------------------

    def claim(self, conn: Connection, claims: Sequence[Claim], now: float, tally: Tally) -> list[Claimed | None]:
        """What became of each claim; None for one whose key another live owner holds."""
        if not claims:
            return []
        earlier = self._earlier(conn, claims) if self.resumed or self.revisited else {}
        out: dict[int, Claimed | None] = dict(returned(claims, {i: earlier.get(_where(claim), ()) for i, claim in enumerate(claims)}))
        open_ = [i for i in range(len(claims)) if i not in out]
        places = sorted(open_, key=lambda i: (claims[i].asker.order, claims[i].asker.step, claims[i].asker.retry, claims[i].asker.seq))
        index = self._first_indexes(claims, places, earlier)
        mine = [i for i in places if i not in out]
        keys = {i: _key(claims[i], index[i]) for i in places}
        if places and (self.resumed or self.revisited or not self._insert(conn, [(keys[i], index[i], claims[i]) for i in places], now)):
            mine = self._sort_out(conn, claims, places, earlier, index, keys, out, now)
        mine = self._within_budget(conn, claims, mine, keys, index, out)
        self._reserve(conn, claims, mine, keys, index, earlier, out, now)
        self._note_reuse(conn, claims, keys, index, earlier, out, now, tally)
        absent = [i for i, claimed in out.items() if claimed is not None and claimed.state == "absent"]
        self._write(conn, [self._row(claims[i], keys[i], index[i], _next(earlier, claims[i]), NOT_THERE, now) for i in absent])
        return [out[i] for i in range(len(claims))]

    def _earlier(self, conn: Connection, claims: Sequence[Claim]) -> dict[Where, list[Any]]:
        """What the ledger already says of these askers: the attempts of each, the newest last."""
        ords = sorted({claim.asker.order for claim in claims})
        rows = conn.exec_driver_sql(
            self._sql(
                "SELECT ord, step, retry, seq, attempt, idx, key, base, outcome, detail FROM spend "
                f"WHERE run = ? AND ord IN ({_marks(ords)}) ORDER BY attempt"
            ),
            (self.run, *ords),
        )
        found: dict[Where, list[Any]] = {}
        for r in rows:
            found.setdefault((bytes(r.ord), r.step, r.retry, r.seq), []).append(r)
        return found

    def _first_indexes(self, claims: Sequence[Claim], places: list[int], earlier: dict[Where, list[Any]]) -> dict[int, int]:
        seen: Counter[bytes] = Counter()
        index = {}
        for i in places:
            known = _same(earlier, claims[i])
            if known is not None:
                index[i] = known.idx
            else:
                index[i] = 0 if claims[i].once else seen[claims[i].base]
                seen[claims[i].base] += 1
        return index

    def _insert(self, conn: Connection, wanted: list[tuple[bytes, int, Claim]], now: float) -> bool:
        """Claim the keys; whether every one was free. One that may buy nothing claims none."""
        rows = sorted((key, self._owner(claim), claim.profile, claim.model, now, claim.base, idx) for key, idx, claim in wanted if not claim.offline)
        sql = 'INSERT INTO "call" (key, state, owner, profile, model, at, base, idx) VALUES (?, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'
        return many(conn, sql, rows) == len(wanted)

    def _sort_out(
        self, conn: Connection, claims: Sequence[Claim], places: list[int], earlier: dict[Where, list[Any]], index: dict[int, int],
        keys: dict[int, bytes], out: dict[int, Claimed | None], now: float,
    ) -> list[int]:  # fmt: skip
        """The slow path, when keys may be taken: find for each claim its index, then whether it is stored, held or free."""
        used = self._used(conn, {claims[i].base for i in places})
        mine: list[int] = []
        given: set[bytes] = set()
        for i in places:
            where = _where(claims[i])
            while not claims[i].once and (keys[i] in given or (keys[i] in used and used[keys[i]] != where)):
                index[i] += 1
                keys[i] = _key(claims[i], index[i])
            given.add(keys[i])
        self._insert(conn, [(keys[i], index[i], claims[i]) for i in places], now)
        held = self._calls(conn, [keys[i] for i in places])
        batched = in_batches(conn, [call for call in held.values() if batch_of(call.owner)])
        for i in places:
            call = held.get(keys[i])
            if call is not None and call.state == 1:
                out[i] = Claimed("stored", claims[i], keys[i], index[i], bytes(call.raw), usage_of(call))
            elif call is None or claims[i].offline:
                out[i] = Claimed("absent", claims[i], keys[i], index[i])
            elif keys[i] in batched:
                out[i] = Claimed("parked", claims[i], keys[i], index[i], batch=batch_of(call.owner))
            elif call.owner == self.owner or batch_of(call.owner) or self._take_over(conn, call):
                mine.append(i)
            else:
                out[i] = None
        self._own(conn, [(self._owner(claims[i]), keys[i]) for i in mine if held[keys[i]].owner != self._owner(claims[i])])
        return mine

    def _own(self, conn: Connection, rows: list[tuple[str, bytes]]) -> None:
        """Keys that changed places among the claims of one commit, or were taken over, belong to whoever gets them."""
        many(conn, 'UPDATE "call" SET owner = ? WHERE key = ? AND state = 0', rows)

    def _owner(self, claim: Claim) -> str:
        return self.owner if claim.batch is None else f"{IN_BATCH}{claim.batch}"

    def _used(self, conn: Connection, bases: set[bytes]) -> dict[bytes, Where]:
        """Keys of these requests that this run has used: for whom."""
        rows = conn.exec_driver_sql(
            self._sql(f"SELECT key, ord, step, retry, seq FROM spend WHERE run = ? AND base IN ({_marks(bases)})"), (self.run, *sorted(bases))
        )
        return {bytes(r.key): (bytes(r.ord), r.step, r.retry, r.seq) for r in rows}

    def _calls(self, conn: Connection, keys: list[bytes]) -> dict[bytes, Any]:
        columns = "key, state, owner, raw, tokens_in, tokens_out, cached_in, reasoning_out, cache_write_in"
        rows = conn.exec_driver_sql(self._sql(f'SELECT {columns} FROM "call" WHERE key IN ({_marks(keys)})'), tuple(keys))
        return {bytes(r.key): r for r in rows}

    def _take_over(self, conn: Connection, call: Any) -> bool:
        """Take a key whose holder is dead. Should that one only have slept, it learns with its next heartbeat that it may write no more:
        its answer would not be the one that is stored under the key."""
        if call.owner is not None and call.owner not in self._dead and alive(self.db, conn, call.owner):
            return False
        if call.owner is not None:
            self._dead.add(call.owner)
            forget(conn, call.owner)
        sql = 'UPDATE "call" SET owner = ? WHERE key = ? AND state = 0 AND owner ' + ("IS NULL" if call.owner is None else "= ?")
        values = (self.owner, bytes(call.key), *(() if call.owner is None else (call.owner,)))
        return conn.exec_driver_sql(self._sql(sql), values).rowcount == 1

    # -- budgets ----------------------------------------------------------------------------------------------------------------

    def _within_budget(
        self, conn: Connection, claims: Sequence[Claim], mine: list[int], keys: dict[int, bytes], index: dict[int, int],
        out: dict[int, Claimed | None],
    ) -> list[int]:  # fmt: skip
        """Those that fit under every cap; the others give their key back."""
        if not mine:
            return mine
        fits, taken = self._admit(conn, [(claims[i].reserve, claims[i].reserve_tokens) for i in mine])
        refused = []
        for i, scope in zip(mine, fits, strict=True):
            if scope:
                out[i] = Claimed("over_budget", claims[i], keys[i], index[i], scope=scope)
                refused.append((keys[i], self._owner(claims[i])))
        if refused:
            conn.exec_driver_sql(self._sql('DELETE FROM "call" WHERE key = ? AND state = 0 AND owner = ?'), refused)
        self._charge(conn, taken)
        return [i for i in mine if i not in out]

    def _admit(self, conn: Connection, wanted: Sequence[tuple[int, int]]) -> tuple[list[str], _Scopes]:
        """For each (picodollars, tokens): "" when it fits under every cap, else the scope in the way; and the sum of those that fit."""
        lock = "" if conn.dialect.name == "sqlite" else " ORDER BY scope FOR UPDATE"
        sql = f"SELECT scope, usd_cap, tokens_cap, usd, tokens FROM budget WHERE scope IN ({_marks(self.scopes)}){lock}"
        rows = fetch(conn, sql, self.scopes)
        taken, out = _Scopes(), []
        for usd, tokens in wanted:
            full = ""
            for scope, usd_cap, tokens_cap, usd_now, tokens_now in rows:
                over_usd = usd_cap is not None and usd_now + taken.usd + usd > usd_cap
                if over_usd or (tokens_cap is not None and tokens_now + taken.tokens + tokens > tokens_cap):
                    full = str(scope)
                    break
            out.append(full)
            if not full:
                taken.usd += usd
                taken.tokens += tokens
        return out, taken

    def lock(self, conn: Connection) -> None:
        """Hold the budgets until the transaction ends."""
        self._admit(conn, [])

    def _charge(self, conn: Connection, change: _Scopes) -> None:
        if change.usd or change.tokens:
            rows = [(change.usd, change.tokens, scope) for scope in self.scopes]
            many(conn, "UPDATE budget SET usd = usd + ?, tokens = tokens + ? WHERE scope = ?", rows)

    # -- the ledger's rows ------------------------------------------------------------------------------------------------------

    def _reserve(
        self, conn: Connection, claims: Sequence[Claim], mine: list[int], keys: dict[int, bytes], index: dict[int, int],
        earlier: dict[Where, list[Any]], out: dict[int, Claimed | None], now: float,
    ) -> None:  # fmt: skip
        rows = []
        for i in mine:
            attempt = _next(earlier, claims[i])
            out[i] = Claimed("mine", claims[i], keys[i], index[i], attempt=attempt)
            rows.append(self._row(claims[i], keys[i], index[i], attempt, RESERVED, now))
        self._write(conn, rows)
        items = [(claims[i].batch, keys[i], *_where(claims[i]), out[i].attempt) for i in mine if claims[i].batch is not None]  # type: ignore[union-attr]
        many(conn, "INSERT INTO batch_item (batch, key, ord, step, retry, seq, attempt) VALUES (?, ?, ?, ?, ?, ?, ?)", items)
        limited = [i for i in mine if claims[i].limits]
        if limited:
            waits = rates.take_all(conn, now, [(claims[i].profile, claims[i].limits, claims[i].paced_tokens) for i in limited])  # type: ignore[misc]
            for i, wait in zip(limited, waits, strict=True):
                out[i].delay_s, out[i].due = wait, now + wait if wait <= claims[i].limits.longest_wait_s else 0.0  # type: ignore[union-attr]

    def _note_reuse(
        self, conn: Connection, claims: Sequence[Claim], keys: dict[int, bytes], index: dict[int, int], earlier: dict[Where, list[Any]],
        out: dict[int, Claimed | None], now: float, tally: Tally,
    ) -> None:  # fmt: skip
        rows = []
        for i, claimed in out.items():
            if claimed is None or claimed.state != "stored":
                continue
            before = _same(earlier, claims[i])
            if before is not None and before.outcome in (SETTLED, REUSED) and bytes(before.key) == keys[i]:
                continue
            rows.append(self._row(claims[i], keys[i], index[i], _next(earlier, claims[i]), REUSED, now))
        self._write(conn, rows)
        tally.calls_reused += len(rows)

    def _row(self, claim: Claim, key: bytes, index: int, attempt: int, outcome: int, now: float) -> tuple[Any, ...]:
        reserved = (claim.reserve, claim.reserve_tokens) if outcome == RESERVED else (0, 0)
        cost = 0 if outcome in (REUSED, NOT_THERE) else None
        detail = str(claim.offline) if outcome == NOT_THERE else None
        return (self.run, *_where(claim), attempt, claim.base, index, key, *reserved, cost, outcome, now, detail)

    def _write(self, conn: Connection, rows: list[tuple[Any, ...]]) -> None:
        if rows:
            many(
                conn,
                "INSERT INTO spend (run, ord, step, retry, seq, attempt, base, idx, key, reserved, reserved_tokens, cost, outcome, at, detail) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                rows,
            )

    # -- ends of attempts -------------------------------------------------------------------------------------------------------

    def settle(self, conn: Connection, settlings: Sequence[Settling], now: float, tally: Tally) -> None:
        """Store raw answers and settle their attempts."""
        failpoint("ledger.settle.before")
        calls, spends, change = [], [], _Scopes()
        for s in settlings:
            claim, usage = s.claimed.claim, s.usage
            cost = claim.reserve if s.cost is None else s.cost
            priced = s.cost is not None or claim.reserve > 0
            tokens = (usage.tokens_in or 0) + (usage.tokens_out or 0) if usage.tokens_in is not None else claim.reserve_tokens
            told = (usage.tokens_in, usage.tokens_out, usage.cached_in, usage.reasoning_out, usage.cache_write_in)
            calls.append((s.raw, *told, s.cost, now, s.claimed.key, self.owner))
            sent_at = None if s.claimed.seconds is None else now - s.claimed.seconds
            spends.append((cost if priced else None, usage.tokens_in, usage.tokens_out, sent_at, self.run, *_where(claim), s.claimed.attempt))
            change.usd += cost - claim.reserve
            change.tokens += tokens - claim.reserve_tokens
            tally.calls += 1
            tally.cost += cost
            tally.unpriced += not priced
            tally.tokens_in += usage.tokens_in or 0
            tally.tokens_out += usage.tokens_out or 0
        many(
            conn,
            'UPDATE "call" SET state = 1, owner = NULL, raw = ?, tokens_in = ?, tokens_out = ?, cached_in = ?, reasoning_out = ?, '
            "cache_write_in = ?, cost = ?, at = ? WHERE key = ? AND state = 0 AND owner = ?",
            calls,
        )
        many(
            conn,
            "UPDATE spend SET outcome = 1, cost = ?, tokens_in = ?, tokens_out = ?, at = COALESCE(CAST(? AS DOUBLE PRECISION), at) "
            "WHERE run = ? AND ord = ? AND step = ? AND retry = ? AND seq = ? AND attempt = ?",
            spends,
        )
        self._charge(conn, change)
        self._return_tokens(conn, settlings, now)
        failpoint("ledger.settle.after")

    def _return_tokens(self, conn: Connection, settlings: Sequence[Settling], now: float) -> None:
        for profile in sorted({s.claimed.claim.profile for s in settlings if s.claimed.claim.limits and s.claimed.claim.limits.tpm}):
            loaded = rates.Rates(conn, profile, now)
            for s in settlings:
                claim = s.claimed.claim
                if claim.profile == profile and claim.limits and s.usage.tokens_in is not None:
                    loaded.give_back(claim.limits, claim.paced_tokens - s.usage.tokens_in - (s.usage.tokens_out or 0))
            loaded.save()

    def part(self, conn: Connection, parting: Parting, now: float, tally: Tally) -> bool:
        """End an attempt without an answer. Whether another attempt is reserved (`again` only): the one that follows in number."""
        claimed, claim = parting.claimed, parting.claimed.claim
        self.revisited = True
        outcome = MAYBE_BILLED if parting.maybe_billed else RELEASED
        cost = claim.reserve if parting.maybe_billed else 0
        conn.exec_driver_sql(
            self._sql(
                "UPDATE spend SET outcome = ?, cost = ?, detail = ? WHERE run = ? AND ord = ? AND step = ? AND retry = ? AND seq = ? AND attempt = ?"
            ),
            (outcome, cost, parting.detail, self.run, *_where(claim), claimed.attempt),
        )
        if parting.maybe_billed:
            tally.maybe_billed += 1
            tally.cost += claim.reserve
        else:
            self._charge(conn, _Scopes(-claim.reserve, -claim.reserve_tokens))
        if parting.again:
            fits, taken = self._admit(conn, [(claim.reserve, claim.reserve_tokens)])
            if not fits[0]:
                self._charge(conn, taken)
                self._write(conn, [self._row(claim, claimed.key, claimed.index, claimed.attempt + 1, RESERVED, now)])
                return True
        if not parting.sent and claim.limits and claimed.due:
            loaded = rates.Rates(conn, claim.profile, now)
            loaded.unsent(claim.limits, claim.paced_tokens, claimed.due)
            loaded.save()
        self._give_up(conn, [claimed])
        return False

    def give_back(self, conn: Connection, returned: Sequence[tuple[Claimed, str]], outcome: int, tally: Tally) -> None:
        """Items of a batch come back unanswered, each for its reason, and may be bought again. RETURNED: nothing was billed for them.
        RELEASED: they were never sent. MAYBE_BILLED: the batch was carried out, and brought no word of them."""
        billed = outcome == MAYBE_BILLED
        spends = [(outcome, c.claim.reserve if billed else 0, reason, self.run, *_where(c.claim), c.attempt) for c, reason in returned]
        many(
            conn,
            "UPDATE spend SET outcome = ?, cost = ?, detail = ? WHERE run = ? AND ord = ? AND step = ? AND retry = ? AND seq = ? AND attempt = ?",
            spends,
        )
        usd, tokens = (sum(getattr(c.claim, name) for c, _ in returned) for name in ("reserve", "reserve_tokens"))
        if billed:
            tally.maybe_billed += len(returned)
            tally.cost += usd
        else:
            self._charge(conn, _Scopes(-usd, -tokens))
        self._give_up(conn, [claimed for claimed, _ in returned], sent=outcome != RELEASED)

    def _give_up(self, conn: Connection, held: Sequence[Claimed], *, sent: bool = False) -> None:
        """Keys that are held no longer. A batch keeps on record what was `sent` with it."""
        many(conn, 'DELETE FROM "call" WHERE key = ? AND state = 0 AND owner = ?', [(c.key, self._owner(c.claim)) for c in held])
        if not sent:
            unsent = [(c.claim.batch, c.key) for c in held if c.claim.batch is not None]
            many(conn, "DELETE FROM batch_item WHERE batch = ? AND key = ?", unsent)

    def holds(self) -> bool:
        """Whether a key is still held."""
        with self.db.read() as conn:
            return conn.exec_driver_sql(self._sql('SELECT 1 FROM "call" WHERE state = 0 AND owner = ? LIMIT 1'), (self.owner,)).first() is not None

    def close(self, conn: Connection) -> None:
        """Give back every key that is still held (calls that were never sent)."""
        conn.exec_driver_sql(self._sql('DELETE FROM "call" WHERE state = 0 AND owner = ?'), (self.owner,))

    def _sql(self, text: str) -> str:
        return text if self.db.dialect == "sqlite" else text.replace("?", "%s")
