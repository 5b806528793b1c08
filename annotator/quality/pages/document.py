"""A page of its own: its head, its looks, and what it may load, which is nothing."""

from __future__ import annotations

from annotator.quality.pages.markup import Markup, Part, element, joined

# Nothing from anywhere: no script, no font, no frame, no form. Pictures are in the page itself,
# and so are its looks, which charts have in attributes.
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)

_STYLE = Markup(
    """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2128; --soft: #59636e;
  --line: #d5dae0; --raised: #f5f7f9; --accent: #0b6bcb; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --ink: #e3e8ee; --soft: #98a3b0;
  --line: #313943; --raised: #1a2028; --accent: #6cb2f5; } }
* { box-sizing: border-box; }
body { font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .6rem; }
body > h2 { margin-top: 2.2rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
section { border-top: 1px solid var(--line); margin-top: 2.2rem; padding-top: 1.4rem; }
p { max-width: 46rem; margin: .4rem 0 .8rem; overflow-wrap: anywhere; }
.note, figcaption, .caption, footer { color: var(--soft); font-size: .87rem; }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0; }
.cards { display: grid; gap: .8rem; margin-top: 1.4rem;
  grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); }
.card { background: var(--raised); border: 1px solid var(--line); border-radius: 8px;
  padding: .7rem .9rem; }
.card b { display: block; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: .87rem; }
.scroll { overflow-x: auto; margin: 0 0 .8rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
.caption { margin: .9rem 0 .2rem; }
th, td { padding: .28rem .65rem; text-align: right; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 7rem; max-width: 22rem; }
th:first-child { text-align: left; padding-left: 0; }
td { white-space: nowrap; } td bdi { white-space: normal; overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
figure > svg { display: block; width: 100%; height: auto; }
svg * { stroke-linejoin: round; stroke-linecap: butt; }
svg text { font-family: system-ui, sans-serif !important; }
.chart { max-width: 46rem; } .map { max-width: 27rem; }
.beside { display: grid; gap: 0 2.5rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.faces { display: grid; gap: 1.2rem 1rem;
  grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); }
.faces figure { margin: 0; } .faces img, .nothing { width: 100%; height: auto; aspect-ratio: 1;
  border-radius: 6px; display: block; background: var(--raised); }
.nothing { display: grid; place-items: center; text-align: center; padding: 1rem;
  color: var(--soft); border: 1px dashed var(--line); font-size: .87rem; }
figcaption { margin-top: .35rem; overflow-wrap: anywhere; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em; }
code { overflow-wrap: anywhere; font-size: .87rem; }
details { margin: .6rem 0; } summary { cursor: pointer; color: var(--accent); }
@media (max-width: 480px) { body { font-size: 14px; } th, td { padding: .28rem .5rem; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #bbb;
    --raised: #fff; --accent: #000; }
  body { font-size: 10pt; max-width: none; padding: 0; } nav, summary { display: none; }
  details::details-content { content-visibility: visible; }
  figure, tr, .card { break-inside: avoid; } h2, h3, section > p, .caption { break-after: avoid; }
  .scroll { overflow: visible; } table { font-size: 8.5pt; }
}
"""
)


def document(title: str, *parts: Part) -> str:
    """Return a whole page in English.

    Parameters
    ----------
    title
        For the window's bar.
    *parts
        Of its body.
    """
    metas = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
    ]
    head = element("head", *metas, element("title", title), element("style", _STYLE))
    body = element("body", joined(parts, "\n"))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"
