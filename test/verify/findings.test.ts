import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { assembleCredential, type CredentialContent } from '../../src/openbadges/credential.ts';
import { addProof } from '../../src/proof/data-integrity.ts';
import { encodeBitstring, MIN_ENTRIES } from '../../src/status/bitstring.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/syntax/json.ts';
import type { VerifyOptions } from '../../src/verify/context.ts';
import type { Report } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import { badgeContent, bytesOf, MADE, offline, signedBadge, testIssuer } from '../support/badge.ts';
import { withProof } from '../support/sign.ts';
import { fakeWeb } from '../support/web.ts';

const issuer = testIssuer();
const content = badgeContent(issuer.id);
const subjectOf = ({ credentialSubject }: JsonObject): JsonObject =>
  isJsonObject(credentialSubject) ? credentialSubject : {};

/** Every finding of a report, whatever its check came to. */
const found = (report: Report): readonly string[] =>
  report.checks.flatMap(({ findings }) => findings.map(({ code }) => code));
const look = async (document: JsonObject | string, options: Partial<VerifyOptions> = {}): Promise<readonly string[]> =>
  found(await verify(bytesOf(document), { ...offline(), ...options }));
const signed = (document: JsonObject): Promise<JsonObject> => withProof(document, issuer);
const made = (changes: Partial<CredentialContent> = {}): JsonObject => assembleCredential({ ...content, ...changes });

function withAchievement(changes: JsonObject, result?: readonly Json[]): JsonObject {
  const badge = made();
  const subject = subjectOf(badge);
  const achievement = isJsonObject(subject['achievement']) ? subject['achievement'] : {};
  return {
    ...badge,
    credentialSubject: {
      ...subject,
      achievement: { ...achievement, ...changes },
      ...(result === undefined ? {} : { result }),
    },
  };
}

describe('files', () => {
  test('that are JSON and no credential', async () => {
    expect(await look('{"a": 1}')).toEqual(['NOT_A_BADGE']);
    expect(await look('{"type": ["Person"], "name": "Ana"}')).toContain('TYPE_WRONG');
    expect(await look('eyJhbGciOiJFZERTQSJ9.W10.AAAA')).toContain('JWT_INVALID');
  });
});

describe('harmless forms', () => {
  test('are named', async () => {
    const badge = made();
    const single = { ...badge, credentialSubject: { ...subjectOf(badge), type: 'AchievementSubject' } };
    expect(await look(await signed(single))).toContain('COMPACT_FORM');
  });

  test('of the older data model, too', async () => {
    const { validFrom, validUntil, '@context': _, ...rest } = made();
    const older = {
      '@context': [
        'https://www.w3.org/2018/credentials/v1',
        'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
        'https://purl.imsglobal.org/spec/ob/v3p0/extensions.json',
        'https://w3id.org/security/data-integrity/v2',
      ],
      ...rest,
      issuanceDate: validFrom ?? '',
      expirationDate: validUntil ?? '',
    };
    const report = await verify(bytesOf(await signed(older)), offline());
    expect(report.verdict).toBe('verified');
    expect(found(report)).toContain('VCDM_1_1');
  });

  test('of an index in a status', async () => {
    const list = 'https://school.example/status/1';
    const document = await signed({
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      id: list,
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer: issuer.id,
      validFrom: '2026-05-01T00:00:00Z',
      credentialSubject: {
        type: 'BitstringStatusList',
        statusPurpose: ['revocation', 'refresh'],
        encodedList: encodeBitstring(MIN_ENTRIES, [8]),
      },
    });
    const entry = (statusListIndex: number, statusPurpose: string): JsonObject => ({
      id: `${list}#${statusListIndex}`,
      type: 'BitstringStatusListEntry',
      statusPurpose,
      statusListIndex,
      statusListCredential: list,
    });
    const world = fakeWeb({ [list]: document });
    expect(await look(await signed({ ...made(), credentialStatus: entry(7, 'revocation') }), { world })).toContain(
      'STATUS_INDEX_NUMBER',
    );
    expect(await look(await signed({ ...made(), credentialStatus: entry(8, 'refresh') }), { world })).toContain(
      'STATUS_MESSAGE',
    );
  });
});

describe('rules that a schema cannot say', () => {
  const description = (changes: JsonObject): JsonObject => ({
    resultDescription: [
      { id: 'urn:uuid:1', type: ['ResultDescription'], name: 'Grade', resultType: 'LetterGrade', ...changes },
    ],
  });
  const result = (changes: JsonObject): Json => ({ type: ['Result'], resultDescription: 'urn:uuid:1', ...changes });

  test.each<[string, JsonObject, string]>([
    ['a recipient', made({ subject: { ...content.subject, identifier: [] } }), 'SUBJECT_UNIDENTIFIED'],
    ['criteria', withAchievement({ criteria: { name: 'x' } }), 'CRITERIA_MISSING'],
    ['the description of a result', withAchievement({}, [result({ value: 'A' })]), 'RESULT_REFERENCE'],
    ['the status of a result', withAchievement(description({ resultType: 'Status' }), [result({})]), 'RESULT_STATUS'],
    [
      'an allowed value',
      withAchievement(description({ allowedValue: ['A', 'B'] }), [result({ value: 'C' })]),
      'RESULT_VALUE',
    ],
    [
      'a status that says what it is',
      { ...made(), termsOfUse: [{ id: 'x:y', type: 'urn:x' }], evidence: [{ id: 1 }] },
      'SCHEMA',
    ],
  ])('a badge without %s is told', async (_, document, code) => {
    expect(await look({ ...document, proof: [] })).toContain(code);
  });

  test('a date that is none is told', async () => {
    expect(await look({ ...made(), validFrom: 'yesterday' })).toContain('DATE_MALFORMED');
  });

  test('of the W3C data model are told for an endorsement', async () => {
    const endorsement = await signed({
      '@context': [
        'https://www.w3.org/ns/credentials/v2',
        'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
      ],
      id: 'urn:uuid:2',
      type: ['VerifiableCredential', 'EndorsementCredential'],
      name: 'Endorsement',
      issuer: { id: 'nobody', type: ['Profile'] },
      validFrom: '2026-05-04T09:00:00Z',
      credentialSubject: { id: 'https://school.example/x', type: ['EndorsementSubject'] },
    }).catch(() => ({}));
    expect(await look({ ...endorsement, ...EMPTY })).toContain('DATA_MODEL');
  });
});

const EMPTY: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
  id: 'urn:uuid:2',
  type: ['VerifiableCredential', 'EndorsementCredential'],
  name: 'Endorsement',
  issuer: 'nobody',
  validFrom: '2026-05-04T09:00:00Z',
  credentialSubject: { id: 'https://school.example/x', type: ['EndorsementSubject'] },
};

describe('proofs and what is inside', () => {
  test('a value that only repeats the name of its key is a placeholder', async () => {
    const proof = {
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-rdfc-2022',
      created: '2026-05-04T09:00:00Z',
      verificationMethod: 'https://school.example#zABC',
      proofPurpose: 'assertionMethod',
      proofValue: 'zABC',
    };
    expect(await look({ ...made(), proof: [proof] })).toContain('PROOF_PLACEHOLDER');
  });

  test('an endorsement whose key cannot be had stays open, and the badge stands', async () => {
    const did = 'did:web:endorser.example';
    const endorsement = await addProof(
      {
        ...EMPTY,
        issuer: { id: did, type: ['Profile'] },
        credentialSubject: { id: content.id, type: ['EndorsementSubject'] },
      },
      issuer.key,
      { verificationMethod: `${did}#k`, created: MADE },
    );
    const report = await verify(bytesOf(await signed({ ...made(), endorsement: [endorsement] })), offline());
    expect(report.verdict).toBe('verified');
    expect(found(report)).toContain('ENDORSEMENT_UNDETERMINED');
  });

  test('a credential in a presentation that cannot be decided leaves it open', async () => {
    const badge = await signedBadge({ ...issuer, id: 'did:web:school.example', method: 'did:web:school.example#k' });
    const presentation = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiablePresentation'],
      verifiableCredential: [badge],
    };
    expect(await look(presentation)).toContain('CREDENTIAL_UNDETERMINED');
  });
});

describe('recipients and issuers', () => {
  const identity = (hash: string, salt: string): JsonObject => ({
    type: 'IdentityObject',
    hashed: true,
    identityHash: hash,
    identityType: 'emailAddress',
    salt,
  });
  const awardedTo = (identifier: Json): Promise<JsonObject> =>
    signed({ ...made(), credentialSubject: { ...subjectOf(made()), identifier: [identifier] } });

  test('an address in other letters is found, and that is told', async () => {
    expect(await look(await signed(made()), { recipient: ' Ana@Example.org ' })).toContain('RECIPIENT_FOLDED');
  });

  test('a hash that is easy to guess from is told', async () => {
    const hash = createHash('md5').update('ana@example.orgsea').digest('hex');
    expect(await look(await awardedTo(identity(`md5$${hash}`, 'sea')), { recipient: 'ana@example.org' })).toContain(
      'RECIPIENT_MD5',
    );
  });

  test('a badge for nobody cannot be matched', async () => {
    const { identifier: _, ...subject } = subjectOf(made());
    const nobody = await signed({ ...made(), credentialSubject: subject });
    expect(await look(nobody, { recipient: 'ana@example.org' })).toContain('RECIPIENT_UNIDENTIFIED');
  });

  test('whether the issuer is the real one was not asked', async () => {
    expect(await look(await signed(made()))).toContain('TRUST_NOT_ASKED');
  });
});
