from __future__ import annotations

import re
from pathlib import Path

import pytest

from rowsmith.core.errors import Invalid
from rowsmith.testing import Request, read_rules, when

RULES = """
rules:
- contains: Paris
  times: 1
  answer: {river: Seine}
  finish: length
- {model: other, fault: "500"}
"""


def request(text: str, model: str = "m", nth: int = 1) -> Request:
    return Request("/", b"", {"model": model, "messages": [{"role": "user", "content": text}]}, bytes(16), nth=nth)


def test_rules_are_read_from_yaml_and_json(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "rules.json").write_text('[{"matches": "^B", "answer": "b"}]')
    paris, other = read_rules(tmp_path / "rules.yaml")
    assert paris.applies(request("in Paris"))
    assert not paris.applies(request("in Paris", nth=2))
    assert (paris.reply().text, paris.reply().finish) == ('{"river": "Seine"}', "length")
    assert (other.applies(request("x", "other")), other.applies(request("x")), other.reply()) == (True, False, None)
    assert read_rules(tmp_path / "rules.json")[0].applies(request("Bonn"))


def test_when_takes_a_text_and_an_answer() -> None:
    rule = when("Paris", [1, 2], latency=0.5)
    assert (rule.applies(request("no")), rule.reply().text, rule.latency) == (False, "[1, 2]", 0.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [("- {containz: x}", "containz"), ("- {matches: '('}", "not a regular expression"), ("{a: 1}", "rules"), ("[", "usable"), ("3", "usable")],
)
def test_a_bad_file_is_said_with_its_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(Invalid, match=f"(?s){re.escape(str(path))}.*{message}"):
        read_rules(path)
    with pytest.raises(Invalid, match="cannot be read"):
        read_rules(tmp_path / "none.yaml")
