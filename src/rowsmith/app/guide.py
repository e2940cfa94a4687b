"""One guided talk: from what somebody needs to a dataset. Every act is a turn that the home keeps before the next one begins; a process that dies
leaves the talk as it stood after the last, and answers that were paid for are in the store.

    guide = project.guides.begin("support", model="openai/gpt-4o-mini", rows=50)
    while guide.phase == "checklist":
        guide.say(input(guide.question))
    guide.say("looks good")          # the brief is confirmed
    guide.go_on()                    # five samples are made
    guide.edit(2, answer="...")
    made = guide.make()
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app import guide_making, guide_refining, guide_samples
from rowsmith.app.guide_state import Made, Phase, Proposal, Sample, State
from rowsmith.app.guide_talk import Ask, analysed, hear, settled, with_dimensions, with_settings
from rowsmith.app.prompt_trials import ask
from rowsmith.assist.asking import Question
from rowsmith.assist.brief import Brief, dumps, items_of, loads
from rowsmith.assist.checklist import CHECKLIST, Item, lacking, require_item
from rowsmith.core.errors import Conflict, Unavailable
from rowsmith.core.prompts import Prompt
from rowsmith.engine.text_file import read_text
from rowsmith.store.files import atomic_write
from rowsmith.store.guides import Begun, Turn
from rowsmith.store.guides import Guides as Store

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.app.runs import OnProgress, Runs
    from rowsmith.engine.terms import Stopping


class Guide:
    """A talk as it stands, and what can be said and done in it."""

    def __init__(self, runs: Runs, begun: Begun, last: Turn) -> None:
        self.runs = runs
        self.full = runs
        """What carries the full run out; a server leaves it to its worker."""
        self._store = Store(runs.lab.db)
        self._begun = begun
        self._last = last
        self.state = State.model_validate(last.state)
        self._taking = 0
        self._asked: list[Result] = []
        self._unanswered = list(self.state.unanswered)

    # -- as it stands -------------------------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """As `g12`."""
        return self._begun.id

    @property
    def name(self) -> str:
        """What it is called."""
        return self._begun.name

    @property
    def phase(self) -> Phase:
        """Where it stands; see guide_state.Phase."""
        return self.state.phase

    @property
    def items(self) -> Mapping[str, Item]:
        """The checklist."""
        return self.state.items

    @property
    def question(self) -> str:
        """What is asked now; empty where nothing is."""
        return asked_of(self.state)

    @property
    def brief(self) -> Brief:
        """The brief."""
        return self.state.whole

    @property
    def prompt(self) -> Prompt | None:
        """The prompt that writes the rows; None before the brief is confirmed."""
        return None if self.state.prompt is None else Prompt.model_validate(self.state.prompt)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples."""
        return self.state.samples

    @property
    def made(self) -> Made | None:
        """What came of the full run."""
        return self.state.made

    @property
    def turn(self) -> Turn:
        """The last turn."""
        return self._last

    @property
    def turns(self) -> list[Turn]:
        """What was said and done so far."""
        return list(self._store.turns(self._begun))

    def path(self, kind: str) -> Path:
        """Where its files lie: `brief`, `recipe`, `data`."""
        return guide_making.path(self.state, kind)

    def dump(self) -> dict[str, Any]:
        """As plain data. `dataset`, `version` and `path` are None before the full run; `recipe` is the recipe's path where it is written."""
        made, recipe = self.state.made, self.path("recipe")
        return {
            "guide": self.name, "id": self.id, "phase": self.phase, "question": self.question, "told": list(self.state.told),
            "items": {name: item.model_dump(mode="json") for name, item in self.items.items()}, "brief": self.brief.dump(),
            "prompt": self.state.prompt_name and f"{self.state.prompt_name}@{self.state.prompt_version[:12]}",
            "recipe": str(recipe) if recipe.is_file() and self.state.prompt else None,
            "samples": [sample.model_dump(mode="json") for sample in self.samples],
            "proposal": self.state.proposal and self.state.proposal.model_dump(mode="json"),
            "cost_usd": self.state.cost, "runs": list(self.state.runs),
            "dataset": made.dataset if made else None, "version": made.version if made else None, "path": made.path if made else None,
            "made": made.model_dump(mode="json") if made else None,
        }  # fmt: skip

    # -- the talk -----------------------------------------------------------------------------------------------------------------------

    def analyse(self) -> None:
        """Have the model read the reference prompt.

        Raises:
            Unavailable: it gave no answer that can be used; say it again, or go on without.
        """
        if self.state.reference is not None and (asked := self._asking) is not None:
            try:
                after = analysed(self.state, asked)
            except Unavailable:
                self._turn("unanswered", "analysis", self.state)
                raise
            self._turn("analysis", self.state.reference.name, settled(after).but(analysed=True))

    def say(self, reply: str) -> None:
        """Say something: an answer, a change, a confirmation. What it did is in `state.told`.

        Raises:
            Invalid: the talk is beyond its checklist; or a setting does not fit.
        """
        if self.phase not in ("checklist", "summary", "samples"):
            raise Conflict(f"Session {self.name} is at {self.phase}; nothing can be said now.", f"Go on with it: rowsmith guide {self.name}.")
        before = self.state
        after = hear(before, reply, f"turn {self._last.n + 1}", self._asking)
        if before.phase == "samples":
            after = self._at_samples(before, after)
        elif after.phase == "summary":
            after = with_dimensions(after, self._asking)
        elif after.phase == "sampling":
            after = self._agreed(after)
        self._turn("reply", reply, after)

    def set(self, items: Mapping[str, str | None]) -> None:
        """Say what items are, by their names; None opens one again.

        Raises:
            NotFound: there is no such item. Invalid: it cannot be that.
        """
        brief, named = self.brief, {require_item(name): value for name, value in items.items()}
        assumed = [name for name in brief.assumed if name not in named]
        said = brief.model_copy(update={"items": {**brief.items, **named}, "assumed": assumed})
        self._take(said.checked(), "set", dict(items))

    def read_brief(self, source: Brief | str | Path) -> None:
        """Take a brief that was changed by hand (a Brief, or the path of a file). What it says of an item is known by its words.

        Raises:
            NotFound: there is no such file. Invalid: it cannot be read, with every problem.
        """
        brief = source if isinstance(source, Brief) else read_file(source)
        self._take(brief, "brief", brief.dump())

    def write_brief(self, path: str | Path | None = None) -> Path:
        """Write the brief as a file that `read_brief` takes; its path."""
        target = Path(path) if path else self.path("brief")
        _write(target, dumps(self.brief, self.name))
        return target

    def _take(self, brief: Brief, kind: str, said: Any) -> None:
        if self.phase == "done":
            raise Conflict(f"Session {self.name} is done.", "Begin another: rowsmith guide --brief FILE.")
        state = self.state
        items = items_of(brief, state.items, "brief" if kind == "brief" else f"turn {self._last.n + 1}")
        name = brief.name or state.brief.name
        drawn = state.drawn or bool(brief.attributes or brief.edge_cases)
        phase: Phase = "checklist" if state.phase == "checklist" else "summary"
        passed = tuple(CHECKLIST) if kind == "brief" else state.passed
        kept = brief.model_copy(update={"items": {}, "assumed": [], "name": name})
        after = settled(state.but(brief=kept, items=items, drawn=drawn, phase=phase, passed=passed, asked=""))
        if after.phase == "summary":
            after = with_dimensions(after, self._asking)
        self._turn(kind, said, after.tell("The brief is taken."))

    def _agreed(self, state: State) -> State:
        """The state once the brief is confirmed: its prompt is kept in the home."""
        guide_making.require_free(self.runs, state)
        return guide_making.with_prompt(self.runs, with_dimensions(state, self._asking), self.name)

    def _at_samples(self, before: State, after: State) -> State:
        """What a reply does while samples are looked over: confirmed, the rows are made; a change of the brief leads back to it."""
        if after.phase == "sampling":
            return before.but(phase="making").tell()
        if after.whole != before.whole:
            return settled(after.but(phase="summary"))
        return after

    # -- samples ------------------------------------------------------------------------------------------------------------------------

    def sample(self, **watched: Any) -> None:
        """Make the samples that are to be made.

        Raises:
            Invalid: there is no model. Conflict, Unavailable: the run that makes them stands still; the same again goes on.
        """
        if self.phase == "sampling":
            self._turn("samples", None, guide_samples.sampled(self.runs, self.state, self.name, **watched))

    def edit(self, number: int, *, input: str | None = None, answer: str | None = None) -> None:
        """Change a sample by hand. It is pinned: it goes into the dataset byte for byte, and is an example for the others.

        Raises:
            NotFound: there is no such sample. Invalid: it says nothing, or asks what another one does.
        """
        self._looked_over("edit", {"sample": number, "input": input, "answer": answer}, guide_samples.edited(self.state, number, input, answer))

    def pin(self, *numbers: int, pinned: bool = True) -> None:
        """Keep samples as they are (`pinned` False: no more): they go into the dataset, and are examples for the others."""
        self._looked_over("pin" if pinned else "unpin", list(numbers), guide_samples.pinned(self.state, numbers, pinned))

    def note(self, text: str, number: int | None = None) -> None:
        """Note what is wrong with a sample, or with all of them."""
        self._looked_over("note", {"sample": number, "text": text}, guide_samples.noted(self.state, text, number))

    def refuse(self, *numbers: int) -> None:
        """Refuse samples (none named: all that are not pinned); `go_on` makes others in their places.

        Raises:
            NotFound: there is no such sample.
        """
        self._looked_over("again", list(numbers), guide_samples.refused(self.state, numbers))

    def refine(self, inputs: int = guide_refining.INPUTS, *, on_progress: OnProgress | None = None, stopping: Stopping | None = None) -> Proposal:
        """Have the prompt changed so that what was noted goes, and try the change on so many rows of the plan, beside the prompt as it is. Where
        the failure rate fell it is taken, and `go_on` makes the samples anew that nobody keeps; else it waits for `overrule`.

        Raises:
            Invalid: there is no note or no model. Conflict: a run stands still; the same again goes on. Unavailable: the model proposes nothing
            that can be used.
        """
        self._require_samples()
        after = guide_refining.refined(self.runs, self.state, self.name, inputs, on_progress, stopping)
        self._turn("refine", inputs, after)
        assert after.proposal is not None
        return after.proposal

    def overrule(self) -> None:
        """Take the change that the re-test did not accept.

        Raises:
            Conflict: there is none.
        """
        self._looked_over("overrule", None, guide_refining.overruled(self.runs, self.state, self.name))

    def _require_samples(self) -> None:
        if self.phase != "samples":
            raise Conflict(f"Session {self.name} is at {self.phase}, not at its samples.", f"Go on with it: rowsmith guide {self.name}.")

    def _looked_over(self, kind: str, said: Any, after: State) -> None:
        self._require_samples()
        self._turn(kind, said, after)

    # -- the dataset --------------------------------------------------------------------------------------------------------------------

    def make(self, *, on_progress: OnProgress | None = None, stopping: Stopping | None = None) -> Made:
        """Make the dataset and its file: the full run. Made already, it is told again.

        Raises:
            Conflict: the samples are not confirmed; or the run stands still before its end, and the same again goes on.
        """
        if self.phase == "samples":
            self._turn("reply", "continue", self.state.but(phase="making").tell())
        if self.phase == "making":
            self._turn("made", None, guide_making.made(self.full, self.state, self.name, on_progress, stopping))
        if self.state.made is None:
            raise Conflict(f"Session {self.name} is at {self.phase}: its rows cannot be made yet.", f"Go on with it: rowsmith guide {self.name}.")
        return self.state.made

    def go_on(self, *, on_progress: OnProgress | None = None, stopping: Stopping | None = None) -> None:
        """Do what is to be done without anything being said: read the reference prompt, make the samples, or the dataset. Without a model none
        of it can be.

        Raises:
            Conflict, Unavailable: as of `analyse`, `sample` and `make`.
        """
        if self.phase == "checklist" and not self.state.analysed:
            self.analyse()
        if self.phase == "sampling" and self.state.model is not None:
            self.sample(on_progress=on_progress, stopping=stopping)
        if self.phase == "making":
            self.make(on_progress=on_progress, stopping=stopping)

    def write_recipe(self, path: str | Path | None = None) -> Path:
        """Write the recipe, which `rowsmith run` takes; its path.

        Raises:
            Conflict: the brief is not confirmed.
        """
        if self.state.prompt is None:
            still = ", ".join(lacking(self.items)) or "nothing; say continue"
            raise Conflict("There is no recipe before the brief is confirmed.", f"Still open: {still}.")
        return guide_making.write_recipe(self.runs, self.state, Path(path) if path else self.path("recipe"))

    def take(self, **settings: Any) -> None:
        """Take other settings than it was begun with, as `Guides.settings` gives them."""
        after = with_settings(self.state, settings)
        if after != self.state:
            self._turn("settings", settings, after)

    # -- within -------------------------------------------------------------------------------------------------------------------------

    def rested(self) -> None:
        """Tell everybody who looks at it that what was under way has come to its end."""
        self._store.rested(self._begun)

    def taking(self) -> None:
        """What is said or done next is the next reply of a file; its turn says so."""
        self._taking = 1

    @property
    def _asking(self) -> Ask | None:
        return None if self.state.model is None else self._ask

    def _ask(self, name: str, question: Question) -> Mapping[str, Any]:
        row, step = question
        model, left = self.state.writer, guide_making.left_usd(self.state)
        assert model is not None
        result, answers = ask(self.runs, f"guide {self.name} {name}", [row], step, model, left)
        if 0 not in answers and result.run in self._unanswered:  # asked before, and in vain: once more, for another answer
            result = self.runs.resume(result.run, budget_usd=left)
            answers = dict(enumerate(self.runs.rows(result.run)))
        self._asked.append(result)
        if 0 not in answers:
            self._unanswered.append(result.run)
            why = result.reason or ", ".join(result.failed) or result.state
            raise Unavailable(f"The model gave no answer that can be used: {why}", f"See rowsmith runs {result.run} --draws, and say it again.")
        return answers[0].data

    def _turn(self, kind: str, said: Any, state: State) -> None:
        """Keep a turn."""
        for result in self._asked:
            state = guide_making.counted(state, result)
        state = state.but(taken=state.taken + self._taking)
        state = state.but(unanswered=tuple(dict.fromkeys((*state.unanswered, *self._unanswered))))
        self._asked, self._taking = [], 0
        self._last = self._store.add(self._begun, self._last.n + 1, kind, said, state.model_dump(mode="json"), self.runs.lab.who)
        self.state = state


def asked_of(state: State) -> str:
    """What is asked where a talk stands so; empty where nothing is."""
    if state.phase == "checklist" and (item := state.question):
        return CHECKLIST[item].ask
    return {"summary": "Is this right?", "samples": "Are the samples as they should be?"}.get(state.phase, "")


def read_file(source: str | Path) -> Brief:
    """The brief in a file.

    Raises:
        NotFound: there is no such file. Invalid: it cannot be read, with every problem.
    """
    return loads(read_text(Path(source), "brief", "Give the path of a brief (YAML)."), str(source))


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as file:
        file.write(text.encode())

