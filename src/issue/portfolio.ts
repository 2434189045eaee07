import type { Definition } from '../openbadges/definition.ts';
import type { LedgerAward } from '../ports.ts';
import { formatDay, type Instant, parseDateOrStamp } from '../syntax/datetime.ts';
import { isJsonObject, parseJson } from '../syntax/json.ts';

/** What can be said against a programme's badges as a whole. */
export const PORTFOLIO_FINDINGS = [
  'near-duplicate',
  'overlapping',
  'shared-skill',
  'never-issued',
  'issued-to-everyone',
  'no-alignment',
  'no-evidence',
  'criteria-expired',
] as const;
export type PortfolioFindingKind = (typeof PORTFOLIO_FINDINGS)[number];

export interface PortfolioFinding {
  readonly kind: PortfolioFindingKind;
  readonly badges: readonly string[];
  readonly message: string;
  readonly hint: string;
}

/** From where on something is a finding; shares are between 0 and 1. */
export interface PortfolioThresholds {
  /** The share of words that two badges have in common. */
  readonly similar: number;
  /** The share of the people of two badges who have both. */
  readonly overlap: number;
  /** The share of all people who have a badge. */
  readonly everyone: number;
  /** The share of a badge's awards that have neither evidence nor a result. */
  readonly unevidenced: number;
  /** How many badges may be aligned with one skill. */
  readonly perSkill: number;
  /** Of fewer people than these, nothing is said. */
  readonly people: number;
}

export const DEFAULT_THRESHOLDS: PortfolioThresholds = {
  similar: 0.7,
  overlap: 0.9,
  everyone: 0.95,
  unevidenced: 0.5,
  perSkill: 1,
  people: 10,
};

/** What was issued of each badge: how often, to whom, and how often with something that shows how it was earned. */
export class IssuedCounts {
  readonly #people = new Map<string, number[]>();
  readonly #badges: string[] = [];
  readonly #awards: number[] = [];
  readonly #evidenced: number[] = [];

  add({ badge, recipient, content }: Pick<LedgerAward, 'badge' | 'recipient' | 'content'>): void {
    const index = this.#indexOf(badge);
    this.#awards[index] = (this.#awards[index] ?? 0) + 1;
    if (showsHow(content)) this.#evidenced[index] = (this.#evidenced[index] ?? 0) + 1;
    const theirs = this.#people.get(recipient);
    if (theirs === undefined) this.#people.set(recipient, [index]);
    else if (!theirs.includes(index)) theirs.push(index);
  }

  #indexOf(badge: string): number {
    const known = this.#badges.indexOf(badge);
    return known === -1 ? this.#badges.push(badge) - 1 : known;
  }

  /** How many people have any badge. */
  get people(): number {
    return this.#people.size;
  }

  awardsOf(badge: string): number {
    return this.#awards[this.#badges.indexOf(badge)] ?? 0;
  }

  unevidencedOf(badge: string): number {
    return this.awardsOf(badge) - (this.#evidenced[this.#badges.indexOf(badge)] ?? 0);
  }

  /** How many people have each badge, and each pair of badges. */
  holders(): {
    readonly of: (badge: string) => number;
    readonly both: (one: string, other: string) => number;
  } {
    const size = this.#badges.length;
    const pairs = new Map<number, number>();
    for (const theirs of this.#people.values())
      for (const one of theirs)
        for (const other of theirs)
          if (one <= other) pairs.set(one * size + other, (pairs.get(one * size + other) ?? 0) + 1);
    const both = (one: string, other: string): number => {
      const [a, b] = [this.#badges.indexOf(one), this.#badges.indexOf(other)].toSorted((x, y) => x - y);
      return a === undefined || b === undefined || a < 0 ? 0 : (pairs.get(a * size + b) ?? 0);
    };
    return { of: (badge) => both(badge, badge), both };
  }
}

/** What was issued before rows were kept tells nothing: it is not held against a badge. */
function showsHow(content: string): boolean {
  if (content === '') return true;
  const said = parseJson(content);
  return isJsonObject(said) && Object.keys(said).some((column) => /^(?:evidence_|result\.|narrative$)/.test(column));
}

/** What can be said against the badges of a programme, by kind. Variants in other languages are not looked at. */
export function portfolioFindings(
  definitions: readonly Definition[],
  issued: IssuedCounts,
  thresholds: PortfolioThresholds,
  now: Instant,
): readonly PortfolioFinding[] {
  const badges = definitions.filter(({ badge }) => !badge.includes('.'));
  return [
    ...pairsOf(badges).flatMap(([one, other]) => alike(one, other, thresholds)),
    ...overlaps(badges, issued, thresholds),
    ...sharedSkills(badges, thresholds),
    ...badges.flatMap((definition) => ofOne(definition, issued, thresholds, now)),
  ].toSorted((a, b) => PORTFOLIO_FINDINGS.indexOf(a.kind) - PORTFOLIO_FINDINGS.indexOf(b.kind));
}

function pairsOf<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((one, index) => items.slice(index + 1).map((other) => [one, other] as const));
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function alike(one: Definition, other: Definition, { similar }: PortfolioThresholds): readonly PortfolioFinding[] {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const common = [...a].filter((word) => b.has(word)).length;
  const share = common / (a.size + b.size - common);
  if (share < similar) return [];
  return [
    {
      kind: 'near-duplicate',
      badges: [one.badge, other.badge],
      message: `say nearly the same: ${percent(share)} of their words are in both`,
      hint: 'make one of them, or say what tells them apart',
    },
  ];
}

function wordsOf({ source: { name, description, criteria } }: Definition): ReadonlySet<string> {
  const text = [name, description, criteria.narrative ?? ''].join(' ').normalize('NFC').toLowerCase();
  return new Set(text.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2));
}

function overlaps(
  badges: readonly Definition[],
  issued: IssuedCounts,
  { overlap, people }: PortfolioThresholds,
): readonly PortfolioFinding[] {
  const { of, both } = issued.holders();
  return pairsOf(badges).flatMap(([{ badge: one }, { badge: other }]) => {
    const [a, b, common] = [of(one), of(other), both(one, other)];
    const share = common / (a + b - common);
    if (Math.min(a, b) < people || share < overlap) return [];
    return [
      {
        kind: 'overlapping' as const,
        badges: [one, other],
        message: `go to the same people: ${percent(share)} of those who have one have both`,
        hint: 'make one of them, or make the second a step beyond the first',
      },
    ];
  });
}

function sharedSkills(badges: readonly Definition[], { perSkill }: PortfolioThresholds): readonly PortfolioFinding[] {
  const bySkill = new Map<string, { readonly name: string; readonly badges: string[] }>();
  for (const { badge, source } of badges)
    for (const { targetUrl, targetName } of source.alignment ?? []) {
      const known = bySkill.get(targetUrl) ?? { name: targetName, badges: [] };
      if (!known.badges.includes(badge)) known.badges.push(badge);
      bySkill.set(targetUrl, known);
    }
  return [...bySkill.values()]
    .filter((skill) => skill.badges.length > perSkill)
    .map((skill) => ({
      kind: 'shared-skill',
      badges: skill.badges,
      message: `are all aligned with ${skill.name}`,
      hint: 'align each with what it alone shows, or raise perSkill under portfolio in badgekit.yaml',
    }));
}

function ofOne(
  { badge, source }: Definition,
  issued: IssuedCounts,
  { everyone, unevidenced, people }: PortfolioThresholds,
  now: Instant,
): readonly PortfolioFinding[] {
  const findings: PortfolioFinding[] = [];
  const finding = (kind: PortfolioFindingKind, message: string, hint: string): void =>
    void findings.push({ kind, badges: [badge], message, hint });
  const awards = issued.awardsOf(badge);
  const isLight = source.tier === 'participation';
  if (awards === 0) finding('never-issued', 'was never issued', 'issue it, or remove its definition');
  const share = issued.people === 0 ? 0 : issued.holders().of(badge) / issued.people;
  if (!isLight && issued.people >= people && share >= everyone)
    finding(
      'issued-to-everyone',
      `was issued to ${percent(share)} of all who have any badge`,
      'what everybody gets shows no skill: look at award_when and the criteria, or make it a participation badge',
    );
  if (!isLight && (source.alignment ?? []).length === 0)
    finding('no-alignment', 'is aligned with no skill', `badgekit align badges/${badge}.yaml finds some`);
  const bare = issued.unevidencedOf(badge);
  if (!isLight && awards > 0 && bare / awards >= unevidenced)
    finding(
      'no-evidence',
      `was issued with neither evidence, a result nor a narrative ${percent(bare / awards)} of the time`,
      'fill a column such as score, level or evidence_url in its rosters',
    );
  const until = source.review_by === undefined ? undefined : parseDateOrStamp(source.review_by);
  if (until !== undefined && until < now)
    finding(
      'criteria-expired',
      `has criteria that were to be looked at again by ${formatDay(until)}`,
      'look at them, and write another review_by',
    );
  return findings;
}
