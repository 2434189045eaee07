import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import { verifyCredential as verifyWithVc } from '@digitalbazaar/vc';
import { verifyCredential as verifyWithCore } from '@digitalcredentials/verifier-core';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import jsonld from 'jsonld';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readControllerDocument, type VerificationMethod } from '../../src/keys/controller-document.ts';
import { keyOfDidKey } from '../../src/keys/did-key.ts';
import { loadContext } from '../../src/openbadges/contexts.ts';
import type { DocumentLoader } from '../../src/ports.ts';
import { asList, issuerId } from '../../src/openbadges/credential.ts';
import { decodeBitstring } from '../../src/status/bitstring.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/syntax/json.ts';
import { badgekit, DEFINE_KNOTS, sampleProgramme, temporaryFolder } from '../support/cli.ts';
import { hasConformance, readText } from '../support/conformance.ts';

interface Issued {
  readonly name: string;
  readonly folder: string;
  readonly suite: 'eddsa-rdfc-2022' | 'ecdsa-rdfc-2019';
}

const NOW = new Date(Date.now() + 60_000);
const programmes: Issued[] = [];

const object = (text: string): JsonObject => {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new Error('no object');
  return value;
};
const documents = (folder: string): readonly JsonObject[] =>
  readdirSync(join(folder, 'credentials'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => object(readFileSync(join(folder, 'credentials', file), 'utf8')));

beforeAll(async () => {
  const sample = sampleProgramme();
  await badgekit(['init-issuer', '--key-only'], { cwd: sample });
  await badgekit(['issue', 'rosters/spring.csv'], { cwd: sample });
  programmes.push({ name: 'the sample programme (did:web, Ed25519)', folder: sample, suite: 'eddsa-rdfc-2022' });
  for (const [keyType, suite] of [
    ['ed25519', 'eddsa-rdfc-2022'],
    ['p256', 'ecdsa-rdfc-2019'],
  ] as const) {
    const folder = temporaryFolder();
    await badgekit(
      ['init-issuer', '--name', 'Solo', '--no-hosting', '--key-type', keyType, '--recipients', 'plain-email'],
      { cwd: folder },
    );
    await badgekit([...DEFINE_KNOTS, '--valid-for', 'P2Y'], { cwd: folder });
    await import('node:fs/promises').then((fs) =>
      fs.writeFile(
        join(folder, 'r.csv'),
        'email,name,narrative\nana@example.org,Ana,Tied *all*\nbo@example.org,"Bo ""B"" 🪢",\n',
      ),
    );
    await badgekit(['issue', 'r.csv'], { cwd: folder });
    programmes.push({ name: `a did:key programme with ${keyType}`, folder, suite });
  }
}, 180_000);

afterAll(() => {
  vi.unstubAllGlobals();
});

/** Everything that the other verifiers ask for, answered from the programme's public/ folder. */
function hosted(folder: string, url: string): Json | undefined {
  try {
    return parseJson(readFileSync(join(folder, 'public', new URL(url).pathname), 'utf8'));
  } catch {
    return undefined;
  }
}

async function methodOf(folder: string, did: string): Promise<readonly VerificationMethod[]> {
  if (did.startsWith('did:key:')) {
    const key = keyOfDidKey(did);
    return [
      {
        id: `${did}#${did.slice(8)}`,
        controller: did,
        forAssertion: true,
        forAuthentication: false,
        endsAt: undefined,
        material: {
          id: `${did}#${did.slice(8)}`,
          type: 'Multikey',
          controller: did,
          publicKeyMultibase: key.multikey ?? '',
        },
      },
    ];
  }
  return readControllerDocument(parseJson(readFileSync(join(folder, 'public/.well-known/did.json'), 'utf8')), did)
    .methods;
}

function loaderFor(folder: string): DocumentLoader {
  return async (url) => {
    const did = url.split('#')[0] ?? url;
    if (!did.startsWith('did:')) {
      const list = hosted(folder, url);
      return list === undefined ? await loadContext(url) : { contextUrl: null, documentUrl: url, document: list };
    }
    const methods = await methodOf(folder, did);
    const context = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'];
    const method = methods.find(({ id }) => id === url);
    const document =
      method === undefined
        ? { '@context': context, id: did, assertionMethod: methods.map(({ material }) => material) }
        : { '@context': 'https://w3id.org/security/multikey/v1', ...method.material };
    return { contextUrl: null, documentUrl: url, document };
  };
}

/** Whether the credential's own bit is clear in the hosted list, checked apart from the peer's status code. */
async function bitIsClear(folder: string, credential: JsonObject): Promise<{ verified: boolean }> {
  for (const entry of asList(credential['credentialStatus']).filter(isJsonObject)) {
    const list = hosted(folder, String(entry['statusListCredential']));
    const subject = isJsonObject(list) ? list['credentialSubject'] : undefined;
    const encoded = isJsonObject(subject) ? String(subject['encodedList']) : '';
    if (decodeBitstring(encoded).isSet(Number(entry['statusListIndex']))) return { verified: false };
  }
  return { verified: true };
}

describe('what badgekit issues', () => {
  test('is there to be looked at', () => {
    expect(programmes.map(({ folder }) => documents(folder).length)).toEqual([19, 2, 2]);
  });

  test('verifies with @digitalbazaar/vc, status lists included, and no altered copy does', async () => {
    for (const { folder, suite } of programmes) {
      const cryptosuite = suite === 'eddsa-rdfc-2022' ? eddsaRdfc : ecdsaRdfc;
      const options = { suite: new DataIntegrityProof({ cryptosuite }), documentLoader: loaderFor(folder), now: NOW };
      for (const credential of documents(folder)) {
        const result = await verifyWithVc({
          ...options,
          credential: structuredClone(credential),
          checkStatus: () => bitIsClear(folder, credential),
        });
        expect(result.error).toBeUndefined();
        expect(result.verified).toBe(true);
      }
      const [first = {}] = documents(folder);
      expect(
        (
          await verifyWithVc({
            ...options,
            credential: { ...structuredClone(first), name: 'Forged' },
            checkStatus: () => bitIsClear(folder, first),
          })
        ).verified,
      ).toBe(false);
    }
  });

  test('verifies with @digitalcredentials/verifier-core, which knows Ed25519 only', async () => {
    for (const { folder } of programmes.filter((programme) => programme.suite === 'eddsa-rdfc-2022')) {
      vi.stubGlobal('fetch', async (input: string | Request) => {
        const url = input instanceof Request ? input.url : input;
        const schema =
          url.startsWith('https://purl.imsglobal.org/spec/ob/v3p0/schema/') && hasConformance
            ? readText('schemas/ob_v3p0_achievementcredential_schema.educredentials.json')
            : undefined;
        const body = schema ?? JSON.stringify(hosted(folder, url));
        return new Response(body ?? '{}', {
          status: body === undefined ? 404 : 200,
          headers: { 'content-type': 'application/json' },
        });
      });
      // It asks for a URL as the credential's id; a URN is one.
      for (const credential of documents(folder)) {
        const result = (await verifyWithCore({
          credential: JSON.parse(JSON.stringify(credential)),
          knownDIDRegistries: [],
        })) as { errors?: unknown; log?: readonly { id: string; valid: boolean }[] };
        const step = (id: string): boolean | undefined => result.log?.find((entry) => entry.id === id)?.valid;
        expect(result.errors).toBeUndefined();
        expect(step('valid_signature')).toBe(true);
        expect(step('expiration')).toBe(true);
        expect(step('revocation_status')).toBe(credential['credentialStatus'] === undefined ? undefined : true);
      }
      const [first = {}] = documents(folder);
      expect(
        await verifyWithCore({
          credential: JSON.parse(JSON.stringify({ ...first, name: 'Forged' })),
          knownDIDRegistries: [],
        }),
      ).toMatchObject({ errors: [{ name: 'invalid_signature' }] });
    }
  });

  test.skipIf(!hasConformance)('validates against the official Open Badges 3.0 JSON Schema', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const {
      $schema: _schema,
      $id: _id,
      ...schema
    } = JSON.parse(readText('schemas/ob_v3p0_achievementcredential_schema.educredentials.json')) as Record<
      string,
      unknown
    >;
    const validate = ajv.compile(schema);
    for (const credential of programmes.flatMap(({ folder }) => documents(folder))) {
      validate(credential);
      expect(validate.errors).toBeNull();
    }
  });

  test('keeps every claim through JSON-LD expansion in safe mode and back', async () => {
    for (const credential of programmes.flatMap(({ folder }) => documents(folder))) {
      const options = { documentLoader: loadContext, safe: true };
      const expanded = await jsonld.expand(structuredClone(credential), options);
      const compacted = await jsonld.compact(expanded, { '@context': credential['@context'] }, options);
      expect(normalized(compacted)).toEqual(normalized(credential));
    }
  });

  test('names keys that other libraries import', async () => {
    for (const { folder, suite } of programmes) {
      const [credential = {}] = documents(folder);
      const [method] = await methodOf(folder, issuerId(credential) ?? '');
      const library: { from: (material: object) => Promise<{ publicKeyMultibase?: string }> } =
        suite === 'eddsa-rdfc-2022' ? Ed25519Multikey : EcdsaMultikey;
      const imported = await library.from({ ...method?.material });
      expect(imported).toMatchObject({ publicKeyMultibase: method?.material['publicKeyMultibase'] });
    }
  });
});

/** One form for both: single values unwrapped, sets in one order, as compaction does not keep either. */
function normalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    const entries = value.map(normalized);
    return entries.length === 1 ? entries[0] : entries.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '@context')
      .map(([key, member]) => [key, normalized(member)])
      .sort(),
  );
}
