import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bake } from '../../src/bake/bake.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import { plainImage } from '../../src/openbadges/plain-image.ts';
import { CREDENTIALS_V2 } from '../../src/openbadges/vocabulary.ts';
import { encodeBitstring, MIN_ENTRIES } from '../../src/status/bitstring.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import { badgeContent, bytesOf, signedBadge, signedToken, testIssuer } from '../support/badge.ts';
import { learnerRecord, shownBadge, withProof } from '../support/sign.ts';

export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The document, where the file is JSON. */
  readonly document?: JsonObject;
}

/** Good files of every kind that verify takes, each of which verifies. */
export async function goodFiles(): Promise<readonly [Seed, ...Seed[]]> {
  const [ed25519, p256, p384] = [testIssuer(), testIssuer('P-256'), testIssuer('P-384')];
  const badge = await signedBadge(ed25519);
  const unsigned = (issuer: { readonly id: string }): JsonObject => assembleCredential(badgeContent(issuer.id));
  const token = await signedToken(p256);
  const chained = await withProof(await withProof(unsigned(ed25519), ed25519, { id: 'urn:uuid:1' }), p256, {
    previousProof: 'urn:uuid:1',
  });
  const record = await learnerRecord(p256, [badge]);
  const list = await withProof(
    {
      '@context': [CREDENTIALS_V2],
      id: 'https://school.example/status/1',
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer: ed25519.id,
      validFrom: '2026-05-01T00:00:00Z',
      credentialSubject: {
        id: 'https://school.example/status/1#list',
        type: 'BitstringStatusList',
        statusPurpose: 'revocation',
        encodedList: encodeBitstring(MIN_ENTRIES, [7]),
      },
    },
    ed25519,
  );
  const png = readFileSync(join(import.meta.dirname, '../../fixtures/tidewater/badges/repair-cafe-day.png'));
  const documents: readonly (readonly [string, JsonObject])[] = [
    ['eddsa-rdfc-2022', badge],
    ['ecdsa-rdfc-2019 with P-256', await signedBadge(p256)],
    ['ecdsa-rdfc-2019 with P-384', await signedBadge(p384)],
    ['eddsa-jcs-2022', await withProof(unsigned(ed25519), ed25519, { cryptosuite: 'eddsa-jcs-2022' })],
    ['ecdsa-sd-2023', await shownBadge(p256)],
    ['a chain', chained],
    ['a learner record', record],
    ['a status list', list],
  ];
  return [
    { name: 'a token', bytes: bytesOf(token) },
    ...documents.map(([name, document]) => ({ name, document, bytes: bytesOf(document) })),
    { name: 'a PNG', bytes: bake(new Uint8Array(png), JSON.stringify(badge)) },
    { name: 'an SVG', bytes: bake(new TextEncoder().encode(plainImage('skill')), JSON.stringify(badge)) },
    { name: 'an SVG with a token', bytes: bake(new TextEncoder().encode(plainImage('skill')), token) },
  ];
}
