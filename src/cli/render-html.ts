import { formatDay, formatMinute, readInstant } from '../syntax/datetime.ts';
import { visible } from '../syntax/text.ts';
import type { Report } from '../verify/report.ts';
import type { CheckResult, Outcome } from '../verify/verdict.ts';
import { saysSomething, splitHeadline, Summary } from './render-report.ts';
import { count } from './style.ts';

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  failed: 'failed',
  undetermined: 'not known',
  skipped: 'not made',
};

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
article { border: 1px solid var(--line); border-left: .5rem solid var(--dim); border-radius: .5rem; padding: 1rem 1.25rem; margin: 0 0 1.25rem; }
article.verified { border-left-color: var(--good); } article.rejected { border-left-color: var(--bad); } article.undetermined { border-left-color: var(--open); }
.word { font-weight: 700; letter-spacing: .02em; }
.verified > .word, td.passed { color: var(--good); } .rejected > .word, td.failed { color: var(--bad); } .undetermined > .word, td.undetermined { color: var(--open); }
td.skipped { color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0; }
dt { color: var(--dim); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin-top: .75rem; }
.index { margin: 0 0 2rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); }
th[scope=row], td.passed, td.failed, td.undetermined, td.skipped { white-space: nowrap; overflow-wrap: normal; }
thead th { white-space: nowrap; overflow-wrap: normal; }
th[scope=row] { font-weight: 600; }
.index th[scope=row] { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
a { color: var(--ink); }
ul.findings { margin: .25rem 0 0; padding-left: 1.1rem; }
code { font: .85em ui-monospace, "SF Mono", Consolas, monospace; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .75rem; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dt { margin-top: .4rem; } thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } table, caption, tbody, tr, th, td { display: block; width: 100%; } tr { border-top: 1px solid var(--line); padding: .4rem 0; } th, td { border: 0; padding: .1rem 0; } .index th[scope=row] { min-width: 0; } }
@media print { .many article.verified { display: none; } body { max-width: none; padding: 0; font-size: 10pt; } article { break-inside: avoid; } a { color: inherit; } }
`;

/** A page that can be handed on: it needs nothing else, runs no script, and every text from a credential is escaped. */
export class HtmlReport {
  readonly #at: number;
  readonly #isAsOf: boolean;
  readonly #asked: readonly string[];
  #passedOver: readonly string[] = [];
  readonly #articles: string[] = [];
  readonly #rows: string[] = [];
  readonly #summary = new Summary();

  constructor(at: number, isAsOf: boolean, asked: readonly string[] = []) {
    this.#asked = asked;
    this.#at = at;
    this.#isAsOf = isAsOf;
  }

  add(file: string, report: Report): void {
    this.#summary.add(file, report);
    const id = `c${this.#articles.length + 1}`;
    this.#articles.push(article(file, report, 2, id));
    this.#rows.push(indexRow(file, report, id));
  }

  /** Files in the same folders that were not looked at. */
  passOver(files: readonly string[]): void {
    this.#passedOver = files;
  }

  write(): string {
    const total = this.#articles.length;
    const when = `${this.#isAsOf ? 'Judged as of' : 'Verified on'} ${formatMinute(this.#at)}`;
    const counts = this.#summary.counts.map(
      ([cause, number]) => `<li><strong>${count(number)}</strong>${escape(cause)}</li>`,
    );
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>Verification of ${total === 1 ? 'one file' : `${count(total)} files`}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Verification of ${total === 1 ? 'one file' : `${count(total)} files`}</h1>
<p class="dim">${escape(when)} by badgekit ${escape(__BADGEKIT_VERSION__)}. What a credential says of itself stands in quotes or under “says”; nobody vouches for it but its issuer.</p>
${this.#asked.length === 0 ? '' : `<p>Asked: ${escape(this.#asked.join('; '))}.</p>`}
</header>
<main${total > 1 ? ' class="many"' : ''}>
<ul class="counts" aria-label="Verdicts">${counts.join('')}</ul>
${total > 1 ? indexTable(this.#rows) : ''}${this.#articles.join('\n')}
</main>
<footer class="dim">${passedOverNote(this.#passedOver)}<p>“Not known” means that something could not be looked up or compared; it is neither a yes nor a no.</p></footer>
</body>
</html>
`;
  }
}

function passedOverNote(files: readonly string[]): string {
  if (files.length === 0) return '';
  return `<p>Passed over, because they are hidden, links, not readable, or no credentials by their look: ${files.map((file) => `<code>${escape(file)}</code>`).join(', ')}.</p>`;
}

/** All files at a glance, each with a link to what is said of it. */
function indexTable(rows: readonly string[]): string {
  return `<table class="index">
<caption>All files</caption>
<thead><tr><th scope="col">file</th><th scope="col">verdict</th><th scope="col">why</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
`;
}

const OUTCOME_OF = { verified: 'passed', rejected: 'failed', undetermined: 'undetermined' } as const;

function indexRow(file: string, report: Report, id: string): string {
  const [word, text] = splitHeadline(report);
  return `<tr><th scope="row"><a href="#${id}">${escape(file)}</a></th><td class="${OUTCOME_OF[report.verdict]}">${escape(word)}</td><td>${escape(text)}</td></tr>`;
}

function article(file: string, report: Report, level: 2 | 3 | 4, id: string): string {
  const [word, text] = splitHeadline(report);
  const inner = report.contained.map(({ path, report: each }, index) =>
    article(path, each, level === 2 ? 3 : 4, `${id}-${index + 1}`),
  );
  return `<article class="${report.verdict}" aria-labelledby="${id}">
<h${level} id="${id}">${escape(report.claims?.name ?? file)}</h${level}>
<p class="word">${escape(word)}</p>
${text === '' ? '' : `<p>${escape(text)}</p>`}
${claimList(file, report)}
<table>
<caption>Checks</caption>
<thead><tr><th scope="col">check</th><th scope="col">outcome</th><th scope="col">what was found</th></tr></thead>
<tbody>
${report.checks.filter(saysSomething).map(checkRow).join('\n')}
</tbody>
</table>
${inner.length === 0 ? '' : `<h${level === 2 ? 3 : 4}>Credentials in it</h${level === 2 ? 3 : 4}>${inner.join('\n')}`}
</article>`;
}

function claimList(file: string, { claims, standard }: Report): string {
  const rows: (readonly [string, string | undefined])[] = [
    ['File', file],
    ['Kind', standard],
    ['Says it is by', claims?.issuerId],
    ['which calls itself', claims?.issuerName],
    ['Says it was awarded', day(claims?.awardedDate ?? claims?.validFrom)],
    ['Says it is valid until', day(claims?.validUntil)],
    ['Identifier', claims?.id],
    ['Says it replaces', claims?.supersedes],
  ];
  const shown = rows.filter(([, value]) => value !== undefined);
  return `<dl>${shown.map(([name, value = '']) => `<dt>${name}</dt><dd>${escape(value)}</dd>`).join('')}</dl>`;
}

function checkRow({ check, outcome, summary, findings }: CheckResult): string {
  const items = findings.map(({ code, message, advice, path }) => {
    const place = path === undefined || path === '' ? '' : ` <code>${escape(path)}</code>`;
    const said = message === summary ? '' : ` ${escape(message)}`;
    return `<li><code>${escape(code)}</code>${said}${place}${advice === undefined ? '' : `<br>→ ${escape(advice)}`}</li>`;
  });
  const list = items.length === 0 ? '' : `<ul class="findings">${items.join('')}</ul>`;
  return `<tr><th scope="row">${check}</th><td class="${outcome}">${OUTCOMES[outcome]}</td><td>${escape(summary)}${list}</td></tr>`;
}

function day(stamp: string | undefined): string | undefined {
  const instant = readInstant(stamp);
  return instant === undefined ? undefined : formatDay(instant);
}

/** Text as text: controls and bidirectional overrides made visible, markup characters escaped. */
function escape(text: string): string {
  return visible(text, 1000)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
