import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addProof } from '../../src/proof/data-integrity.ts';
import { decodeBitstring, encodeBitstring, MIN_ENTRIES } from '../../src/status/bitstring.ts';
import { assembleStatusList, readStatusEntry, statusEntry } from '../../src/status/list.ts';
import { permute } from '../../src/status/permutation.ts';
import { gzip } from '../../src/syntax/gzip.ts';
import type { Json, JsonObject } from '../../src/syntax/json.ts';
import { encodeMultibaseUrl } from '../../src/syntax/multibase.ts';
import { verify } from '../../src/verify/verify.ts';
import { createWorld } from '../../src/world/world.ts';
import { bytesOf, codes, MADE, NOW, outcomeOf, signedBadge, testIssuer } from '../support/badge.ts';
import { temporaryFolder } from '../support/cli.ts';

describe('bitstrings', () => {
  test('say for each entry whether it was set, the first one left-most', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(MIN_ENTRIES - 1), { maxLength: 50 }), (set) => {
        const bits = decodeBitstring(encodeBitstring(MIN_ENTRIES, set));
        expect(bits.length).toBe(MIN_ENTRIES);
        for (const index of set) expect(bits.isSet(index)).toBe(true);
        expect(Array.from({ length: 1000 }, (_, index) => index).filter((index) => bits.isSet(index)).length).toBe(
          set.filter((index) => index < 1000).length,
        );
      }),
      { numRuns: 30 },
    );
  });

  test("match the specification's own example of an empty list", () => {
    const bits = decodeBitstring('uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA');
    expect(bits.length).toBe(131_072);
    expect(bits.isSet(0)).toBe(false);
  });

  test.each([
    ['too short', encodeMultibaseUrl(gzip(new Uint8Array(100)))],
    ['a bomb', encodeMultibaseUrl(gzip(new Uint8Array(17 * 1024 * 1024)))],
    ['not gzip', encodeMultibaseUrl(new Uint8Array(100))],
    ['base58', 'z123'],
    ['no prefix', 'H4sIAAAAAAAAA'],
  ])('%s is refused', (_, encoded) => {
    expect(() => decodeBitstring(encoded)).toThrow(expect.objectContaining({ code: 'STATUS_LIST_INVALID' }));
  });
});

describe('the order of status places', () => {
  test('hands out every index once', () => {
    const secret = new Uint8Array(32).fill(3);
    for (const size of [1, 2, 1000, 4096]) {
      const places = Array.from({ length: size }, (_, counter) => permute(secret, 'revocation/1', size, counter));
      expect(new Set(places).size).toBe(size);
      expect(Math.max(...places)).toBe(size - 1);
    }
  });

  test('tells nothing about who came first, and differs from list to list', () => {
    const secret = new Uint8Array(32).fill(3);
    const first = Array.from({ length: 100 }, (_, counter) => permute(secret, 'revocation/1', MIN_ENTRIES, counter));
    const second = Array.from({ length: 100 }, (_, counter) => permute(secret, 'revocation/2', MIN_ENTRIES, counter));
    const rises = first.filter((place, index) => index > 0 && place > (first[index - 1] ?? 0)).length;
    expect(rises).toBeGreaterThan(30);
    expect(rises).toBeLessThan(70);
    expect(first).not.toEqual(second);
  });
});

describe('status entries', () => {
  const good = statusEntry('https://school.example', { purpose: 'revocation', series: '', list: 1, index: 7 }, 'json');
  const changed = (change: JsonObject): Json => ({ ...good, ...change });

  test('are read as they are written, and their id is not the list', () => {
    expect(good.id).not.toBe(good.statusListCredential);
    expect(readStatusEntry(good)).toMatchObject({ kind: 'bitstring', index: 7, purpose: 'revocation' });
  });

  test.each(['-1', '+1', '1e3', '12abc', '01', '1.5', '', ' 1', '9007199254740993000'])(
    'the index %j is malformed',
    (statusListIndex) => {
      expect(readStatusEntry(changed({ statusListIndex }))).toMatchObject({ kind: 'malformed' });
    },
  );

  test('entries of several bits need a message for each value, and other kinds are not guessed at', () => {
    expect(readStatusEntry(changed({ statusSize: 2 }))).toMatchObject({ kind: 'malformed' });
    const statusMessage = ['0x0', '0x1', '0x2', '0x3'].map((status) => ({ status, message: `means ${status}` }));
    expect(readStatusEntry(changed({ statusSize: 2, statusMessage }))).toMatchObject({
      kind: 'bitstring',
      size: 2,
      messages: ['means 0x0', 'means 0x1', 'means 0x2', 'means 0x3'],
    });
    expect(readStatusEntry(changed({ statusSize: 2, statusMessage: statusMessage.slice(1) }))).toMatchObject({
      kind: 'malformed',
    });
    for (const statusSize of [0, -1, 1.5, '2'])
      expect(readStatusEntry(changed({ statusSize }))).toMatchObject({ kind: 'malformed' });
    expect(readStatusEntry(changed({ statusSize: 9 }))).toMatchObject({ kind: 'unsupported' });
    expect(readStatusEntry(changed({ type: 'SomethingElse' }))).toMatchObject({ kind: 'unsupported' });
    expect(readStatusEntry('x')).toMatchObject({ kind: 'malformed' });
  });
});

describe('looking a status up', () => {
  const issuer = testIssuer();
  const place = { purpose: 'revocation', series: '', list: 1, index: 7 } as const;
  const hosting = 'https://school.example';

  interface ListChanges {
    readonly set?: readonly number[];
    readonly by?: ReturnType<typeof testIssuer>;
    readonly edit?: (list: JsonObject) => JsonObject;
    readonly after?: (list: JsonObject) => JsonObject;
    readonly validUntil?: number;
  }

  async function reportWith({
    set = [],
    by = issuer,
    edit = (list) => list,
    after = (list) => list,
    validUntil = NOW + 86_400_000,
  }: ListChanges) {
    const folder = temporaryFolder();
    const url = `${hosting}/status/revocation-1.json`;
    const list = edit(
      assembleStatusList({
        url,
        issuer: by.id,
        purpose: 'revocation',
        size: MIN_ENTRIES,
        set,
        validFrom: MADE,
        validUntil,
      }),
    );
    const signed = after(await addProof(list, by.key, { verificationMethod: by.method, created: MADE }));
    mkdirSync(join(folder, 'status'));
    writeFileSync(join(folder, 'status/revocation-1.json'), JSON.stringify(signed));
    const badge = await signedBadge(issuer, { status: [statusEntry(hosting, place, 'json')] });
    return await verify(bytesOf(badge), {
      at: NOW,
      world: createWorld({ offline: true, hosting: [{ url: hosting, folder, shownAs: 'public' }] }),
    });
  }

  test('a clear bit is not revoked, a set one is', async () => {
    expect((await reportWith({ set: [6, 8] })).verdict).toBe('verified');
    const revoked = await reportWith({ set: [7] });
    expect(revoked.verdict).toBe('rejected');
    expect(codes(revoked)).toEqual(['REVOKED']);
  });

  const otherIssuer = testIssuer();
  test.each<[string, ListChanges, string, string]>([
    ['signed by somebody else', { by: otherIssuer }, 'STATUS_LIST_ISSUER', 'rejected'],
    [
      'altered',
      { after: (list) => ({ ...list, validUntil: '2099-01-01T00:00:00Z' }) },
      'STATUS_LIST_REJECTED',
      'rejected',
    ],
    ['unsigned', { after: ({ proof: _, ...list }) => list }, 'STATUS_LIST_REJECTED', 'rejected'],
    [
      'for another purpose',
      {
        edit: (list) => ({
          ...list,
          credentialSubject: { ...(list['credentialSubject'] as JsonObject), statusPurpose: 'suspension' },
        }),
      },
      'STATUS_LIST_PURPOSE',
      'rejected',
    ],
    [
      'of another type',
      { edit: (list) => ({ ...list, type: ['VerifiableCredential'] }) },
      'STATUS_LIST_REJECTED',
      'rejected',
    ],
    [
      'too short',
      {
        edit: (list) => ({
          ...list,
          credentialSubject: {
            ...(list['credentialSubject'] as JsonObject),
            encodedList: encodeMultibaseUrl(gzip(new Uint8Array(16))),
          },
        }),
      },
      'STATUS_LIST_REJECTED',
      'rejected',
    ],
    [
      'under another id',
      { edit: (list) => ({ ...list, id: 'https://school.example/status/other.json' }) },
      'STATUS_LIST_ID',
      'undetermined',
    ],
    ['expired', { validUntil: NOW - 1000 }, 'STATUS_UNKNOWN', 'undetermined'],
  ])('a list that is %s is never believed to be clear', async (_, changes, code, verdict) => {
    const report = await reportWith(changes);
    expect(codes(report)).toEqual([code]);
    expect(report.verdict).toBe(verdict);
  });

  test('a revoked badge stays revoked though its list is out of date', async () => {
    expect((await reportWith({ set: [7], validUntil: NOW - 1000 })).headline).toMatch(/^REVOKED/);
  });

  test('no list leaves the question open', async () => {
    const badge = await signedBadge(issuer, { status: [statusEntry(hosting, place, 'json')] });
    const report = await verify(bytesOf(badge), { at: NOW, world: createWorld({ offline: true, hosting: [] }) });
    expect(report.verdict).toBe('undetermined');
    expect(outcomeOf(report, 'status')).toBe('undetermined');
  });
});
