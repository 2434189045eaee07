import { visible } from '../syntax/text.ts';

const STYLE = `
:root { color-scheme: light; --ink: #14212b; --dim: #4a5a66; --line: #c9d3da; --paper: #fff; --good: #0b6b3a; --bad: #a3141b; --open: #7a4a00; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 0; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0; }
.dim { color: var(--dim); }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 1rem 0 2rem; padding: 0; }
.counts li { border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .8rem; }
.counts strong { font-size: 1.25rem; margin-right: .35rem; }
.word { font-weight: 700; letter-spacing: .02em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0; }
dt { color: var(--dim); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin-top: .75rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); }
thead th { white-space: nowrap; overflow-wrap: normal; }
th[scope=row] { font-weight: 600; }
a { color: var(--ink); }
code { font: .85em ui-monospace, "SF Mono", Consolas, monospace; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .75rem; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dt { margin-top: .4rem; } thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } table, caption, tbody, tr, th, td { display: block; width: 100%; } tr { border-top: 1px solid var(--line); padding: .4rem 0; } th, td { border: 0; padding: .1rem 0; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } article, tr { break-inside: avoid; } a { color: inherit; } }
`;

/** What a page is made of: HTML, in which every text from outside is escaped. */
export interface Page {
  readonly title: string;
  /** What stands below the title. */
  readonly lead: string;
  readonly main: string;
  readonly mainClass?: string;
  readonly footer: string;
  /** Whether pictures are in it, as parts of the page itself. */
  readonly hasImages?: boolean;
  /** Rules for this kind of page. */
  readonly style: string;
}

/** A page that can be handed on: it needs nothing else, loads nothing, and runs no script. */
export function pageAsHtml({ title, lead, main, mainClass, footer, style, hasImages = false }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${hasImages ? '; img-src data:' : ''}">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
${lead}
</header>
<main${mainClass === undefined ? '' : ` class="${mainClass}"`}>
${main}
</main>
<footer class="dim">${footer}</footer>
</body>
</html>
`;
}

/** Numbers with what they count, as a row of boxes. */
export function countsAsHtml(label: string, counts: readonly (readonly [string, string])[]): string {
  const items = counts.map(([what, number]) => `<li><strong>${number}</strong>${escapeHtml(what)}</li>`);
  return `<ul class="counts" aria-label="${escapeHtml(label)}">${items.join('')}</ul>`;
}

const MEDIA_TYPES = { png: 'image/png', svg: 'image/svg+xml' } as const;

/** A picture inside the page. As an image an SVG runs and loads nothing. */
export function imageAsHtml(format: keyof typeof MEDIA_TYPES, bytes: Uint8Array, caption: string): string {
  return `<img src="data:${MEDIA_TYPES[format]};base64,${Buffer.from(bytes).toString('base64')}" alt="${escapeHtml(caption)}">`;
}

/** A table of cells that are HTML already. */
export function tableAsHtml(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}

/** Text as text: controls and bidirectional overrides made visible, markup characters escaped. */
export function escapeHtml(text: string, limit = 1000): string {
  return visible(text, limit)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
