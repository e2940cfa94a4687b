"""Recommendations: the worst part first, each a command that exists and takes these options."""

from __future__ import annotations

from pathlib import Path

from terminal import commands, problems

from rowsmith import content
from rowsmith.app.quality_advice import recommendations
from rowsmith.app.quality_checks import CHECKS
from rowsmith.app.quality_run import Target
from rowsmith.core.quality import Grading

GRADING = Grading.model_validate(content.quality())


def test_each_recommendation_is_a_command_that_exists() -> None:
    parts = [GRADING.scored(name, "", place / 20, 3, 20) for place, name in enumerate(CHECKS)]
    found = recommendations(Target("a b.csv", {}), parts, {"FILE": "my eval.jsonl"})
    assert len(found) == len(CHECKS)
    for one in found:
        for command in one.command.split(" && "):
            assert command.split()[1] in {name.split()[0] for name in commands() if name} | {"redact"}
            assert command.split()[1] == "redact" or problems(f"`{command}`") == []
            assert "a b.csv" not in command or command.split()[1] in ("quality", "redact", "import"), "a file has no versions"
        assert ("--into NAME" in one.command) == ("--remove" in one.command or "import" in one.command)
    assert "rowsmith quality 'a b.csv' --remove contamination --against 'my eval.jsonl' --into NAME" in [one.command for one in found]
    assert "rowsmith import 'a b.csv' --into NAME && rowsmith balance NAME --by COLUMN" in [one.command for one in found]
    assert "rowsmith redact 'a b.csv' -o redacted.csv" in [one.command for one in found]


def test_what_is_sound_needs_nothing() -> None:
    assert recommendations(Target("a", {}), [GRADING.part("pii", "", 0, 20)], {}) == ()
    page = (Path(__file__).parents[2] / "docs" / "quality.md").read_text(encoding="utf-8")
    assert [name for name in CHECKS if f"| `{name}` |" not in page] == []
