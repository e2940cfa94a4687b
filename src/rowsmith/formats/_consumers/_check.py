"""A check at work: every record goes past the consumer's rules, and what they found is told at the end. No record is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from rowsmith.core.errors import Invalid, Problem, RowFailed
from rowsmith.core.records import Fault
from rowsmith.formats._consumers._rule import FAILING, Consumer, Effect, Record, Rule, Setting, Watch, each
from rowsmith.formats._consumers._tables import TABLES

MOST_EXAMPLES = 5
_MOST_KEYS = 1000
Look = Callable[[Record, int], str | None]
"""What a watch does with a record and its line."""
_NOTHING: Callable[[Setting], Watch] = each(lambda record: None)
TEMPLATE = Rule(
    "template", "stops", "The chat template refuses the conversation, and whoever trains stops there.", "Change the row, or the template.", _NOTHING
)
BROKEN = Rule("broken", "stops", "It is no record, and readers stop there.", "Repair it, or leave it out: rowsmith convert.", _NOTHING)
RAGGED = "L14"


@dataclass
class Finding:
    """What one rule found: in how many rows, and the first of them, {line, detail}."""

    code: str
    effect: Effect
    rows: int
    what: str
    fix: str
    examples: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> str:
        """The finding in words, with its first example."""
        first = self.examples[0]
        place = f"line {first['line']}: " if first.get("line") else ""
        return f"{self.code} {self.effect}, {self.rows:,} row{'' if self.rows == 1 else 's'}: {self.what} First, {place}{first['detail']}"


@dataclass(frozen=True)
class Checked:
    """What a check found. `rows_in` came, `rows_out` are or will be in the file, of which `consumer_keeps` are kept; `unknown` says what could
    not be known, and why."""

    consumer: str
    rows_in: int
    rows_out: int
    consumer_keeps: int
    findings: list[Finding]
    unknown: list[str]
    max_length: int | None = None

    @property
    def failing(self) -> list[Finding]:
        """The findings for which an export is refused."""
        return [one for one in self.findings if one.effect in FAILING]

    def require(self) -> None:
        """Make sure that nothing is found for which an export is refused.

        Raises:
            Invalid: something is; each finding is a problem.
        """
        if not self.failing:
            return
        problems = [Problem(one.told(), one.fix) for one in self.failing]
        altered = any(one.effect == "altered" for one in self.failing)
        kept = f"{self.consumer_keeps:,} of {self.rows_out:,} rows{', and not all of them as they are' if altered else ''}"
        what = f"{self.consumer} would keep {kept}. Nothing has been written."
        raise Invalid(what, "Repair the rows, choose another format or consumer (--for), or write it all the same: --anyway.", problems)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "ok": not self.failing}


class Check:
    """A consumer's rules, over one file.

    Args:
        setting: what is known beside the records; its `max_length` is the consumer's own where none is given.
    """

    def __init__(self, consumer: Consumer, setting: Setting) -> None:
        setting.max_length = setting.max_length or consumer.max_length
        self._consumer, self._setting = consumer, setting
        rules = [rule for rule in consumer.rules if setting.tokens is not None or not rule.tokens]
        self._watches = [(rule, rule.watch(setting)) for rule in rules]
        self._rows: dict[tuple[str, ...], list[tuple[Rule, Look]]] = {}
        self._found: dict[int, tuple[Rule, Finding]] = {}
        self._seen = self._faults = self._lost = 0

    @property
    def consumer(self) -> str:
        """Whose check it is."""
        return self._consumer.name

    @property
    def forgetful(self) -> bool:
        """Whether parts of a file can be checked apart, and what was found be added up."""
        return all(watch.forgetful or type(watch) is Watch for _, watch in self._watches)

    def part(self) -> dict[str, Any]:
        """What was found in a part of a file, as plain data."""
        found = [[self._consumer.rules.index(rule), asdict(finding)] for rule, finding in self._found.values()]
        return {"seen": self._seen, "lost": self._lost, "found": found}

    def add(self, part: dict[str, Any]) -> None:
        """Add what was found in the part of a file that comes next."""
        for at, found in part["found"]:
            rule = self._consumer.rules[at]
            for example in found["examples"]:
                self._hit(rule, 1, example["detail"], example["line"] + self._seen)
            self._found[id(rule)][1].rows += found["rows"] - len(found["examples"])
        self._seen, self._lost = self._seen + part["seen"], self._lost + part["lost"]

    def sound(self, count: int) -> None:
        """So many records in which nothing can be found."""
        self._seen += count

    def see(self, record: Record, line: int = 0) -> None:
        """A record as it stands in the file, and its line or number."""
        self._seen += 1
        lost = False
        rows = self._rows.get(keys := tuple(record))
        for rule, row in self._looking(keys) if rows is None else rows:
            try:
                said = row(record, line or self._seen)
            except RowFailed as error:
                rule, said = TEMPLATE, error.what
            if said is not None:
                self._hit(rule, 1, said, line or self._seen)
                lost = lost or rule.effect == "lost"
        self._lost += lost

    def _looking(self, keys: tuple[str, ...]) -> list[tuple[Rule, Look]]:
        """The rules that may find something in a record with these keys; remembered, as most records of a file have the same ones."""
        found: list[tuple[Rule, Look]] = [
            (rule, watch.row) for rule, watch in self._watches
            if type(watch).row is not Watch.row and (not rule.keys or any(key in keys for key in rule.keys))
        ]  # fmt: skip
        if len(self._rows) < _MOST_KEYS:
            self._rows[keys] = found
        return found

    def see_fault(self, fault: Fault) -> None:
        """What stands in the file and is no record. A table's record of another length is what its readers shift (L14)."""
        self._faults += 1
        ragged = [rule for rule in self._consumer.rules if rule.code == RAGGED and self._setting.contents.container in TABLES]
        self._hit(ragged[0] if ragged else BROKEN, 1, fault.detail, fault.line)

    def done(self, rows_in: int | None = None) -> Checked:
        """What came of it. `rows_in`: the rows that there were before the format refused some."""
        for rule, watch in self._watches:
            if (said := watch.end()) is not None:
                self._hit(rule, said[0], said[1], 0)
                self._lost += said[0] if rule.effect == "lost" else 0
        findings = sorted((finding for _, finding in self._found.values()), key=lambda one: (one.effect == "noted", one.code))
        out = self._seen + self._faults
        kept = 0 if any(one.effect == "stops" for one in findings) else max(0, out - self._lost)
        return Checked(
            self._consumer.name, out if rows_in is None else rows_in, out, kept, findings, self._unknown(), self._setting.max_length
        )  # fmt: skip

    def _hit(self, rule: Rule, rows: int, said: str, line: int) -> None:
        _, finding = self._found.setdefault(id(rule), (rule, Finding(rule.code, rule.effect, 0, rule.what, rule.fix)))
        finding.rows += rows
        if len(finding.examples) < MOST_EXAMPLES:
            finding.examples.append({"line": line, "detail": said[:300]} if line else {"detail": said[:300]})

    def _unknown(self) -> list[str]:
        codes = sorted({rule.code for rule in self._consumer.rules if rule.tokens and self._setting.tokens is None})
        if not codes:
            return []
        most = f" of {self._setting.max_length:,} tokens" if self._setting.max_length else ""
        return [f"{', '.join(codes)}: which rows are beyond the length{most} is not known without the tokenizer of the model (--tokenizer)"]
