import type { RowFault } from '../issue/award.ts';
import type { RefusedRow, RosterPlan } from '../issue/plan.ts';
import type { LedgerAward } from '../ports.ts';
import type { PlanRow } from '../issue/plan-row.ts';
import { NEVER } from '../openbadges/definition.ts';
import type { LoadedDefinition } from '../programme/definitions.ts';
import type { PlanHead } from '../programme/plan-file.ts';
import type { PassedOver } from '../roster/reading.ts';
import { durationInWords, formatDay, formatMinute, readInstant } from '../syntax/datetime.ts';
import type { JsonObject } from '../syntax/json.ts';
import { countsAsHtml, escapeHtml, imageAsHtml, pageAsHtml, tableAsHtml } from './html.ts';
import { count, counted } from './style.ts';

/** Badges issued from the roster, valid still, for which no good row of it stands any more: how many, and the first of them. */
export interface MissingAwards {
  readonly all: number;
  readonly first: readonly Pick<LedgerAward, 'recipient' | 'badge' | 'credentialId' | 'issuedAt'>[];
}

/** A plan as a page shows it. */
export interface PreviewedPlan {
  readonly plan: RosterPlan;
  readonly head: PlanHead;
  readonly digest: string;
  readonly rosterFile: string;
  readonly header: readonly string[];
  /** The first awards that are to be issued. */
  readonly first: readonly PlanRow[];
  /** How many are to be issued, by definition. */
  readonly perBadge: ReadonlyMap<string, number>;
  readonly missing: MissingAwards;
  readonly passedOver: PassedOver;
  readonly definitions: readonly LoadedDefinition[];
  readonly issuerName: string;
  /** A credential as it would be signed. */
  readonly sample: JsonObject | undefined;
  readonly isSuperseding: boolean;
}

const STYLE = `
h2 { margin: 2.25rem 0 .5rem; }
.badges { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; list-style: none; margin: 0; padding: 0; }
.badges li { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
.badges img { display: block; width: 9rem; height: 9rem; object-fit: contain; margin: 0 auto .75rem; }
.badges h3 { margin: 0; }
mark { background: #ffe1e1; color: var(--bad); padding: 0 .15rem; }
td.problem { min-width: 16rem; }
.cells { color: var(--dim); }
.cells mark { font-weight: 600; }
pre { background: #f3f6f8; border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; overflow-x: auto; white-space: pre-wrap; font: .8rem/1.45 ui-monospace, "SF Mono", Consolas, monospace; }
summary { cursor: pointer; font-weight: 600; }
`;
const SHOWN = 200;

/** A plan as a page for people: what would be issued, what would not and why, and what it would look like. */
export function planAsHtml(preview: PreviewedPlan): string {
  const { plan, head, digest, rosterFile, issuerName } = preview;
  const made = readInstant(head.made);
  const counts: readonly (readonly [string, number])[] = [
    ['to issue', plan.toIssue],
    [preview.isSuperseding ? 'of them to supersede' : 'changed since issued', plan.changed.length],
    ['unchanged', plan.unchanged],
    ['not earned', plan.unearned.rows],
    ['refused', plan.refused.rows],
    ['missing', preview.missing.all],
    ['revoked since issued', plan.revoked.length],
    ['erased', plan.erased.length],
  ];
  const shown = counts.filter(([what, number]) => number > 0 || what === 'to issue' || what === 'refused');
  return pageAsHtml({
    title: `Plan: ${rosterFile}`,
    lead: `<p class="dim">${escapeHtml(`What issuing this roster would do, in the name of ${issuerName}. Made ${made === undefined ? head.made : formatMinute(made)}; nothing is issued yet.`)}</p>${approvalsAsHtml(plan)}`,
    main: [
      countsAsHtml(
        'What the plan does',
        shown.map(([what, number]) => [what, count(number)] as const),
      ),
      badgesAsHtml(preview),
      refusedAsHtml(preview),
      toIssueAsHtml(preview),
      changedAsHtml(preview),
      missingAsHtml(preview),
      unearnedAsHtml(preview),
      sampleAsHtml(preview.sample),
    ].join(''),
    footer: `<p>The plan file’s SHA-256 is <code>${digest}</code>: that is what is carried out, and what an approval signs. This page only shows it.</p>`,
    style: STYLE,
    hasImages: true,
  });
}

function approvalsAsHtml({ approvals: { needed, badge } }: RosterPlan): string {
  if (needed === 0) return '';
  return `<p><strong>It takes ${counted(needed, 'approval')}</strong> before it can be carried out: <code>${escapeHtml(badge)}</code> is issued to nobody without.</p>`;
}

function section(title: string, content: string): string {
  return `<section>\n<h2>${escapeHtml(title)}</h2>\n${content}\n</section>\n`;
}

function badgesAsHtml({ perBadge, definitions }: PreviewedPlan): string {
  const cards = definitions.flatMap(({ badge, source, images }) => {
    const number = perBadge.get(badge);
    if (number === undefined) return [];
    const { name, description, tier, validFor, image } = source;
    const [picture] = images;
    return `<li>${picture === undefined ? '' : imageAsHtml(picture.format, picture.bytes, image.caption)}
<h3>${escapeHtml(name)}</h3>
<p class="dim">${escapeHtml(tier)}, ${validFor === undefined || validFor === NEVER ? 'does not expire' : `valid for ${escapeHtml(durationInWords(validFor))}`}</p>
<p>${escapeHtml(description)}</p>
<p><strong>${escapeHtml(counted(number, 'award'))}</strong> of <code>${escapeHtml(badge)}</code></p></li>`;
  });
  return cards.length === 0 ? '' : section('The badges', `<ul class="badges">${cards.join('\n')}</ul>`);
}

/** Each refused row as it stands, with what is wrong in place. */
function refusedAsHtml({ plan: { refused }, header }: PreviewedPlan): string {
  if (refused.rows === 0) return '';
  const rows = refused.first
    .slice(0, SHOWN)
    .map((row) => [String(row.line), cellsAsHtml(row, header), problems(row.faults)]);
  return section(
    `Refused: ${counted(refused.rows, 'row')}`,
    `<p>Nothing is issued for them until they are mended.</p>${tableAsHtml(['line', 'the row', 'what is wrong, and what to write'], rows)}${more(refused.rows)}`,
  );
}

function cellsAsHtml({ cells, faults }: RefusedRow, header: readonly string[]): string {
  const marked = new Set(faults.map(({ column }) => column));
  const shown = cells.flatMap((cell, index) => {
    const isMarked = marked.has(index + 1);
    if (cell.trim() === '' && !isMarked) return [];
    const text = `${escapeHtml(header[index] ?? `column ${index + 1}`, 60)}: ${cell.trim() === '' ? 'empty' : escapeHtml(cell, 120)}`;
    return [isMarked ? `<mark>${text}</mark>` : text];
  });
  return `<span class="cells">${shown.join(' · ')}</span>`;
}

function problems(faults: readonly RowFault[]): string {
  return faults
    .map(
      ({ message, hint }) =>
        `<div>${escapeHtml(message)}${hint === undefined ? '' : `<br>→ ${escapeHtml(hint, 400)}`}</div>`,
    )
    .join('');
}

function toIssueAsHtml({ plan, first }: PreviewedPlan): string {
  if (first.length === 0) return '';
  const rows = first.map(({ line, recipient, badge, replaces }) => [
    String(line),
    escapeHtml(recipient),
    escapeHtml(badge),
    replaces === undefined ? '' : `replaces <code>${escapeHtml(replaces)}</code>`,
  ]);
  return section(
    `To issue: ${counted(plan.toIssue, 'badge')}`,
    `${tableAsHtml(['line', 'to whom', 'badge', ''], rows)}${more(plan.toIssue)}`,
  );
}

function changedAsHtml({ plan: { changed, revoked, erased }, isSuperseding }: PreviewedPlan): string {
  const rows = [
    ...changed.map(({ line, credentialId, columns }) => [
      String(line),
      `${columns.map((column) => escapeHtml(column)).join(', ')} changed since <code>${escapeHtml(credentialId)}</code>`,
      isSuperseding ? 'a new badge replaces it, and it is revoked' : 'what was issued stays as it is',
    ]),
    ...revoked.map((line) => [String(line), 'changed since its badge was revoked', 'nothing is issued']),
    ...erased.map((line) => [String(line), 'its person was erased', 'nothing is issued']),
  ];
  if (rows.length === 0) return '';
  return section(
    'Changed since issued',
    `${tableAsHtml(['line', 'what changed', 'what is done'], rows.slice(0, SHOWN))}${more(rows.length)}`,
  );
}

function missingAsHtml({ missing: { all, first } }: PreviewedPlan): string {
  if (all === 0) return '';
  const rows = first.map(({ recipient, badge, credentialId, issuedAt }) => [
    escapeHtml(recipient),
    escapeHtml(badge),
    issuedAt === undefined ? '' : formatDay(issuedAt),
    `<code>${escapeHtml(credentialId)}</code>`,
  ]);
  return section(
    `Missing: ${counted(all, 'badge')}`,
    `<p>They were issued from a roster of this name, are valid, and no good row stands for them now. They stay valid unless they are revoked.</p>${tableAsHtml(['to whom', 'badge', 'issued', 'credential'], rows)}${more(all)}`,
  );
}

function unearnedAsHtml({ plan: { unearned }, passedOver }: PreviewedPlan): string {
  const passed = [...passedOver].map(
    ([reason, { rows, firstLine }]) =>
      `<li>${escapeHtml(`${counted(rows, 'row')}: ${reason} (the first on line ${firstLine})`)}</li>`,
  );
  const list = passed.length === 0 ? '' : section('Passed over', `<ul>${passed.join('')}</ul>`);
  if (unearned.rows === 0) return list;
  const rows = unearned.first.map(({ line, reason }) => [String(line), escapeHtml(reason, 400)]);
  return `${section(`Not earned: ${counted(unearned.rows, 'row')}`, `${tableAsHtml(['line', 'why'], rows)}${more(unearned.rows, unearned.first.length)}`)}${list}`;
}

function sampleAsHtml(sample: JsonObject | undefined): string {
  if (sample === undefined) return '';
  const text = JSON.stringify(sample, null, 2)
    .split('\n')
    .map((line) => escapeHtml(line, 400))
    .join('\n');
  return section(
    'One of the credentials, before it is signed',
    `<details open><summary>as JSON</summary><pre>${text}</pre></details>`,
  );
}

function more(all: number, shown = SHOWN): string {
  return all > shown ? `<p class="dim">and ${count(all - shown)} more</p>` : '';
}
