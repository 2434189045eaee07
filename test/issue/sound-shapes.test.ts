import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Award } from '../../src/issue/award.ts';
import { awardFault } from '../../src/issue/content.ts';
import type { Issuer } from '../../src/issue/issuer.ts';
import { SoundShapes } from '../../src/issue/sound-shapes.ts';
import { generatePrivateKey } from '../../src/keys/private-key.ts';

const NOW = Date.parse('2026-11-28');
const KNOWN = 'https://skills.example/tying';

const issuer: Issuer = {
  profile: { id: 'did:web:badges.example.org', type: ['Profile'], name: 'S', url: 'https://badges.example.org' },
  hosting: undefined,
  recipients: 'hashed-email',
  form: 'data-integrity',
  key: generatePrivateKey('Ed25519'),
  verificationMethod: { 'data-integrity': 'did:web:badges.example.org#k', jwt: 'did:web:badges.example.org#k' },
  awardSecret: new Uint8Array(32),
  publishesEvidence: false,
  purposes: ['revocation'],
  hasListsPerTier: false,
  badges: new Map([
    [
      'knots',
      {
        achievement: {
          id: 'https://badges.example.org/achievements/knots.json',
          type: ['Achievement'],
          name: 'K',
          description: 'D',
          criteria: { narrative: 'C' },
          alignment: [{ type: ['Alignment'], targetName: 'T', targetUrl: KNOWN }],
        },
        tier: 'participation',
        images: [],
        validFor: 'P1Y',
      },
    ],
  ]),
};

const ADDRESSES = [
  undefined,
  'https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json',
  'https://example.org/1',
  KNOWN,
  'https://badges.example.org',
  'did:web:badges.example.org',
  'https://example.org/ü?x=<y>',
  'urn:x',
];
const text = fc.option(fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constant(KNOWN)), { nil: undefined });
const date = fc.option(fc.integer({ min: Date.parse('1990-01-01'), max: Date.parse('9999-06-01') }), {
  nil: undefined,
});

const award: fc.Arbitrary<Award> = fc
  .record({
    id: fc.constantFrom(...ADDRESSES),
    url: fc.constantFrom(...ADDRESSES),
    narrative: text,
    about: text,
    issuedOn: date,
    expiresOn: date,
    count: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ id, url, narrative, about, issuedOn, expiresOn, count }) => ({
    line: 2,
    badge: 'knots',
    definition: 'knots',
    recipient: { label: 'ana@example.org', email: 'ana@example.org', id, identifier: undefined },
    name: undefined,
    awardKey: '',
    issuedOn,
    expiresOn,
    evidence: Array.from({ length: count }, () => ({
      url,
      name: about,
      description: undefined,
      narrative: undefined,
      genre: undefined,
      audience: undefined,
      file: undefined,
    })),
    narrative,
    credits: undefined,
    results: [],
  }));

describe('awards that are told by their shapes', () => {
  test('have a fault exactly where the whole of them has one, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(award, { minLength: 1, maxLength: 30 }), (awards) => {
        const shapes = new SoundShapes(issuer);
        for (const row of awards) expect(shapes.faultOf(row, NOW)).toEqual(awardFault(row, issuer, NOW));
      }),
      { numRuns: 300 },
    );
  });

  test('are told so for most rosters: an award like the one before is not tried as a whole', () => {
    let tried = 0;
    // Only a whole badge names its issuer.
    const { profile } = issuer;
    const shapes = new SoundShapes({
      ...issuer,
      get profile() {
        tried++;
        return profile;
      },
    });
    const row = (index: number): Award => ({
      ...(fc.sample(award, { seed: 1, numRuns: 1 })[0] as Award),
      recipient: { label: 'x', email: `p${index}@example.org`, id: undefined, identifier: undefined },
      evidence: [],
      issuedOn: undefined,
      expiresOn: undefined,
    });
    for (let index = 0; index < 2000; index++) expect(shapes.faultOf(row(index), NOW)).toBeUndefined();
    // The first tells the texts of the badge, the second its shape.
    expect(tried).toBe(2);
  });
});
