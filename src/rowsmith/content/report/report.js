"use strict";
(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("rowsmith-theme") || "system"; } catch { return "system"; } };
  const show = (theme) => { if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme; };
  show(stored());

  document.addEventListener("DOMContentLoaded", () => {
    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    const one = (selector, within = document) => within.querySelector(selector);
    all(".theme, .scripted, .copy, .filters, .yours-panel, .weight input").forEach((found) => { found.hidden = false; });
    all(".weight-said").forEach((found) => { found.hidden = true; });
    themes(all, one);
    copying(all);
    weights(all, one);
    flags(all, one);
    tips(all, one);
    maps(all, one);
  });

  function themes(all, one) {
    const inputs = all(".theme input");
    inputs.forEach((input) => {
      input.checked = input.value === stored();
      input.addEventListener("change", () => {
        show(input.value);
        try { localStorage.setItem("rowsmith-theme", input.value); } catch { /* a page from a file may keep nothing */ }
      });
    });
  }

  async function copied(text, button) {
    let done = false;
    try { await navigator.clipboard.writeText(text); done = true; } catch { done = byHand(text); }
    const before = button.dataset.says || button.textContent;
    button.dataset.says = before;
    button.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => { button.textContent = before; }, 1600);
  }

  function byHand(text) {
    const area = document.createElement("textarea");
    const before = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch { done = false; }
    area.remove();
    if (before) before.focus();
    return done;
  }

  function copying(all) {
    all(".copy").forEach((button) => button.addEventListener("click", () => copied(button.parentElement.querySelector("code").textContent, button)));
  }

  const points = (score) => (Math.floor(score * 1000 + 1e-6) / 10).toFixed(1);

  function weights(all, one) {
    const panel = one(".yours-panel");
    if (!panel) return;
    const borders = panel.dataset.borders.trim().split(" ").map((pair) => pair.split(":")).map(([letter, at]) => [letter, Number(at)]);
    const slack = Number(panel.dataset.slack);
    const parts = all(".part[data-name]").map((row) => ({
      row, input: one("input", row), name: row.dataset.name, score: row.dataset.score === "" ? null : Number(row.dataset.score),
      low: Number(row.dataset.low), high: Number(row.dataset.high), measured: Number(row.dataset.measured), own: row.dataset.weight,
    }));
    const letterOf = (score) => (borders.find(([, at]) => score >= at - 1e-12) || borders[borders.length - 1])[0];
    const counting = (part, given) => { const found = Number(given) * part.measured; return part.score === null || !(found > 0) || !isFinite(found) ? 0 : found; };
    const weightOf = (part) => counting(part, part.input.value);
    const scored = (weightOf, end) => {
      const counted = parts.filter((part) => weightOf(part) > 0);
      if (!counted.length) return null;
      const heavy = counted.reduce((sum, part) => sum + weightOf(part), 0);
      const mean = counted.reduce((sum, part) => sum + weightOf(part) * part[end], 0) / heavy;
      return Math.min(mean, ...counted.map((part) => part.measured * Math.min(1, part[end] + slack) + (1 - part.measured)));
    };
    const first = scored((part) => counting(part, part.own), "score");

    function count() {
      const heavy = parts.reduce((sum, part) => sum + weightOf(part), 0);
      const score = scored(weightOf, "score");
      const ends = score === null ? [] : [scored(weightOf, "low"), scored(weightOf, "high")];
      const changed = parts.some((part) => part.input.value !== part.own);
      parts.forEach((part) => {
        const share = heavy ? weightOf(part) / heavy : 0;
        const lost = part.score === null ? 0 : 100 * (1 - part.score) * share;
        one(".weight-share", part.row).textContent = part.score === null || !heavy ? "–" : `${(100 * share).toFixed(1).replace(/\.0$/, "")} %`;
        one(".lost-points", part.row).textContent = lost >= 0.05 ? `−${lost.toFixed(1)}` : lost > 0 ? "< 0.1" : "0";
        part.row.classList.toggle("off", !weightOf(part));
        part.input.setAttribute("aria-invalid", String(part.input.value === "" || !(Number(part.input.value) >= 0)));
      });
      const letter = score === null ? "–" : letterOf(score);
      one(".yours-letter").textContent = letter;
      one(".yours-letter").className = `grade yours-letter grade-${score === null ? "none" : letter}`;
      all(".yours-points").forEach((found) => { found.textContent = score === null ? "no part has a weight" : points(score); });
      const letters = ends.map(letterOf);
      one(".yours-between").textContent = score !== null && letters[0] !== letters[1] ? `between ${letters[0]} and ${letters[1]} (${points(ends[0])} to ${points(ends[1])})` : "";
      const moved = score === null || first === null ? 0 : 100 * (score - first);
      one(".yours-change").textContent = !changed ? "as reported" : Math.abs(moved) < 0.05 ? "the same as reported" : `${moved > 0 ? "+" : "−"}${Math.abs(moved).toFixed(1)} beside the report`;
      one(".yours-label").textContent = changed ? "With your weights" : "With these weights";
      one(".reset").disabled = !changed;
      one(".yours-legend").hidden = !changed || score === null;
      const mark = one(".scale .yours");
      mark.setAttribute("visibility", changed && score !== null ? "visible" : "hidden");
      if (score !== null) mark.setAttribute("cx", `${100 * Math.min(Math.max(score, 0), 1)}%`);
    }

    parts.forEach((part) => part.input.addEventListener("input", count));
    one(".reset").addEventListener("click", () => { parts.forEach((part) => { part.input.value = part.own; }); count(); parts[0].input.focus(); });
    one(".copy-weights").addEventListener("click", (event) => {
      const lines = parts.filter((part) => part.score !== null).map((part) => `  ${JSON.stringify(part.name)}: {weight: ${Math.max(Number(part.input.value) || 0, 0)}}`);
      copied(`parts:\n${lines.join("\n")}\n`, event.currentTarget);
    });
    count();
  }

  function flags(all, one) {
    const form = one(".filters");
    if (!form) return;
    const page = 50;
    const rows = all(".row").map((row) => ({ row, flags: all(".flag", row), name: one("h3", row).textContent.toLowerCase() }));
    const { check, reason, find } = form.elements;
    const more = one(".more-rows");
    const of = new Map();
    rows.forEach(({ flags }) => flags.forEach(({ dataset }) => {
      if (!of.has(dataset.check)) of.set(dataset.check, new Set());
      of.get(dataset.check).add(dataset.reason);
    }));
    let most = page;

    function filter() {
      const asked = find.value.trim().toLowerCase();
      let matching = 0, matched = 0, shown = 0;
      rows.forEach(({ row, flags, name }) => {
        let some = 0;
        flags.forEach((flag) => {
          const fits = (!check.value || flag.dataset.check === check.value) && (!reason.value || flag.dataset.reason === reason.value)
            && (!asked || name.includes(asked) || flag.textContent.toLowerCase().includes(asked));
          flag.hidden = !fits;
          some += fits;
        });
        matching += some;
        matched += some > 0;
        row.hidden = !some || matched > most;
        shown += !row.hidden;
      });
      one(".found").textContent = matched ? `${shown.toLocaleString("en")} of ${matched.toLocaleString("en")} rows shown, with ${matching.toLocaleString("en")} flags that fit` : "No flag fits.";
      more.hidden = matched <= most;
      more.textContent = `Show ${Math.min(page, matched - most)} more`;
    }

    function reasons() {
      [...reason.options].forEach((option) => { option.hidden = option.disabled = Boolean(option.value && check.value && !of.get(check.value)?.has(option.value)); });
      if (reason.selectedOptions[0]?.disabled) reason.value = "";
    }

    function asked(nextCheck, nextReason) {
      check.value = nextCheck;
      reasons();
      reason.value = nextReason;
      find.value = "";
      most = page;
      filter();
    }

    function linked() {
      let name = location.hash.slice(1);
      if (!name.startsWith("row-")) return;
      const at = rows.findIndex(({ row }) => row.id === name);
      if (at < 0) return;
      if (rows[at].row.hidden) { most = Math.max(most, at + 1); check.value = reason.value = find.value = ""; reasons(); filter(); }
      rows[at].row.scrollIntoView({ block: "center" });
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => { most = page; reasons(); filter(); });
    more.addEventListener("click", () => {
      const before = rows.filter(({ row }) => !row.hidden).length;
      most += page;
      filter();
      one("a", rows.filter(({ row }) => !row.hidden)[before].row).focus();
    });
    all(".pick").forEach((link) => link.addEventListener("click", () => { asked(link.dataset.check, link.dataset.reason); check.focus({ preventScroll: true }); }));
    addEventListener("hashchange", linked);
    filter();
    linked();
  }

  function maps(all, one) {
    const map = one(".map");
    if (!map) return;
    const points = all(".point", map).map((circle) => ({
      circle, x: parseFloat(circle.getAttribute("cx")), y: parseFloat(circle.getAttribute("cy")), cluster: circle.dataset.cluster,
    }));
    const ring = one(".ring", map), told = one(".map-said"), tip = one(".tip");
    let at = null, only = "";
    const shown = () => points.filter((point) => !only || point.cluster === only);

    function mark(point) {
      at = point;
      ring.setAttribute("visibility", point ? "visible" : "hidden");
      if (!point) return;
      ring.setAttribute("cx", `${point.x}%`);
      ring.setAttribute("cy", `${point.y}%`);
      told.textContent = `Cluster ${point.cluster}, ${point.circle.dataset.tip}`;
    }

    function nearest(event) {
      const box = map.getBoundingClientRect();
      const away = (point) => Math.hypot(box.left + point.x * box.width / 100 - event.clientX, box.top + point.y * box.height / 100 - event.clientY);
      let best = null, least = event.pointerType === "touch" ? 32 : 20;
      shown().forEach((point) => { const found = away(point); if (found < least) { least = found; best = point; } });
      return best;
    }

    function pointed(event) {
      const point = nearest(event);
      tip.hidden = !point;
      if (!point) return;
      mark(point);
      tip.textContent = point.circle.dataset.tip;
      const wide = tip.offsetWidth;
      tip.style.left = `${Math.max(8, Math.min(event.clientX - wide / 2, innerWidth - wide - 8))}px`;
      tip.style.top = `${Math.max(8, event.clientY - tip.offsetHeight - 14)}px`;
      event.stopPropagation();
    }

    function moved(event) {
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const some = shown();
      if (event.key === "Escape") { mark(null); tip.hidden = true; return; }
      if (event.key === "Home" || event.key === "End") { mark(event.key === "Home" ? some[0] : some[some.length - 1]); event.preventDefault(); return; }
      const way = ways[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      if (!at || !some.includes(at)) { mark(some[0]); return; }
      let best = null, least = Infinity;
      some.forEach((point) => {
        const dx = point.x - at.x, dy = point.y - at.y, ahead = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1] + dy * way[0]);
        if (point !== at && ahead > 0 && ahead + 2 * aside < least) { least = ahead + 2 * aside; best = point; }
      });
      if (best) mark(best);
    }

    map.addEventListener("pointermove", pointed);
    map.addEventListener("pointerdown", pointed);
    map.addEventListener("pointerleave", () => { tip.hidden = true; });
    map.addEventListener("keydown", moved);
    map.addEventListener("focus", () => { if (!at) mark(shown()[0]); });
    all(".pick-cluster").forEach((button) => {
      button.addEventListener("click", () => {
        only = only === button.dataset.cluster ? "" : button.dataset.cluster;
        all(".pick-cluster").forEach((other) => other.setAttribute("aria-pressed", String(other.dataset.cluster === only)));
        map.classList.toggle("only", Boolean(only));
        points.forEach((point) => point.circle.classList.toggle("on", point.cluster === only));
        if (at && only && at.cluster !== only) mark(null);
      });
    });
  }

  function tips(all, one) {
    const tip = one(".tip");
    const place = (event) => {
      const bin = event.target.closest?.(".bin");
      tip.hidden = !bin;
      if (!bin) return;
      tip.textContent = bin.dataset.tip;
      const wide = tip.offsetWidth;
      tip.style.left = `${Math.max(8, Math.min(event.clientX - wide / 2, innerWidth - wide - 8))}px`;
      tip.style.top = `${Math.max(8, event.clientY - tip.offsetHeight - 12)}px`;
    };
    document.addEventListener("pointermove", place);
    document.addEventListener("pointerdown", place);
    document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  }
})();
