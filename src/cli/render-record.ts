import type { Achieved, AchievedResult, ShownEvidence } from '../openbadges/achieved.ts';
import type { Standing } from '../issue/standing.ts';
import type { BadgeImage } from '../programme/definitions.ts';
import { formatDay, formatMinute, type Instant, readInstant } from '../syntax/datetime.ts';
import { isWebUrl } from '../syntax/iri.ts';
import { escapeHtml as escapeShort, imageAsHtml, pageAsHtml, tableAsHtml } from './html.ts';
import { counted } from './style.ts';

/** What is signed is shown as a whole, however long it is. */
function escapeHtml(text: string): string {
  return escapeShort(text, Infinity);
}

/** A badge of a person's, as the record shows it. */
export interface RecordedBadge {
  readonly credentialId: string;
  readonly achieved: Achieved;
  readonly standing: Standing;
  readonly image: Pick<BadgeImage, 'format' | 'bytes'> | undefined;
  readonly caption: string;
  /** The signed credential as it was issued. */
  readonly text: string;
  readonly form: 'json' | 'jwt';
}

export interface EvidenceRecord {
  /** What the person is called, or known by. */
  readonly person: string;
  readonly issuer: { readonly id: string; readonly name: string; readonly url: string | undefined };
  readonly made: Instant;
  readonly badges: readonly RecordedBadge[];
  /** Ids of badges whose files are not here. */
  readonly absent: readonly string[];
}

const STYLE = `
main > article { display: grid; grid-template-columns: 8rem 1fr; gap: .25rem 1.5rem; border-top: 2px solid var(--line); padding: 1.5rem 0; }
main > article > img { width: 8rem; height: 8rem; object-fit: contain; grid-row: span 2; }
h2 { font-size: 1.3rem; }
h3 { margin: 1rem 0 0; font-size: .85rem; text-transform: uppercase; letter-spacing: .06em; color: var(--dim); }
.standing { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; font-size: .85rem; font-weight: 600; color: var(--good); }
.standing.other { color: var(--bad); }
ul { margin: .25rem 0; padding-left: 1.1rem; }
.steps { display: flex; flex-wrap: wrap; gap: .25rem; list-style: none; margin: .35rem 0 0; padding: 0; }
.steps li { border: 1px solid var(--line); border-radius: .3rem; padding: .05rem .5rem; font-size: .85rem; color: var(--dim); }
.steps li.reached { background: var(--good); border-color: var(--good); color: #fff; font-weight: 600; }
meter { width: 9rem; height: .8rem; vertical-align: middle; }
.proof { background: #f3f6f8; border-radius: .5rem; padding: .6rem .9rem; margin-top: 1rem; font-size: .9rem; }
td p { margin: 0 0 .25rem; }
@media (max-width: 40rem) { main > article { grid-template-columns: 1fr; } }
@media print { main > article { break-inside: avoid; } .proof { background: none; border: 1px solid var(--line); } a::after { content: " <" attr(data-shown) ">"; font-size: .8em; } a[data-shown=""]::after { content: ""; } }
`;

const STANDINGS: Readonly<Record<Standing, string>> = {
  valid: 'valid',
  expired: 'expired',
  suspended: 'suspended',
  revoked: 'revoked',
  superseded: 'replaced by a newer one',
};

/** What a person has achieved, how well, against which skills and with what evidence: a page that needs nothing else. */
export function recordAsHtml({ person, issuer, made, badges, absent }: EvidenceRecord): string {
  const by = issuer.url === undefined ? escapeHtml(issuer.name) : link(issuer.url, issuer.name);
  return pageAsHtml({
    title: `Evidence record of ${person}`,
    lead: `<p class="dim">${counted(badges.length, 'badge')} awarded by ${by}. Put together ${escapeHtml(formatMinute(made))}; what stands here, the signed badges say, and each can be verified without this page.</p>`,
    main: badges.map(badgeAsHtml).join('\n'),
    footer: [
      `<p>To verify a badge: save its credential, and give the file to <code>badgekit verify</code> or to any verifier of Open Badges 3.0. Its issuer is <code>${escapeHtml(issuer.id)}</code>.</p>`,
      ...(absent.length === 0
        ? []
        : [
            `<p>Not shown, since their files are not in the programme: ${absent.map((id) => `<code>${escapeHtml(id)}</code>`).join(', ')}.</p>`,
          ]),
    ].join(''),
    style: STYLE,
    hasImages: true,
  });
}

function badgeAsHtml({ credentialId, achieved, standing, image, caption, text, form }: RecordedBadge): string {
  const { name, description, tier, achievementType, criteria, awarded, validUntil, credits, narrative } = achieved;
  const kind = [tier, achievementType === undefined ? undefined : inWords(achievementType)].filter(
    (word) => word !== undefined,
  );
  const dates = [
    `awarded ${dayOf(awarded)}`,
    validUntil === undefined ? 'does not expire' : `valid until ${dayOf(validUntil)}`,
    ...(credits === undefined ? [] : [`${credits} ${credits === 1 ? 'credit' : 'credits'}`]),
  ];
  return `<article>
${image === undefined ? '<span></span>' : imageAsHtml(image.format, image.bytes, caption)}
<div>
<h2>${escapeHtml(name)}</h2>
<p><span class="standing${standing === 'valid' ? '' : ' other'}">${STANDINGS[standing]}</span> <span class="dim">${escapeHtml([...kind, ...dates].join(' · '))}</span></p>
${description === undefined ? '' : `<p>${escapeHtml(description)}</p>`}
${narrative === undefined ? '' : `<p>“${lines(narrative)}”</p>`}
${part('How well', resultsAsHtml(achieved.results))}
${part('What it took', criteriaAsHtml(criteria))}
${part(
  'Skills',
  list(
    achieved.skills.map(({ name: skill, url, framework, code }) => {
      const where = [framework, code].filter((word) => word !== undefined).join(' ');
      return `${url === undefined ? escapeHtml(skill) : link(url, skill)}${where === '' ? '' : ` <span class="dim">(${escapeHtml(where)})</span>`}`;
    }),
  ),
)}
${part('Evidence', list(achieved.evidence.map(evidenceAsHtml)))}
<p class="proof">Signed credential <code>${escapeHtml(credentialId)}</code> · <a data-shown="" download="${escapeHtml(credentialId.replace(/[^\w-]+/g, '-'))}.${form}" href="data:application/octet-stream;base64,${Buffer.from(text, 'utf8').toString('base64')}">save it</a> to verify it</p>
</div>
</article>`;
}

function part(title: string, content: string): string {
  return content === '' ? '' : `<h3>${title}</h3>\n${content}`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function resultsAsHtml(results: readonly AchievedResult[]): string {
  if (results.length === 0) return '';
  return tableAsHtml(
    ['what was looked at', 'result'],
    results.map((result) => [escapeHtml(result.name), resultAsHtml(result)]),
  );
}

/** In numbers and in words. */
function resultAsHtml({ value, status, range, required, level, levels }: AchievedResult): string {
  const { min, max } = range;
  const number = Number(value);
  const isMeasured = value !== undefined && Number.isFinite(number) && min !== undefined && max !== undefined;
  const meter = isMeasured
    ? ` <meter min="${escapeHtml(min)}" max="${escapeHtml(max)}" value="${number}">${escapeHtml(value)}</meter>`
    : '';
  const scale = isMeasured ? ` of ${min === '0' ? '' : `${min} to `}${max}` : '';
  const asked = required === undefined ? '' : ` <span class="dim">(required: ${escapeHtml(required)})</span>`;
  const steps = levels.map(
    ({ id, name }) => `<li${id !== undefined && id === level?.id ? ' class="reached"' : ''}>${escapeHtml(name)}</li>`,
  );
  return [
    ...(value === undefined
      ? []
      : [
          `<p><strong>${escapeHtml(value)}</strong>${escapeHtml(scale)}${meter}${level === undefined ? asked : ''}</p>`,
        ]),
    ...(level === undefined
      ? []
      : [
          `<p><strong>${escapeHtml(level.name)}</strong>${level.description === undefined ? '' : `: ${escapeHtml(level.description)}`}${asked}</p>`,
          `<ol class="steps">${steps.join('')}</ol>`,
        ]),
    ...(status === undefined ? [] : [`<p>${escapeHtml(inWords(status))}</p>`]),
  ].join('');
}

function criteriaAsHtml({ id, narrative }: Achieved['criteria']): string {
  const said = narrative === undefined ? '' : `<p>${lines(narrative)}</p>`;
  return `${said}${id === undefined ? '' : `<p>${link(id, id)}</p>`}`;
}

function evidenceAsHtml({ url, name, description, narrative, genre, audience, digest }: ShownEvidence): string {
  const title = name ?? url ?? 'described in words';
  const about = [genre, audience === undefined ? undefined : `for ${audience}`].filter((word) => word !== undefined);
  return [
    `<p>${url === undefined ? escapeHtml(title) : link(url, title)}${about.length === 0 ? '' : ` <span class="dim">(${escapeHtml(about.join(', '))})</span>`}</p>`,
    ...[description, narrative].filter((text) => text !== undefined).map((text) => `<p>${lines(text)}</p>`),
    ...(digest === undefined ? [] : [`<p class="dim">its digest is signed: <code>${escapeHtml(digest)}</code></p>`]),
  ].join('');
}

/** Only web addresses become links: what a badge says may be anything. */
function link(url: string, text: string): string {
  if (!isWebUrl(url)) return `${escapeHtml(text)} <code>${escapeHtml(url)}</code>`;
  return `<a rel="noreferrer" data-shown="${text === url ? '' : escapeHtml(url)}" href="${escapeHtml(url)}">${escapeHtml(text)}</a>`;
}

function lines(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => escapeHtml(line))
    .join('<br>');
}

/** `CertificateOfCompletion` as `certificate of completion` */
function inWords(word: string): string {
  return word
    .replace(/^ext:/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
}

function dayOf(stamp: string | undefined): string {
  const instant = readInstant(stamp);
  return instant === undefined ? '' : formatDay(instant);
}
