import { describe, expect, test } from 'vitest';
import { BadgekitError } from '../../src/errors.ts';
import { publicKeyFromJwk } from '../../src/keys/public-key.ts';
import { checkJwtSignature, looksLikeJwt, openJwt } from '../../src/proof/jwt.ts';
import { decodeBase64url } from '../../src/syntax/base64url.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../src/syntax/json.ts';
import { decodeUtf8 } from '../../src/syntax/text.ts';
import { verify } from '../../src/verify/verify.ts';
import { jws as compactJws } from '../attacks/support.ts';
import { bytesOf, offline, signedToken, testIssuer } from '../support/badge.ts';
import { hasConformance, readText } from '../support/conformance.ts';
import { answerOf } from '../support/report.ts';

interface Group {
  readonly comment: string;
  readonly public?: { readonly keys?: readonly JsonObject[] } & JsonObject;
  readonly private?: { readonly keys?: readonly JsonObject[] } & JsonObject;
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly jws?: unknown;
    readonly result: string;
  }[];
}

const READ_ALGORITHMS = new Set(['RS256', 'ES256', 'ES384', 'EdDSA']);

/** The header, where the text is a compact JWS in its one canonical spelling. */
function headerOf(text: unknown): JsonObject | undefined {
  if (typeof text !== 'string' || !looksLikeJwt(text)) return undefined;
  const [header] = text.split('.').map(decodeBase64url);
  const value = parseJson(decodeUtf8(header ?? new Uint8Array()));
  return isJsonObject(value) ? value : undefined;
}

/** Whether badgekit takes the signature as good under one of the keys; what is signed need not be a credential here. */
async function isAccepted(text: unknown, keys: readonly JsonObject[]): Promise<boolean> {
  for (const jwk of keys) {
    try {
      const key = publicKeyFromJwk(jwk);
      const header = headerOf(text);
      if (header === undefined || typeof text !== 'string') continue;
      const jwt = { text, header, payload: {}, credential: {}, form: 'payload' } as const;
      if (await checkJwtSignature(jwt, key)) return true;
    } catch (error) {
      if (!(error instanceof BadgekitError)) throw error;
    }
  }
  return false;
}

const FILES = ['json_web_signature_test.json', 'json_web_key_test.json', 'json_web_crypto_test.json'];

describe.skipIf(!hasConformance)('Wycheproof, JOSE', () => {
  test.each(FILES)(
    '%s: nothing invalid is accepted, nor anything valid refused that credentials may use',
    async (file) => {
      const { testGroups } = JSON.parse(readText(`vectors/wycheproof/${file}`)) as {
        readonly testGroups: readonly Group[];
      };
      const wrong: string[] = [];
      let [valid, invalid] = [0, 0];
      for (const group of testGroups) {
        const given = group.public ?? group.private ?? {};
        const keys = given.keys ?? [given];
        for (const { tcId, comment, jws, result } of group.tests) {
          const accepted = await isAccepted(jws, keys);
          if (result !== 'valid') {
            invalid++;
            if (accepted) wrong.push(`${tcId} ${comment} is accepted`);
            continue;
          }
          const isReadable = READ_ALGORITHMS.has(String(safeHeader(jws)?.['alg'])) && group.public !== undefined;
          if (!isReadable) continue;
          valid++;
          if (!accepted) wrong.push(`${tcId} ${group.comment} ${comment} is refused`);
        }
      }
      expect(wrong).toEqual([]);
      expect(invalid).toBeGreaterThan(8);
      expect(valid).toBeGreaterThan(0);
    },
  );
});

function safeHeader(text: unknown): JsonObject | undefined {
  try {
    return headerOf(text);
  } catch {
    return undefined;
  }
}

describe.skipIf(!hasConformance)('the W3C test suite of VC-JOSE-COSE', () => {
  const read = (name: string): string => readText(`vectors/vc-jose-cose/input/${name}.txt`).trim();

  test.each(['credential-jose-bad-media-type', 'presentation-jose-bad-media-type'])(
    'the header of %s spoils a good badge, by its typ and by its cty',
    async (name) => {
      const issuer = testIssuer();
      const token = await signedToken(issuer);
      const own = headerOf(token) ?? {};
      const claims = decodeUtf8(decodeBase64url(token.split('.')[1] ?? ''));
      const under = async (header: JsonObject) =>
        await verify(bytesOf(compactJws(header, claims, issuer.key)), offline());
      expect(answerOf(await under(own))).toBe('verified');
      const { typ, cty } = headerOf(read(name)) ?? {};
      for (const spoilt of [{ typ: typ ?? null }, { cty: cty ?? null }])
        expect(answerOf(await under({ ...own, ...spoilt }))).toBe('rejected: JWT_HEADER');
    },
  );

  test.each([
    'credential-jose-bad-media-type',
    'presentation-jose-bad-media-type',
    'credential-jose-bad-signature',
    'credential-jose-minimal',
    'credential-jose-unknown-extensions',
    'credential-jose-vc-vp-claims',
    'presentation-jose-bad-credential',
    'presentation-jose-multiple',
    'credential-cose-minimal',
    'credential-cose-minimal-not-base64',
    'credential-sdjwt-nested',
  ])('%s, which is no Open Badge, is never verified', async (name) => {
    const report = await verify(bytesOf(read(name)), offline());
    expect(report.verdict).not.toBe('verified');
  });

  test('its keys are read, and its good signatures hold under them alone', async () => {
    const key = (name: string): JsonObject => {
      const value = JSON.parse(readText(`vectors/vc-jose-cose/input/${name}.json`)) as { publicKeyJwk: JsonObject };
      return value.publicKeyJwk;
    };
    const minimal = openJwt(read('credential-jose-minimal'));
    expect(await checkJwtSignature(minimal, publicKeyFromJwk(key('vm-p256')))).toBe(true);
    expect(await checkJwtSignature(minimal, publicKeyFromJwk(key('vm-p384')))).toBe(false);
    const bad = openJwt(read('credential-jose-bad-signature'));
    expect(await checkJwtSignature(bad, publicKeyFromJwk(key('vm-ed25519')))).toBe(false);
  });
});
