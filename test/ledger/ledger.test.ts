import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/open.ts';
import type { Ledger, Reservation } from '../../src/ports.ts';
import { permute } from '../../src/status/permutation.ts';
import { temporaryFolder } from '../support/cli.ts';

const secret = new Uint8Array(32).fill(1);
const open = (folder: string): Promise<Ledger> =>
  openLedger(
    join(folder, 'ledger.db'),
    (purpose, list, size, counter) => permute(secret, `${purpose}/${list}`, size, counter),
    'fingerprint',
  );

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

describe('the ledger', () => {
  test('reserves an award once, with a place in each list, whatever is asked again', async () => {
    const ledger = await open(temporaryFolder());
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
    const folder = temporaryFolder();
    const ledger = await open(folder);
    await ledger.reserve(many(0, 3), ['revocation'], 5);
    await ledger.markIssued(
      [{ credentialId: 'urn:uuid:0', verificationMethod: 'did:web:x#k', files: ['credentials/a.json'] }],
      7,
    );
    await ledger.close();
    const reopened = await open(folder);
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
    const ledger = await open(temporaryFolder());
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
    const folder = temporaryFolder();
    const ledger = await open(folder);
    await ledger.reserve(many(0, 1), ['revocation'], 5);
    const { default: Database } = await import('libsql');
    const raw = new Database(join(folder, 'ledger.db'));
    raw.exec('update status_list set used = size - 2');
    raw.close();
    const places = (await ledger.reserve(many(1, 6), ['revocation'], 6)).map((award) => award.places[0]?.list);
    expect(places).toEqual([1, 1, 2, 2, 2]);
    await ledger.close();
  });

  test('a damaged file is told, not overwritten', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'ledger.db'),
      'this is no database, but it is long enough to look like one at first sight. '.repeat(20),
    );
    await expect(open(folder)).rejects.toMatchObject({ code: 'LEDGER_DAMAGED', hint: expect.any(String) });
  });
});
