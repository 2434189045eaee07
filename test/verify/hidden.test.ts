import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bake, extract } from '../../src/bake/bake.ts';
import { generatePrivateKey } from '../../src/keys/private-key.ts';
import { publicKeyFromJwk } from '../../src/keys/public-key.ts';
import { readPublicKeys } from '../../src/keys/public-key-file.ts';
import { OPEN_BADGES_CONTEXT } from '../../src/openbadges/vocabulary.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { addProof } from '../../src/proof/data-integrity.ts';
import { didDocument } from '../../src/site/did-document.ts';
import type { World } from '../../src/ports.ts';
import type { Json, JsonObject } from '../../src/syntax/json.ts';
import { verify } from '../../src/verify/verify.ts';
import { createWorld } from '../../src/world/world.ts';
import {
  badgeContent,
  bytesOf,
  codes,
  MADE,
  NOW,
  offline,
  outcomeOf,
  signedBadge,
  testIssuer,
  type TestIssuer,
} from '../support/badge.ts';
import { temporaryFolder } from '../support/cli.ts';
import { edited, placesIn, valueAt } from '../support/places.ts';
import { expectRefusal } from '../support/report.ts';
import { cpuTime } from '../support/cpu-time.ts';

const issuer = testIssuer();
const endorser = testIssuer();
const badge = await signedBadge(issuer);
const [proof] = badge['proof'] as readonly Json[];
const asText = JSON.stringify;
const plain = (document: JsonObject): JsonObject => JSON.parse(JSON.stringify(document)) as JsonObject;
const sign = (document: JsonObject, by: TestIssuer = issuer): Promise<JsonObject> =>
  addProof(document, by.key, { verificationMethod: by.method, created: MADE });
const achievementOf = (document: JsonObject): JsonObject =>
  (document['credentialSubject'] as JsonObject)['achievement'] as JsonObject;
const withAchievement = (document: JsonObject, change: (achievement: JsonObject) => JsonObject): JsonObject => ({
  ...document,
  credentialSubject: { ...(document['credentialSubject'] as JsonObject), achievement: change(achievementOf(document)) },
});

function endorsement(about: string, by: TestIssuer, change: JsonObject = {}): JsonObject {
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2', OPEN_BADGES_CONTEXT],
    id: 'urn:uuid:00000000-0000-8000-8000-00000000e000',
    type: ['VerifiableCredential', 'EndorsementCredential'],
    name: 'Endorsed',
    issuer: { id: by.id, type: ['Profile'], name: 'Endorser' },
    validFrom: '2026-05-04T09:00:00Z',
    credentialSubject: { id: about, type: ['EndorsementSubject'], endorsementComment: 'Well made.' },
    ...change,
  };
}

async function endorsed(about: string, by: TestIssuer = endorser, change: JsonObject = {}): Promise<JsonObject> {
  const own = await sign(endorsement(about, by, change), by);
  return await sign({ ...plain(assembleCredential(badgeContent(issuer.id))), endorsement: [own] });
}

describe('members cannot be moved to where no reader looks', () => {
  const id = badgeContent(issuer.id).id;

  test('an honest endorsement of the badge, its achievement or its issuer is verified', async () => {
    for (const about of [id, 'https://school.example/achievements/knots', issuer.id]) {
      const report = await verify(bytesOf(await endorsed(about)), offline());
      expect(codes(report)).toEqual([]);
      expect(outcomeOf(report, 'endorsements')).toBe('passed');
    }
  });

  test('what stands in many badges alike is passed over only where it holds no endorsement', async () => {
    const about = 'https://school.example/achievements/knots';
    const good = await sign(endorsement(about, endorser), endorser);
    const forged = { ...good, name: 'Endorsed by everybody' };
    const made = plain(assembleCredential(badgeContent(issuer.id)));
    const badgeWith = (endorsements: readonly JsonObject[], change: JsonObject = {}): Promise<JsonObject> =>
      sign(
        withAchievement(made, (achievement) => ({
          ...achievement,
          ...(endorsements.length === 0 ? {} : { endorsement: endorsements }),
          ...change,
        })),
      );
    const wanted = [
      [await badgeWith([]), 'skipped', []],
      [await badgeWith([forged]), 'failed', ['/credentialSubject/achievement/endorsement/0']],
      [await badgeWith([good, forged]), 'failed', ['/credentialSubject/achievement/endorsement/1']],
      [await badgeWith([good]), 'passed', []],
      [await badgeWith([], { description: 'It has none.' }), 'skipped', []],
    ] as const;
    for (const [document, outcome, places] of wanted)
      for (let time = 0; time < 4; time++) {
        const { checks } = await verify(bytesOf(document), offline());
        const check = checks.find((each) => each.check === 'endorsements');
        expect(check?.outcome).toBe(outcome);
        expect(check?.findings.map(({ path }) => path)).toEqual(places);
        for (const finding of check?.findings ?? [])
          expect(finding).toMatchObject({
            code: 'ENDORSEMENT_REJECTED',
            message: expect.stringContaining('signature does not match') as string,
          });
      }
  });

  test('the end of validity cannot move into an endorsement of the badge', async () => {
    const document = plain(await endorsed(id));
    const [own] = document['endorsement'] as readonly JsonObject[];
    const { validUntil, ...rest } = document;
    const moved = {
      ...rest,
      endorsement: [
        {
          ...own,
          credentialSubject: {
            ...(own?.['credentialSubject'] as JsonObject),
            type: ['EndorsementSubject', 'VerifiableCredential'],
            validUntil: validUntil ?? null,
          },
        },
      ],
    };
    const report = await verify(bytesOf(moved), offline({ at: Date.parse('2029-01-01') }));
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('NODE_TWICE');
  });

  test('nor an alignment into an endorsement of the achievement', async () => {
    const document = plain(await endorsed('https://school.example/achievements/knots'));
    const [own] = document['endorsement'] as readonly JsonObject[];
    const { alignment, ...rest } = achievementOf(document);
    const moved = {
      ...withAchievement(document, () => rest),
      endorsement: [
        {
          ...own,
          credentialSubject: {
            ...(own?.['credentialSubject'] as JsonObject),
            type: ['EndorsementSubject', 'Achievement'],
            alignment: alignment ?? null,
          },
        },
      ],
    };
    expect(codes(await verify(bytesOf(moved), offline()))).toContain('NODE_TWICE');
  });

  test("nor the issuer's name into the creator", async () => {
    const signed = plain(
      await sign(
        plain(
          withAchievement(plain(assembleCredential(badgeContent(issuer.id))), (achievement) => ({
            ...achievement,
            creator: { id: issuer.id, type: ['Profile'] },
          })),
        ),
      ),
    );
    expect((await verify(bytesOf(signed), offline())).verdict).toBe('verified');
    const { name, ...bare } = signed['issuer'] as JsonObject;
    const moved = {
      ...withAchievement(signed, (achievement) => ({
        ...achievement,
        creator: { ...(achievement['creator'] as JsonObject), name: name ?? null },
      })),
      issuer: bare,
    };
    expect(codes(await verify(bytesOf(moved), offline()))).toContain('NODE_TWICE');
  });

  test('nor an image under the name of its class', async () => {
    const unsigned = plain(assembleCredential(badgeContent(issuer.id, { awardedDate: undefined })));
    const older = {
      ...withAchievement(unsigned, (achievement) => ({
        ...achievement,
        image: { id: 'https://school.example/k.png', type: 'Image' },
      })),
      '@context': [
        'https://www.w3.org/ns/credentials/v2',
        'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json',
        'https://purl.imsglobal.org/spec/ob/v3p0/extensions.json',
      ],
    };
    const signed = plain(await sign(older));
    expect((await verify(bytesOf(signed), offline())).verdict).toBe('verified');
    const { image, ...rest } = achievementOf(signed);
    expect(
      codes(await verify(bytesOf(withAchievement(signed, () => ({ ...rest, Image: image ?? null }))), offline())),
    ).toContain('KEY_NOT_PLAIN');
  });

  test('nor can anything stand twice that was signed once', async () => {
    const [evidence] = badge['evidence'] as readonly Json[];
    expect(
      codes(await verify(bytesOf({ ...badge, evidence: [evidence ?? null, evidence ?? null] }), offline())),
    ).toContain('NODE_TWICE');
    const tagged = plain(
      await sign(
        withAchievement(plain(assembleCredential(badgeContent(issuer.id))), (achievement) => ({
          ...achievement,
          tag: ['a', 'b'],
        })),
      ),
    );
    expect(
      codes(
        await verify(
          bytesOf(withAchievement(tagged, (achievement) => ({ ...achievement, tag: ['a', 'b', 'a'] }))),
          offline(),
        ),
      ),
    ).toContain('VALUE_NOT_PLAIN');
  });

  test('nor does a number change beyond the digits that are signed', async () => {
    const text = JSON.stringify(await signedBadge(issuer)).replace(
      '"creditsEarned":1.5',
      '"creditsEarned":1.5000000000000002',
    );
    expect(codes(await verify(bytesOf(text), offline()))).toContain('JSON_INVALID');
  });

  test('honest badges that name one thing twice are still verified', async () => {
    const base = plain(assembleCredential(badgeContent(issuer.id)));
    const image = { id: 'https://school.example/k.png', type: 'Image', caption: 'A knot' };
    const honest: readonly JsonObject[] = [
      withAchievement(base, (achievement) => ({
        ...achievement,
        criteria: { id: String(achievement['id']), narrative: 'Tie them.' },
      })),
      { ...base, credentialSubject: { ...(base['credentialSubject'] as JsonObject), id: issuer.id } },
      withAchievement({ ...base, image: { id: image.id, type: 'Image' } }, (achievement) => ({
        ...achievement,
        image,
      })),
    ];
    for (const document of honest)
      expect((await verify(bytesOf(await sign(document)), offline())).verdict).toBe('verified');
  });
});

describe('endorsements', () => {
  test('of something else do not count', async () => {
    expect(codes(await verify(bytesOf(await endorsed('https://elsewhere.example/phd')), offline()))).toContain(
      'ENDORSEMENT_REJECTED',
    );
  });

  test('make no connection while the badge itself is not authentic', async () => {
    const asked: string[] = [];
    const nothing: World = {
      read: async () => ({ found: false, reason: 'offline', message: 'x' }),
      get local() {
        return nothing;
      },
    };
    const spying: World = {
      local: nothing,
      read: async (url) => {
        asked.push(url);
        return { found: false, reason: 'unreachable', message: 'x' };
      },
    };
    const remote = { ...endorser, id: 'did:web:endorser.example', method: 'did:web:endorser.example#k' };
    const good = plain(await endorsed(issuer.id, remote));
    await verify(bytesOf({ ...good, name: 'Forged' }), { at: NOW, world: spying });
    expect(asked).toEqual([]);
    await verify(bytesOf(good), { at: NOW, world: spying });
    expect(asked).toEqual(['https://endorser.example/.well-known/did.json']);
  });
});

describe('keys of a did:web issuer', () => {
  const key = generatePrivateKey('Ed25519');
  const web: TestIssuer = { id: 'did:web:school.example', key, method: 'did:web:school.example#k1' };

  async function verdictWith(change: (document: JsonObject) => JsonObject, keys: Parameters<typeof offline>[0] = {}) {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.well-known'));
    writeFileSync(
      join(folder, '.well-known/did.json'),
      JSON.stringify(change(plain(didDocument(web.id, [{ name: 'k1', key: key.publicKey }])))),
    );
    const world = createWorld({
      offline: true,
      hosting: [{ url: 'https://school.example', folder, shownAs: 'public' }],
    });
    return await verify(bytesOf(await signedBadge(web)), { ...offline(keys), world });
  }
  const method =
    (change: JsonObject) =>
    (document: JsonObject): JsonObject => ({
      ...document,
      verificationMethod: (document['verificationMethod'] as readonly JsonObject[]).map((entry) => ({
        ...entry,
        ...change,
      })),
    });

  test.each<[string, (document: JsonObject) => JsonObject, string, string]>([
    ['as it should be', (document) => document, 'verified', ''],
    ['revoked', method({ revoked: '2026-05-10T00:00:00Z' }), 'rejected', 'KEY_NOT_AUTHORIZED'],
    ['expired', method({ expires: '2026-05-10T00:00:00Z' }), 'rejected', 'KEY_NOT_AUTHORIZED'],
    ['revoked at a date that cannot be read', method({ revoked: 'yesterday' }), 'rejected', 'KEY_NOT_AUTHORIZED'],
    ['to be revoked later', method({ revoked: '2027-01-01T00:00:00Z' }), 'verified', ''],
    ['deactivated', (document) => ({ ...document, deactivated: true }), 'rejected', 'KEY_NOT_AUTHORIZED'],
    ['controlled by somebody else', method({ controller: 'did:web:evil.example' }), 'rejected', 'ISSUER_MISMATCH'],
    ['controlled by a list', method({ controller: ['did:web:school.example'] }), 'undetermined', 'KEY_UNREACHABLE'],
    ['not for assertions', (document) => ({ ...document, assertionMethod: [] }), 'rejected', 'KEY_NOT_AUTHORIZED'],
    ['removed', (document) => ({ ...document, verificationMethod: [] }), 'rejected', 'KEY_NOT_AUTHORIZED'],
    [
      'listed twice',
      (document) => ({
        ...document,
        verificationMethod: [
          ...(document['verificationMethod'] as readonly Json[]),
          ...(document['verificationMethod'] as readonly Json[]),
        ],
      }),
      'undetermined',
      'KEY_UNREACHABLE',
    ],
    [
      'of another document',
      (document) => ({ ...document, id: 'did:web:other.example' }),
      'undetermined',
      'KEY_UNREACHABLE',
    ],
    [
      'beside an odd entry',
      (document) => ({
        ...document,
        verificationMethod: [...(document['verificationMethod'] as readonly Json[]), { type: 'Odd' }, 7],
      }),
      'verified',
      '',
    ],
    ['for assertions by a single name', (document) => ({ ...document, assertionMethod: '#k1' }), 'verified', ''],
  ])('%s', async (_, change, verdict, code) => {
    const report = await verdictWith(change);
    expect(report.verdict).toBe(verdict);
    expect(codes(report).slice(0, 1)).toEqual(code === '' ? [] : [code]);
  });

  test("a key given by the reader never overrules the issuer's identifier", async () => {
    const attacker = testIssuer();
    const forged = plain(
      await sign(
        { ...plain(assembleCredential(badgeContent(issuer.id))) },
        { ...attacker, id: issuer.id, method: issuer.method },
      ),
    );
    expectRefusal(await verify(bytesOf(forged), offline({ keys: [attacker.key.publicKey] })), 'SIGNATURE_WRONG');
    const asOther = plain(
      await sign(
        { ...plain(assembleCredential(badgeContent('did:web:school.example'))) },
        { ...attacker, id: 'did:web:school.example', method: attacker.method },
      ),
    );
    expectRefusal(await verify(bytesOf(asOther), offline({ keys: [attacker.key.publicKey] })), 'ISSUER_MISMATCH');
  });

  test('a given key settles only whose it is said to be', async () => {
    const webBadge = bytesOf(await signedBadge(web));
    expect((await verify(webBadge, { ...offline(), keys: [{ key: key.publicKey }] })).verdict).toBe('verified');
    expect(
      (await verify(webBadge, { ...offline(), keys: [{ key: key.publicKey, controller: 'did:web:school.example' }] }))
        .verdict,
    ).toBe('verified');
    expect(
      (await verify(webBadge, { ...offline(), keys: [{ key: key.publicKey, controller: 'did:web:other.example' }] }))
        .verdict,
    ).toBe('undetermined');
  });

  test('an RSA key with which anybody could sign is refused', () => {
    const { n = '' } = publicKeyFromJwk(generatePrivateKey('RSA').publicKey.jwk).jwk as { n?: string };
    for (const e of ['AQ', 'Ag', 'Aw', 'AQAA'])
      expect(() => publicKeyFromJwk({ kty: 'RSA', n, e })).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    expect(publicKeyFromJwk({ kty: 'RSA', n, e: 'AQAB' }).algorithm.name).toBe('RSA');
  });
});

describe('odd values in odd places', () => {
  test('at every member lead to a report, not to a crash', async () => {
    const odd: readonly Json[] = [{}, [{}], [[]], null, 7, true, '', { type: {} }];
    for (const path of placesIn(plain(badge))) {
      for (const value of odd.filter((other) => asText(other) !== asText(valueAt(badge, path))))
        expect(
          (await verify(bytesOf(edited(badge, path, () => value)), offline())).verdict,
          `${path.join('/')} = ${asText(value)}`,
        ).not.toBe('verified');
    }
  }, 120_000);

  test("in a token's header as well", async () => {
    for (const header of [
      '{"alg":{}}',
      '{"alg":"EdDSA","typ":[{}]}',
      '{"alg":"EdDSA","kid":{}}',
      '{"alg":"ES256","jwk":[]}',
      '[]',
      '7',
    ]) {
      const part = (text: string): string => Buffer.from(text).toString('base64url');
      expect((await verify(bytesOf(`${part(header)}.${part('{"type":[{}]}')}.AAAA`), offline())).verdict).not.toBe(
        'verified',
      );
    }
  });
});

describe('hostile sizes end soon', () => {
  test.each<[string, () => Uint8Array]>([
    ['a number of 200,000 digits', () => bytesOf(`{"a":1.${'0'.repeat(200_000)}1}`)],
    [
      '97,000 contexts',
      () => bytesOf({ ...badge, '@context': Array.from({ length: 60_000 }, (_, index) => `urn:x:${index}`) }),
    ],
    [
      '2,500 proofs',
      () =>
        bytesOf({
          ...badge,
          proof: Array.from({ length: 2500 }, (_, index) => ({ ...(proof as JsonObject), nonce: String(index) })),
        }),
    ],
    [
      '5,000 evidence entries',
      () =>
        bytesOf({
          ...badge,
          evidence: Array.from({ length: 5000 }, (_, index) => ({ type: ['Evidence'], name: String(index) })),
        }),
    ],
    [
      '70,000 unknown members',
      () =>
        bytesOf(
          asText({ ...badge, ...Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`m${index}`, 1])) }),
        ),
    ],
    [
      'a word of 900,000 letters',
      () =>
        bytesOf(withAchievement(badge, (achievement) => ({ ...achievement, achievementType: 'x'.repeat(900_000) }))),
    ],
    [
      '14,000 repeats of a large node',
      () =>
        bytesOf({
          ...badge,
          evidence: [
            { id: 'urn:x', type: ['Evidence'], name: 'x'.repeat(400_000) },
            ...Array.from({ length: 9000 }, () => ({ id: 'urn:x', type: ['Evidence'] })),
          ],
        }),
    ],
    [
      'an SVG with 100,000 attributes',
      () =>
        bytesOf(
          `<svg xmlns="http://www.w3.org/2000/svg" ${Array.from({ length: 100_000 }, (_, index) => `a${index}="1"`).join(' ')}/>`,
        ),
    ],
    [
      'an SVG with a million tags',
      () => bytesOf(`<svg xmlns="http://www.w3.org/2000/svg">${'<g/>'.repeat(1_000_000)}</svg>`),
    ],
    [
      'an SVG with namespaces upon namespaces',
      () =>
        bytesOf(
          `<svg xmlns="http://www.w3.org/2000/svg" ${Array.from({ length: 3000 }, (_, index) => `xmlns:n${index}="u"`).join(' ')}>${'<g xmlns:q="u">'.repeat(200)}${'</g>'.repeat(200)}</svg>`,
        ),
    ],
    [
      'a baked credential of 12 MB',
      () => bake(bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>'), `{"a":"${'x'.repeat(12_000_000)}"}`),
    ],
    ['100,000 opening brackets', () => bytesOf(`{"a":${'['.repeat(100_000)}`)],
  ])('%s', async (_, make) => {
    const bytes = make();
    const elapsed = cpuTime();
    const report = await verify(bytes, offline());
    expect(report.verdict).toBe('rejected');
    expect(elapsed()).toBeLessThan(4000);
  });

  test('what is refused for its size is not refused for extraction of what is sound', async () => {
    expect(extract(bake(bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>'), asText(badge))).credential).toBe(
      asText(badge),
    );
  });
});

describe('what a second review found', () => {
  const id = badgeContent(issuer.id).id;
  const base = plain(assembleCredential(badgeContent(issuer.id)));
  const verdictOf = async (document: JsonObject) => (await verify(bytesOf(document), offline())).verdict;

  test("the end of a proof cannot hide under another context's name for it", async () => {
    const document = { ...base, '@context': [...(base['@context'] as readonly Json[])] };
    const ended = plain(await sign(document));
    const [own] = ended['proof'] as readonly JsonObject[];
    const { expires: _, ...rest } = { ...own, expires: '2026-05-10T00:00:00Z' } as JsonObject;
    const renamed = { ...ended, proof: [{ ...rest, expiration: '2026-05-10T00:00:00Z' }] };
    expect(codes(await verify(bytesOf(renamed), offline()))).toContain('PROOF_MALFORMED');
    const withContext = {
      ...renamed,
      '@context': [...(base['@context'] as readonly Json[]), 'https://w3id.org/security/v1'],
    };
    expect(codes(await verify(bytesOf(withContext), offline()))).toContain('CONTEXT_UNKNOWN');
  });

  test('an issuer as a bare string cannot be described by its creator instead', async () => {
    const signed = plain(
      await sign(
        withAchievement(base, (achievement) => ({ ...achievement, creator: { id: issuer.id, type: ['Profile'] } })),
      ),
    );
    const forged = withAchievement({ ...signed, issuer: issuer.id }, (achievement) => ({
      ...achievement,
      creator: signed['issuer'] ?? null,
    }));
    expect(codes(await verify(bytesOf(forged), offline()))).toContain('NODE_TWICE');
  });

  test('criteria cannot lose their text to the achievement or to what is related', async () => {
    const about = String(achievementOf(base)['id']);
    const signed = plain(
      await sign(
        withAchievement(base, (achievement) => ({ ...achievement, criteria: { id: about, narrative: 'Tie them.' } })),
      ),
    );
    expect(await verdictOf(signed)).toBe('verified');
    expect(
      codes(
        await verify(
          bytesOf(
            withAchievement(signed, (achievement) => ({
              ...achievement,
              criteria: { id: about },
              narrative: 'Tie them.',
            })),
          ),
          offline(),
        ),
      ),
    ).toContain('NODE_TWICE');
    const related = plain(
      await sign(
        withAchievement(base, (achievement) => ({
          ...achievement,
          criteria: { id: 'urn:x:c', narrative: 'Tie.' },
          related: [{ id: 'urn:x:c', type: ['Related'] }],
        })),
      ),
    );
    expect(await verdictOf(related)).toBe('verified');
    expect(
      codes(
        await verify(
          bytesOf(
            withAchievement(related, (achievement) => ({
              ...achievement,
              criteria: { id: 'urn:x:c' },
              related: [{ id: 'urn:x:c', type: ['Related'], narrative: 'Tie.' }],
            })),
          ),
          offline(),
        ),
      ),
    ).toContain('NODE_TWICE');
  });

  test("a recipient who is the issuer cannot take over the issuer's name, nor give away the narrative", async () => {
    const own = plain(
      await sign({ ...base, credentialSubject: { ...(base['credentialSubject'] as JsonObject), id: issuer.id } }),
    );
    expect(await verdictOf(own)).toBe('verified');
    const { name, ...bare } = own['issuer'] as JsonObject;
    const { narrative, ...silent } = own['credentialSubject'] as JsonObject;
    expect(
      codes(
        await verify(
          bytesOf({
            ...own,
            issuer: bare,
            credentialSubject: { ...(own['credentialSubject'] as JsonObject), name: name ?? null },
          }),
          offline(),
        ),
      ),
    ).toContain('NODE_TWICE');
    expect(
      codes(
        await verify(
          bytesOf({
            ...own,
            issuer: { ...(own['issuer'] as JsonObject), narrative: narrative ?? null },
            credentialSubject: silent,
          }),
          offline(),
        ),
      ),
    ).toContain('NODE_TWICE');
  });

  test('keys of a DID document count only as the document says', async () => {
    const key = generatePrivateKey('Ed25519');
    const web: TestIssuer = { id: 'did:web:school.example', key, method: 'did:web:school.example#k1' };
    const signed = bytesOf(await signedBadge(web));
    const document = plain(didDocument(web.id, [{ name: 'k1', key: key.publicKey }]));
    const change = (edit: JsonObject): JsonObject => ({
      ...document,
      verificationMethod: (document['verificationMethod'] as readonly JsonObject[]).map((entry) => ({
        ...entry,
        ...edit,
      })),
    });
    const verdictWith = async (text: JsonObject) =>
      (await verify(signed, { ...offline(), keys: readPublicKeys(JSON.stringify(text)) })).verdict;
    expect(await verdictWith(document)).toBe('verified');
    expect(await verdictWith(change({ revoked: '2026-05-10T00:00:00Z' }))).toBe('undetermined');
    expect(
      await verdictWith({
        ...document,
        verificationMethod: [
          ...(document['verificationMethod'] as readonly Json[]),
          {
            id: '#x',
            type: 'Multikey',
            controller: web.id,
            publicKeyMultibase: 'z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc',
          },
        ],
        assertionMethod: [...(document['assertionMethod'] as readonly Json[]), '#x'],
      }),
    ).toBe('verified');
    for (const useless of [
      { ...document, assertionMethod: [] },
      { ...document, deactivated: true },
    ])
      expect(() => readPublicKeys(JSON.stringify(useless))).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    const other = plain(didDocument(web.id, [{ name: 'other', key: key.publicKey }]));
    expect(await verdictWith(other)).toBe('undetermined');
  });

  test("a given key does not endorse in somebody else's name", async () => {
    const foreign = { ...issuer, id: 'did:ion:somebody', method: 'did:ion:somebody#k' };
    const report = await verify(bytesOf(await endorsed(id, foreign)), offline({ keys: [issuer.key.publicKey] }));
    expect(outcomeOf(report, 'endorsements')).toBe('undetermined');
  });

  test.each<[string, () => JsonObject]>([
    [
      'ten heavy endorsements with junk proofs',
      () => {
        const heavy = {
          ...endorsement(id, issuer),
          evidence: Array.from({ length: 900 }, (_, index) => ({ type: ['Evidence'], name: String(index) })),
          proof: Array.from({ length: 8 }, (_, index) => ({ ...(proof as JsonObject), nonce: String(index) })),
        };
        return {
          ...badge,
          endorsement: Array.from({ length: 10 }, (_, index) => ({ ...heavy, id: `urn:x:${index}` })),
        };
      },
    ],
    [
      'eight junk proofs over many evidence entries',
      () => ({
        ...badge,
        evidence: Array.from({ length: 700 }, (_, index) => ({ type: ['Evidence'], name: String(index) })),
        proof: Array.from({ length: 8 }, (_, index) => ({ ...(proof as JsonObject), nonce: String(index) })),
      }),
    ],
  ])('%s take no long time', async (_, make) => {
    const bytes = bytesOf(make());
    const elapsed = cpuTime();
    expect((await verify(bytes, offline())).verdict).toBe('rejected');
    expect(elapsed()).toBeLessThan(4000);
  });

  test('a value that pretends to be text is no crash', async () => {
    const document = {
      ...badge,
      credentialSubject: {
        ...(badge['credentialSubject'] as JsonObject),
        result: [{ type: ['Result'], status: { toString: 1 } }],
      },
    };
    expect(codes(await verify(bytesOf(document), offline()))).toContain('SCHEMA');
  });
});
