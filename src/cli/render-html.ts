import { formatDay, formatMinute, readInstant } from '../syntax/datetime.ts';
import type { Report } from '../verify/report.ts';
import type { CheckResult, Outcome } from '../verify/verdict.ts';
import { saysSomething, splitHeadline, Summary } from './render-report.ts';
import { countsAsHtml, escapeHtml as escape, pageAsHtml } from './html.ts';
import { count } from './style.ts';

const STYLE = `
article { border: 1px solid var(--line); border-left: .5rem solid var(--dim); border-radius: .5rem; padding: 1rem 1.25rem; margin: 0 0 1.25rem; }
article.verified { border-left-color: var(--good); } article.rejected { border-left-color: var(--bad); } article.undetermined { border-left-color: var(--open); }
.verified > .word, td.passed { color: var(--good); } .rejected > .word, td.failed { color: var(--bad); } .undetermined > .word, td.undetermined { color: var(--open); }
td.skipped { color: var(--dim); }
.index { margin: 0 0 2rem; }
th[scope=row], td.passed, td.failed, td.undetermined, td.skipped { white-space: nowrap; overflow-wrap: normal; }
.index th[scope=row] { white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
ul.findings { margin: .25rem 0 0; padding-left: 1.1rem; }
@media (max-width: 40rem) { .index th[scope=row] { min-width: 0; } }
@media print { .many article.verified { display: none; } }
`;

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  failed: 'failed',
  undetermined: 'not known',
  skipped: 'not made',
};

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
    const counts = this.#summary.counts.map(([cause, number]) => [cause, count(number)] as const);
    const asked = this.#asked.length === 0 ? '' : `<p>Asked: ${escape(this.#asked.join('; '))}.</p>`;
    return pageAsHtml({
      title: `Verification of ${total === 1 ? 'one file' : `${count(total)} files`}`,
      lead: `<p class="dim">${escape(when)} by badgekit ${escape(__BADGEKIT_VERSION__)}. What a credential says of itself stands in quotes or under “says”; nobody vouches for it but its issuer.</p>\n${asked}`,
      main: `${countsAsHtml('Verdicts', counts)}\n${total > 1 ? indexTable(this.#rows) : ''}${this.#articles.join('\n')}`,
      ...(total > 1 ? { mainClass: 'many' } : {}),
      footer: `${passedOverNote(this.#passedOver)}<p>“Not known” means that something could not be looked up or compared; it is neither a yes nor a no.</p>`,
      style: STYLE,
    });
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
