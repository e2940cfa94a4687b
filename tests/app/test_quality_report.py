"""The report on quality as a page: valid, whole, bounded, with nothing invented and nothing that breaks out."""

from __future__ import annotations

import copy
import re
import xml.etree.ElementTree as ET
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from typing import Any

import html5lib
import pytest
from quality_results import EVIL, GRADING, empty, hostile, many, rich, row_id

from rowsmith.app.quality_report import html
from rowsmith.app.quality_report_flags import SHOWN, flagged
from rowsmith.app.quality_report_words import points
from rowsmith.core.quality import Part, measure

RESULTS = {"rich": rich, "empty": empty, "hostile": hostile}


def parsed(page: str) -> ET.Element:
    """The page's tree; fails at the first thing that is no valid HTML."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def said(element: ET.Element | None) -> str:
    """The text of an element, on one line."""
    assert element is not None
    return " ".join(" ".join(element.itertext()).split())


def section(page: str, name: str) -> str:
    return said(parsed(page).find(f".//section[@id='{name}']"))


@pytest.fixture(scope="module")
def large() -> str:
    return html(many())


@pytest.mark.parametrize("name", RESULTS)
def test_it_is_valid_and_every_link_leads_somewhere(name: str) -> None:
    tree = parsed(html(RESULTS[name]()))
    ids = [one.get("id") for one in tree.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    links = [one.get("href", "") for one in tree.iter("a")]
    assert {link for link in links if not link.startswith("#") or link[1:] not in ids} == set()
    heads = [int(one.tag[1]) for one in tree.iter() if isinstance(one.tag, str) and re.fullmatch("h[1-6]", one.tag)]
    assert heads[0] == 1 and heads.count(1) == 1 and all(after - before <= 1 for before, after in pairwise(heads))


@pytest.mark.parametrize("name", RESULTS)
def test_it_loads_nothing_and_lets_only_its_own_script_and_style_act(name: str) -> None:
    page = html(RESULTS[name]())
    tree = parsed(page)
    policy = next(one.get("content", "") for one in tree.iter("meta") if one.get("http-equiv") == "Content-Security-Policy")
    hashes = [b64encode(sha256((tree.find(f".//{tag}").text or "").encode()).digest()).decode() for tag in ("style", "script")]
    assert policy == f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; base-uri 'none'; form-action 'none'"
    assert [len(list(tree.iter(tag))) for tag in ("style", "script")] == [1, 1]
    assert not {"link", "img", "iframe", "object", "embed", "base", "image", "use", "video", "audio"} & {one.tag for one in tree.iter()}
    names = {key for one in tree.iter() for key in one.attrib}
    assert not {key for key in names if key.startswith("on") or key in ("src", "style", "srcdoc", "action", "formaction", "xlink:href")}
    style = tree.find(".//style").text or ""
    assert "@import" not in style and set(re.findall(r"url\([^)]*\)", style)) == {"url(#hatch)"}


def test_nothing_breaks_out_of_its_place() -> None:
    page = html(hostile())
    page.encode()
    plain, tree = parsed(html(rich(200))), parsed(page)
    assert sorted({one.tag for one in tree.iter()}) == sorted({one.tag for one in plain.iter()})
    assert sorted({key for one in tree.iter() for key in one.attrib}) == sorted({key for one in plain.iter() for key in one.attrib})
    assert EVIL[:20] in said(tree.find(".//h1")), "it is there, as text"
    assert not set("\x00\x1b\x9f\u202e\u2066\ufdd0\ufffe\u200b\U000e0041") & set(page)
    assert "‹U+202E›" in page and "‹U+0000›" in page
    commands = [said(one) for one in tree.iter("code")]
    assert commands and not any("\n" in "".join(one.itertext()) for one in tree.iter("code"))


def test_an_empty_dataset_has_no_grade_and_no_figure() -> None:
    page = html(empty())
    assert "There are no rows, so nothing could be checked and there is no grade." in section(page, "parts")
    assert said(parsed(page).find(".//title")) == "Quality of nothing: no grade"
    for name, expected in {
        "advice": "Nothing is recommended; what was not measured is below.", "unmeasured": "pii There are no rows.",
        "yield": "cost per accepted row not known No run that made these rows is known, so there is no funnel.",
        "distributions": "words of the question There are no rows. pii There are no rows.",
        "coverage": "Sources No source of these rows is known. Languages No language was told.",
        "whole": "Diversity Diversity was not measured. Bias Bias was not measured.",
        "clusters": "No rows that say the same were found.", "flags": "No row is flagged.",
    }.items():  # fmt: skip
        assert expected in section(page, name)
    assert not re.search(r"\b0 of 100|NaN|None\b|nan|\b0\.0\b", said(parsed(page).find(".//main")))
    assert len(list(parsed(page).iter("rect"))) < 12, "nothing but the scale is drawn"


def test_what_is_missing_altogether_is_not_made_up() -> None:
    page = html({})
    assert "no name" in said(parsed(page).find(".//h1"))
    assert "No check was carried out." in section(page, "flags") and "No check looked for duplicates." in section(page, "clusters")


def test_the_grade_its_parts_and_what_each_takes_off() -> None:
    result = rich()
    page = html(result)
    parts = section(page, "parts")
    first = max(result["parts"], key=lambda part: part["weight"] * (1 - part["score"]))
    lost = 100 * first["weight"] * (1 - first["score"]) / sum(part["weight"] for part in result["parts"])
    assert f"{first['name']} {first['what']} · {first['flagged']} of 1,000 rows" in parts
    assert f"takes off −{lost:.1f}" in parts
    assert "at most 30 points above the worst part" in parts and "holds it down" not in parts and "graded otherwise" not in parts
    rows = [one for one in parsed(page).iter("div") if one.get("data-name")]
    assert {one.get("data-name"): (float(one.get("data-score", "")), float(one.get("data-weight", ""))) for one in rows} == {
        part["name"]: (part["score"], part["weight"]) for part in result["parts"]
    }


def test_a_part_that_holds_the_whole_down_is_named() -> None:
    result = copy.deepcopy(rich())
    parts = [Part("form", 1, 1.0, "A", "", 0, 10, 10, 1.0, 1.0), Part("grounding", 1, 0.2, "F", "", 8, 10, 10, 0.2, 0.2)]
    result.update(parts=[part.dump() for part in parts], score=0.5, grade="F")
    assert GRADING.whole(parts) == 0.5
    page = html(result)
    assert "Here the part grounding holds it down." in section(page, "parts") and "graded otherwise" not in section(page, "parts")
    result.update(score=0.6, grade="D")
    assert "graded otherwise" in section(html(result), "parts"), "a score that these parts do not make is not passed over"
    result.update(score=0.5, grade="B", grading={"borders": {"A": 0.6, "B": 0.5, "C": 0.4, "D": 0.3}})
    assert "B from 50.0" in section(html(result), "parts") and "graded otherwise" not in section(html(result), "parts")


def test_a_part_of_few_rows_says_so_counts_little_and_leaves_the_grade_open() -> None:
    result = copy.deepcopy(rich())
    parts = [GRADING.part("form", "", 0, 100), GRADING.part("grounding", "", 3, 12, 100)]
    score, interval = GRADING.whole(parts), GRADING.interval(parts)
    assert score is not None and interval is not None and GRADING.between(interval) == ("B", "A")
    result.update(parts=[part.dump() for part in parts], score=score, grade=GRADING.grade(score))
    page = html(result)
    told = section(page, "parts")
    assert "measured on 12 of 100 rows (12 %)" in told and "the grade is between B and A" in told and "graded otherwise" not in told
    row = parsed(page).find(".//div[@data-name='grounding']")
    assert row is not None and float(row.get("data-measured", "")) == 0.12 and float(row.get("data-low", "")) == parts[1].low < parts[1].high
    assert f"between B and A ({points(interval[0])} to {points(interval[1])})" in said(parsed(page).find(".//div[@class='hero-grade']"))
    assert "between" not in said(parsed(html(rich())).find(".//div[@class='hero-grade']")), "all parts were measured on all rows"


def test_flags_stand_with_their_row_their_evidence_and_their_place() -> None:
    result = rich()
    flag = next(one for one in result["flags"] if one["check"] == "pii" and one["reason"] == "email")
    row = parsed(html(result)).find(f".//li[@id='row-{flag['row']}']")
    assert said(row).startswith(flag["row"])
    assert f"pii email An e-mail address: m…@example.org. messages[1].content characters {flag['span'][0]} to {flag['span'][1]}" in said(row)


def test_lines_of_a_file_are_rows_too() -> None:
    flag = {"row": 1204, "check": "form", "score": 1.0, "reason": "short", "detail": "The answer has 1 word.", "path": "", "span": None}
    row = parsed(html({**rich(), "flags": [flag], "counts": {"form": {"short": 1}}})).find(".//li[@id='row-1204']")
    assert said(row).startswith("line 1,204")


def test_of_very_many_flags_a_part_is_shown_and_said(large: str) -> None:
    tree = parsed(large)
    flags = [one for one in tree.iter("li") if one.get("class") == "flag"]
    assert len(flags) == SHOWN
    text = section(large, "flags")
    assert "200,000 flags on 100,000 rows. 1,000 are shown: of every reason some, those with the highest scores." in text
    assert sum(one.get("data-reason") == "duplicate" for one in flags) == 2, "a reason that two rows have is not lost among the others"
    assert len({one.get("data-reason") for one in flags}) == 19
    assert "The largest 60 are shown." in section(large, "clusters")
    assert "and 9,960 other sources with 99,600 rows" in section(large, "coverage")


def test_its_size_has_a_bound(large: str) -> None:
    """docs/report.md says how large a report is."""
    assert 200_000 < len(html(rich()).encode()) < 400_000
    assert len(large.encode()) < 800_000
    long = {**rich(), "flags": [{**one, "detail": "x" * 10_000, "row": f"{one['row']}{'r' * 10_000}"} for one in rich()["flags"]]}
    assert len(html(long).encode()) < 800_000


def test_flags_in_a_file_of_their_own_are_counted_all_the_same() -> None:
    text = section(html({**rich(), "flags": []}), "flags")
    assert "only how many rows have them" in text and "email" in text


def test_clusters_link_the_rows_that_are_shown() -> None:
    result = rich()
    flagged = {one["row"] for one in result["flags"]}
    tree = parsed(html(result))
    cluster = next(one for one in tree.iter("section") if one.get("class") == "card cluster")
    linked = {one.get("href", "").removeprefix("#row-") for one in cluster.iter("a")}
    assert linked == flagged & {row_id(n * 7 % 1000) for n in range(20)}
    assert "34 rows" in said(cluster) and "and 14 more" in said(cluster)


def test_flags_go_by_once_and_only_so_many_are_held() -> None:
    result = many(2000, 1000)
    assert html({**result, "flags": iter(result["flags"])}) == html(result)
    shown = flagged(iter(result["flags"]), {}, most=19)
    assert [one.shown for one in shown.reasons] == [1] * 19
    worst = max(one["score"] for one in result["flags"] if one["reason"] == "email")
    assert float(next(flag.score for row in shown.list for flag in row.flags if flag.reason == "email")) == pytest.approx(worst, abs=1e-3)
    assert (shown.total, shown.shown, shown.rows) == (2000, 19, 1000)


def test_a_gate_says_whether_it_is_passed() -> None:
    ruled = {"name": "rows", "passed": True, "wanted": "at least 1 rows", "found": "1,000", "message": "", "broken": 0, "rows": []}
    gate = {"name": "release", "passed": False, "rules": [ruled, {**ruled, "name": "grade", "passed": False, "wanted": "at least A", "found": "C"}]}
    page = html({**rich(), "gate": gate})
    assert "gate release not passed" in said(parsed(page).find(".//section[@class='hero']"))
    assert "grade no at least A C" in section(page, "gate")


def test_a_long_version_is_told_by_its_beginning_and_in_full_below() -> None:
    tree = parsed(html({**rich(), "version": "ab12" * 16}))
    assert said(tree.find(".//h1")) == "support-qa @ ab12ab12ab12"
    assert f"Version {'ab12' * 16} Checked by run r-20" in said(tree.find(".//footer"))


def test_the_other_version_stands_beside() -> None:
    text = section(html(rich()), "against")
    assert "support-qa @ v11" in text and "940 rows" in text
    assert re.search(r"duplicates 81\.0 64\.8 \+16\.1", text)
    assert re.search(r"labels – 88\.0 –", text), "what one side lacks has no difference"
    assert 'id="against"' not in html(empty())


def test_the_funnel_and_its_reasons() -> None:
    text = section(html(rich()), "yield")
    assert "1,000 of 2,210 (45.2 %)" in text and "$0.00184" in text
    assert "no question 166 · failed: cut off 31 · failed: no json 11" in text


def test_commands_stand_whole() -> None:
    tree = parsed(html(rich()))
    assert [one["command"] for one in rich()["recommendations"]] == [said(one) for one in tree.findall(".//section[@id='advice']//code")]


def test_the_same_result_gives_the_same_page() -> None:
    assert html(rich()) == html(rich())


def test_the_map_shows_a_sample_of_rows_by_their_clusters() -> None:
    tree = parsed(html(rich()))
    points = [one for one in tree.iter() if str(one.tag).endswith("circle") and "point" in one.get("class", "")]
    assert len(points) == 240 and {one.get("class") for one in points} == {"point k1", "point k2", "point k3"}
    assert all(2 <= float(one.get(axis, "").rstrip("%")) <= 98 for one in points for axis in ("cx", "cy"))
    assert {one.get("data-tip", "").partition(": ")[2] for one in points} == {f"How do I do number {n}?" for n in range(240)}
    told = section(html(rich()), "whole")
    assert "a sample of 240 of 1,000 rows by the words that they say" in told and "delivery, parcel, days" in told and "map points" not in told
    for nothing in ({"map": None}, {"map": {"points": []}}, {"map": {"points": [{"x": 0.5, "y": 0.5, "topic": 0}]}}):
        assert 'class="map"' not in html({**rich(), "diversity": {**rich()["diversity"], **nothing}})


def test_topics_that_were_asked_for_have_their_rows_beside_them() -> None:
    told = section(html(rich()), "topics")
    assert "Of 5 topics of topics.txt: 3 covered, 1 thin, 1 missing, by words of 1,000 rows. 356 rows belong to none (35.6" in told
    assert "Delivery > Delivery times How long does delivery to Austria take? covered 264 26.4" in told and "Gift cards missing 0 0" in told
    assert "What is the weather like in Oslo today?" in told and 'id="topics"' not in html(empty())
    result = rich()
    many = [{**result["topics"]["topics"][0], "topic": f"topic {n}", "rows": n, "state": "covered"} for n in range(500)]
    shown = section(html({**result, "topics": {**result["topics"], "topics": many}}), "topics")
    assert "and 300 more topics" in shown and "topic 199 " in shown and "topic 200 " not in shown


def test_judges_have_a_section_where_there_are_some() -> None:
    result = rich()
    result["notes"] = [result["judges"][0]["warnings"][0], "Another note."]
    page = html(result)
    told = section(page, "judges")
    assert "scores. judge 500 rows, by the rubric 9f3a12bc; the rows were made by openai/gpt-4o-mini" in told
    assert "agreement of judgements 0.71 (0.64 to 0.77) alpha, 500 rows" in told and "rows where they lie apart 41 8.2" in told
    assert "with people 0.64 (0.48 to 0.76) Spearman, 80 reviewed rows" in told and "with people 0.55 (0.36 to 0.74) kappa, 78 rows" in told
    assert "people with each other 0.69 (0.51 to 0.87) alpha, 40 rows" in told and "anthropic/claude-sonnet 500 6.88 0.66" in told
    assert "0.28 among rows that people judge alike" in told and "most frequent score 8 31" in told
    assert "the longer answer won 72.8" in told and "turned with the order 16.7" in told and "the first of the two 97" in told
    assert "Longer answers score higher" in told and "The judge favours the first place" in told
    hero = said(parsed(page).find(".//section[@class='hero']"))
    assert "Another note." in hero and "of the family" not in hero, "a warning stands with its judge"
    assert 'id="judges"' not in html(empty()) and 'id="judges"' not in html({**rich(), "judges": []})


def test_plain_data_of_any_form_is_shown() -> None:
    found: dict[str, Any] = {"deep": {"er": {"est": {"a": {"b": 1}}}}, "list": [1, 2, 3], "sure": True, "none": None, "plot": measure([1.0, 2.0])}
    text = section(html({**rich(), "diversity": found}), "whole")
    assert "1, 2, 3" in text and "yes" in text and "not measured" in text and "mean 1.5, from 1 to 2, in 2 values" in text
