"""The report on a dataset's quality: one file of HTML that loads nothing, made from what `rowsmith quality --json` has (quality_result).

Everything that the page says stands in it as text; the script adds what a reader can try: other weights, filters, themes. No script and no style but
the two of ours may act, by their hashes in the page's policy, so a text of the dataset cannot act even where an escape were forgotten. Of what is
without bound (flags, clusters, sources, figures) the page shows the most telling part and says how much there is.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any

from rowsmith.app import quality_report_lists as lists
from rowsmith.app.quality_report_figures import Block, block
from rowsmith.app.quality_report_flags import Flagged, flagged
from rowsmith.app.quality_report_judges import SCORES, judged, without_warnings
from rowsmith.app.quality_report_map import drawn
from rowsmith.app.quality_report_parts import Comparison, Grade, compared, graded
from rowsmith.app.quality_report_plots import Histogram, histogram
from rowsmith.app.quality_report_words import count, figure, line, money, share, short, text, whole, words
from rowsmith.content import report_file

if TYPE_CHECKING:
    from jinja2 import Template

PLOTS = 40
"""Most distributions that a report draws."""
_CLOSING = "Made by rowsmith quality. This file loads nothing and sends nothing; everything that it shows is in it."


def html(result: Mapping[str, Any]) -> str:
    """The report on a result as `Assessed.dump` gives it: a whole page, to be written as UTF-8. The same result gives the same page.

    `flags` may be anything that gives them one after another, those of one row together; they go by once. At most 1,000 are shown, of each reason
    those with the highest scores, and all are counted.
    """
    flags = flagged(result.get("flags") or [], result.get("counts") or {})
    made, beside = graded(result), compared(result)
    view = {**_head(result, made, beside, flags), **_listed(result, flags), **_drawn(result), **_said_of_flags(result, flags), "flags": flags}
    return _page().render(view, contents=_contents(view)) + "\n"


def _head(result: Mapping[str, Any], made: Grade, beside: Comparison | None, flags: Flagged) -> dict[str, Any]:
    name = line(result.get("dataset"), 200) or "no name"
    notes = [text(note, 600) for note in without_warnings(result.get("notes") or (), result.get("judges"))[:20]]
    return {
        "name": name, "version": short(result.get("version")), "made": made, "beside": beside, "rows": count(result.get("rows")),
        "facts": _facts(result, flags), "notes": notes, "closing": [_CLOSING, *_origin(result)],
    }  # fmt: skip


def _origin(result: Mapping[str, Any]) -> list[str]:
    """The version in full, and the run that checked it."""
    version, run = line(result.get("version"), 200), line(result.get("run"), 80)
    return [*([f"Version {version}"] if version and version != short(version) else []), *([f"Checked by run {run}"] if run else [])]


def _facts(result: Mapping[str, Any], flags: Flagged) -> list[tuple[str, str]]:
    rows, cost = result.get("rows"), figure(result.get("cost_per_row_usd"))
    facts = [("rows", count(rows))]
    if flags.total or not flags.reasons:
        facts.append(("rows with a flag", f"{flags.rows:,} ({share(flags.rows, rows)})" if whole(rows) else "–"))
    facts += [("checks", count(len(result.get("checks") or []))), ("not measured", count(len(result.get("not_measured") or [])))]
    gate = result.get("gate")
    if isinstance(gate, Mapping) and isinstance(gate.get("passed"), bool):
        facts.append((f"gate {line(gate.get('name'), 40)}".strip(), "passed" if gate["passed"] else "not passed"))
    return [*facts, ("cost per accepted row", money(cost))] if cost is not None else facts


def _listed(result: Mapping[str, Any], flags: Flagged) -> dict[str, Any]:
    rows, unread = whole(result.get("rows")), result.get("unread") or {}
    return {
        "advice": lists.advice(result.get("recommendations")), "advice_more": _more(result.get("recommendations"), lists.ADVICE),
        "unmeasured": lists.unmeasured(result.get("not_measured")), "unmeasured_more": _more(result.get("not_measured"), lists.UNMEASURED),
        "unread": ", ".join(f"{count(n)} for {words(reason)}" for reason, n in islice(unread.items(), 20)),
        "topics": lists.topics(result.get("topics")),
        "yielded": lists.yielded(result), "funnel": lists.funnel(result.get("funnel")), "funnel_more": _more(result.get("funnel"), lists.STEPS),
        "sources": lists.sources(result.get("sources"), rows), "languages": lists.entries(result.get("languages"), rows, "other languages"),
        "clusters": lists.clusters(result.get("clusters"), flags.anchors), **_said_of_clusters(result),
    }  # fmt: skip


def _drawn(result: Mapping[str, Any]) -> dict[str, Any]:
    rows = whole(result.get("rows"))
    lengths, measures = result.get("lengths") or {}, result.get("measures") or {}
    kept: list[Histogram] = [histogram(words(name), one, rows) for name, one in islice(measures.items(), PLOTS)]
    return {
        "lengths": [histogram(f"words of the {words(name)}", one, rows, "words") for name, one in islice(lengths.items(), PLOTS)],
        "judges": judged(result.get("judges")), "judges_more": _more(result.get("judges"), SCORES),
        "measures": kept, "plots_more": _more(measures, PLOTS),
        "map": drawn(result.get("diversity")), **{name: _block(name, result.get(name), rows) for name in ("diversity", "bias", "labels", "gate")},
    }  # fmt: skip


def _block(name: str, found: Any, rows: int) -> Block | None:
    return block(name, {key: one for key, one in found.items() if key != "map"}, rows) if isinstance(found, Mapping) and found else None


def _said_of_clusters(result: Mapping[str, Any]) -> dict[str, Any]:
    found = result.get("clusters") or []
    sizes: dict[str, list[int]] = {}
    for one in found:
        sizes.setdefault(words(one.get("check")), []).append(whole(one.get("size")))
    told = [f"{check}: {len(of):,} {'cluster' if len(of) == 1 else 'clusters'} with {sum(of):,} rows" for check, of in islice(sizes.items(), 10)]
    shown = f" The largest {lists.CLUSTERS} are shown." if len(found) > lists.CLUSTERS else ""
    looked = any("duplicates" in str(name) for name in result.get("checks") or [])
    return {
        "clusters_said": f"Rows that say the same or nearly the same. {'; '.join(told)}.{shown}",
        "clusters_empty": "No rows that say the same were found." if looked else "No check looked for duplicates.",
    }  # fmt: skip


def _said_of_flags(result: Mapping[str, Any], flags: Flagged) -> dict[str, Any]:
    return {
        "flags_said": _extent(flags), "flags_empty": "No row is flagged." if result.get("checks") else "No check was carried out.",
        "checks_shown": list(dict.fromkeys(flag.check for row in flags.list for flag in row.flags)),
        "reasons_shown": sorted({flag.reason for row in flags.list for flag in row.flags}),
    }  # fmt: skip


def _extent(flags: Flagged) -> str:
    """How much of the flags the page shows."""
    if not flags.total:
        return "The flags themselves are not in this report, only how many rows have them."
    said = f"{flags.total:,} {'flag' if flags.total == 1 else 'flags'} on {flags.rows:,} {'row' if flags.rows == 1 else 'rows'}."
    if flags.shown == flags.total:
        return f"{said} All are shown."
    return f"{said} {flags.shown:,} are shown: of every reason some, those with the highest scores. `rowsmith quality --flags FILE` writes all."


def _contents(view: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The sections that the page has: where each is, its title, and how much is in it."""
    flags, clusters, advice, unmeasured = view["flags"], view["clusters"], view["advice"], view["unmeasured"]
    sections: Sequence[tuple[str, str, Any, bool]] = (
        ("parts", "Grade", "", True), ("advice", "What to do", len(advice), True), ("unmeasured", "Not measured", len(unmeasured), True),
        ("gate", "Gate", "", bool(view["gate"])), ("against", "Comparison", "", bool(view["beside"])), ("yield", "Yield and cost", "", True),
        ("distributions", "Distributions", "", True), ("coverage", "Coverage", "", True),
        ("topics", "Topics asked for", "", bool(view["topics"])), ("whole", "Diversity, bias and labels", "", True),
        ("judges", "Judges", len(view["judges"]), bool(view["judges"])),
        ("clusters", "Duplicates", len(clusters), True), ("flags", "Flagged rows", flags.rows, True),
    )  # fmt: skip
    return [(at, title, f"{n:,}" if n else "") for at, title, n, there in sections if there]


def _more(found: Any, most: int) -> str:
    return f"{len(found) - most:,}" if found and len(found) > most else ""


@cache
def _page() -> Template:
    """The page's template, with style, script and the policy that lets these two act."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FunctionLoader(report_file), trim_blocks=True, lstrip_blocks=True)
    style, script = report_file("report.css"), report_file("report.js")
    policy = f"default-src 'none'; style-src {_hashed(style)}; script-src {_hashed(script)}; base-uri 'none'; form-action 'none'"
    environment.globals.update(style=Markup(style), script=Markup(script), policy=policy)
    return environment.get_template("page.html")


def _hashed(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
