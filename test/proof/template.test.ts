import { describe, expect, test } from 'vitest';
import { canonicalForm } from '../../src/proof/canonicalize.ts';
import { canonicalByFirstDegree } from '../../src/proof/first-degree.ts';
import { libraryForm } from '../../src/proof/library-form.ts';
import { byCodePoints, escapeLiteral, hasTwoOrders, parseQuads, planesIn } from '../../src/proof/n-quads.ts';
import { type Slot, skeletonOf } from '../../src/proof/skeleton.ts';
import { sentinelsFor, templateOf } from '../../src/proof/template.ts';
import { cpuTime } from '../support/cpu-time.ts';
import type { Json, JsonObject } from '../../src/syntax/json.ts';

const CONTEXT = ['https://www.w3.org/ns/credentials/v2'];
const text = (value: string): Slot => ({ kind: 'text', value });
const iri = (value: string): Slot => ({ kind: 'iri', value, prefix: 'https://' });
const integer = (value: number): Slot => ({ kind: 'integer', value });

/** What becomes of slots whose sentinels come back in these statements. */
function compiled(slots: readonly Slot[], lines: (sentinels: readonly (string | number)[]) => string) {
  const sentinels = sentinelsFor(slots, '{}');
  return sentinels === undefined ? undefined : templateOf(slots, sentinels, lines(sentinels.values));
}

describe('a shape has a template where each sentinel comes back', () => {
  test('as the whole of a literal or an IRI', () => {
    const whole = compiled([text('a'), iri('https://a'), integer(1)], ([a, b, c]) =>
      [`<${b}> <p:a> "${a}" .\n`, `<${b}> <p:b> "${c}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n`].join(''),
    );
    expect(whole?.quads).toHaveLength(2);
    expect(
      compiled([integer(1)], () => '<a:a> <p:a> "8.1E12"^^<http://www.w3.org/2001/XMLSchema#double> .\n'),
    ).toMatchObject({
      write: [expect.any(Function)],
    });
  });

  test.each<[string, (a: string) => string]>([
    ['vanishes', () => '<a:a> <p:a> "b" .\n'],
    ['comes back changed', (a) => `<a:a> <p:a> "${a.toUpperCase()}" .\n`],
    [
      'comes back as a part',
      (a) => `<a:a> <p:a> "{\\"a\\":\\"${a}\\"}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON> .\n`,
    ],
    ['becomes a number', () => '<a:a> <p:a> "NaN"^^<http://www.w3.org/2001/XMLSchema#double> .\n'],
    ['decides what a statement means', (a) => `<a:a> <https://${a}> "${a}" .\n`],
    ['becomes a type', (a) => `<a:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <${a}> .\n`],
    ['becomes a datatype', (a) => `<a:a> <p:a> "${a}"^^<https://${a}> .\n`],
    ['becomes a language', (a) => `<a:a> <p:a> "${a}"@${a} .\n`],
    ['becomes a part of an IRI', (a) => `<a:a> <p:a> <https://vocab/${a}> .\n<a:a> <p:b> "${a}" .\n`],
  ])('and none where it %s', (_, lines) => {
    expect(compiled([text('a')], ([a]) => lines(String(a)))).toBeUndefined();
  });

  test('and none where the document has what only sentinels look like', () => {
    expect(sentinelsFor([integer(1)], '{"a":8100000000000}')).toBeUndefined();
    expect(sentinelsFor([text('a')], '{"a":"slot0x000000"}')?.mark).toBe('slot1x');
    expect(sentinelsFor([text('a')], 'slot1xslot0xslot3x')?.mark).toBe('slot2x');
  });

  test('and soon, where a document has very many of those', () => {
    const marks = Array.from({ length: 90_000 }, (_, at) => `slot${at}x`).join('');
    const elapsed = cpuTime();
    expect(sentinelsFor([text('a')], marks)?.mark).toBe('slot90000x');
    expect(elapsed()).toBeLessThan(1000);
  });
});

describe('the shape of a document', () => {
  const shape = (value: Json): string | undefined => skeletonOf({ '@context': CONTEXT, value })?.shape;

  test.each<[string, Json, Json]>([
    ['the scheme of an IRI', 'https://a', 'http://a'],
    ['whether // follows the scheme', 'urn:a', 'urn://a'],
    ['whether a text is an IRI', 'https://a', 'https://a b'],
    ['whether a number is whole', 1, 1.5],
    ['the length of a list', ['a'], ['a', 'b']],
    ['the order of members', { a: 'x', b: 'y' }, { b: 'y', a: 'x' }],
    ['the type', { type: 'A' }, { type: 'B' }],
    ['the purpose of a proof', { proofPurpose: 'a' }, { proofPurpose: 'b' }],
    ['what looks like a keyword', '@a', '@b'],
    ['an empty text', '', 'a'],
    ['true and false', true, false],
    ['a null', null, 'a'],
    ['a context deeper inside', { '@context': 'https://a' }, { '@context': 'https://b' }],
  ])('tells %s', (_, one, other) => {
    expect(shape(one)).toBeDefined();
    expect(shape(one)).not.toBe(shape(other));
  });

  test('leaves out what the values are', () => {
    expect(shape({ a: 'x', b: 'https://a', c: 1, d: 1.5 })).toBe(shape({ a: 'y', b: 'https://b', c: 2, d: 2.5 }));
  });

  test.each<[string, Json]>([
    ['a lone surrogate', '\ud800'],
    ['the name of a blank node', '_:b0'],
    ['minus nought', -0],
    ['an unsafe integer', 2 ** 53],
    ['1e21', 1e21],
    ['1e-7, which the library would write as 0', 1e-7],
    ['a number of more digits than are signed', 0.1 + 0.2],
    ['a number where a type stands', { type: 1 }],
    ...['@id', '@type', '@value', '@index', '@list', '@set', '@graph', '@language', '@included'].map(
      (keyword): [string, Json] => [`the keyword ${keyword}`, { [keyword]: 'a' }],
    ),
    ['a key that would need quotes', { 'a"b': 'x' }],
  ])('is not given for %s', (_, value) => {
    expect(shape(value)).toBeUndefined();
  });
});

describe('canonical N-Quads', () => {
  test('escape what the standard names, and nothing else', () => {
    const all = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)).join('');
    const short = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' } as Record<
      number,
      string
    >;
    const wanted = [...all].map((char, code) =>
      code < 0x20 || code === 0x7f || code in short
        ? (short[code] ?? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`)
        : char,
    );
    expect(escapeLiteral(all)).toBe(wanted.join(''));
  });

  test('are ordered by code points, where UTF-16 units would say otherwise', () => {
    const [plane, private_] = ['\u{1f600}', '\ue000'];
    expect(plane < private_).toBe(true);
    expect(byCodePoints(plane, private_)).toBeGreaterThan(0);
    expect([plane, private_, plane + private_].map((written) => hasTwoOrders(planesIn(written)))).toEqual([
      false,
      false,
      true,
    ]);
    const lines = parseQuads(`<a:a> <p:a> "${plane}" .\n<a:a> <p:a> "${private_}" .\n`);
    expect(canonicalByFirstDegree(lines, byCodePoints)).toBe(`<a:a> <p:a> "${private_}" .\n<a:a> <p:a> "${plane}" .\n`);
  });
});

describe('the same document, whoever answers', () => {
  const badge = (name: string, others: JsonObject = {}): JsonObject => ({
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
    id: 'urn:uuid:5c3b7c1e-8f0a-8d3c-9a51-0d6a5f3c2b10',
    type: ['VerifiableCredential', 'OpenBadgeCredential'],
    name,
    ...others,
  });

  test('is canonicalized by the library at first, then by a template', async () => {
    const tiers = [];
    for (const name of ['a', 'b', 'c', 'd']) tiers.push((await canonicalForm(badge(name))).tier);
    expect(tiers).toEqual(['library', 'template', 'template', 'template']);
  });

  test.each([3, 100])('has %i pieces of evidence with and without a name in their order', async (count) => {
    for (let time = 0; time < 5; time++) {
      const evidence = Array.from({ length: count }, (_, at) => ({
        ...(at % 2 === 0 ? {} : { id: `https://a.example/${(at * 7 + time * 11) % 100}` }),
        type: ['Evidence'],
        name: `piece ${(at * 13 + time * 5) % 1000}`,
      }));
      const document = badge('x', { evidence });
      const form = await canonicalForm(document);
      expect(form.tier).toBe(time === 0 ? 'library' : 'template');
      expect(form.text).toBe(await libraryForm(document));
    }
  });

  test.each([3, 100])('has %i pieces of evidence of which two say the same', async (count) => {
    for (let time = 0; time < 4; time++) {
      const evidence = Array.from({ length: count }, (_, at) => ({
        type: ['Evidence'],
        name: `piece ${at === count - 1 ? 0 : at}${time}`,
      }));
      const document = badge('x', { evidence });
      const form = await canonicalForm(document);
      expect(form.tier).toBe(time === 0 ? 'library' : 'template and library');
      expect(form.text).toBe(await libraryForm(document));
    }
  });

  test('keeps the order of code points in every tier', async () => {
    const texts = [];
    for (let time = 0; time < 3; time++)
      texts.push(
        (
          await canonicalForm(
            badge('x', {
              evidence: [
                { type: ['Evidence'], name: '\u{1f600}' },
                { type: ['Evidence'], name: '\ue000' },
              ],
            }),
          )
        ).text,
      );
    expect(new Set(texts).size).toBe(1);
  });

  test.each<[string, string]>([
    ['a space of Unicode', '\u00a0'],
    ['a wide space', '\u3000'],
    ['a mark that counts as a space', '\ufeff'],
  ])('is refused with %s in an id by every tier', async (_, space) => {
    const of = (id: string): JsonObject =>
      badge('x', { evidence: [{ id: `https://spaces.example/${id}`, type: ['Evidence'] }] });
    for (const id of ['a', 'b', 'c']) await canonicalForm(of(id));
    expect((await canonicalForm(of('d'))).tier).toBe('template');
    await expect(canonicalForm(of(`a${space}b`))).rejects.toThrow('is not absolute');
    await expect(libraryForm(of(`a${space}b`))).rejects.toThrow('is not absolute');
  });

  test('keeps the order of code points where members, not values, are of two planes', async () => {
    const of = (one: string, other: string): JsonObject =>
      badge('x', { 'https://a.example/\u{1f600}': one, 'https://a.example/\ue000': other });
    for (const [one, other] of [
      ['\u{1f600}', '\ue000'],
      ['\u{1f600}', '\ue000'],
      ['a', 'b'],
    ] as const) {
      const document = of(one, other);
      const { text: form } = await canonicalForm(document);
      expect(form).toBe(await libraryForm(document));
      expect(form.indexOf('\ue000>')).toBeLessThan(form.indexOf('\u{1f600}>'));
    }
  });

  const XSD_STRING = 'http://www.w3.org/2001/XMLSchema#string';
  test.each<[string, readonly JsonObject[]]>([
    ['a number and a text', ['x', 'y', '1'].map((other) => ({ creditsEarned: [1, other] }))],
    ['a fraction and a text', ['x', 'y', '1.5E0'].map((other) => ({ creditsEarned: [1.5, other] }))],
    [
      'true and a text',
      ['x', 'y', 'true'].map((other) => ({ identifier: { type: ['IdentityObject'], hashed: [true, other] } })),
    ],
    [
      'a text and one with an index',
      ['q', 'r', 'y'].map((other) => ({ name: ['y', { '@value': other, '@index': 'q' }] })),
    ],
    [
      'a text and one with a type',
      ['q', 'r', 'y'].map((other) => ({ name: ['y', { '@value': other, '@type': XSD_STRING }] })),
    ],
  ])('keeps %s beside each other as the libraries do', async (_, subjects) => {
    for (const subject of subjects) {
      const document = badge('x', { credentialSubject: { id: 'urn:x:y', type: ['AchievementSubject'], ...subject } });
      expect((await canonicalForm(document)).text).toBe(await libraryForm(document));
    }
  });

  test('has a thing by its keyword and by its id', async () => {
    const P = 'https://a.example/p';
    const of = (id: string): JsonObject =>
      badge('x', {
        evidence: [
          { '@id': 'urn:x:a', type: ['Evidence'], [P]: { '@list': [] } },
          { id, type: ['Evidence'], [P]: { '@list': [] } },
        ],
      });
    for (const id of ['urn:x:b', 'urn:x:c', 'urn:x:d', 'urn:x:a'])
      expect((await canonicalForm(of(id))).text).toBe(await libraryForm(of(id)));
  });

  test('is refused where one thing has two indexes, by every tier', async () => {
    const of = (one: string, other: string): JsonObject =>
      badge('x', {
        evidence: [
          { id: `https://a.example/${one}`, type: ['Evidence'], '@index': 'a' },
          { id: `https://a.example/${other}`, type: ['Evidence'], '@index': 'b' },
        ],
      });
    for (let time = 0; time < 3; time++) await canonicalForm(of('1', `${time}x`));
    await expect(canonicalForm(of('5', '5'))).rejects.toThrow('conflicting indexes');
  });

  test('is refused by every tier where too many of its parts are alike', async () => {
    const of = (isSame: boolean, time: number): JsonObject =>
      badge('x', {
        credentialSubject: {
          type: ['AchievementSubject'],
          achievement: {
            id: 'urn:x:achievement',
            type: ['Achievement'],
            resultDescription: Array.from({ length: 660 }, (_, at) => ({
              type: ['ResultDescription'],
              name: isSame ? 'same' : `${time} ${at}`,
              alignment: ['a', 'b'].map((end) => ({
                type: ['Alignment'],
                targetName: isSame ? 'same' : `${time} ${at} ${end}`,
              })),
            })),
          },
        },
      });
    for (let time = 0; time < 2; time++) await canonicalForm(of(false, time));
    expect((await canonicalForm(of(false, 2))).tier).toBe('template');
    await expect(libraryForm(of(true, 3))).rejects.toThrow('too many');
    await expect(canonicalForm(of(true, 3))).rejects.toThrow('too many');
  });

  test('is refused with a lone surrogate by every tier', async () => {
    for (let time = 0; time < 3; time++) await expect(canonicalForm(badge('\udfff'))).rejects.toThrow('surrogate');
  });
});

test('a shape that would take long to compile is left to the library', async () => {
  const hostile = {
    '@context': CONTEXT,
    id: 'urn:x:1',
    type: ['VerifiableCredential'],
    relatedResource: Array.from({ length: 4000 }, (_, index) => `urn:y:${index}`),
  };
  const tiers = [];
  for (let time = 0; time < 3; time++) tiers.push((await canonicalForm(hostile)).tier);
  expect(tiers).toEqual(['library', 'library', 'library']);
});
