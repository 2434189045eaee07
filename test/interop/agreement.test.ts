import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import { createVerifyCryptosuite } from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { verifyCredential as verifyWithVc } from '@digitalbazaar/vc';
import { verifyCredential as verifyWithCore } from '@digitalcredentials/verifier-core';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import { verify } from '../../src/verify/verify.ts';
import { mutateJson } from '../fuzz/mutate.ts';
import { Chance } from '../fuzz/random.ts';
import { bytesOf, codes, NOW, offline, signedBadge, testIssuer, type TestIssuer, loaderFor } from '../support/badge.ts';
import { answerOf } from '../support/report.ts';
import { shownBadge } from '../support/sign.ts';

const LISTED = new Set(
  [
    ...(
      readFileSync(join(import.meta.dirname, '../../docs/differences.md'), 'utf8').split(
        '## Credentials that others',
      )[1] ?? ''
    ).matchAll(/`([A-Z_]+)`/g),
  ].map(([, code = '']) => code),
);
const options = { ...offline(), allowsWithheld: true };

interface Peer {
  readonly name: string;
  readonly issuer: TestIssuer;
  readonly good: JsonObject;
  readonly accepts: (document: JsonObject) => Promise<boolean>;
  readonly cases: number;
}

function vcPeer(name: string, issuer: TestIssuer, good: JsonObject, cryptosuite: unknown, cases: number): Peer {
  const documentLoader = loaderFor(issuer);
  return {
    name,
    issuer,
    good,
    cases,
    accepts: async (document) => {
      const result = await verifyWithVc({
        credential: structuredClone(document),
        suite: new DataIntegrityProof({ cryptosuite }),
        documentLoader,
        now: new Date(NOW),
        checkStatus: async () => ({ verified: true }),
      }).catch(() => ({ verified: false }));
      return result.verified;
    },
  };
}

async function peers(): Promise<readonly Peer[]> {
  const [ed25519, p256] = [testIssuer(), testIssuer('P-256')];
  const badge = await signedBadge(ed25519);
  return [
    vcPeer('@digitalbazaar/vc, eddsa-rdfc-2022', ed25519, badge, eddsaRdfc, 400),
    vcPeer('@digitalbazaar/vc, ecdsa-rdfc-2019', p256, await signedBadge(p256), ecdsaRdfc, 200),
    vcPeer('@digitalbazaar/vc, ecdsa-sd-2023', p256, await shownBadge(p256), createVerifyCryptosuite(), 200),
    {
      name: '@digitalcredentials/verifier-core, eddsa-rdfc-2022',
      issuer: ed25519,
      good: badge,
      cases: 150,
      accepts: async (document) => {
        const result = (await verifyWithCore({
          credential: JSON.parse(JSON.stringify(document)),
          knownDIDRegistries: [],
        }).catch(() => ({ errors: ['thrown'] }))) as {
          errors?: unknown;
          log?: readonly { id: string; valid: boolean }[];
        };
        const step = (id: string): boolean | undefined => result.log?.find((entry) => entry.id === id)?.valid;
        return result.errors === undefined && step('valid_signature') === true && step('expiration') !== false;
      },
    },
  ];
}

function changedBadge(good: JsonObject, chance: Chance): JsonObject {
  for (;;) {
    const changed = mutateJson(good, good, chance);
    if (isJsonObject(changed)) return changed;
  }
}

afterAll(() => {
  vi.unstubAllGlobals();
});

describe('on changed credentials', () => {
  test('whatever badgekit verifies, the others verify; where only they do, a listed finding says why', async () => {
    vi.stubGlobal('fetch', async () => new Response('{}', { status: 404 }));
    const disagreements: string[] = [];
    for (const { name, good, accepts, cases } of await peers()) {
      expect((await verify(bytesOf(good), options)).verdict, name).toBe('verified');
      expect(await accepts(good), name).toBe(true);
      for (let index = 0; index < cases; index++) {
        const document = changedBadge(good, new Chance(7_000_000 + index));
        const report = await verify(bytesOf(document), options);
        const theirs = await accepts(document);
        const isOurs = report.verdict === 'verified';
        const isListed = codes(report).some((code) => LISTED.has(code));
        if (isOurs === theirs || (theirs && isListed)) continue;
        disagreements.push(`${name}, case ${index}: badgekit ${report.headline}; the other ${String(theirs)}`);
      }
    }
    expect(disagreements).toEqual([]);
  }, 120_000);

  test('a forged copy is refused by all', async () => {
    vi.stubGlobal('fetch', async () => new Response('{}', { status: 404 }));
    for (const { name, good, accepts } of await peers()) {
      const forged = { ...good, validUntil: '2099-01-01T00:00:00Z' };
      expect(await accepts(forged), name).toBe(false);
      expect(answerOf(await verify(bytesOf(forged), options)), name).toMatch(/^rejected: .*SIGNATURE_WRONG/);
    }
  });
});
