"""The style of the report: light and dark by the reader's choice, from phone to desktop, and on paper."""

STYLE = """
:root{color-scheme:light dark;--paper:#ffffff;--panel:#f4f6f8;--ink:#16202c;--soft:#4a5866;--rule:#c9d2da;
--link:#0b57a4;--good:#0b6e3b;--note:#7a4a00;--bad:#a8201a;--track:#dde4ea;--fill:#2f74b5}
@media (prefers-color-scheme:dark){:root{--paper:#12181f;--panel:#1b242e;--ink:#eef2f6;--soft:#b6c2ce;--rule:#3a4856;
--link:#8ec4ff;--good:#66d699;--note:#f0b455;--bad:#ff9a91;--track:#2d3945;--fill:#5da4e6}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:1.25rem;max-width:78rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 .75rem;padding-top:1rem}
section{border-top:1px solid var(--rule);margin-top:1.5rem}
main>section:first-child{border-top:0;margin-top:.5rem}
p{margin:.5rem 0;max-width:75ch;overflow-wrap:anywhere}
a{color:var(--link)}
.soft{color:var(--soft)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:.75rem 0;padding:0}
nav a{display:inline-block;padding:.25rem 0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));gap:.75rem;list-style:none;
margin:0;padding:0}
.card{display:flex;flex-direction:column;gap:.15rem;background:var(--panel);border:1px solid var(--rule);
border-left:.4rem solid var(--rule);border-radius:.4rem;padding:.75rem;overflow-wrap:anywhere}
.card strong{font-size:1.35rem;line-height:1.25}
.card.good{border-left-color:var(--good)}
.card.note{border-left-color:var(--note);border-left-style:dashed}
.card.bad{border-left-color:var(--bad);border-left-style:double}
.state{font-weight:600;white-space:nowrap}
.good .state,.state.good{color:var(--good)}
.note .state,.state.note{color:var(--note)}
.bad .state,.state.bad{color:var(--bad)}
.scroll{overflow-x:auto;margin:.75rem 0;max-width:100%}
.scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;font-size:.925rem;min-width:min(100%,24rem)}
caption{text-align:left;font-weight:600;padding:.25rem 0;position:sticky;left:0}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--rule)}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
tbody th{font-weight:400;min-width:8rem}
td{min-width:4.5rem;max-width:34rem}
td:not(.number){min-width:8rem}
td:last-child:not(.number){min-width:13rem}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.total th,.total td{font-weight:700;border-bottom:0;border-top:2px solid var(--soft)}
.bar{display:block;width:9rem;height:.6rem;margin:.3rem 0 0 auto;background:var(--track);border-radius:.3rem;
overflow:hidden}
.bar span{display:block;height:100%;background:var(--fill);border-radius:.3rem}
.bar.note span{background:repeating-linear-gradient(90deg,var(--note) 0 6px,transparent 6px 8px)}
.bar.bad span{background:repeating-linear-gradient(45deg,var(--bad) 0 5px,transparent 5px 8px)}
ul.items{margin:.5rem 0;padding-left:1.25rem;max-width:75ch;overflow-wrap:anywhere}
ul.items li{margin:.25rem 0}
.caption{font-weight:600;margin:.75rem 0 0}
figure{margin:.75rem 0}
figure.half{display:inline-block;width:min(100%,36.5rem);margin-right:.75rem;vertical-align:top}
figcaption{font-weight:600}
.drawing svg{display:block;width:100%;height:auto}
details{margin:.75rem 0;border:1px solid var(--rule);border-radius:.4rem;padding:.5rem .75rem;background:var(--panel)}
summary{cursor:pointer;font-weight:600}
@media (max-width:40rem){body{padding:.75rem}h1{font-size:1.35rem}h2{font-size:1.15rem}}
@media print{nav{display:none}details{display:block}section{break-inside:avoid-page}}
"""
"""Colours have a contrast of 4.5 or more to what they stand on, in both schemes (WCAG 2.2, 1.4.3)."""
