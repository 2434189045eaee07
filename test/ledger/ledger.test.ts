import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import Database from 'libsql';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/open.ts';
import type { Ledger, Reservation } from '../../src/ports.ts';
import { permute } from '../../src/status/permutation.ts';
import { temporaryFolder } from '../support/cli.ts';
import { ENGINES } from '../support/ledgers.ts';

const secret = new Uint8Array(32).fill(1);
const open = (place: string): Promise<Ledger> =>
  openLedger(place, {
    choosePlace: (purpose, list, size, counter) => permute(secret, `${purpose}/${list}`, size, counter),
    secretFingerprint: 'fingerprint',
  });

function reservation(number: number): Reservation {
  return {
    credentialId: `urn:uuid:${number}`,
    award: `award-${number}`,
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
const many = (from: number, to: number): Reservation[] =>
  Array.from({ length: to - from }, (_, index) => reservation(from + index));

describe.each(ENGINES)('the ledger on $engine', ({ newPlace }) => {
  test('reserves an award once, with a place in each list, whatever is asked again', async () => {
    const ledger = await open(await newPlace());
    const first = await ledger.reserve(many(0, 10), ['revocation', 'suspension'], 5);
    const again = await ledger.reserve(many(5, 15), ['revocation', 'suspension'], 9);
    expect(again.slice(0, 5)).toEqual(first.slice(5));
    const all = [...first, ...again.slice(5)];
    for (const purpose of ['revocation', 'suspension'] as const) {
      const indices = all.map(({ places }) => places.find((place) => place.purpose === purpose)?.index);
      expect(new Set(indices).size).toBe(15);
      expect(indices).not.toContain(undefined);
    }
    expect(await ledger.statusLists()).toEqual([
      { purpose: 'revocation', list: 1, size: 131_072, used: 15 },
      { purpose: 'suspension', list: 1, size: 131_072, used: 15 },
    ]);
    await ledger.close();
  });

  test('keeps what it knows from one opening to the next', async () => {
    const place = await newPlace();
    const ledger = await open(place);
    await ledger.reserve(many(0, 3), ['revocation'], 5);
    await ledger.markIssued(
      [{ credentialId: 'urn:uuid:0', verificationMethod: 'did:web:x#k', files: ['credentials/a.json'] }],
      7,
    );
    await ledger.close();
    const reopened = await open(place);
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
    expect((await reopened.search('ana@example.org')).map(({ credentialId }) => credentialId)).toEqual(['urn:uuid:0']);
    expect(await reopened.search('urn:uuid:1')).toEqual([]);
    await reopened.close();
  });

  test('remembers the last change of each bit', async () => {
    const ledger = await open(await newPlace());
    const [award] = await ledger.reserve(many(0, 1), ['revocation', 'suspension'], 5);
    const change = (set: boolean, at: number) => ({
      credentialId: 'urn:uuid:0',
      purpose: 'suspension' as const,
      set,
      reason: set ? 'under review' : undefined,
      at,
    });
    await ledger.recordStatus([change(true, 10)]);
    const index = award?.places.find(({ purpose }) => purpose === 'suspension')?.index;
    expect(await ledger.lastChanges('suspension', 1)).toEqual([{ index, set: true, at: 10 }]);
    await ledger.recordStatus([change(false, 10)]);
    expect(await ledger.lastChanges('suspension', 1)).toEqual([{ index, set: false, at: 10 }]);
    expect(await ledger.statusOf('urn:uuid:0')).toEqual([change(false, 10)]);
    await ledger.close();
  });

  test('goes on in a second list where the first is full', async () => {
    const place = await newPlace();
    const ledger = await open(place);
    await ledger.reserve(many(0, 1), ['revocation'], 5);
    await changeBehind(place, 'update status_list set used = size - 2');
    const places = (await ledger.reserve(many(1, 6), ['revocation'], 6)).map((award) => award.places[0]?.list);
    expect(places).toEqual([1, 1, 2, 2, 2]);
    await ledger.close();
  });

  test('a secret that it was not begun with is refused', async () => {
    const place = await newPlace();
    await (await open(place)).close();
    const other = { choosePlace: () => 0, secretFingerprint: 'another' };
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
    const both = await Promise.all([open(place), open(place)]);
    const reserved = await Promise.all(both.map((ledger) => ledger.reserve(many(0, 30), ['revocation'], 5)));
    expect(reserved[0]).toEqual(reserved[1]);
    for (const ledger of both) await ledger.close();
  });
});

describe('the embedded ledger', () => {
  test('a damaged file is told, not overwritten', async () => {
    const place = join(temporaryFolder(), 'ledger.db');
    writeFileSync(place, 'this is no database, but it is long enough to look like one at first sight. '.repeat(20));
    await expect(open(place)).rejects.toMatchObject({ code: 'LEDGER_DAMAGED', hint: expect.any(String) });
  });

  test('one that the first badgekit wrote is brought up to date, its changes in their order', async () => {
    const place = join(temporaryFolder(), 'ledger.db');
    const old = new Database(place);
    old.exec(FIRST_LEDGER);
    old.close();
    const ledger = await open(place);
    expect(await ledger.statusOf('urn:uuid:0')).toMatchObject([{ purpose: 'suspension', set: false, at: 10 }]);
    expect(await ledger.lastChanges('suspension', 1)).toEqual([{ index: 7, set: false, at: 10 }]);
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
