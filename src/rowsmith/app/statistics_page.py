"""Statistics as a page of HTML: one file, plots as SVG within it, no script and nothing to load; light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from rowsmith.core.shapes import OTHER
from rowsmith.core.statistics import Lengths, Statistics, above
from rowsmith.store.files import atomic_write
from rowsmith.store.versions import Version

Bar = tuple[str, int]
_MOST = 40
_STYLE = """
:root{color-scheme:light dark;--bg:#f9fafb;--surface:#fff;--line:#dee2e5;--fg:#1b2026;--muted:#585e66;--accent:#007780;--track:#eceef0}
:root{--edge:#1b202638}
@media(prefers-color-scheme:dark){:root{--bg:#0e1115;--surface:#14171c;--line:#2a3036;--fg:#e5e8ec;--muted:#999fa7;--accent:#3bcfcf;--track:#1c2127}}
@media(prefers-color-scheme:dark){:root{--edge:#e5e8ec40}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:13px/20px Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:20px;line-height:28px;font-weight:600;margin:0;overflow-wrap:anywhere}
h2{font-size:15px;line-height:22px;font-weight:600;margin:0 0 8px}
p{margin:0 0 16px;color:var(--muted);overflow-wrap:anywhere}
.grid{display:grid;gap:16px;align-items:start;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr))}
section{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:16px;min-width:0}
.wide{grid-column:1/-1}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px 16px;margin:0 0 16px}
dt{color:var(--muted);font-size:12px;line-height:16px}
dd{margin:0;font-size:20px;line-height:28px;font-weight:500;overflow-wrap:anywhere}
.bars{display:grid;grid-template-columns:minmax(0,max-content) minmax(30%,1fr) max-content;gap:4px 8px;align-items:center}
.bars span{min-width:0;overflow-wrap:anywhere}
.bars .n{text-align:right;color:var(--muted)}
svg{display:block;width:100%;height:12px;background:var(--track);border-radius:2px}
rect{fill:var(--accent)}
.scroll{overflow-x:auto;scrollbar-width:thin;background:
linear-gradient(90deg,var(--surface) 40%,transparent) 0 0/40px 100% no-repeat local,
linear-gradient(-90deg,var(--surface) 40%,transparent) 100% 0/40px 100% no-repeat local,
linear-gradient(90deg,var(--edge),transparent) 0 0/14px 100% no-repeat scroll,
linear-gradient(-90deg,var(--edge),transparent) 100% 0/14px 100% no-repeat scroll}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;min-width:600px}
th,td{text-align:left;white-space:nowrap;padding:4px 12px 4px 0;border-bottom:1px solid var(--line);vertical-align:middle}
th{color:var(--muted);font-weight:500}
td.n,th.n{text-align:right}
td svg{width:96px}
"""


def write_page(path: Path, spoken: str, found: Statistics, versions: Sequence[tuple[Version, int]], version: Version) -> None:
    """Write the page of a version's statistics; it appears whole or not at all.

    Raises:
        StorageFull, Unavailable: it cannot be written.
    """
    with atomic_write(path) as file:
        file.write(page(spoken, found, versions, version).encode())


def page(spoken: str, found: Statistics, versions: Sequence[tuple[Version, int]], version: Version) -> str:
    """The page: `spoken` is how the dataset is named, `version` what the statistics are of; `versions` says how many rows each shows."""
    told = found.dump()
    sections = [
        _section("Tokens of a row", _bars(_bins(found.tokens), found.rows)),
        _section("Languages", _bars(_named(told["languages"], {"und": "not certain"}), found.rows)),
        _section("Shapes", _shapes(found, told)),
        _section("Turns of a conversation", _bars([(f"{n} messages", count) for n, count in told["turns"].items()], found.rows)),
        _section("Roles", _bars(_named(told["roles"]), found.roles.total())),
        _section("Columns", _columns(told["columns"], found.rows), "wide"),
        *(_section(f"Tokens of {name}", _bars(_bins(c.tokens), found.rows)) for name, c in sorted(found.columns.items())[:_MOST] if c.tokens.total),
        _section("Versions", _versions(versions), "wide"),
    ]
    title = escape(spoken)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title><style>{_STYLE}</style>'
    said = f"Version {version.id} · {escape(version.author)} · {escape(version.message) or 'no message'}"
    body = f'<main><h1>{title}</h1><p>{said}</p>{_figures(found)}<div class="grid">{"".join(sections)}</div></main>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def _figures(found: Statistics) -> str:
    _, unfit = found.shape
    mean = f"{found.tokens.total / found.rows:,.1f}" if found.rows else "–"
    facts = {
        "rows": f"{found.rows:,}", "tokens": f"{found.tokens.total:,}", "tokens of a row, on average": mean, "bytes": f"{found.bytes:,}",
        "rows that repeat another": f"{found.duplicates or 0:,}", "rows of another shape": f"{unfit:,}",
    }  # fmt: skip
    return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in facts.items())}</dl>"


def _section(title: str, body: str, more: str = "") -> str:
    return f'<section class="{more}"><h2>{escape(title)}</h2>{body}</section>' if body else ""


def _bars(bars: Iterable[Bar], of: int) -> str:
    """Bars below each other, the longest one as long as there is room for."""
    found = list(bars)
    longest = max((n for _, n in found), default=0)
    lines = [f'<span>{escape(name)}</span>{_bar(n, longest, name)}<span class="n">{n:,} · {_share(n, of)}</span>' for name, n in found[:_MOST]]
    more = f"<p>and {len(found) - _MOST:,} more</p>" if len(found) > _MOST else ""
    return f'<div class="bars">{"".join(lines)}</div>{more}' if found else ""


def _bar(n: int, of: int, name: str) -> str:
    width = 100 * n / of if of else 0
    said = escape(f"{name}: {n:,}", quote=True)
    return f'<svg viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{said}"><rect width="{width:.2f}" height="12"/></svg>'


def _bins(lengths: Lengths) -> list[Bar]:
    """Every bin from the first to the last, those without a text, too."""
    edges, bars = sorted(lengths.bins), []
    lower = edges[0] if edges else 0
    while edges and lower <= edges[-1]:
        upper = above(lower) - 1
        bars.append((f"{lower:,}" if upper == lower else f"{lower:,} – {upper:,}", lengths.bins[lower]))
        lower = upper + 1
    return bars


def _named(counts: Mapping[str, int], words: Mapping[str, str] | None = None) -> list[Bar]:
    return [((words or {}).get(name, name), n) for name, n in counts.items()]


def _shapes(found: Statistics, told: Mapping[str, Any]) -> str:
    bars = _named(told["shapes"], {OTHER: "none of them"})
    return _bars([*bars, *((f"{why} (does not fit)", n) for why, n in told["problems"].items())], found.rows)


def _columns(columns: Sequence[Mapping[str, Any]], rows: int) -> str:
    if not columns:
        return ""
    lines = []
    for c in columns:
        types, mean = ", ".join(f"{escape(name)} {n:,}" for name, n in c["types"].items()), c["tokens"]["mean"]
        filled = f"<td>{_bar(round(c['filled'] * rows), rows, 'filled')}</td><td class=\"n\">{c['filled']:.1%}</td>"
        tokens = f'<td class="n">{c["tokens"]["total"]:,}</td><td class="n">{"–" if mean is None else f"{mean:,.1f}"}</td>'
        lines.append(f"<tr><td>{escape(c['name'])}</td>{filled}<td>{types}</td>{tokens}</tr>")
    head = '<th>column</th><th>filled</th><th class="n"></th><th>types</th><th class="n">tokens</th><th class="n">mean</th>'
    return _table("columns", head, lines)


def _versions(versions: Sequence[tuple[Version, int]]) -> str:
    lines = [
        f'<tr><td>{v.id[:12]}</td><td class="n">{n:,}</td><td>{escape(v.author)}</td><td>{escape(v.message)}</td></tr>' for v, n in versions[:_MOST]
    ]
    head = '<th>version</th><th class="n">rows</th><th>by</th><th>message</th>'
    return _table("versions", head, lines)


def _table(name: str, head: str, lines: Sequence[str]) -> str:
    """A table. Where it is wider than the screen, a shadow stands at each edge beyond which there is more, and the keyboard reaches it."""
    table = f'<table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'
    return f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">{table}</div>'


def _share(n: int, of: int) -> str:
    return f"{n / of:.1%}" if of else "–"
