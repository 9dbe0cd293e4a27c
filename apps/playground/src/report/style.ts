/** How the HTML report looks. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1f2933; --faint: #5f6c7b; --line: #e4e7eb;
  --bar: #0072b2; --other: #8a97a6; --good: #00704f; --bad: #b3261e; --soft: #f5f7fa; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e6e9ed; --faint: #9aa7b5; --line: #2c343d; --bar: #4aa3dd;
    --other: #66727f; --good: #4cc79b; --bad: #ff8a80; --soft: #1c2228; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0; }
code, pre { font: .85em/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; background: var(--soft); padding: .75rem; border-radius: 6px; }
summary { cursor: pointer; color: var(--faint); font-size: .9rem; }
a { color: inherit; }
:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
.sentence { font-size: 1.15rem; font-weight: 600; }
.faint { color: var(--faint); font-size: .9rem; }
.holds { color: var(--good); } .does-not-hold { color: var(--bad); } .skipped { color: var(--faint); }
nav { margin: 1.5rem 0; }
nav p { display: flex; gap: .75rem; align-items: flex-end; border-top: 1px solid var(--line); padding: .35rem 0; margin: 0; }
.group { flex: 0 0 11rem; }
.marks { display: flex; flex-wrap: wrap; gap: 2px; }
.mark { width: 1.75rem; text-align: center; text-decoration: none; display: flex; flex-direction: column;
  justify-content: flex-end; }
.mark i { background: currentcolor; opacity: .35; min-height: 1px; max-height: 1.5rem; display: block; order: -1; }
.mark { height: 3rem; }
article { padding: .9rem 0; border-bottom: 1px solid var(--line); }
.verdict { white-space: nowrap; }
.control { margin: .75rem 0 0; padding-left: .9rem; border-left: 3px solid var(--line); }
.bars { width: 100%; border-collapse: collapse; margin: .5rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
.bars th { width: 16rem; font-weight: 400; text-align: left; padding: 2px .75rem 2px 0; vertical-align: top; }
.bars td { display: flex; align-items: center; gap: .5rem; padding: 2px 5.5rem 2px 0; }
.bars i { height: .9rem; min-width: 1px; background: var(--bar); border-radius: 2px; flex: none; }
.control .verdict { color: inherit; }
.control .bars i { background: var(--other); }
.bars span { white-space: nowrap; margin-right: -5.5rem; }
@media (max-width: 40rem) {
  .group { flex-basis: 6rem; } .mark { width: 1.4rem; }
  .bars, .bars tbody, .bars tr, .bars th { display: block; width: auto; }
}
@media print { details { display: none; } article { break-inside: avoid; } }
`;
