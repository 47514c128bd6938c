/** How the report looks. It follows the light or dark scheme of the reader. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #16202c; --soft: #5c6b7c; --line: #e3e8ee;
  --shade: #2563eb0d;
  --good: #0f7b4f; --good-back: #e3f6ec; --warn: #9a5b00; --warn-back: #fff3dc;
  --c1: #2563eb; --c2: #d9730d; --c3: #0d9488; --c4: #db2777; --c5: #7c3aed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1319; --card: #161d26; --ink: #e6ecf3; --soft: #93a1b1; --line: #28323e;
    --shade: #60a5fa12; --good: #5ad19a; --good-back: #11301f; --warn: #f3b657;
    --warn-back: #33260f;
    --c1: #60a5fa; --c2: #fb9d4b; --c3: #2dd4bf; --c4: #f472b6; --c5: #a78bfa;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 40px 20px 64px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC",
    "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
main { max-width: 960px; margin: 0 auto; display: grid; gap: 20px; }
header h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: -.02em; }
header p { margin: 6px 0 0; color: var(--soft); overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 17px; }
h3 { margin: 0; font-size: 16px; }
.card, figure {
  margin: 0; padding: 20px 22px; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px;
}
.verdict { padding: 14px 20px; border-radius: 12px; font-weight: 600; }
.verdict.good { color: var(--good); background: var(--good-back); }
.verdict.warn { color: var(--warn); background: var(--warn-back); }
.verdict ul { margin: 6px 0 0; padding-left: 20px; font-weight: 400; color: var(--ink); }
.verdict li { overflow-wrap: anywhere; }
.verdict b { color: var(--warn); }
.figures { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(112px, 1fr)); }
.figures div {
  padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 12px;
}
.figures dt { color: var(--soft); font-size: 13px; }
.figures dd {
  margin: 2px 0 0; font-size: 24px; font-weight: 650; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; white-space: nowrap;
}
.figures small { font-size: 14px; font-weight: 500; color: var(--soft); letter-spacing: 0; }
figcaption p { margin: 2px 0 0; color: var(--soft); font-size: 13.5px; }
.legend {
  list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 8px; padding: 0;
  font-size: 13.5px;
}
.k { display: inline-block; width: 14px; height: 4px; margin-right: 7px; border-radius: 2px;
  vertical-align: middle; background: var(--c); }
.c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
.c4 { --c: var(--c4); } .c5 { --c: var(--c5); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 12px; fill: var(--soft); font-variant-numeric: tabular-nums; }
.grid, .tick { stroke: var(--line); stroke-width: 1; }
.ty { text-anchor: end; } .tx, .axis { text-anchor: middle; }
.shade { fill: var(--shade); } svg .sh { font-size: 11px; }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round;
  stroke-linecap: round; }
.col { fill: transparent; } .col:hover { fill: var(--soft); fill-opacity: .18; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { color: var(--soft); font-weight: 500; text-align: left; font-size: 13.5px; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > * { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; }
.rows th { width: 34%; } .rows td { overflow-wrap: anywhere; }
@media print { body { padding: 0; } .card, figure { break-inside: avoid; } }
`;
