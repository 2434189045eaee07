import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { checkCredentialSchema } from '../../src/openbadges/credential-schema.ts';
import { isJsonObject, type Json, type JsonObject, pointer } from '../../src/syntax/json.ts';
import { badgeContent } from '../support/badge.ts';
import { hasConformance, readDocument, readText } from '../support/conformance.ts';

interface Mutation {
  readonly name: string;
  readonly value: Json;
}

/** A document with one place changed: removed, and set to values of every kind. */
function* mutations(document: Json, path = '', rebuild: (value: Json) => Json = (value) => value): Generator<Mutation> {
  const replacements: readonly Json[] = ['text', 7, true, null, [], {}, ['text'], '2026-05-04T09:00:00Z'];
  for (const replacement of replacements)
    yield { name: `${path} = ${JSON.stringify(replacement)}`, value: rebuild(replacement) };
  if (Array.isArray(document)) {
    for (const [index, entry] of document.entries())
      yield* mutations(entry, pointer(path, index), (value) => rebuild(document.with(index, value)));
    return;
  }
  if (!isJsonObject(document)) return;
  for (const [key, member] of Object.entries(document)) {
    const { [key]: _, ...rest } = document;
    yield { name: `${path} without ${key}`, value: rebuild(rest) };
    yield* mutations(member, pointer(path, key), (value) => rebuild({ ...document, [key]: value }));
  }
  yield { name: `${path} with more`, value: rebuild({ ...document, somethingElse: 'x' }) };
}

describe.skipIf(!hasConformance)("our Open Badges schema and 1EdTech's published one", () => {
  const compile = (file: string) => {
    const ajv = new Ajv2019({ strict: false, allErrors: false });
    addFormats.default(ajv);
    const {
      $schema: _schema,
      $id: _id,
      ...schema
    } = JSON.parse(readText(`schemas/${file}`)) as Record<string, unknown>;
    return ajv.compile(schema);
  };
  const sources = (): readonly (readonly [string, JsonObject])[] => [
    ['complete.json', readDocument('fixtures/ob30/complete.json')],
    ['simple.json', readDocument('fixtures/ob30/simple.json')],
    ['simple-err-evidence-type.json', readDocument('fixtures/ob30/simple-err-evidence-type.json')],
    [
      'bit-string-list/credential-status-revoked.json',
      readDocument('fixtures/ob30/bit-string-list/credential-status-revoked.json'),
    ],
    [
      'a badge of our own',
      JSON.parse(JSON.stringify(assembleCredential(badgeContent('did:web:school.example')))) as JsonObject,
    ],
  ];

  test('accept and refuse the same achievement credentials, over every mutation of each', () => {
    const published = compile('ob_v3p0_achievementcredential_schema.educredentials.json');
    const differences: string[] = [];
    let [compared, accepted] = [0, 0];
    for (const [name, document] of sources()) {
      for (const mutation of [{ name: 'as it is', value: document }, ...mutations(document)]) {
        const [theirs, ours] = [published(mutation.value), checkCredentialSchema(mutation.value).ok];
        compared++;
        if (theirs) accepted++;
        if (theirs !== ours)
          differences.push(`${name}: ${mutation.name}: published ${String(theirs)}, ours ${String(ours)}`);
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(5000);
    expect(accepted).toBeGreaterThan(500);
    expect(compared - accepted).toBeGreaterThan(500);
  });

  test('accept and refuse the same endorsements', () => {
    const published = compile('ob_v3p0_endorsementcredential_schema.derived.json');
    const document = readDocument('fixtures/ob30/endorsement-valid.json');
    const differences = [...mutations(document)]
      .filter(({ value }) => published(value) !== checkCredentialSchema(value, 'EndorsementCredential').ok)
      .map(({ name }) => name);
    expect(published(document)).toBe(true);
    expect(differences).toEqual([]);
  });
});

describe('schema faults', () => {
  const credential = (): JsonObject =>
    JSON.parse(JSON.stringify(assembleCredential(badgeContent('did:web:school.example')))) as JsonObject;
  const faultsOf = (value: Json): readonly string[] => {
    const outcome = checkCredentialSchema(value);
    return outcome.ok ? [] : outcome.faults.map(({ message }) => message);
  };

  test('name one root cause, not a cascade', () => {
    expect(faultsOf(credential())).toEqual([]);
    expect(faultsOf({ ...credential(), issuer: { id: 'did:web:x.example' } })).toEqual(['issuer.type is missing']);
    expect(faultsOf({ ...credential(), issuer: 7 })).toEqual(['issuer is a number where text belongs']);
    expect(faultsOf({ ...credential(), validFrom: '2026-05-04' })).toEqual([
      'validFrom "2026-05-04" is not a date and time with its time zone',
    ]);
    expect(faultsOf({ ...credential(), type: ['VerifiableCredential'] })).toEqual([
      'type does not contain "AchievementCredential or OpenBadgeCredential"',
    ]);
    expect(faultsOf({ ...credential(), image: { id: 'https://x.example/i.png', type: 'Image', alt: 'x' } })).toEqual([
      'image.alt is not known here',
    ]);
  });
});
