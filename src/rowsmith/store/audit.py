"""Checks across tables: that what must agree does."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from rowsmith.core.ids import digest
from rowsmith.core.slots import DROPPED, EXPANDED, FAILED, KEPT, KEPT_STAGE, OVER_STAGE
from rowsmith.store import prompts
from rowsmith.store.database import Database

Found = dict[str, str]
PAGE = 2000

_UNCOUNTED = text(
    "SELECT 'run:' || run AS scope FROM spend UNION SELECT 'project:' || r.project FROM spend s JOIN run r ON r.n = s.run "
    "EXCEPT SELECT scope FROM budget"
)


def everything(db: Database) -> Iterator[tuple[str, list[Found]]]:
    """(what was checked, problems) for each budget, call, prompt and batch of the home."""
    yield from _budgets(db)
    yield from _calls(db)
    yield from _prompts(db)
    yield from _batches(db)


def run_problems(db: Database, run: int, where: str) -> Iterator[Found]:
    """What is wrong between a run's slots, rows and ledger."""
    checks = {
        "kept slots without a row": (
            "SELECT count(*) FROM slot s LEFT JOIN row r ON r.run = s.run AND r.ord = s.ord AND r.stage = :kept "
            f"WHERE s.run = :n AND s.state = {KEPT} AND r.ord IS NULL"
        ),
        "kept rows without a kept slot": (
            "SELECT count(*) FROM row r LEFT JOIN slot s ON s.run = r.run AND s.ord = r.ord "
            f"WHERE r.run = :n AND r.stage = :kept AND (s.ord IS NULL OR s.state <> {KEPT} OR s.id <> r.id)"
        ),
        "rows set aside without a slot that says so": (
            "SELECT count(*) FROM row r LEFT JOIN slot s ON s.run = r.run AND s.ord = r.ord "
            f"WHERE r.run = :n AND r.stage = {OVER_STAGE} AND (s.ord IS NULL OR s.state <> {DROPPED})"
        ),
        "row ids that stand twice": "SELECT count(*) FROM (SELECT id FROM slot WHERE run = :n GROUP BY id HAVING count(*) > 1) twice",
        "ends without a reason": f"SELECT count(*) FROM slot WHERE run = :n AND state IN ({DROPPED}, {FAILED}) AND reason IS NULL",
        "expanded slots that kept a row": (
            f"SELECT count(*) FROM slot s JOIN row r ON r.run = s.run AND r.ord = s.ord AND r.stage = :kept WHERE s.run = :n AND s.state = {EXPANDED}"
        ),
        "settled purchases whose answer is missing": (
            'SELECT count(*) FROM spend p LEFT JOIN "call" c ON c.key = p.key AND c.state = 1 '
            "WHERE p.run = :n AND p.outcome IN (1, 2) AND c.key IS NULL AND p.key NOT IN (SELECT key FROM erased_call)"
        ),
        "purchases of rows that do not exist": (
            "SELECT count(*) FROM spend p LEFT JOIN slot s ON s.run = p.run AND s.ord = p.ord WHERE p.run = :n AND s.ord IS NULL"
        ),
    }
    with db.read() as conn:
        for what, sql in checks.items():
            count = conn.execute(text(sql), {"n": run, "kept": KEPT_STAGE}).scalar_one()
            if count:
                yield {"kind": "slots" if "purchase" not in what else "ledger", "what": f"{count} {what}", "where": where}


def _budgets(db: Database) -> Iterator[tuple[str, list[Found]]]:
    """A budget's sums are those of the ledger's rows below it."""
    with db.read() as conn:
        for row in conn.execute(text("SELECT scope, usd, tokens FROM budget")).all():
            kind, _, name = row.scope.partition(":")
            which = "s.run = :n" if kind == "run" else "s.run IN (SELECT n FROM run WHERE project = :p)"
            usd, tokens = conn.execute(
                text(
                    "SELECT COALESCE(SUM(CASE WHEN outcome IN (0, 3) THEN reserved WHEN outcome = 1 THEN cost ELSE 0 END), 0), "
                    "COALESCE(SUM(CASE WHEN outcome IN (0, 3) THEN reserved_tokens WHEN outcome = 1 AND tokens_in IS NULL THEN reserved_tokens "
                    f"WHEN outcome = 1 THEN tokens_in + COALESCE(tokens_out, 0) ELSE 0 END), 0) FROM spend s WHERE {which}"
                ),
                {"n": int(name)} if kind == "run" else {"p": name},
            ).one()
            wrong = (int(usd), int(tokens)) != (row.usd, row.tokens)
            what = f"it counts {row.usd} picodollars and {row.tokens} tokens, its ledger {usd} and {tokens}"
            yield "budgets", [{"kind": "budget", "what": what, "where": row.scope}] if wrong else []
        for row in conn.execute(_UNCOUNTED).all():
            yield "budgets", [{"kind": "budget", "what": "it is missing, although answers were bought on it", "where": row.scope}]


def _calls(db: Database) -> Iterator[tuple[str, list[Found]]]:
    """Each stored answer is there, and each key is that of the request and index for which it was bought."""
    last = b""
    while True:
        with db.read() as conn:
            page = conn.execute(
                text('SELECT key, state, base, idx, raw IS NULL AS empty FROM "call" WHERE key > :last ORDER BY key LIMIT :k'),
                {"last": last, "k": PAGE},
            ).all()
            used = conn.execute(
                text("SELECT DISTINCT key, base, idx FROM spend WHERE key > :last AND key <= :to"),
                {"last": last, "to": bytes(page[-1].key) if page else b""},
            ).all()
        said = [*used, *(r for r in page if r.base is not None)]
        wrong = {bytes(r.key) for r in said if digest(bytes(r.base), r.idx.to_bytes(4, "big")) != bytes(r.key)}
        for row in page:
            problems = []
            if row.state == 1 and row.empty:
                problems.append({"kind": "call", "what": "it counts as answered and has no answer", "where": bytes(row.key).hex()})
            if bytes(row.key) in wrong:
                problems.append({"kind": "call", "what": "its key is not that of the request it was bought for", "where": bytes(row.key).hex()})
            yield "calls", problems
        if len(page) < PAGE:
            return
        last = bytes(page[-1].key)


def _prompts(db: Database) -> Iterator[tuple[str, list[Found]]]:
    with db.read() as conn:
        for row in conn.execute(text("SELECT hash, text FROM prompt")).all():
            damaged = digest(row.text.encode()) != bytes(row.hash)
            yield "prompts", [{"kind": "prompt", "what": "its text does not have its hash", "where": bytes(row.hash).hex()}] if damaged else []
        missing = conn.execute(
            text("SELECT p.run, p.step FROM run_prompt p LEFT JOIN prompt t ON t.hash = p.prompt WHERE t.hash IS NULL")
        ).all()
        what = "a prompt version that it used is missing"
        yield "prompts", [{"kind": "prompt", "what": what, "where": f"run r{r.run}, step {r.step}"} for r in missing]
    for wrong, where in prompts.problems(db):
        yield "prompts", [{"kind": "prompt", "what": wrong, "where": where}] if wrong else []



_RESERVED_IN = text(
    "SELECT i.key FROM batch_item i JOIN spend s ON s.run = :run AND s.ord = i.ord AND s.step = i.step AND s.retry = i.retry AND s.seq = i.seq "
    "AND s.attempt = i.attempt WHERE i.batch = :n AND s.outcome = 0"
)


def _batches(db: Database) -> Iterator[tuple[str, list[Found]]]:
    """What a batch holds is reserved for it, and what is reserved for it is held by it; a batch that is settled holds nothing."""
    with db.read() as conn:
        held: dict[str, set[bytes]] = {}
        for row in conn.execute(text("SELECT key, owner FROM \"call\" WHERE state = 0 AND owner LIKE 'batch:%'")):
            held.setdefault(row.owner, set()).add(bytes(row.key))
        for batch in conn.execute(text("SELECT n, run, state FROM batch ORDER BY n")).all():
            mine = held.pop(f"batch:{batch.n}", set())
            reserved = {bytes(row.key) for row in conn.execute(_RESERVED_IN, {"run": batch.run, "n": batch.n})}
            problems = []
            if mine != reserved:
                what = f"it holds {len(mine - reserved)} questions that are not reserved, and not {len(reserved - mine)} that are"
                problems.append({"kind": "batch", "what": what, "where": f"b{batch.n}"})
            if mine and batch.state in ("fetched", "rejected"):
                problems.append({"kind": "batch", "what": f"it is settled and holds {len(mine)} questions", "where": f"b{batch.n}"})
            yield "batches", problems
        for owner, keys in held.items():
            yield "batches", [{"kind": "batch", "what": f"{len(keys)} questions belong to a batch that is not there", "where": owner}]
