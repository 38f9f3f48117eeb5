"""How an exported page looks on screen, in the dark and in print; it loads nothing."""

STYLE = """
:root { color-scheme: light dark; font: 1.0625rem/1.6 Georgia, "Times New Roman", serif; }
body { max-width: 42rem; margin: 3rem auto; padding: 0 1.25rem; overflow-wrap: break-word; }
h1, h2, h3, h4, h5, h6 { font-family: system-ui, sans-serif; line-height: 1.25; margin: 1.6em 0 .5em; }
p, h1, h2, h3, h4, h5, h6 { white-space: pre-wrap; unicode-bidi: plaintext; }
p { margin: .7em 0; }
p:empty { min-height: 1lh; }
ul, ol { padding-inline-start: 1.6em; }
li > p { margin: .2em 0; }
ul[data-type=taskList] { list-style: none; padding-inline-start: .2em; }
ul[data-type=taskList] > li { position: relative; padding-inline-start: 1.6em; }
ul[data-type=taskList] > li > input { position: absolute; inset-inline-start: 0; top: .3em; margin: 0; }
blockquote { margin: 1em 0; padding-inline-start: 1em; border-inline-start: 3px solid #8884; }
pre, code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .9em; }
code { background: #8882; border-radius: 3px; padding: .1em .3em; }
pre { background: #8882; border-radius: 6px; padding: .8em 1em; white-space: pre-wrap; }
pre code { background: none; padding: 0; }
mark { background: #fde68a; color: #1c1917; }
hr { border: 0; border-top: 1px solid #8886; margin: 2em 0; }
img { max-width: 100%; height: auto; }
body img, li > img, td > img { display: block; margin: 1em 0; }
figure { margin: 1em 0; } figure img { margin: 0; }
figcaption, caption { font: .9em system-ui, sans-serif; opacity: .75; margin-top: .3em; }
table { border-collapse: collapse; margin: 1em 0; max-width: 100%; }
td, th { border: 1px solid #8886; padding: .3em .6em; vertical-align: top; text-align: start; }
th { background: #8881; font-weight: 600; }
td > :first-child, th > :first-child { margin-top: 0; } td > :last-child, th > :last-child { margin-bottom: 0; }
[data-type=block-math] { margin: 1em 0; text-align: center; overflow-x: auto; }
[data-type=block-math] code { background: none; white-space: pre-wrap; }
[data-type=mention] { color: #1d4ed8; }
aside { margin: 1em 0; padding: .1em 1em; border-inline-start: 4px solid #2563eb; background: #2563eb11; }
aside::before { font: 600 .9em/2.2 system-ui, sans-serif; content: "Note"; }
aside[data-callout=tip] { border-color: #16a34a; background: #16a34a11; }
aside[data-callout=tip]::before { content: "Tip"; }
aside[data-callout=important] { border-color: #7c3aed; background: #7c3aed11; }
aside[data-callout=important]::before { content: "Important"; }
aside[data-callout=warning] { border-color: #d97706; background: #d9770611; }
aside[data-callout=warning]::before { content: "Warning"; }
aside[data-callout=caution] { border-color: #dc2626; background: #dc262611; }
aside[data-callout=caution]::before { content: "Caution"; }
@page { margin: 2.2cm; }
@media print {
  :root { color-scheme: light; font-size: 11pt; }
  body { max-width: none; margin: 0; padding: 0; }
  a { color: inherit; }
  h1, h2, h3, h4, h5, h6 { break-after: avoid; }
  pre, blockquote, tr, img, figure, aside, li { break-inside: avoid; }
}
"""
