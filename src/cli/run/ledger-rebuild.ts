import { NO_DEMANDS } from '../../openbadges/tier-policy.ts';
import { basename, join, relative, resolve } from 'node:path';
import { BadgekitError, EXIT, type ExitCode, ifUsable } from '../../errors.ts';
import { type Award, readAward, type RowRules } from '../../issue/award.ts';
import { credentialIdOf, identify } from '../../issue/identity.ts';
import {
  erasedRecord,
  type FoundList,
  lostRecord,
  type MatchedRow,
  recordOf,
  type Rebuilding,
} from '../../issue/rebuild.ts';
import { MAX_LIST_BYTES, readListCredential } from '../../issue/status-lists.ts';
import type { AwardRecord, LedgerRecord, StatusListName, StatusPlace } from '../../ports.ts';
import { erasedBadges } from '../../programme/erased-badges.ts';
import { readEndedKeys } from '../../programme/ended-keys.ts';
import { readDidFile } from '../../programme/did-file.ts';
import { listFiles } from '../../programme/files.ts';
import { type IssuedFile, issuedFiles } from '../../programme/issued-files.ts';
import { loadIssuer } from '../../programme/issuer.ts';
import { openKeyring } from '../../programme/keyring.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { rosterConfig } from '../../programme/config.ts';
import { rosterFiles } from '../../programme/roster-files.ts';
import { openRoster, type RosterHints } from '../../programme/roster.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import { type Bitstring, decodeBitstring } from '../../status/bitstring.ts';
import { readStatusList, statusListPath } from '../../status/list.ts';
import { describeList, listNameOf } from '../../status/place.ts';
import type { RosterRow } from '../../roster/layout.ts';
import { type Instant, readInstant } from '../../syntax/datetime.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { newRunId, runNote, usingLedger } from '../open-ledger.ts';
import { withPassphrase } from '../passphrase.ts';
import { readRosterHints, type RosterOptions } from '../roster-options.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';
import { conflictError } from './ledger-import.ts';

export type LedgerRebuildOptions = CommonOptions & RosterOptions;

interface HostedList extends FoundList {
  readonly name: StatusListName;
  readonly bits: Bitstring;
}

/** `ledger rebuild`: makes a lost ledger again from credentials, status lists and rosters. */
export async function runLedgerRebuild(
  rosters: readonly string[],
  options: LedgerRebuildOptions,
  session: Session,
): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const definitions = await requireDefinitions(programme);
  const keyring = await withPassphrase(session, options.passphraseFile, (passphrase) =>
    openKeyring(programme, passphrase, session.env),
  );
  const form = programme.config.proof ?? 'data-integrity';
  const issuer = await loadIssuer(programme, { keyring, definitions, form });
  const found: IssuedFile[] = [];
  const unreadable: string[] = [];
  for await (const file of issuedFiles(programme))
    if (file.credential === undefined) unreadable.push(file.path);
    else found.push(file);
  const lists = await readLists(programme);
  const rebuilding: Rebuilding = {
    issuer,
    run: newRunId(session),
    now: session.clock(),
    listOf: (place) => lists.get(describeList(place)),
  };
  const ids = new Set(found.map(({ credential }) => String(credential?.document['id'])));
  const rows = await matchRows(await namedRosters(rosters, programme, session), ids, {
    identifyRow: (row) => identify(keyring.awardSecret, issuer.profile.id, row),
    idOf: (identity, edition) => credentialIdOf(keyring.awardSecret, identity, edition),
    rules: {
      // Whoever was issued a badge has it, whatever it takes to earn it now.
      definitions: new Map(
        definitions.map(({ badge, source: { award_when: _, ...source } }) => [badge, { badge, source }]),
      ),
      recipients: programme.config.recipients,
      namesEveryone: false,
      tiers: NO_DEMANDS,
    },
    hintsOf: (file) => readRosterHints(options, rosterConfig(programme.config, basename(file))),
    session,
  });
  const awards = found.flatMap(({ credential, ...file }) => {
    const id = credential?.document['id'];
    return credential === undefined
      ? []
      : (recordOf({ ...file, ...credential }, rows.get(String(id)), rebuilding) ?? []);
  });
  refuseMissingLists(awards, lists);
  const erased = (await erasedBadges(programme))
    .filter(({ credentialId }) => !ids.has(credentialId))
    .map(({ credentialId, badge, text }) =>
      erasedRecord(credentialId, badge, entriesIn(text, [...lists.values()]), rebuilding),
    );
  const lost = lostPlaces([...awards, ...erased], lists).map((place) => lostRecord(place, rebuilding));
  const records: readonly LedgerRecord[] = [
    // Nobody knows how far the lists were used; new badges go into new ones.
    ...[...lists.values()].map(({ name, bits, signedAt }) => ({
      kind: 'list' as const,
      ...name,
      size: bits.length,
      used: bits.length,
      signedAt,
    })),
    { kind: 'run', ...runNote(rebuilding.run, 'ledger rebuild', session), endedAt: session.clock() },
    ...(await endedKeys(programme, session.clock())),
    ...awards,
    ...erased,
    ...lost,
  ];
  const isTrial = options.dryRun === true;
  await usingLedger(
    programme,
    // Nothing is signed here, so that a key that ended is no obstacle.
    { awardSecret: keyring.awardSecret },
    session,
    async (ledger) => {
      for await (const record of ledger.dump()) if (record.kind === 'award') throw notEmpty();
      const { conflicts } = await ledger.load(() => each(records), await ledger.secretFingerprint(), { isTrial });
      if (conflicts.length > 0) throw conflictError(conflicts);
    },
    { isRemade: true },
  );
  const nameless = awards.filter(({ roster }) => roster === '').length;
  const outcome = {
    awards: awards.length,
    revoked: awards.filter(({ changes }) => changes.length > 0).length,
    nameless,
    lost: lost.length,
    unreadable: unreadable.map((path) => programme.shown(path)),
  };
  session.out(
    options.json === true
      ? `${JSON.stringify({ badgekit: 1, command: 'ledger rebuild', dryRun: isTrial, ...outcome })}\n`
      : asText(outcome, isTrial),
  );
  return unreadable.length > 0 ? EXIT.no : EXIT.yes;
}

/** The status entries that a receipt names. */
function entriesIn(text: string, lists: readonly HostedList[]): readonly StatusPlace[] {
  return lists.flatMap(({ name }) => {
    const [, entry] = text.split(`; ${describeList(name)}, entry `);
    return entry === undefined ? [] : [{ ...name, index: Number.parseInt(entry, 10) }];
  });
}

/** Keys that never sign again, by what lies beside them, and by the DID document, which withdraws compromised ones. */
async function endedKeys(programme: Programme, at: Instant): Promise<readonly LedgerRecord[]> {
  const noted = (await readEndedKeys(programme)).map((key) => ({ kind: 'key' as const, ...key }));
  if (!programme.config.issuer.id.startsWith('did:web:')) return noted;
  const names = new Set(noted.map(({ name }) => name));
  const withdrawn = [...(await readDidFile(programme)).keys].flatMap(([name, { endsAt }]): LedgerRecord[] =>
    endsAt === undefined || names.has(name) ? [] : [{ kind: 'key', name, state: 'compromised', since: endsAt, at }],
  );
  return [...noted, ...withdrawn];
}

interface Outcome {
  readonly awards: number;
  readonly revoked: number;
  readonly nameless: number;
  readonly lost: number;
  readonly unreadable: readonly string[];
}

function asText({ awards, revoked, nameless, lost, unreadable }: Outcome, isTrial: boolean): string {
  return [
    `${counted(awards, 'badge')} found, ${counted(revoked, 'one of them revoked or suspended', 'of them revoked or suspended')}\n`,
    ...(nameless > 0
      ? [
          `${counted(nameless, 'badge')} without a row in any roster: who has ${nameless === 1 ? 'it' : 'them'} is not known. Give the rosters: badgekit ledger rebuild old/*.csv\n`,
        ]
      : []),
    ...(lost > 0
      ? [`${counted(lost, 'entry is', 'entries are')} set in the lists for badges that are not here: they stay set\n`]
      : []),
    ...unreadable.map((file) => `${file} cannot be read as a credential, and is left out\n`),
    isTrial
      ? 'Nothing was written.\n'
      : 'New badges go into new status lists. badgekit ledger check compares the rest.\n',
  ].join('');
}

function notEmpty(): BadgekitError {
  return new BadgekitError('FILE_EXISTS', 'the ledger is there, and knows of badges', {
    hint: 'badgekit ledger check compares it with the files; to make it again all the same, move .badgekit/ledger.db away',
  });
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function readLists(programme: Programme): Promise<ReadonlyMap<string, HostedList>> {
  const lists = new Map<string, HostedList>();
  for (const path of await listFiles(programme.root, 'public/status')) {
    const name = listNameOf(path.slice('public/'.length));
    if (name === undefined) continue;
    const bytes = await programme.files.read(path, MAX_LIST_BYTES);
    const document = ifUsable(() => readListCredential(bytes).document);
    const bits = ifUsable(() => decodeBitstring(readStatusList(document ?? {})?.encodedList ?? ''));
    if (document === undefined || bits === undefined)
      throw new BadgekitError(
        'STATUS_LIST_INVALID',
        'the status list cannot be read, so what it revokes is not known',
        {
          where: { file: programme.shown(path) },
          hint: 'copy it back from your web host',
        },
      );
    lists.set(describeList(name), {
      name,
      bits,
      isSet: ({ index }) => index < bits.length && bits.isSet(index),
      signedAt: readInstant(document['validFrom']) ?? 0,
    });
  }
  return lists;
}

/** Without the list, what it revokes would be forgotten. */
function refuseMissingLists(awards: readonly AwardRecord[], lists: ReadonlyMap<string, HostedList>): void {
  const missing = awards.flatMap(({ places }) => places).find((place) => !lists.has(describeList(place)));
  if (missing === undefined) return;
  throw new BadgekitError('STATUS_LIST_INVALID', 'the list is missing in which badges may have been revoked', {
    where: { file: `public/${statusListPath(missing, 'json')}` },
    hint: 'copy public/status/ back from your web host',
  });
}

/** Bits that are set and that no credential here explains. */
function lostPlaces(
  awards: readonly AwardRecord[],
  lists: ReadonlyMap<string, HostedList>,
): readonly (StatusListName & { readonly index: number })[] {
  const known = new Set(awards.flatMap(({ places }) => places.map((place) => `${describeList(place)} ${place.index}`)));
  return [...lists].flatMap(([list, { name, bits }]) => {
    const set = Array.from({ length: bits.length }, (_, index) => index).filter((index) => bits.isSet(index));
    return set.filter((index) => !known.has(`${list} ${index}`)).map((index) => ({ ...name, index }));
  });
}

/** Rosters to look in: those that are named, or all of the programme. */
async function namedRosters(
  named: readonly string[],
  programme: Programme,
  session: Session,
): Promise<readonly { readonly path: string; readonly shown: string }[]> {
  if (named.length > 0) return named.map((file) => ({ path: resolve(session.cwd, file), shown: file }));
  const files = await rosterFiles(programme);
  return files.map((file) => ({
    path: join(programme.root, file),
    shown: relative(session.cwd, join(programme.root, file)),
  }));
}

interface Matching {
  readonly identifyRow: (row: Award) => MatchedRow['identity'];
  readonly idOf: (identity: MatchedRow['identity'], edition: number) => string;
  readonly rules: Omit<RowRules, 'columns' | 'defaultBadge'>;
  readonly hintsOf: (file: string) => RosterHints;
  readonly session: Session;
}

/** The rows that credentials were issued for, by credential id. A roster that cannot be read is told and passed over. */
async function matchRows(
  rosters: readonly { readonly path: string; readonly shown: string }[],
  ids: ReadonlySet<string>,
  matching: Matching,
): Promise<ReadonlyMap<string, MatchedRow>> {
  const matched = new Map<string, MatchedRow>();
  for (const roster of rosters) {
    try {
      for await (const row of rowsOf(roster, matching))
        for (const [id, match] of editionsOf(row, matching, basename(roster.shown), ids)) matched.set(id, match);
    } catch (error) {
      if (!(error instanceof BadgekitError)) throw error;
      matching.session.err(`${roster.shown} is passed over: ${error.message}\n`);
    }
  }
  return matched;
}

/** The rows of a roster that can be read; each once for every badge, where the roster leaves the badge out. */
async function* rowsOf(
  { path, shown }: { readonly path: string; readonly shown: string },
  { rules, hintsOf }: Matching,
): AsyncGenerator<Award> {
  const roster = await openRoster(path, shown, hintsOf(path));
  const { columns } = roster.reading;
  const badges = columns.indices.has('badge') ? [undefined] : [...rules.definitions.keys()];
  for await (const record of roster.rows())
    yield* badges.flatMap((defaultBadge) => rowOf(record, { ...rules, columns, defaultBadge }));
}

function rowOf(record: RosterRow, rules: RowRules): readonly Award[] {
  const outcome = readAward(record, rules);
  return outcome.ok ? [outcome.award] : [];
}

/** How many editions in a row may have been moved away. */
const MAX_GAP = 3;

/** The credentials of an award that are among those found. */
function* editionsOf(
  row: Award,
  { identifyRow, idOf }: Matching,
  roster: string,
  ids: ReadonlySet<string>,
): Generator<readonly [id: string, match: MatchedRow]> {
  const identity = identifyRow(row);
  for (let [edition, gap] = [1, 0]; gap < MAX_GAP; edition++) {
    const id = idOf(identity, edition);
    gap = ids.has(id) ? 0 : gap + 1;
    if (gap === 0) yield [id, { row, identity, edition, roster }];
  }
}
