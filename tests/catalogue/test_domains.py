"""Domain packs: sixteen fields with five subdomains each, weights in percent, drawn by quota, and every value of the plan in the request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from case import usual
from running import Bench
from scripted.domain import conversation, planned
from step_context import StepContext

from catalogue import carried_out, case_of
from rowsmith import content
from rowsmith.app.catalogue import copied, tables
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.row import Row
from rowsmith.engine.recipe_file import load
from rowsmith.engine.value_tables import with_tables
from rowsmith.steps.generate.variants import Variants
from rowsmith.testing import Request

DOMAINS = [
    "support", "medical", "legal", "education", "business", "technical", "sales", "financial", "research", "coaching", "creative", "meetings",
    "ecommerce", "hr", "marketing", "gaming",
]  # fmt: skip
EXCHANGES = {
    "support": {1, 2, 3, 4, 5}, "medical": {1, 2, 3, 4, 5}, "legal": {1, 2, 3, 4}, "education": {1, 2, 3, 4, 5, 6}, "business": {1, 2, 3, 4},
    "technical": {1, 2, 3}, "sales": {3, 4, 5, 6}, "financial": {1, 2, 3}, "research": {1}, "coaching": {4, 5, 6, 7, 8}, "creative": {1},
    "meetings": {1}, "ecommerce": {1, 2, 3, 4}, "hr": {1, 2, 3, 4}, "marketing": {1}, "gaming": {1, 2, 3, 4, 5, 6},
}  # fmt: skip
SINGLE = {
    "support": {"conversation_type": {"question_answer"}}, "medical": {"conversation_type": {"explanation"}},
    "legal": {"document_type": {"legal_memo", "brief", "contract"}}, "education": {"content_type": {"explanation", "assessment"}},
    "business": {"document_type": {"report", "proposal", "presentation"}}, "financial": {"report_type": {"earnings_report", "analysis_report"}},
    "technical": {"document_type": {"reference", "specification"}},
    "gaming": {"content_type": {"quest", "narrative", "tutorial", "item_description"}},
}  # fmt: skip
ROW = Row("ab" * 16, b"\0" * 6, {"domain": "d"})


def table(domain: str) -> dict[str, Any]:
    """The attributes of a domain, with the common ones."""
    return with_tables({"file": f"domains/{domain}.yaml"}, Path(), lambda _: {})


def plans(domain: str, count: int = 100, **more: Any) -> list[dict[str, Any]]:
    """So many plans of a domain."""
    step = Variants.model_validate({"values": table(domain), "how": "even", "count": count, "percent": True, **more})
    assert step.check() == []
    return [dict(new.origin["variant"]) for new in step.rows(ROW, StepContext(Path(), "plan"))]


def test_there_are_sixteen_domains_and_the_tables_that_they_share() -> None:
    assert set(content.tables()) == {f"domains/{name}.yaml" for name in [*DOMAINS, "common"]}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_has_five_subdomains_of_three_situations_and_weights_of_a_hundred(domain: str) -> None:
    found = table(domain)
    assert len(found["subdomain"]) == 5
    assert list(found["situation"]["values"]) == found["subdomain"]
    situations = [one for several in found["situation"]["values"].values() for one in several]
    assert len(situations) == len(set(situations)) == 15
    weighted = {name: said for name, said in found.items() if isinstance(said, dict) and not {"by", "range"} & said.keys()}
    assert {"question_structure", "communication_style", "emotional_tone", "complexity"} < weighted.keys()
    assert len(weighted) >= 7
    assert {name: sum(said.values()) for name, said in weighted.items()} == dict.fromkeys(weighted, 100)


def test_two_domains_have_a_complexity_of_their_own() -> None:
    common = yaml.safe_load(content.tables()["domains/common.yaml"])["complexity"]
    own = {domain: table(domain)["complexity"] for domain in DOMAINS}
    assert {domain for domain, said in own.items() if said != common} == {"legal", "research"}
    assert own["legal"] == {"basic": 30, "intermediate": 50, "complex": 20}
    assert own["research"] == {"undergraduate": 25, "graduate": 45, "expert": 30}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_hundred_plans_meet_the_shares(domain: str) -> None:
    drawn = plans(domain)
    for name, said in table(domain).items():
        if isinstance(said, dict) and {"by", "range"} & said.keys():
            continue
        weights = said if isinstance(said, dict) else dict.fromkeys(said, 100 / len(said))
        seen = Counter(plan[name] for plan in drawn)
        statistic = sum((seen[value] - share) ** 2 / share for value, share in weights.items())
        assert statistic < 1, (domain, name, seen)  # chance gives as much as there are weights, less one
        assert all(abs(seen[value] - share) <= 2 for value, share in weights.items()), (domain, name, seen)


@pytest.mark.parametrize("domain", DOMAINS)
def test_exchanges_are_those_of_the_domain(domain: str) -> None:
    drawn = plans(domain, 200)
    assert {plan["exchanges"] for plan in drawn} == EXCHANGES[domain]
    for name, single in SINGLE.get(domain, {}).items():
        assert {plan["exchanges"] for plan in drawn if plan[name] in single} == {1}
        others = {plan["exchanges"] for plan in drawn if plan[name] not in single}
        assert others == EXCHANGES[domain] - (set() if domain in ("technical", "financial", "gaming") else {1})


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench(tmp_path_factory.mktemp("domains"), conversation) as found:
        yield found


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_value_of_a_plan_is_in_its_request(domain: str, bench: Bench) -> None:
    before = len(bench.asked)
    sets = {"model": "openai/m", "base_url": bench.server.url, "domain": domain, "count": "3", "languages": "[de]"}
    done = bench.runs.start("domain", sets=sets, into=domain)
    assert done.kept == 3, done
    rows, asked = bench.rows(done), [request.text for request in bench.asked[before:]]
    for row in rows:
        plan = row.origin["variant"]
        assert plan.keys() == {*table(domain), "language", "language_name"}
        told = [text for text in asked if all(f"- {name}: {value}\n" in text for name, value in plan.items())]
        assert told and all(f'in the field "{domain}"' in text and "Write it in German." in text for text in told)
        assert all(plan["user"] in text and plan["assistant"] in text for text in told)
        assert len(row.data["messages"]) == 2 * plan["exchanges"]
        assert row.data.keys() == {"messages", "subdomain", "language"}


def test_subdomains_and_overrides_take_the_place_of_the_tables(bench: Bench) -> None:
    sets = {
        "model": "openai/m", "base_url": bench.server.url, "domain": "legal", "count": "4", "subdomains": "[litigation]",
        "overrides": "{client_knowledge: {minimal: 100}, exchanges: [1]}", "columns": "[input, answer]",
    }  # fmt: skip
    rows = bench.rows(bench.runs.start("domain", sets=sets, into="narrow"))
    assert [row.data.keys() for row in rows] == [{"input", "answer"}] * 4
    told = [row.origin["variant"] for row in rows]
    assert {(plan["subdomain"], plan["client_knowledge"], plan["exchanges"]) for plan in told} == {("litigation", "minimal", 1)}
    assert {plan["situation"] for plan in told} <= set(table("legal")["situation"]["values"]["litigation"])
    with pytest.raises(Invalid) as error:
        bench.runs.start("domain", sets={**sets, "overrides": "{chanel: [email]}"}, into="narrow")
    assert "override has 'chanel'" in str(error.value.problems)


def test_a_conversation_of_other_length_is_asked_again_and_then_dropped(tmp_path: Path) -> None:
    def short(request: Any) -> Any:
        found = conversation(request)["messages"]
        return {"messages": found[: len(found) if planned(request) == 1 else 2]}

    with Bench(tmp_path, short) as bench:
        sets = {"model": "openai/m", "base_url": bench.server.url, "count": "10"}
        done = bench.runs.start("domain", sets=sets)
        rows = bench.rows(done)
    assert done.dropped.get("exchanges", 0) + len(rows) == 10 and rows
    assert {len(row.data["messages"]) for row in rows} == {2}
    assert len(bench.asked) == len(rows) + 3 * done.dropped["exchanges"]


def test_weights_that_do_not_sum_to_a_hundred_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    copied("domain", Path("own.yaml"))
    assert tables("domain") == sorted(content.tables())
    assert all((tmp_path / name).is_file() for name in content.tables())
    path = tmp_path / "domains/support.yaml"
    path.write_text(path.read_text().replace("chat: 60", "chat: 55"))
    with Bench(tmp_path) as bench:
        for recipe in ("own.yaml", "domain"):  # the user's table goes before the one that ships
            with pytest.raises(Invalid) as error:
                bench.runs.start(recipe, sets={"model": "openai/m", "base_url": bench.server.url})
            assert "'channel' has weights that sum to 95, and they are in percent. Let them sum to 100." in str(error.value.problems)
    (tmp_path / "own.yaml").unlink()
    with pytest.raises(Conflict):
        copied("domain", Path("own.yaml"))


def test_a_domain_of_ones_own_builds_on_the_common_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("domains").mkdir()
    Path("domains/aviation.yaml").write_text("file: common.yaml\nuser: [a pilot]\nassistant: [a dispatcher]\nsubdomain: [weather]\nexchanges: [1]\n")
    plan = load(Path("domain"), {"model": "openai/m", "domain": "aviation"}).steps[1].values  # type: ignore[attr-defined]
    assert plan["subdomain"] == ["weather"] and plan["complexity"] == {"simple": 30, "medium": 50, "complex": 20}
    with pytest.raises(Invalid) as error:
        load(Path("domain"), {"model": "openai/m", "domain": "aviatoin"})
    assert "domains/aviatoin.yaml' cannot be opened" in str(error.value.problems) and "domains/support.yaml" in str(error.value.problems)
    Path("domains/aviation.yaml").write_text("file: aviation.yaml\n")
    with pytest.raises(Invalid, match="problem") as error:
        load(Path("domain"), {"model": "openai/m", "domain": "aviation"})
    assert "build on each other in a circle" in str(error.value.problems)


@pytest.mark.parametrize("name", ["domain", "support-dialogue"])
def test_a_conversation_in_another_language_than_planned_is_dropped(name: str, tmp_path: Path) -> None:
    """The model writes German whatever it is asked for."""

    def answers(request: Request) -> Any:
        def german(text: str) -> str:
            return f"Das ist nicht, was ich mit dem {text.split()[0]} und der {text.split()[1]} wollte, und es ist auch noch nicht bei uns."

        said = case_of(name).reply(request) or usual(request)
        if isinstance(said, str):
            return german(said)
        return {"messages": [{**one, "content": german(one["content"])} for one in said["messages"]]}

    result, _ = carried_out(name, tmp_path, answers=answers, languages="[en]", count="4", target="4", kept=0)
    assert set(result.dropped) == {"language"}
    _, rows = carried_out(name, tmp_path / "asked", answers=answers, languages="[de-AT]", count="4", target="4")
    assert {row.data["language"] for row in rows} == {"de-AT"}


def test_a_macro_language_is_met_by_what_it_holds_and_not_by_what_begins_like_its_tag(tmp_path: Path) -> None:
    """Tagalog is what Filipino is told as; Finnish begins as its tag does."""

    def saying(text: str) -> Any:
        def answers(request: Request) -> Any:
            said = case_of("domain").reply(request) or usual(request)
            return {"messages": [{**one, "content": f"{text} {' '.join(one['content'].split()[:2])}."} for one in said["messages"]]}

        return answers

    tagalog, finnish = "Hindi ko alam kung ano ang gagawin ko sa bangka na nasa ilog", "Minä en tiedä mitä hän on nyt tehnyt, mutta se oli myös hyvää"
    _, rows = carried_out("domain", tmp_path, answers=saying(tagalog), languages="[fil]", count="3", target="3")
    assert {row.data["language"] for row in rows} == {"fil"} and {row.scores["language"] for row in rows} == {"tl"}
    result, _ = carried_out("domain", tmp_path / "other", answers=saying(finnish), languages="[fil]", count="3", target="3", kept=0)
    assert set(result.dropped) == {"language"}
