"""Guided talks: begin one, list them, go on with one. See app.guide for what can be said and done in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rowsmith.app.guide import Guide, read_file
from rowsmith.app.guide_making import require_free
from rowsmith.app.guide_model import model_named, require_usable
from rowsmith.app.guide_state import State
from rowsmith.app.guide_talk import with_settings
from rowsmith.app.lab import Lab
from rowsmith.app.prompts import Prompts
from rowsmith.app.runs import Runs
from rowsmith.assist.asking import Reference
from rowsmith.assist.brief import Brief
from rowsmith.assist.checklist import FORMATS
from rowsmith.core.errors import Invalid, choose
from rowsmith.core.lines import stored_text
from rowsmith.core.models import Model
from rowsmith.core.prompts import Prompt
from rowsmith.engine import prompt_forms
from rowsmith.engine.text_file import read_text
from rowsmith.store.datasets import check_name
from rowsmith.store.guides import Guides as Store


@dataclass(frozen=True, slots=True)
class Listed:
    """A talk in the list. `known`, `assumed`, `open`: items of its checklist."""

    guide: str
    id: str
    phase: str
    known: int
    assumed: int
    open: int
    turns: int
    rows: int
    begun_at: float
    last_at: float
    author: str

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class Guides:
    """The guided talks of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._store = Store(lab.db)
        self._runs = Runs(lab, project)

    def begin(
        self, name: str = "", *, prompt: Prompt | Reference | str | Path | None = None, brief: Brief | str | Path | None = None,
        rows: int | None = None, format: str | None = None, model: str | Model | None = None, base_url: str | None = None,
        budget_usd: float | None = None, output: str | Path | None = None, folder: Path | None = None, wait: bool = True,
    ) -> Guide:  # fmt: skip
        """Begin a talk.

        Args:
            name: of the talk and of its dataset. Default: as `g12`.
            prompt: the prompt that the dataset is to test or train: a Prompt, any text (Reference), one of the project, or the path of a file
                (.md, .yaml, or any text). A model reads it for what it tells of the checklist.
            brief: a brief to begin with: a Brief, or the path of a file.
            rows: of the dataset. format: jsonl or csv. output: path of its file; default: the name, in the working directory.
            model: provider/name, or a Model; without one the checklist is a form, and samples are not made. base_url: its address.
            budget_usd: most that the whole talk may cost.
            folder: where its files lie, unless `output` says so; default: the working directory.
            wait: False leaves reading the prompt to `go_on`.

        Raises:
            NotFound: there is no such file or prompt. Invalid: a setting does not fit, or the model cannot be asked. Conflict: the name is taken.
            Unavailable: the model gave no answer that can be used about the prompt; the talk is there, and can be gone on with.
        """
        if name:
            check_name(name, "dataset")
        given = self.settings(rows=rows, format=format, model=model, base_url=base_url, budget_usd=budget_usd, output=output)
        read = None if prompt is None else self._read(prompt)
        first = brief if brief is None or isinstance(brief, Brief) else read_file(brief)
        state = State(brief=Brief(name=name), folder=str(folder or Path.cwd()))
        if name:
            require_free(self._runs, state)
        state = with_settings(state.but(reference=read), given)
        begun, turn = self._store.begin(self.project, name, self.lab.who, None, state.model_dump(mode="json"))
        guide = Guide(self._runs, begun, turn)
        guide.take(name=begun.name)
        if wait:
            guide.go_on()
        if first is not None:
            guide.read_brief(first)
        return guide

    def list(self) -> Sequence[Listed]:
        """The talks of the project, the newest first."""
        found = []
        for begun, last in self._store.list(self.project):
            state = State.model_validate(last.state)
            count = Counter(item.state for item in state.items.values())
            found.append(
                Listed(
                    begun.name, begun.id, state.phase, count["known"], count["assumed"], count["open"], last.n, state.brief.rows, begun.created_at,
                    last.at, begun.author,
                )
            )  # fmt: skip
        return found

    def get(self, spoken: str) -> Guide:
        """The talk of this name or id, as it stood after its last turn.

        Raises:
            NotFound: there is none.
        """
        begun = self._store.get(self.project, spoken)
        return Guide(self._runs, begun, self._store.last(begun))

    def named(self, name: str) -> str | None:
        """The name, where there is a talk that is called so; else None."""
        return next((one.name for one, _ in self._store.list(self.project) if name and one.name == name), None)

    def settings(
        self, *, rows: int | None = None, format: str | None = None, model: str | Model | None = None, base_url: str | None = None,
        budget_usd: float | None = None, output: str | Path | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Settings as `Guide.take` takes them, looked over.

        Raises:
            Invalid: one does not fit, or the model cannot be asked.
        """
        out: dict[str, Any] = {}
        if rows is not None:
            if rows < 1:
                raise Invalid(f"{rows} rows cannot be made.", "Ask for one or more.")
            out["rows"] = rows
        if format is not None:
            if format not in FORMATS:
                raise Invalid(f"No dataset is written as {format!r} here.", f"{choose(format, FORMATS)} Others: rowsmith export DATASET --as FORMAT.")
            out["format"] = format
        if base_url is not None and model is None:
            raise Invalid("base_url needs a model.", "Give one: --model provider/name.")
        if model is not None:
            found = model_named(model, base_url) if isinstance(model, str) else model
            require_usable(self._runs, found, budget_usd)
            out["model"] = found.model_dump(mode="json", exclude_unset=True)
        if budget_usd is not None:
            out["budget_usd"] = budget_usd
        if output is not None:
            out["output"] = str(Path(output).absolute())
        return out

    def _read(self, source: Prompt | Reference | str | Path) -> Reference:
        """The prompt that is to be read. Any text will do: braces in it may be others than ours."""
        if isinstance(source, Reference):
            return source
        if isinstance(source, Prompt):
            return Reference(name="a prompt", system=source.system, text=source.text)
        path, form = Path(source), Path(source).suffix.lower()
        if path.is_file() and form not in (".yaml", ".yml"):
            text = _text(path)
            if not text.startswith("---\n"):
                return Reference(name=path.stem, text=text)
        if form in (".md", ".markdown", ".yaml", ".yml"):
            filed = prompt_forms.read(path)
            return Reference(name=filed.name or path.stem, system=filed.prompt.system, text=filed.prompt.text)
        if path.is_file() or form or path.name != str(source):
            return Reference(name=path.stem, text=_text(path))
        kept = Prompts(self.lab, self.project).get(str(source))
        return Reference(name=f"{kept.name}@{kept.version[:12]}", system=kept.prompt.system, text=kept.prompt.text)


def _text(path: Path) -> str:
    text = stored_text(read_text(path, "prompt", "Give the path of a file, or the name of a prompt.")).replace("\r\n", "\n")
    if not text.strip():
        raise Invalid(f"The prompt {path} is empty.", "Give a file with a prompt, or none.")
    return text
