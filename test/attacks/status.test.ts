import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addProof } from '../../src/proof/data-integrity.ts';
import { signJwt } from '../../src/proof/jwt.ts';
import { encodeBitstring, MIN_ENTRIES } from '../../src/status/bitstring.ts';
import { assembleStatusList } from '../../src/status/list.ts';
import { gzip } from '../../src/syntax/gzip.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import { encodeBase58btc, encodeMultibaseUrl } from '../../src/syntax/multibase.ts';
import type { VerifyOptions } from '../../src/verify/context.ts';
import { DEFAULT_NEEDS } from '../../src/verify/verdict.ts';
import { createWorld } from '../../src/world/world.ts';
import { MADE, NOW, testIssuer, type TestIssuer } from '../support/badge.ts';
import { edited } from '../support/places.ts';
import { expectRefusal, answerOf, told, words } from '../support/report.ts';
import { judge, lost, plain, served, unsigned, without } from './support.ts';

const issuer = testIssuer();
const other = testIssuer();
const HOST = 'https://school.example/status';
const URL_OF_LIST = `${HOST}/revocation-1.json`;
const INDEX = 7;
const DAY = 86_400_000;

const sign = async (document: JsonObject, by: TestIssuer = issuer): Promise<JsonObject> =>
  plain(await addProof(document, by.key, { verificationMethod: by.method, created: MADE }));

const entry = (change: JsonObject = {}): JsonObject => ({
  id: `${URL_OF_LIST}#${INDEX}`,
  type: 'BitstringStatusListEntry',
  statusPurpose: 'revocation',
  statusListIndex: String(INDEX),
  statusListCredential: URL_OF_LIST,
  ...change,
});
const badgeWith = (credentialStatus: Json): Promise<JsonObject> => sign({ ...unsigned(issuer.id), credentialStatus });
const badge = await badgeWith(entry());

interface ListContent {
  readonly set?: readonly number[];
  readonly url?: string;
  readonly purpose?: 'revocation' | 'suspension';
  readonly validFrom?: number;
  readonly validUntil?: number;
  readonly by?: TestIssuer;
}

/** An unsigned list, as the issuer makes it. */
const list = ({ set = [], url = URL_OF_LIST, purpose = 'revocation', by = issuer, ...dates }: ListContent = {}) =>
  plain(
    assembleStatusList({
      url,
      issuer: by.id,
      purpose,
      size: MIN_ENTRIES,
      set,
      validFrom: dates.validFrom ?? MADE,
      validUntil: dates.validUntil ?? NOW + DAY,
    }),
  );
const SUBJECT = ['credentialSubject'] as const;
const withSubject = (document: JsonObject, change: JsonObject): JsonObject =>
  edited(document, SUBJECT, (value) => (isJsonObject(value) ? { ...value, ...change } : value));

/** Verifies a badge against the list at its address. */
const against = (hosted: JsonObject | string, file: JsonObject = badge, options: Partial<VerifyOptions> = {}) =>
  judge(file, { web: { [URL_OF_LIST]: served(hosted) }, ...options });
const bits = async (encodedList: string) => await against(await sign(withSubject(list(), { encodedList })));
const ONE_LIST = new Uint8Array(MIN_ENTRIES / 8);

describe('a list as it should be', () => {
  test('lets a badge pass whose bit is clear, and no other', async () => {
    const clear = await against(await sign(list({ set: [INDEX - 1, INDEX + 1] })));
    expect(answerOf(clear)).toBe('verified');
    expect(clear.asked).toEqual([URL_OF_LIST]);
    expectRefusal(await against(await sign(list({ set: [INDEX] }))), 'REVOKED');
  });
});

describe('the bits', () => {
  test.each<[string, () => string]>([
    ['a bomb', () => encodeMultibaseUrl(gzip(new Uint8Array(17 * 1024 * 1024)))],
    ['a bomb of 200 MB', () => encodeMultibaseUrl(gzip(new Uint8Array(200 * 1024 * 1024)))],
    ['packed twice', () => encodeMultibaseUrl(gzip(gzip(ONE_LIST)))],
    [
      'in 4,000 members',
      () => encodeMultibaseUrl(Buffer.concat(Array.from({ length: 4000 }, () => gzipSync(Buffer.alloc(8192))))),
    ],
    ['in two members', () => encodeMultibaseUrl(Buffer.concat([gzip(ONE_LIST), gzip(ONE_LIST)]))],
    [
      'in two members that are one list together',
      () => encodeMultibaseUrl(Buffer.concat([gzip(ONE_LIST.subarray(0, 8192)), gzip(ONE_LIST.subarray(0, 8192))])),
    ],
    ['followed by garbage', () => encodeMultibaseUrl(Buffer.concat([gzip(ONE_LIST), Buffer.from('garbage')]))],
    ['followed by zeros', () => encodeMultibaseUrl(Buffer.concat([gzip(ONE_LIST), Buffer.alloc(16)]))],
    ['cut short', () => encodeMultibaseUrl(gzip(ONE_LIST).subarray(0, -4))],
    [
      'unlike their checksum',
      () => encodeMultibaseUrl(gzip(ONE_LIST).map((byte, at) => (at > 20 && at < 26 ? byte ^ 1 : byte))),
    ],
    ['not packed', () => encodeMultibaseUrl(new Uint8Array(MIN_ENTRIES / 8))],
    ['nothing', () => 'u'],
  ])('SL1: bits that are %s are refused', async (_, make) => {
    const report = await bits(make());
    expectRefusal(report, 'STATUS_LIST_REJECTED');
    expect(words(report)).toMatch(/bits cannot be read|fewer than/);
  });

  test.each([0, 1, 16, MIN_ENTRIES / 8 - 1])('SL2: %i bytes are fewer than a list has', async (length) => {
    const report = await bits(encodeMultibaseUrl(gzip(new Uint8Array(length))));
    expectRefusal(report, 'STATUS_LIST_REJECTED');
    expect(words(report)).toMatch(/fewer than/);
  });

  test('SL2: so many are enough', async () => {
    expect(answerOf(await bits(encodeMultibaseUrl(gzip(new Uint8Array(MIN_ENTRIES / 8)))))).toBe('verified');
  });

  test('SL12: the first entry is the left-most bit', async () => {
    for (const index of [0, 1, 7, 8, 9, 15, MIN_ENTRIES - 1]) {
      const own = await badgeWith(entry({ statusListIndex: String(index) }));
      const only = new Uint8Array(MIN_ENTRIES / 8);
      only[index >> 3] = 0b1000_0000 >> (index & 7);
      const one = await sign(withSubject(list(), { encodedList: encodeMultibaseUrl(gzip(only)) }));
      expectRefusal(await against(one, own), 'REVOKED');
      // All but this one.
      const rest = await sign(
        withSubject(list(), { encodedList: encodeMultibaseUrl(gzip(only.map((byte) => byte ^ 0xff))) }),
      );
      expect(answerOf(await against(rest, own))).toBe('verified');
    }
  });

  test('SL12: a list in another multibase, or in none, is none', async () => {
    const good = encodeBitstring(MIN_ENTRIES, []);
    for (const encoded of [
      good.slice(1),
      `z${good.slice(1)}`,
      `m${good.slice(1)}`,
      `U${good.slice(1)}`,
      `${good}=`,
      ` ${good}`,
    ])
      expectRefusal(await bits(encoded), 'STATUS_LIST_REJECTED');
    expectRefusal(await bits(encodeBase58btc(gzip(ONE_LIST))), 'STATUS_LIST_REJECTED');
  });

  test("SL12: the specification's own example is an empty list", async () => {
    expect(answerOf(await bits('uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA'))).toBe(
      'verified',
    );
  });
});

describe('the place', () => {
  const empty = sign(list());

  test.each([
    String(MIN_ENTRIES),
    '200000',
    '999999999999999',
    '9007199254740992',
    '9007199254740993',
    '18446744073709551616',
    '-1',
    '-0',
    '+7',
    '12abc',
    '7abc',
    '1e3',
    '7.0',
    '7.5',
    '0x7',
    '07',
    '00',
    '',
    ' 7',
    '7 ',
    '7\n',
    '٧',
    'NaN',
    'Infinity',
    '__proto__',
  ])('SL3: the index %j is no place in the list', async (statusListIndex) => {
    const report = await against(await empty, await badgeWith(entry({ statusListIndex })));
    expectRefusal(report, /STATUS_MALFORMED|STATUS_LIST_RANGE/);
  });

  test('SL3: no other text is one, and no place is beyond the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.bigInt({ min: BigInt(MIN_ENTRIES), max: 2n ** 70n }).map(String),
          fc.double({ noNaN: true }).map(String),
        ),
        async (statusListIndex) => {
          fc.pre(!/^(?:0|[1-9]\d{0,5})$/.test(statusListIndex) && statusListIndex.isWellFormed());
          const report = await against(await empty, await badgeWith(entry({ statusListIndex })));
          expectRefusal(report, /STATUS_MALFORMED|STATUS_LIST_RANGE/);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('SL3: the last place is one', async () => {
    expect(
      answerOf(await against(await empty, await badgeWith(entry({ statusListIndex: String(MIN_ENTRIES - 1) })))),
    ).toBe('verified');
  });

  test('SL3: a number, a list or nothing is no index that is guessed at', async () => {
    for (const statusListIndex of [-1, 1.5, 131_072, ['7'], { value: '7' }, true]) {
      const document = { ...unsigned(issuer.id), credentialStatus: entry({ statusListIndex }) };
      const signed = await sign(document).catch(() => ({ ...document, proof: badge['proof'] ?? [] }));
      expectRefusal(
        await against(await empty, plain(signed)),
        /SCHEMA|STATUS_MALFORMED|STATUS_LIST_RANGE|KEY_NOT_PLAIN|VALUE_NOT_PLAIN|TERM_UNDEFINED/,
      );
    }
    expectRefusal(await against(await empty, await badgeWith(without(entry(), 'statusListIndex'))), 'STATUS_MALFORMED');
  });

  test('SL11: entries of another size than the list’s are not read', async () => {
    const statusMessage = [
      { status: '0x0', message: 'fine' },
      { status: '0x1', message: 'late' },
      { status: '0x2', message: 'lost' },
      { status: '0x3', message: 'void' },
    ];
    for (const change of [
      { statusSize: 0 },
      { statusSize: -1 },
      { statusSize: 1.5 },
      { statusSize: 2 },
      { statusSize: 2, statusMessage: statusMessage.slice(0, 3) },
      { statusSize: 2, statusMessage: [...statusMessage, { status: '0x4', message: 'x' }] },
      { statusSize: 2, statusMessage: statusMessage.map((each) => ({ ...each, status: '0x1' })) },
    ])
      expectRefusal(await against(await empty, await badgeWith(entry(change))), 'STATUS_MALFORMED');
    expectRefusal(
      await against(await empty, await badgeWith(entry({ statusSize: 9 }))),
      'STATUS_UNSUPPORTED',
      'undetermined',
    );
    const sized = { statusPurpose: 'message', statusSize: 2, statusMessage };
    const two = async (size: number): Promise<JsonObject> =>
      await sign(
        withSubject(list(), {
          statusPurpose: 'message',
          encodedList: encodeMultibaseUrl(gzip(new Uint8Array((MIN_ENTRIES / 8) * size))),
        }),
      );
    // With two bits each, half a list of places is too short.
    expectRefusal(await against(await two(1), await badgeWith(entry(sized))), 'STATUS_LIST_REJECTED');
    expect(answerOf(await against(await two(2), await badgeWith(entry(sized))))).toBe('verified');
  });
});

describe('which list it is', () => {
  test('SL4: a list for something else says nothing of revocation', async () => {
    for (const statusPurpose of ['suspension', 'refresh', 'Revocation', '', 'message']) {
      const report = await against(await sign(withSubject(list(), { statusPurpose })));
      expectRefusal(report, 'STATUS_LIST_PURPOSE');
    }
    expectRefusal(
      await against(await sign(edited(list(), SUBJECT, (value) => without(value as JsonObject, 'statusPurpose')))),
      'STATUS_LIST_PURPOSE',
    );
  });

  test('SL4: a list for several purposes is one for each of them', async () => {
    const several = await sign(withSubject(list({ set: [INDEX] }), { statusPurpose: ['suspension', 'revocation'] }));
    expectRefusal(await against(several), 'REVOKED');
    expect(
      answerOf(await against(await sign(withSubject(list(), { statusPurpose: ['suspension', 'revocation'] })))),
    ).toBe('verified');
    const neither = await sign(withSubject(list(), { statusPurpose: ['suspension', 'refresh'] }));
    expectRefusal(await against(neither), 'STATUS_LIST_PURPOSE');
  });

  test('SL5: a list by somebody else clears nobody', async () => {
    expectRefusal(await against(await sign(list({ by: other }), other)), 'STATUS_LIST_ISSUER');
    // Under the issuer's name, with another key; and under another name, with the issuer's key.
    expectRefusal(await against(await sign(list(), other)), 'STATUS_LIST_REJECTED');
    expectRefusal(await against(await sign(list(), { ...other, method: issuer.method })), 'STATUS_LIST_REJECTED');
    expectRefusal(await against(await sign(list({ by: other }), issuer)), 'STATUS_LIST_ISSUER');
  });

  test.each<[string, () => Promise<JsonObject | string>, string, 'rejected' | 'undetermined']>([
    ['not signed', async () => list(), 'STATUS_LIST_REJECTED', 'rejected'],
    ['signed by an empty list of proofs', async () => ({ ...list(), proof: [] }), 'STATUS_LIST_REJECTED', 'rejected'],
    [
      'changed afterwards',
      async () => withSubject(await sign(list({ set: [INDEX] })), { encodedList: encodeBitstring(MIN_ENTRIES, []) }),
      'STATUS_LIST_REJECTED',
      'rejected',
    ],
    [
      'extended afterwards',
      async () => ({ ...(await sign(list({ validUntil: NOW - DAY }))), validUntil: '2099-01-01T00:00:00Z' }),
      'STATUS_LIST_REJECTED',
      'rejected',
    ],
    ['expired', async () => await sign(list({ validUntil: NOW - 1000 })), 'STATUS_UNKNOWN', 'undetermined'],
    [
      'not valid yet',
      async () => await sign(list({ validFrom: NOW + DAY, validUntil: NOW + 2 * DAY })),
      'STATUS_LIST_REJECTED',
      'rejected',
    ],
    [
      'of a kind of proof that nobody knows',
      async () => edited(await sign(list()), ['proof', 0, 'cryptosuite'], () => 'bbs-2023'),
      'STATUS_UNKNOWN',
      'undetermined',
    ],
    [
      'with an undefined member',
      async () => ({ ...(await sign(list())), note: 'nothing revoked' }),
      'STATUS_LIST_REJECTED',
      'rejected',
    ],
    ['no JSON', async () => '<html>not found</html>', 'STATUS_LIST_REJECTED', 'rejected'],
    ['an empty answer', async () => '', 'STATUS_LIST_REJECTED', 'rejected'],
    [
      'with a member twice',
      async () => `{"issuer":"x",${JSON.stringify(await sign(list())).slice(1)}`,
      'STATUS_LIST_REJECTED',
      'rejected',
    ],
    ['the badge itself', async () => badge, 'STATUS_LIST_REJECTED', 'rejected'],
  ])('SL6: a list that is %s clears nobody', async (_, make, code, verdict) => {
    expectRefusal(await against(await make()), code, verdict);
  });

  test('SL6: a list as a token is held to the same', async () => {
    const token = await signJwt(list(), issuer.key, issuer.method);
    expect(answerOf(await against(token))).toBe('verified');
    expectRefusal(await against(await signJwt(list({ set: [INDEX] }), issuer.key, issuer.method)), 'REVOKED');
    const [header = '', payload = ''] = token.split('.');
    expectRefusal(await against(`${header}.${payload}.${'A'.repeat(86)}`), 'STATUS_LIST_REJECTED');
    expectRefusal(await against(`${header}.${payload}`), 'STATUS_LIST_REJECTED');
    expectRefusal(await against(await signJwt(list(), other.key, issuer.method)), 'STATUS_LIST_REJECTED');
  });

  test('SL7: a list that calls itself by another address may be another list', async () => {
    for (const url of [`${HOST}/revocation-2.json`, `${URL_OF_LIST}?old`, 'urn:x:list'])
      expectRefusal(await against(await sign({ ...list(), id: url })), 'STATUS_LIST_ID', 'undetermined');
    expectRefusal(await against(await sign(without(list(), 'id'))), 'STATUS_LIST_REJECTED');
  });

  test.each<[string, JsonObject]>([
    ['a credential of no type', { ...list(), type: ['VerifiableCredential'] }],
    ['a list without its own type', withSubject(list(), { type: 'StatusList' })],
    ['a list of another kind inside', withSubject(list(), { type: 'StatusList2021' })],
    ['a list without bits', edited(list(), SUBJECT, (value) => without(value as JsonObject, 'encodedList'))],
    ['several lists', edited(list(), SUBJECT, (value) => [value, value])],
  ])('SL7: %s is no list', async (_, document) => {
    const signed = await sign(document).catch(() => document);
    expectRefusal(await against(plain(signed)), 'STATUS_LIST_REJECTED');
  });
});

describe('lists that cannot be had', () => {
  test('SL8: then whether it was revoked is not known', async () => {
    for (const reason of ['offline', 'absent', 'blocked', 'unreachable'] as const) {
      const report = await judge(badge, { web: { [URL_OF_LIST]: lost(reason) } });
      expectRefusal(report, 'STATUS_UNKNOWN', 'undetermined');
      expect(report.headline).toMatch(/^STATUS UNKNOWN/);
    }
    const huge = await judge(badge, { web: { [URL_OF_LIST]: served(new Uint8Array(5 * 1024 * 1024)) } });
    expectRefusal(huge, 'STATUS_UNKNOWN', 'undetermined');
  });

  test('SL8: a reader may say that it need not be, and nothing else is excused by that', async () => {
    const possible = new Set([...DEFAULT_NEEDS.possible].filter((check) => check !== 'status'));
    const needs = { ...DEFAULT_NEEDS, possible };
    const web = { [URL_OF_LIST]: lost('absent') };
    const report = await judge(badge, { web, needs });
    expect(report.verdict).toBe('verified');
    expect(told(report)).toContain('STATUS_UNKNOWN');
    expectRefusal(await judge({ ...badge, name: 'PhD' }, { needs }), 'SIGNATURE_WRONG');
    expectRefusal(await against(await sign(list({ set: [INDEX] })), badge, { needs }), 'REVOKED');
  });

  test('SL9: an old list that is shown again counts as far as its dates and the reader allow', async () => {
    const old = await sign(list({ validFrom: NOW - 30 * DAY, validUntil: NOW - 23 * DAY }));
    expectRefusal(await against(old), 'STATUS_UNKNOWN', 'undetermined');
    const long = await sign(list({ validFrom: NOW - 30 * DAY, validUntil: NOW + 300 * DAY }));
    expect(answerOf(await against(long))).toBe('verified');
    expectRefusal(await against(long, badge, { maxStatusAgeMs: 7 * DAY }), 'STATUS_STALE', 'undetermined');
    expect(answerOf(await against(long, badge, { maxStatusAgeMs: 30 * DAY }))).toBe('verified');
    expectRefusal(await against(long, badge, { maxStatusAgeMs: 30 * DAY - 1 }), 'STATUS_STALE', 'undetermined');
    // What it says against the badge stands, however old it is.
    expectRefusal(
      await against(await sign(list({ set: [INDEX], validUntil: NOW - DAY })), badge, { maxStatusAgeMs: DAY }),
      'REVOKED',
    );
  });

  test('SL9: a saved copy is told of once its issuer says that it is too old', async () => {
    const signed = await sign(withSubject(list(), { ttl: 3_600_000 }));
    const bundle = (savedAt: number) => ({
      path: 'saved.json',
      documents: new Map([[URL_OF_LIST, { bytes: new TextEncoder().encode(JSON.stringify(signed)), readAt: savedAt }]]),
      credentials: new Map<string, string>(),
    });
    const from = (savedAt: number) =>
      judge(badge, { world: createWorld({ offline: true, hosting: [], bundle: bundle(savedAt) }) });
    expect(told(await from(NOW - 3_600_000))).not.toContain('STATUS_STALE');
    expect(told(await from(NOW - 3_600_001))).toContain('STATUS_STALE');
  });

  test('SL10: a list’s own status is not looked up', async () => {
    const second = `${HOST}/revocation-2.json`;
    const nested = await sign({
      ...list(),
      credentialStatus: entry({ id: `${second}#1`, statusListCredential: second }),
    });
    const report = await against(nested);
    expect(answerOf(report)).toBe('verified');
    expect(report.asked).toEqual([URL_OF_LIST]);
    const itself = await sign({ ...list(), credentialStatus: entry() });
    expect((await against(itself)).asked).toEqual([URL_OF_LIST]);
  });

  test('SL13: of several entries the worst counts, and each is told', async () => {
    const suspension = `${HOST}/suspension-1.json`;
    const both = await badgeWith([
      entry(),
      entry({
        id: `${suspension}#9`,
        statusPurpose: 'suspension',
        statusListIndex: '9',
        statusListCredential: suspension,
      }),
    ]);
    const with2 = async (revoked: readonly number[], suspended: readonly number[]) =>
      await judge(both, {
        web: {
          [URL_OF_LIST]: served(await sign(list({ set: revoked }))),
          [suspension]: served(await sign(list({ set: suspended, url: suspension, purpose: 'suspension' }))),
        },
      });
    expect(answerOf(await with2([9], [INDEX]))).toBe('verified');
    expectRefusal(await with2([INDEX], []), 'REVOKED');
    expectRefusal(await with2([], [9]), 'SUSPENDED');
    const worst = await with2([INDEX], [9]);
    expectRefusal(worst, 'REVOKED');
    expect(told(worst)).toEqual(expect.arrayContaining(['REVOKED', 'SUSPENDED', 'STATUS_SEVERAL']));
    // One that is not known is no comfort for one that is set, nor the other way round.
    const unknown = await judge(both, {
      web: {
        [URL_OF_LIST]: lost('absent'),
        [suspension]: served(await sign(list({ set: [9], url: suspension, purpose: 'suspension' }))),
      },
    });
    expectRefusal(unknown, 'SUSPENDED');
    const half = await judge(both, {
      web: { [URL_OF_LIST]: served(await sign(list())), [suspension]: lost('absent') },
    });
    expectRefusal(half, 'STATUS_UNKNOWN', 'undetermined');
  });

  test.each([
    'http://school.example/status/1.json',
    'https://127.0.0.1/1.json',
    'https://169.254.169.254/latest/meta-data/',
    'https://localhost/1.json',
    'https://[::1]/1.json',
    'https://user:secret@school.example/1.json',
    'file:///etc/passwd',
    'data:application/json,%7B%7D',
    'https://school.example/status/1.json',
  ])('SL16: a list at %s is under the same guards as everything else', async (statusListCredential) => {
    const names: string[] = [];
    const world = createWorld({
      offline: false,
      hosting: [],
      https: {
        resolve: async (host) => {
          names.push(host);
          return [{ address: '10.0.0.1', family: 4 }];
        },
      },
    });
    const report = await judge(await badgeWith(entry({ statusListCredential })), { world });
    expectRefusal(report, 'STATUS_UNKNOWN', 'undetermined');
    expect(names).toEqual(statusListCredential === 'https://school.example/status/1.json' ? ['school.example'] : []);
  });

  test('SL16: a forged badge does not make anybody ask for a list', async () => {
    const forged = [
      { ...badge, name: 'PhD' },
      without(badge, 'proof'),
      { ...badge, validUntil: '2099-01-01T00:00:00Z' },
    ];
    for (const file of forged) {
      const report = await judge(file, { web: { [URL_OF_LIST]: served(list()) } });
      expectRefusal(report, /SIGNATURE_WRONG|NO_PROOF/);
      expect(report.asked).toEqual([]);
    }
  });
});
