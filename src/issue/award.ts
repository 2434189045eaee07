import { type Definition, isNumeric, sameName } from '../openbadges/definition.ts';
import { normalizeEmail } from '../openbadges/recipient.ts';
import type { TierPolicy } from '../openbadges/tier-policy.ts';
import { IDENTIFIER_TYPES, isExtensibleWord } from '../openbadges/vocabulary.ts';
import { type Instant, parseDateOrStamp } from '../syntax/datetime.ts';
import { isDid, isEmailAddress, isWebUrl } from '../syntax/iri.ts';
import { isFaithful } from '../syntax/json-number.ts';
import { nearest, quoted, suggestion } from '../syntax/text.ts';
import { assessmentLacking } from './assessment.ts';
import { type AwardedEvidence, isSubstantial, readEvidence } from './evidence.ts';
import { earningOf } from './earning.ts';
import type { Column, ColumnMap } from '../roster/columns.ts';
import { factName } from '../roster/facts.ts';
import type { RosterRow } from '../roster/layout.ts';
import { type AwardedResult, cellCalled, type CellPlace, readResults, type ResultCells } from './results.ts';

/** One roster row, read and checked: this recipient, this badge, this evidence, these results and dates. */
export interface Award {
  readonly line: number;
  readonly badge: string;
  /** The definition that is used: the badge's own, or its variant in the row's language. */
  readonly definition: string;
  readonly recipient: AwardRecipient;
  readonly name: string | undefined;
  /** Tells several awards of one badge to one person apart. */
  readonly awardKey: string;
  readonly issuedOn: Instant | undefined;
  readonly expiresOn: Instant | undefined;
  readonly evidence: readonly AwardedEvidence[];
  readonly narrative: string | undefined;
  readonly credits: number | undefined;
  readonly results: readonly AwardedResult[];
}

export interface AwardRecipient {
  /** What the ledger and people know the recipient by. */
  readonly label: string;
  readonly email: string | undefined;
  readonly id: string | undefined;
  readonly identifier: { readonly value: string; readonly type: string } | undefined;
}

/** A reason why a row cannot be issued. Columns count from 1, as spreadsheets' do. */
export interface RowFault {
  readonly line: number;
  readonly column: number | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  /** The file that it stands in, where that is not the roster itself but one that was joined with it. */
  readonly file?: string;
}

export type RowOutcome =
  | { readonly ok: true; readonly award: Award }
  | {
      readonly ok: false;
      readonly faults: readonly RowFault[];
      /** Which badge it is about, where that can be said. */
      readonly badge?: string;
      /** Why the row's person has not earned the badge, where the badge says who does; there are no faults then. */
      readonly unearned?: string;
    };

export interface RowRules {
  readonly columns: ColumnMap;
  readonly definitions: ReadonlyMap<string, Definition>;
  /** The badge of rows that name none. */
  readonly defaultBadge: string | undefined;
  readonly recipients: 'hashed-email' | 'plain-email' | 'did';
  /** Whether the roster is of everyone: then a badge without a condition is nobody's. */
  readonly namesEveryone: boolean;
  /** What badges of each tier must have. */
  readonly tiers: TierPolicy;
}

/** Reads one row of a roster and reports everything that is wrong with it at once. */
export function readAward(record: RosterRow, rules: RowRules): RowOutcome {
  return new RowReader(record, rules).read();
}

/** What needs no look at its characters: printable ASCII without space around it. */
const PLAIN_CELL = /^[!-~](?:[ -~]*[!-~])?$/;

class RowReader {
  readonly #record: RosterRow;
  readonly #rules: RowRules;
  readonly #faults: RowFault[] = [];

  constructor(record: RosterRow, rules: RowRules) {
    this.#record = record;
    this.#rules = rules;
  }

  read(): RowOutcome {
    const { cells, original = cells, line } = this.#record;
    const { width } = this.#rules.columns;
    if (original.length > width && original.slice(width).some((cell) => cell.trim() !== '')) {
      this.#faultAt(
        width,
        `the row has ${original.length} cells, the header ${width}`,
        'put quotes around cells that contain the separator',
      );
    }
    const recipient = this.#recipient();
    const badge = this.#badge();
    const definition = badge === undefined ? undefined : this.#definition(badge);
    this.#tellConflicts(definition);
    const issuedOn = this.#date('issued_on');
    const expiresOn = this.#date('expires_on');
    if (issuedOn !== undefined && expiresOn !== undefined && expiresOn <= issuedOn)
      this.#fault('expires_on', 'the award would expire before it begins', 'check both dates');
    const results =
      definition === undefined
        ? []
        : readResults(definition.source, this.#resultCells(definition), (column, message, hint) =>
            this.#fault(column, message, hint),
          );
    const rest = {
      evidence: this.#evidence(),
      narrative: this.#cell('narrative'),
      credits: this.#credits(),
      name: this.#cell('name'),
      awardKey: this.#cell('award') ?? '',
    };
    if (definition !== undefined) this.#checkAssessment(definition, results, rest.evidence);
    const unearned = badge === undefined ? undefined : this.#unearned(badge);
    if (unearned !== undefined) return { ok: false, faults: [], unearned, ...(badge === undefined ? {} : { badge }) };
    if (this.#faults.length > 0 || recipient === undefined || badge === undefined || definition === undefined)
      return { ok: false, faults: this.#faults, ...(badge === undefined ? {} : { badge }) };
    return {
      ok: true,
      award: { line, badge, definition: definition.badge, recipient, issuedOn, expiresOn, results, ...rest },
    };
  }

  /** What is wrong with a result is said already, and says enough. */
  #checkAssessment({ source }: Definition, results: readonly AwardedResult[], evidence: Award['evidence']): void {
    if (this.#faults.length > 0) return;
    const lacking = assessmentLacking(source.tier, this.#rules.tiers, results, evidence.some(isSubstantial));
    if (lacking !== undefined) this.#faultAt(undefined, lacking.message, lacking.hint);
  }

  /** Why the row's person has not earned the badge; undefined where they have, or it cannot be said. */
  #unearned(badge: string): string | undefined {
    const earning = earningOf(badge, this.#record, this.#rules);
    if (earning.kind === 'unearned') return earning.because;
    if (earning.kind === 'faulty')
      for (const fault of earning.faults) this.#faults.push({ ...fault, line: this.#record.line });
    return undefined;
  }

  /** What joined files say differently of what goes into the badge; what only conditions look at is theirs to tell. */
  #tellConflicts(definition: Definition | undefined): void {
    const { conflicts = [] } = this.#record;
    if (conflicts.length === 0) return;
    const { indices, results } = this.#rules.columns;
    const called = (definition?.source.resultDescription ?? []).map(({ name }) => factName(name));
    const files = [...this.#rules.columns.evidence.keys()].map((name) => `evidence_file.${name}`);
    const read = new Set<string>([
      ...indices.keys(),
      ...files,
      ...[...results.keys()].map((name) => `result.${name}`),
      ...called,
    ]);
    for (const { column, fault } of conflicts) if (column === undefined || read.has(column)) this.#faults.push(fault);
  }

  #recipient(): AwardRecipient | undefined {
    const [rawEmail, id, value] = [this.#cell('email'), this.#cell('id'), this.#cell('identifier')];
    const type = this.#cell('identifier_type') ?? 'identifier';
    const email = rawEmail === undefined ? undefined : normalizeEmail(rawEmail);
    if (rawEmail !== undefined && email !== undefined && !isEmailAddress(email))
      this.#fault(
        'email',
        `email ${quoted(rawEmail)} is not an e-mail address`,
        'write one address such as ana@example.org',
      );
    if (id !== undefined && !isDid(id) && !isWebUrl(id))
      this.#fault(
        'id',
        `id ${quoted(id)} is neither a DID nor a web address`,
        'write a DID such as did:key:z6Mk… or an https address',
      );
    if (value !== undefined && !isExtensibleWord(IDENTIFIER_TYPES, type))
      this.#fault(
        'identifier_type',
        `identifier_type ${quoted(type)} is not a type of identifier that Open Badges has`,
        suggestion(type, IDENTIFIER_TYPES),
      );
    if (this.#rules.recipients === 'did' && (id === undefined || !isDid(id))) {
      this.#fault(
        'id',
        'the programme identifies recipients by DID, and the row has none',
        'fill the column id, or set recipients: hashed-email in badgekit.yaml',
      );
    }
    const label = email ?? id ?? value;
    if (label !== undefined) return { label, email, id, identifier: value === undefined ? undefined : { value, type } };
    const column =
      (['email', 'id', 'identifier'] as const).find((name) => this.#rules.columns.indices.has(name)) ?? 'email';
    this.#fault(column, `the row names nobody: ${column} is empty`, 'fill it in, or remove the row');
    return undefined;
  }

  #badge(): string | undefined {
    const named = this.#cell('badge');
    const badge = named ?? this.#rules.defaultBadge;
    if (badge === undefined)
      this.#fault(
        'badge',
        'the row does not say which badge',
        `fill the column badge, or give --badge; badges are: ${this.#badges().join(', ')}`,
      );
    else if (badge.includes('.') || !this.#rules.definitions.has(badge))
      this.#fault('badge', `badge ${quoted(badge)} is not defined`, this.#badgeHint(badge));
    else return badge;
    return undefined;
  }

  #badgeHint(badge: string): string {
    const near = nearest(badge, this.#badges());
    if (near !== undefined) return `did you mean "${near}"?`;
    return `write one of: ${this.#badges().join(', ')}; or say which one it is: --badge-id ${quoted(`${badge}=${this.#badges()[0] ?? 'ours'}`)}`;
  }

  /** A dotted name is a badge's variant in a language: rows reach it by their locale. */
  #badges(): readonly string[] {
    return [...this.#rules.definitions.keys()].filter((name) => !name.includes('.'));
  }

  #definition(badge: string): Definition | undefined {
    const locale = this.#cell('locale');
    if (locale === undefined) return this.#rules.definitions.get(badge);
    if (!/^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$/.test(locale))
      this.#fault('locale', `locale ${quoted(locale)} is not a language code`, 'write a code such as en, de or pt-BR');
    const language = locale.replace('_', '-').toLowerCase();
    const variants = [`${badge}.${language}`, `${badge}.${language.split('-')[0] ?? ''}`, badge];
    return variants.map((name) => this.#rules.definitions.get(name)).find((definition) => definition !== undefined);
  }

  #date(column: 'issued_on' | 'expires_on'): Instant | undefined {
    const text = this.#cell(column);
    if (text === undefined) return undefined;
    const instant = parseDateOrStamp(text);
    if (instant === undefined)
      this.#fault(
        column,
        `${column} ${quoted(text)} is not a date that badgekit reads`,
        'write year-month-day, such as 2026-05-04',
      );
    return instant;
  }

  #evidence(): Award['evidence'] {
    const { cells, attached } = this.#record;
    const files: { readonly name: string; readonly text: string; readonly at: number }[] = [];
    for (const [name, at] of this.#rules.columns.evidence) {
      const text = (cells[at] ?? '').trim().normalize('NFC');
      if (text !== '') files.push({ name, text, at });
    }
    return readEvidence({
      cell: (column) => this.#cell(column),
      files,
      attached,
      fault: (column, message, hint) => this.#fault(column, message, hint),
    });
  }

  #credits(): number | undefined {
    const text = this.#cell('credits');
    if (text === undefined) return undefined;
    const number = Number(text);
    if (isNumeric(text) && number >= 0) {
      if (isFaithful(text, number)) return number;
      this.#fault(
        'credits',
        `credits ${quoted(text)} is a number that a signature does not keep exactly`,
        'write at most 15 digits, and nothing smaller than 0.000001',
      );
      return undefined;
    }
    this.#fault(
      'credits',
      `credits ${quoted(text)} is not a number from 0 on`,
      'write digits with a decimal point, such as 2.5',
    );
    return undefined;
  }

  /** What the row says of results: in columns of badgekit's own, or in those that are called as a result of the badge is. */
  #resultCells({ source }: Definition): ResultCells {
    const { columns } = this.#rules;
    const cells = new Map<string, { readonly column: CellPlace; readonly text: string }>();
    for (const column of ['score', 'level'] as const) {
      const text = this.#cell(column);
      if (text !== undefined) cells.set(column, { column, text });
    }
    for (const [name, index] of columns.results) {
      const text = (this.#record.cells[index] ?? '').trim();
      if (text !== '') cells.set(`result.${name}`, { column: index + 1, text });
    }
    for (const result of source.resultDescription ?? []) {
      const { name } = result;
      if ([...columns.results.keys()].some((known) => sameName(known, name))) continue;
      const named = cellCalled(result, this.#record, columns);
      if (named !== undefined) cells.set(`result.${name}`, named);
    }
    return cells;
  }

  /** A cell's text, trimmed and in one Unicode form; undefined where it is empty or there is no such column. */
  #cell(column: Column): string | undefined {
    const index = this.#rules.columns.indices.get(column);
    const raw = index === undefined ? '' : (this.#record.cells[index] ?? '');
    if (raw === '') return undefined;
    if (PLAIN_CELL.test(raw)) return raw;
    if (!raw.isWellFormed() || raw.includes('\0'))
      this.#fault(column, `${column} holds characters that cannot be written`, 'type the cell again');
    const text = raw.normalize('NFC').replace(/^[\s\u00a0]+|[\s\u00a0]+$/g, '');
    return text === '' ? undefined : text;
  }

  #fault(column: CellPlace, message: string, hint: string | undefined): void {
    if (typeof column === 'object') return this.#faultAt(column.inFile, message, hint);
    const { indices, from } = this.#rules.columns;
    const index = typeof column === 'number' ? column - 1 : indices.get(column);
    this.#faultAt(index === undefined ? undefined : (from?.[index] ?? index), message, hint);
  }

  /** @param at the column of the file, from 0 */
  #faultAt(at: number | undefined, message: string, hint: string | undefined): void {
    const { joined } = this.#rules.columns;
    const origin = at === undefined ? undefined : (this.#record.filled?.get(at) ?? joined?.origins[at]);
    const file = origin === undefined || origin.part === 0 ? undefined : joined?.files[origin.part];
    const line = (file === undefined ? undefined : this.#record.lines?.[origin?.part ?? 0]) ?? this.#record.line;
    const column = at === undefined ? undefined : (origin?.at ?? at) + 1;
    this.#faults.push({ line, column, message, hint, ...(file === undefined ? {} : { file }) });
  }
}
