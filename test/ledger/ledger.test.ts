import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import Database from 'libsql';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { FileLock } from '../../src/ledger/file-lock.ts';
import { openLedger } from '../../src/ledger/open.ts';
import type { Claim, Ledger, LedgerAward, Reservation, StatusPurpose, WantedPlaces } from '../../src/ports.ts';
import { permute } from '../../src/status/permutation.ts';
import { temporaryFolder } from '../support/cli.ts';
import { ENGINES } from '../support/ledgers.ts';

const secret = new Uint8Array(32).fill(1);
const open = (place: string): Promise<Ledger> =>
  openLedger(place, {
    clock: () => 99,
    secret: async () => ({
      choosePlace: ({ purpose, series, list }, size, counter) =>
        permute(secret, `${purpose}/${series}/${list}`, size, counter),
      fingerprint: 'fingerprint',
    }),
  });

function reservation(number: number): Reservation & { wants: WantedPlaces } {
  return {
    credentialId: `urn:uuid:${number}`,
    award: `award-${number}`,
    edition: 1,
    supersedes: undefined,
    revokesBecause: undefined,
    wants: { purposes: ['revocation'], series: '' },
    badge: 'knots',
    recipient: number % 2 === 0 ? 'ana@example.org' : `r${number}@example.org`,
    subjectId: undefined,
    recipientName: 'Ana',
    awardKey: '',
    roster: 'r.csv',
    line: number,
    content: 'c',
    validFrom: 1000 + number,
    validUntil: undefined,
  };
}
const many = (from: number, to: number, ...purposes: StatusPurpose[]): ReturnType<typeof reservation>[] =>
  Array.from({ length: to - from }, (_, index) => ({
    ...reservation(from + index),
    wants: { purposes: purposes.length === 0 ? ['revocation'] : purposes, series: '' },
  }));

let runs = 0;
/** A ledger with a run begun on it. */
async function started(place: string): Promise<Ledger & { readonly run: string }> {
  const ledger = await open(place);
  const run = `run-${runs++}`;
  await ledger.startRun({ run, command: 'issue r.csv', host: 'here', pid: 1, startedAt: 3 });
  return Object.assign(ledger, { run });
}

async function selected(ledger: Ledger, text: string): Promise<readonly LedgerAward[]> {
  const found: LedgerAward[] = [];
  for await (const award of ledger.select({ text })) found.push(award);
  return found;
}

describe.each(ENGINES)('the ledger on $engine', ({ newPlace }) => {
  test('reserves an award once, with a place in each list, whatever is asked again', async () => {
    const ledger = await started(await newPlace());
    const first = await ledger.reserve(many(0, 10, 'revocation', 'suspension'), 5);
    const again = await ledger.reserve(many(5, 15, 'revocation', 'suspension'), 9);
    expect(again.slice(0, 5)).toEqual(first.slice(5));
    const all = [...first, ...again.slice(5)];
    for (const purpose of ['revocation', 'suspension'] as const) {
      const indices = all.map(({ entry }) => entry.places.find((place) => place.purpose === purpose)?.index);
      expect(new Set(indices).size).toBe(15);
      expect(indices).not.toContain(undefined);
    }
    expect(await ledger.statusLists()).toEqual([
      { purpose: 'revocation', series: '', list: 1, size: 131_072, used: 15 },
      { purpose: 'suspension', series: '', list: 1, size: 131_072, used: 15 },
    ]);
    await ledger.close();
  });

  test('keeps what it knows from one opening to the next', async () => {
    const place = await newPlace();
    const ledger = await started(place);
    await ledger.reserve(many(0, 3), 5);
    await ledger.markIssued(
      [
        {
          credentialId: 'urn:uuid:0',
          verificationMethod: 'did:web:x#k',
          files: ['credentials/a.json'],
        },
      ],
      7,
    );
    await ledger.close();
    const reopened = await open(place);
    expect(await reopened.statesOf(['urn:uuid:0', 'urn:uuid:1', 'urn:uuid:9'])).toEqual(
      new Map([
        ['urn:uuid:0', { state: 'issued', hasFiles: true }],
        ['urn:uuid:1', { state: 'reserved', hasFiles: false }],
      ]),
    );
    const found = await reopened.find(['award-0', 'award-1', 'award-9']);
    expect(found.get('award-0')).toMatchObject({
      state: 'issued',
      issuedAt: 7,
      files: ['credentials/a.json'],
      verificationMethod: 'did:web:x#k',
      places: [{ purpose: 'revocation', list: 1 }],
    });
    expect(found.get('award-1')).toMatchObject({ state: 'reserved', issuedAt: undefined });
    expect(found.has('award-9')).toBe(false);
    expect((await selected(reopened, 'ana@example.org')).map(({ credentialId }) => credentialId)).toEqual([
      'urn:uuid:0',
    ]);
    expect(await selected(reopened, 'urn:uuid:1')).toEqual([]);
    await reopened.close();
  });

  test('remembers the last change of each bit', async () => {
    const ledger = await started(await newPlace());
    const [claim] = await ledger.reserve(many(0, 1, 'revocation', 'suspension'), 5);
    const change = (set: boolean, at: number) => ({
      credentialId: 'urn:uuid:0',
      purpose: 'suspension' as const,
      set,
      reason: set ? 'under review' : undefined,
      at,
      since: 4,
    });
    await ledger.recordStatus([change(true, 10)]);
    const index = claim?.entry.places.find(({ purpose }) => purpose === 'suspension')?.index;
    expect(await ledger.lastChanges({ purpose: 'suspension', series: '', list: 1 })).toEqual([
      { index, set: true, at: 10 },
    ]);
    await ledger.recordStatus([change(false, 10)]);
    expect(await ledger.lastChanges({ purpose: 'suspension', series: '', list: 1 })).toEqual([
      { index, set: false, at: 10 },
    ]);
    await ledger.recordStatus([change(false, 20)]);
    expect((await ledger.find(['award-0'])).get('award-0')?.changes).toEqual([change(false, 10)]);
    await ledger.close();
  });

  test('goes on in a second list where the first is full', async () => {
    const place = await newPlace();
    const ledger = await started(place);
    await ledger.reserve(many(0, 1), 5);
    await changeBehind(place, 'update status_list set used = size - 2');
    const places = (await ledger.reserve(many(1, 6), 6)).map(({ entry }) => entry.places[0]?.list);
    expect(places).toEqual([1, 1, 2, 2, 2]);
    await ledger.close();
  });

  test('a secret that it was not begun with is refused', async () => {
    const place = await newPlace();
    await (await open(place)).close();
    const other = { clock: () => 0, secret: async () => ({ choosePlace: () => 0, fingerprint: 'another' }) };
    await expect(openLedger(place, other)).rejects.toMatchObject({ code: 'KEY_MISMATCH' });
  });

  test('one that a newer badgekit wrote is left alone', async () => {
    const place = await newPlace();
    await (await open(place)).close();
    await changeBehind(
      place,
      place.startsWith('postgres:') ? 'update schema_version set version = 99' : 'pragma user_version = 99',
    );
    await expect(open(place)).rejects.toMatchObject({ code: 'LEDGER_DAMAGED', hint: 'update badgekit' });
  });

  test('two that are opened at once on one place make it once and share it', async () => {
    const place = await newPlace();
    const both = await Promise.all([started(place), started(place)]);
    const claims = await Promise.all(both.map((ledger) => ledger.reserve(many(0, 30), 5)));
    expect(claims[0]?.map(({ entry }) => entry)).toEqual(claims[1]?.map(({ entry }) => entry));
    const own = (which: readonly Claim[] | undefined): number => which?.filter(({ isOwn }) => isOwn).length ?? 0;
    expect([own(claims[0]), own(claims[1])].sort()).toEqual([0, 30]);
    for (const ledger of both) await ledger.close();
  });

  test('leaves to a run that lives what it reserved, and takes it over under the same ids once it is gone', async () => {
    const place = await newPlace();
    const [first, second] = [await started(place), await started(place)];
    const reserved = await first.reserve(many(0, 3), 5);
    expect((await second.livingRuns()).map(({ run }) => run)).toEqual([first.run]);
    expect((await second.reserve(many(0, 3), 6)).map(({ isOwn }) => isOwn)).toEqual([false, false, false]);
    await first.close();
    expect(await second.livingRuns()).toEqual([]);
    const changed = many(0, 3).map((wanted) => ({ ...wanted, content: 'new', validFrom: 77 }));
    const over = await second.reserve(changed, 7);
    expect(over.map(({ isOwn }) => isOwn)).toEqual([true, true, true]);
    expect(over.map(({ entry }) => entry)).toEqual(
      reserved.map(({ entry }) => ({ ...entry, run: second.run, content: 'new', validFrom: 77 })),
    );
    await second.close();
  });

  test('marks only what the run itself reserved, and says so again when asked again', async () => {
    const place = await newPlace();
    const [first, second] = [await started(place), await started(place)];
    await first.reserve(many(0, 1), 5);
    const note = { credentialId: 'urn:uuid:0', verificationMethod: 'm', files: ['f'] };
    expect(await second.markIssued([note], 6)).toEqual(new Set());
    expect(await first.markIssued([note], 7)).toEqual(new Set(['urn:uuid:0']));
    expect(await first.markIssued([note], 8)).toEqual(new Set(['urn:uuid:0']));
    expect((await first.find(['award-0'])).get('award-0')).toMatchObject({ state: 'issued', issuedAt: 7 });
    for (const ledger of [first, second]) await ledger.close();
  });

  test('knows the newest edition of an award, and revokes the one before it in the same step', async () => {
    const ledger = await started(await newPlace());
    const note = { verificationMethod: 'm', files: [] };
    await ledger.reserve(many(0, 1), 5);
    await ledger.markIssued([{ ...note, credentialId: 'urn:uuid:0' }], 6);
    const [one] = many(0, 1);
    if (one === undefined) throw new Error('there is one');
    const next = {
      ...one,
      credentialId: 'urn:uuid:0b',
      edition: 2,
      supersedes: 'urn:uuid:0',
      revokesBecause: 'superseded',
      content: 'd',
    };
    await ledger.reserve([next], 7);
    expect((await ledger.find(['award-0'])).get('award-0')).toMatchObject({ edition: 2, state: 'reserved' });
    await ledger.markIssued([{ ...note, credentialId: 'urn:uuid:0b' }], 8);
    expect(await selected(ledger, 'ana@example.org')).toMatchObject([
      { credentialId: 'urn:uuid:0', changes: [{ set: true, reason: 'superseded', at: 8 }] },
      { credentialId: 'urn:uuid:0b', supersedes: 'urn:uuid:0', changes: [] },
    ]);
    expect(await ledger.reserve(many(0, 1), 9)).toMatchObject([{ entry: { edition: 2 }, isOwn: false }]);
    await ledger.close();
  });

  test('keeps a list of its own for each series', async () => {
    const ledger = await started(await newPlace());
    const wants = (series: string): WantedPlaces => ({ purposes: ['revocation'], series });
    const wanted = many(0, 4).map((one, index) => ({ ...one, wants: wants(index % 2 === 0 ? '' : 'skill') }));
    await ledger.reserve(wanted, 5);
    expect(await ledger.statusLists()).toMatchObject([
      { series: '', list: 1, used: 2 },
      { series: 'skill', list: 1, used: 2 },
    ]);
    await ledger.close();
  });
});

describe('the embedded ledger', () => {
  test('a damaged file is told, not overwritten', async () => {
    const place = join(temporaryFolder(), 'ledger.db');
    writeFileSync(place, 'this is no database, but it is long enough to look like one at first sight. '.repeat(20));
    await expect(open(place)).rejects.toMatchObject({ code: 'LEDGER_DAMAGED', hint: expect.any(String) });
  });

  test('takes away what a run left that was killed as it began, and leaves alone who lives', async () => {
    const folder = temporaryFolder();
    const place = join(folder, 'ledger.db');
    await (await open(place)).close();
    const [dead, alive] = ['20260101-aaaaaaaa.lock', '20260101-bbbbbbbb.lock'];
    writeFileSync(join(folder, dead), '');
    const lock = FileLock.tryTake(join(folder, alive));
    await (await open(place)).close();
    const locks = (): readonly string[] => readdirSync(folder).filter((file) => file.endsWith('.lock'));
    expect(locks()).toEqual([alive]);
    lock?.release();
    await (await open(place)).close();
    expect(locks()).toEqual([]);
  });

  test('one that the first badgekit wrote is brought up to date, its changes in their order', async () => {
    const place = join(temporaryFolder(), 'ledger.db');
    const old = new Database(place);
    old.exec(FIRST_LEDGER);
    old.close();
    const ledger = await open(place);
    expect((await ledger.find(['award-0'])).get('award-0')).toMatchObject({
      edition: 1,
      content: '',
      changes: [{ purpose: 'suspension', set: false, at: 10 }],
    });
    expect(await ledger.lastChanges({ purpose: 'suspension', series: '', list: 1 })).toEqual([
      { index: 7, set: false, at: 10 },
    ]);
    await ledger.close();
  });
});

describe('a ledger on a server', () => {
  test('that does not answer is told without its password', async () => {
    const fault = await open('postgres://ana:hunter2hunter2@127.0.0.1:1/badges').then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({
      code: 'LEDGER_UNREACHABLE',
      message: 'the ledger postgres://127.0.0.1:1/badges cannot be reached (ECONNREFUSED)',
    });
    expect(inspect(fault, { depth: 9, showHidden: true })).not.toContain('hunter2');
  });

  test('whose address cannot be read is told without the address', async () => {
    const fault = await open('postgres://ana:hunter2@[/badges').catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(inspect(fault, { depth: 9, showHidden: true })).not.toContain('hunter2');
  });
});

async function changeBehind(place: string, statement: string): Promise<void> {
  if (place.startsWith('postgres:')) {
    const client = new pg.Client({ connectionString: place });
    await client.connect();
    await client.query(statement);
    await client.end();
  } else {
    const raw = new Database(place);
    raw.exec(statement);
    raw.close();
  }
}

/** A ledger as the first version made it, with a badge that was suspended and reinstated within a millisecond. */
const FIRST_LEDGER = `
  create table fact (name text primary key, value text not null);
  create table award (
    credential_id text primary key,
    award text not null unique,
    badge text not null,
    recipient text not null,
    subject_id text,
    recipient_name text,
    award_key text not null,
    roster text not null,
    line integer not null,
    content text not null,
    valid_from integer not null,
    valid_until integer,
    state text not null check (state in ('reserved', 'issued')),
    reserved_at integer not null,
    issued_at integer,
    verification_method text,
    files text not null
  );
  create index award_recipient on award (recipient);
  create index award_subject_id on award (subject_id);
  create table status_list (purpose text not null, list integer not null, size integer not null, used integer not null, primary key (purpose, list));
  create table status_place (
    credential_id text not null references award (credential_id),
    purpose text not null,
    list integer not null,
    entry integer not null,
    primary key (credential_id, purpose),
    unique (purpose, list, entry)
  );
  create table status_change (
    credential_id text not null references award (credential_id),
    purpose text not null,
    is_set integer not null,
    reason text,
    changed_at integer not null
  );
  create index status_change_credential on status_change (credential_id, purpose);
  pragma user_version = 1;
  insert into award values ('urn:uuid:0', 'award-0', 'knots', 'ana@example.org', null, null, '', 'r.csv', 2, 'c',
    1000, null, 'issued', 5, 6, 'did:web:x#k', '[]');
  insert into status_list values ('suspension', 1, 131072, 1);
  insert into status_place values ('urn:uuid:0', 'suspension', 1, 7);
  insert into status_change values ('urn:uuid:0', 'suspension', 1, null, 10);
  insert into status_change values ('urn:uuid:0', 'suspension', 0, null, 10);
`;
