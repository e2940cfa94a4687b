"""Quality: what checks find in a dataset or a file, the grade that it gets, and whether it passes a gate."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith import content
from rowsmith.app.calibrating import valued
from rowsmith.app.cautions import of_thresholds
from rowsmith.app.judged_rows import Gathered
from rowsmith.app.lab import Lab
from rowsmith.app.models import endings
from rowsmith.app.quality_advice import recommendations
from rowsmith.app.quality_checks import CONTAMINATION, JUDGE, Chosen, Means, chosen
from rowsmith.app.quality_clusters import Twins
from rowsmith.app.quality_figures import Figures, Names, matrix
from rowsmith.app.quality_gate import Watch, models, passed, questions, with_reviews
from rowsmith.app.quality_parts import doubts_of, in_order, notes_of, parts_of, sources_of, write_flags
from rowsmith.app.quality_queued import CheckRun, KnownCheck, check_of, check_runs, known_checks, read_back, require_done
from rowsmith.app.quality_remove import removed
from rowsmith.app.quality_repair import Repairing, repair_quote, repaired, unseen_quote
from rowsmith.app.quality_result import Assessed, Other, RowFlag
from rowsmith.app.quality_run import ONLY_CHECKS, More, Target, Watched, carried_out, names_dataset, recipe, steps_of, target
from rowsmith.app.quality_topics import asked, lacking, meanings
from rowsmith.app.quality_topics import gaps as gap_recipe
from rowsmith.app.quality_whole import Wanted, of_all
from rowsmith.app.quotes import Quote, together
from rowsmith.app.quotes import quote as cost
from rowsmith.app.reshaping import Shaped
from rowsmith.app.reviews import Reviews
from rowsmith.app.unreachable import EXPORTED, note_copy
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.core.people import Agreed, alpha
from rowsmith.core.quality import Grading
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.core.step import MODEL
from rowsmith.engine.gate_files import Gate, read_gate, read_grading
from rowsmith.steps.topic_coverage import Asked
from rowsmith.store.files import atomic_write

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.app.runs import Runs
    from rowsmith.app.worth import OnTraining, Worth
    from rowsmith.steps.probes import Kind

LACKING = "missing_column"
"""Why a step fails a row that has not what it reads."""
NOTHING = Means()
UNWATCHED = Watched()
_UNSEEN: tuple[None, None, Mapping[str, str]] = (None, None, {})


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of a run's rows, read anew each time: they never lie in memory whole."""

    rows: Callable[[], Iterable[Row]]
    names: Names

    def __iter__(self) -> Iterator[RowFlag]:
        return (flag for row in self.rows() for flag in self.names.flags(row))


@dataclass(frozen=True, slots=True)
class Checking:
    """One carrying-out of checks: what is checked, by what, how it is graded, and the run that did it."""

    at: Target
    checks: Chosen
    grading: Grading
    result: Result
    rows: Callable[[], Iterable[Row]]
    figures: Figures
    names: Names
    judged: Gathered
    among: Agreed
    wanted: Wanted | None


class Quality:
    """Check the datasets of one project, and files."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project

    def check(
        self, spoken: str | Path, *, checks: Sequence[str] | None = None, against: str | Path | None = None, gate: str | Path | None = None,
        weights: str | Path | None = None, means: Means = NOTHING, format: str | None = None, watched: Watched = UNWATCHED,
    ) -> Assessed:  # fmt: skip
        """Check a dataset (`name`, `name@version`) or a file, and grade it. Nothing is committed: the checks are a run, which goes on where it
        stopped, and whose answers of models are stored.

        Args:
            checks: names of checks (app.quality_checks.CHECKS), or kinds of steps. Default: all that need no model, embedder or file, and
                those whose needs are given.
            against: a dataset of the project, which is checked in the same way and stands beside this one; or a file, the evaluation set that
                `contamination` compares with. A name that is both means the dataset. Where `checks` name contamination, a dataset is the
                evaluation set, too.
            gate: a YAML file that says what the dataset has to be (engine.gate_files).
            weights: a YAML file that says how the grade is made, as far as it differs from content/quality.yaml.
            means: what checks are given beyond their defaults.
            format: the format of a file's records. Default: recognised.

        Raises:
            NotFound: there is no such dataset, file, check or step. Invalid: a file, an option or a setting cannot be used; nothing was measured.
            NotDone: the run stands still (stopped, at a cap, a server away); the same call goes on.
        """
        other, means, doubt = self._against(against, means, checks or ())
        topics = None if means.topics is None else asked(self.lab, self.project, means.topics)
        rules, grading = self._graded(gate, weights)
        more = ONLY_CHECKS if rules is None else More(list(questions(rules).values()), models(rules, means.model is not None))
        means = replace(means, also=means.also or any(JUDGE in step.marked(MODEL).values() for step in more.questions))
        with target(self.lab, self.project, str(spoken), format) as meant:
            at = with_reviews(meant, rules)
            picked = chosen(checks, means, str(spoken), self._plugins)
            if checks is None:
                picked = self._fit(at, picked, means, watched, more)
            done = self._checked(at, picked, means, grading, watched, rules, more, topics)
            found = replace(done[0], notes=(*done[0].notes, *doubt))
        if other is not None:
            found = replace(found, against=self._beside(other, picked, means, grading, watched, topics))
        return found if rules is None else replace(found, gate=passed(rules, found, done[1]))

    def begin(
        self, spoken: str, *, checks: Sequence[str] | None = None, against: str | Path | None = None, gate: str | Path | None = None,
        means: Means = NOTHING, watched: Watched = UNWATCHED,
    ) -> Result:  # fmt: skip
        """Leave the checks of a dataset to a worker, and return at once; `of` tells what they have found. The same checks of the same version are the
        same run. Checks that nobody named and that cannot judge some rows are carried out on the others. Arguments and errors as of `check`."""
        _, means, _ = self._against(against, means, checks or ())
        rules, _ = self._graded(gate, None)
        more = ONLY_CHECKS if rules is None else More(list(questions(rules).values()), models(rules, means.model is not None))
        means = replace(means, also=means.also or any(JUDGE in step.marked(MODEL).values() for step in more.questions))
        with target(self.lab, self.project, spoken) as meant:
            if meant.version is None:
                raise Invalid(f"{spoken} is a file.", "Import it first: rowsmith import FILE --into DATASET.")
            at = with_reviews(meant, rules)
            made = recipe(at, chosen(checks, means, spoken, self._plugins), means, self._plugins, more)
            return self._runs.start(
                made, commit=False, queue=True, offline=watched.offline, budget_usd=watched.budget_usd, budget_tokens=watched.budget_tokens
            )

    def of(self, run: str, *, gate: str | Path | None = None) -> Assessed:
        """What a run of checks has found, and whether that passes a gate.

        Raises:
            NotFound: there is no such run. NotDone: it has not ended. Invalid: it is no run of checks, or has not asked what the gate asks.
        """
        runs, rules = self._runs, self._graded(gate, None)
        check, result = check_of(runs, run), runs.result(run)
        require_done(result)
        at, picked, means = read_back(runs, check, self._plugins)
        if rules[0] is not None:
            asked = {step.title for step in questions(rules[0]).values()} - {step.title for step in check.recipe.steps}
            if asked or with_reviews(at, rules[0]) is not at:
                raise Invalid(f"Run {run} has not asked what the gate asks.", "Begin the checks with this gate.")
        found, watch = self._seen(at, picked, means, rules[1], rules[0], check.recipe, result)
        return found if rules[0] is None else replace(found, gate=passed(rules[0], found, watch))

    def runs(self, spoken: str) -> Sequence[CheckRun]:
        """The runs that have checked a version of a dataset, newest first."""
        return check_runs(self._runs, spoken)

    def known(self, spoken: str, means: Means = NOTHING) -> Sequence[KnownCheck]:
        """The checks that there are, and what each still needs."""
        return known_checks(spoken, means, self._plugins)

    def remove(
        self, spoken: str | Path, found: Assessed, why: Sequence[str], *, keep: Collection[str] = (), into: str | None = None
    ) -> Shaped:
        """Commit, as the next version or into another dataset, the rows that are left when those go which were flagged; see
        app.quality_remove.removed."""
        return removed(self.lab, self.project, str(spoken), found, why, keep, into)

    def worth(
        self, spoken: str | Path, *, test: str | Path | None = None, subsets: Sequence[str | Path] = (), probe: Kind | None = None,
        seeds: int = 10, by: Sequence[str] = ("source", "near_duplicates"), format: str | None = None, watched: Watched = UNWATCHED,
        on_training: OnTraining | None = None,
    ) -> Worth:  # fmt: skip
        """What a dataset or a file teaches small models, beside what its baselines teach. Nothing is committed.

        Args:
            test: a dataset or file that is held out. Default: a fifth of the rows; what hangs together (`by`) stays together either way.
            subsets: datasets, files, or expressions over the rows; each is compared with as many random rows of the whole.
            probe: what is trained. Default: a classifier where most rows have a label, else retrieval.
            seeds: how many random draws each baseline has.

        Raises:
            NotFound, Invalid: something is not there, cannot be read, or is too little. NotDone, Conflict: it was stopped.
        """
        from rowsmith.app.worth import measured
        from rowsmith.app.worth_rows import Reader

        reader = Reader(self.lab, self.project, watched, format)
        material = reader.material(str(spoken), None if test is None else str(test), [str(one) for one in subsets], by, probe)
        return measured(str(spoken), material, seeds, on_training=on_training, stopping=watched.stopping)

    def fix(
        self, spoken: str | Path, found: Assessed, why: Sequence[str], *, means: Means, against: str | Path | None = None, tries: int = 2,
        remove: Sequence[str] = (), keep: Collection[str] = (), into: str | None = None, format: str | None = None, watched: Watched = UNWATCHED,
    ) -> Shaped:  # fmt: skip
        """Have a model repair the rows that are flagged for these reasons, and commit those that the same checks then have nothing against: see
        app.quality_repair.repaired. `means`, `against` and `format` are those of the check; `remove` and `keep` as in `remove`, of what is left."""
        _, means, _ = self._against(against, replace(means, also=True), found.checks)
        picked = chosen(found.checks, means, str(spoken), self._plugins)
        with target(self.lab, self.project, str(spoken), format) as at:
            asked = Repairing(at, picked, means, self._plugins, why, tries)
            return repaired(self._runs, found, asked, remove, keep, into, watched)

    def forecast(
        self, spoken: str | Path, *, checks: Sequence[str] | None = None, gate: str | Path | None = None, means: Means = NOTHING,
        against: str | Path | None = None, format: str | None = None, fix: Sequence[str] = (), tries: int = 2, watched: Watched = UNWATCHED,
    ) -> Quote:  # fmt: skip
        """What the checks, the questions of a gate, a repair and the checks behind it will come to, before a model is asked. Checks that ask nobody
        are carried out, for a repair is asked of the rows that they flag; where they ask, how many they flag is assumed (see unseen_quote).

        Raises: as `check`.
        """
        _, given, _ = self._against(against, replace(means, also=bool(fix) or means.also), checks or ())
        rules, _ = self._graded(gate, None)
        more = ONLY_CHECKS if rules is None else More(list(questions(rules).values()), models(rules, means.model is not None))
        given = replace(given, also=given.also or any(JUDGE in step.marked(MODEL).values() for step in more.questions))
        with target(self.lab, self.project, str(spoken), format) as at:
            picked = chosen(checks, given, str(spoken), self._plugins)
            made = recipe(with_reviews(at, rules), picked, given, self._plugins, more)
            asking = cost(self._runs, made, budget_usd=watched.budget_usd) if made.models or not fix else None
            if asking is not None and not fix:
                return asking
            alone = recipe(at, picked, given, self._plugins)
            if asking is not None and alone.models:
                again = cost(self._runs, alone, budget_usd=watched.budget_usd)
                return unseen_quote(self._runs, Repairing(at, picked, given, self._plugins, fix, tries), asking, again, watched)
        found = self.check(spoken, checks=checks, against=against, means=replace(means, also=True), format=format, watched=watched)
        with target(self.lab, self.project, str(spoken), format) as at:
            picked = chosen(found.checks, given, str(spoken), self._plugins)
            repair = repair_quote(self._runs, found, Repairing(at, picked, given, self._plugins, fix, tries))
            return repair if asking is None else together([asking, repair], ())

    def write(
        self, found: Assessed, *, report: str | Path | None = None, flags: str | Path | None = None, gaps: str | Path | None = None
    ) -> None:
        """Write what was found: a report as one HTML file, the flags as JSON Lines, in the order of the rows, and a recipe that makes rows of the
        topics that are thin or missing.

        Raises:
            Invalid: the topics were not looked at, or none lacks rows.
            StorageFull, Unavailable: a file cannot be written.
        """
        if flags is not None:
            count = write_flags(Path(flags), found.flags)
            note_copy(self.lab, self.project, EXPORTED, Path(flags), format="flags", rows=count, version=found.version, run=found.run)
        if report is not None:
            from rowsmith.app.quality_report import html

            page = html({**found.dump(flags=False), "flags": (flag.dump() for flag in found.flags)})
            with atomic_write(Path(report)) as file:
                file.write(page.encode())
            note_copy(self.lab, self.project, EXPORTED, Path(report), format="report", rows=found.rows, version=found.version, run=found.run)

        if gaps is not None:
            if found.topics is None:
                raise Invalid("--gaps needs topics that were asked for.", "Give them: --topics FILE.")
            with atomic_write(Path(gaps)) as file:
                file.write(gap_recipe(found.topics, found.dataset, Path(gaps)).encode())

    @property
    def _plugins(self) -> tuple[Path, ...]:
        return (Path.cwd() / "plugins",)

    @property
    def _runs(self) -> Runs:
        from rowsmith.app.runs import Runs

        return Runs(self.lab, self.project)

    def _against(self, against: str | Path | None, means: Means, checks: Sequence[str]) -> tuple[str | None, Means, tuple[str, ...]]:
        """A dataset that is compared with, or else an evaluation set among the means: a file, or where contamination is named, a dataset, too. And
        what to say where the name is that of both."""
        if against is None:
            return None, means, ()
        if names_dataset(self.lab, self.project, str(against)):
            doubt = (f"--against {against} is a dataset and a file; the dataset is meant. Write ./{against} for the file.",)
            told = doubt if Path(against).is_file() else ()
            if CONTAMINATION in checks:
                return None, replace(means, against_dataset=str(against)), told
            return str(against), means, told
        if not Path(against).is_file():
            fix = "Name a dataset of the project to compare with, or the file of an evaluation set for the check contamination."
            raise Invalid(f"--against {against} is no dataset and no file.", fix)
        return None, replace(means, against=Path(against).absolute()), ()

    def _graded(self, gate: str | Path | None, weights: str | Path | None) -> tuple[Gate | None, Grading]:
        shipped = read_grading(None if weights is None else Path(weights), content.quality())
        return read_gate(Path(gate), shipped) if gate is not None else (None, Grading.model_validate(shipped))

    def _fit(self, at: Target, picked: Chosen, means: Means, watched: Watched, more: More) -> Chosen:
        """Of checks that nobody has named, those that can judge the rows. A row that a step fails is lost to all others, so one that lacks a column
        in some rows is left out."""
        result = carried_out(self._runs, recipe(at, picked, means, self._plugins, more), watched)
        failed = {one.step: one.failed.get(LACKING, 0) for one in result.funnel}
        unfit = {name: failed[name] for name in picked.steps if failed.get(name) and name not in means.settings}
        return self._fit(at, picked.without(unfit, at.spoken), means, watched, more) if unfit else picked

    def _beside(self, other: str, picked: Chosen, means: Means, grading: Grading, watched: Watched, topics: Asked | None) -> Other:
        with target(self.lab, self.project, other) as at:
            found, _ = self._checked(at, picked, means, grading, watched, None, topics=topics)
        return Other(at.name, found.version, found.grade, found.score, found.parts, found.rows)

    def _checked(
        self, at: Target, picked: Chosen, means: Means, grading: Grading, watched: Watched, gate: Gate | None, more: More = ONLY_CHECKS,
        topics: Asked | None = None,
    ) -> tuple[Assessed, Watch]:  # fmt: skip
        made = recipe(at, picked, means, self._plugins, more)
        result = carried_out(self._runs, made, watched)
        vectors = None if topics is None or not picked.embeds(means) else meanings(self._runs, topics, means, watched)
        return self._seen(at, picked, means, grading, gate, made, result, None if topics is None else Wanted(topics, vectors))

    def _seen(
        self, at: Target, picked: Chosen, means: Means, grading: Grading, gate: Gate | None, made: Recipe, result: Result,
        wanted: Wanted | None = None,
    ) -> tuple[Assessed, Watch]:  # fmt: skip
        """What the rows of a run of checks that has ended say."""
        runs = self._runs
        steps = steps_of(made, picked)
        names = Names(steps, by_line=at.version is None)
        figures, twins, watch = Figures(steps, names), Twins(), Watch(gate or Gate(), names)
        judged, reviewed = Gathered(), self._reviewed(at)
        figures.on_row += [twins.see, watch.see, lambda row, said, flags: judged.add(row, *reviewed.get(row.id, _UNSEEN)[:2])]
        among = alpha([list(people.values()) for _, _, people in reviewed.values()])
        done = Checking(at, picked, grading, result, lambda: runs.rows(result.run), figures, names, judged, among, wanted)
        for row in done.rows():
            figures.add(row)
        if not figures.rows and result.failed:
            told = ", ".join(f"{reason} {n:,}" for reason, n in result.failed.items())
            raise Invalid(f"No row of {at.spoken} could be read and checked: {told}.", f"See why: rowsmith runs {result.run} --failed")
        figures.unread(result.funnel[0].failed if at.version is None else {})
        return self._assessed(done, means, twins), watch

    def _assessed(self, done: Checking, means: Means, twins: Twins) -> Assessed:
        figures, at, checks = done.figures, done.at, done.checks
        flagging, left = parts_of(done)
        whole = of_all(checks.of_all, done.rows, done.grading, means, figures.rows, done.names.row, done.wanted)
        parts = in_order(checks.names, [*flagging, *whole.parts])
        score, interval = done.grading.whole(parts), done.grading.interval(parts)
        if score is None and figures.rows:
            raise Invalid("Nothing was measured that a grade could be made of.", f"{' '.join(one.why for one in left)} Choose other --checks.")
        funnel, spent = self._making(at)
        asked = [Model(**one) for one in means.models().values()]
        judges = done.judged.figures(done.among)
        lack = sum(rows for _, rows in lacking(whole.found["topics"])) if "topics" in whole.found else 0
        given = {
            "FILE": str(means.against or means.against_dataset or ""), "provider/name": means.embedder or "", "TOPICS": means.topics or "",
        }  # fmt: skip
        return Assessed(
            dataset=at.name, version=None if at.version is None else at.version.id, run=done.result.run, rows=figures.rows,
            unread=done.result.failed, checks=checks.names, grade=done.grading.grade(score or 0.0), score=score or 0.0,
            interval=interval, between=done.grading.between(interval), parts=parts,
            flags=Flags(done.rows, done.names), counts=figures.counts(), measures=figures.measures(), lengths=figures.lengths(),
            languages=dict(figures.languages.most_common()), sources=sources_of(figures),
            clusters=twins.clusters(done.rows(), done.names), not_measured=(*checks.left, *left, *whole.left),
            recommendations=recommendations(at, parts, {name: value for name, value in given.items() if value}, lack),
            grading=done.grading.model_dump(include={"borders", "slack"}), diversity=whole.found.get("diversity"),
            bias=whole.found.get("bias"), topics=whole.found.get("topics"), labels=matrix(figures.labels), funnel=funnel,
            cost_per_row_usd=spent, judges=judges,
            notes=(*notes_of(done), *doubts_of(judges, done.judged, means), *self._of_thresholds(at), *endings(asked, self.lab.table)),
        )  # fmt: skip

    def _reviewed(self, at: Target) -> dict[str, tuple[float | None, bool | None, Mapping[str, str]]]:
        """What people think of the rows that they reviewed, by row id, whether they accept it (None: half of them), and the verdict of each."""
        if at.version is None or not Reviews(self.lab, self.project).any(at.spoken):
            return {}
        every = valued(self.lab, self.project, at.spoken, "1")
        return {one.row.id: (one.thought, one.good, one.people) for one in every if one.people or one.thought is not None}

    def _of_thresholds(self, at: Target) -> Iterator[str]:
        """Thresholds of the recipe that made the version, where they were shown for another judge."""
        if at.version is not None and at.version.run is not None:
            yield from of_thresholds(self.lab, self.project, self._runs.get(f"r{at.version.run}").recipe)

    def _making(self, at: Target) -> tuple[tuple[Mapping[str, Any], ...] | None, float | None]:
        """The funnel of the run that made the version, and what a kept row has cost there."""
        if at.version is None or at.version.run is None:
            return None, None
        result = self._runs.result(f"r{at.version.run}")
        funnel = [asdict(one) for one in result.funnel]
        told = [{"step": one["step"], **{name: one[name] for name in ("came", "made", "dropped", "failed")}, "kept": one["passed"]} for one in funnel]
        return tuple(told), result.cost_of_kept_usd
