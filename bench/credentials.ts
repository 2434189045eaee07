import { sign as signRaw } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { issue, verifyCredential } from '@digitalbazaar/vc';
import { didKeyMethod, didKeyOf } from '../src/keys/did-key.ts';
import { generatePrivateKey, signBytes } from '../src/keys/private-key.ts';
import { assembleCredential } from '../src/openbadges/credential.ts';
import { credentialFault } from '../src/openbadges/credential-fault.ts';
import { hashedIdentity } from '../src/openbadges/recipient.ts';
import { canonicalForm } from '../src/proof/canonicalize.ts';
import { addProof, checkProof } from '../src/proof/data-integrity.ts';
import { libraryForm } from '../src/proof/library-form.ts';
import { isJsonObject, type JsonObject } from '../src/syntax/json.ts';
import { loaderFor } from '../test/support/badge.ts';

/*
 * Credentials of one roster beside @digitalbazaar/vc, on one core and in one process: what it takes to canonicalize, prove and
 * sign one, and to check its signature. Rounds are interleaved; medians of them are compared.
 */

const ROUNDS = 7;
const OWN = 300;
const OTHERS = 12;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const key = generatePrivateKey('Ed25519');
const id = didKeyOf(key.publicKey) ?? '';
const method = didKeyMethod(id);
const created = Date.parse('2026-05-04T09:00:00Z');

/** A realistic badge: two alignments, a result, evidence, a status, a hashed identifier. */
function credential(row: number): JsonObject {
  const school = 'https://school.example';
  return assembleCredential({
    id: `urn:uuid:${row.toString(16).padStart(8, '0')}-0000-8000-8000-000000000000`,
    issuer: { id, type: ['Profile'], name: 'Test School', url: school },
    achievement: {
      id: `${school}/achievements/knots`,
      type: ['Achievement'],
      name: 'Knots',
      description: 'Ties twelve knots, each for its purpose, in front of an instructor.',
      criteria: { narrative: 'Tie them within a minute each, and say what each is for.' },
      alignment: [
        { type: ['Alignment'], targetName: 'Ropework', targetUrl: 'https://frameworks.example/ropework' },
        { type: ['Alignment'], targetName: 'Seamanship', targetUrl: 'https://frameworks.example/seamanship' },
      ],
      resultDescription: [
        {
          id: `${school}/achievements/knots#score`,
          type: ['ResultDescription'],
          name: 'Score',
          resultType: 'RawScore',
        },
      ],
    },
    validFrom: created + row * 1000,
    validUntil: Date.parse('2031-05-04T09:00:00Z'),
    awardedDate: created,
    subject: {
      id: undefined,
      identifier: [hashedIdentity(`p${row}@example.org`, 'emailAddress', new Uint8Array(16).fill(row % 256))],
      narrative: `Tied ${row % 13} of them.`,
      creditsEarned: undefined,
      result: [{ type: ['Result'], resultDescription: `${school}/achievements/knots#score`, value: String(row % 101) }],
    },
    evidence: [{ id: `${school}/evidence/${row}`, type: ['Evidence'], name: 'A photograph' }],
    status: [
      {
        id: `${school}/status/revocation-1.json#${row}`,
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex: String(row),
        statusListCredential: `${school}/status/revocation-1.json`,
      },
    ],
  });
}

const signer = {
  id: method,
  algorithm: 'Ed25519',
  sign: ({ data }: { data: Uint8Array }): Promise<Uint8Array> => Promise.resolve(signBytes(key, data)),
};
const loader = loaderFor({ id, key, method });

let row = 0;
const signed: JsonObject[] = [];
const works: Readonly<Record<string, { readonly times: number; readonly run: () => unknown }>> = {
  'raw Ed25519 signature': { times: 2000, run: () => signRaw(null, Buffer.alloc(64, row++), key.object) },
  'canonical form': { times: OWN, run: () => canonicalForm(credential(row++)) },
  'canonical form by the libraries': { times: OTHERS, run: () => libraryForm(credential(row++)) },
  'schema and rules': { times: OWN, run: () => credentialFault(credential(row++)) },
  'badgekit: assemble, prove, sign, serialize': {
    times: OWN,
    run: async () => {
      const document = credential(row++);
      if (credentialFault(document) !== undefined) throw new Error('the badge breaks the standard');
      const secured = await addProof(document, key, { verificationMethod: method, created });
      signed.push(secured);
      return JSON.stringify(secured, null, 2);
    },
  },
  '@digitalbazaar/vc: issue': {
    times: OTHERS,
    run: async () =>
      await issue({
        credential: structuredClone(credential(row++)),
        suite: new DataIntegrityProof({ signer, cryptosuite, date: new Date(created) }),
        documentLoader: loader,
      }),
  },
  'badgekit: check a signature': {
    times: OWN,
    run: async () => {
      const document = signed[row++ % signed.length];
      const proof = Array.isArray(document?.['proof']) ? (document['proof'][0] as unknown) : undefined;
      if (document === undefined || !isJsonObject(proof)) throw new Error('nothing was signed');
      // A copy: what is known of a document that was seen before is not to be measured.
      if (!(await checkProof({ ...document }, { ...proof }, key.publicKey)))
        throw new Error('a signature does not hold');
    },
  },
  '@digitalbazaar/vc: verifyCredential': {
    times: OTHERS,
    run: async () => {
      const { verified } = await verifyCredential({
        credential: structuredClone(signed[row++ % signed.length] ?? {}),
        suite: new DataIntegrityProof({ cryptosuite }),
        documentLoader: loader,
        now: new Date('2026-06-01T00:00:00Z'),
        checkStatus: () => Promise.resolve({ verified: true }),
      });
      if (!verified) throw new Error('@digitalbazaar/vc does not verify it');
    },
  },
};

const measured = new Map<string, number[]>(Object.keys(works).map((name) => [name, []]));
for (let round = -2; round < ROUNDS; round++)
  for (const [name, { times, run }] of Object.entries(works)) {
    const start = performance.now();
    for (let time = 0; time < times; time++) await run();
    if (round >= 0) measured.get(name)?.push(((performance.now() - start) * 1000) / times);
  }

const median = (name: string): number =>
  (measured.get(name) ?? []).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
const ratio = (slow: string, quick: string): string => `${(median(slow) / median(quick)).toFixed(2)}x`;
say(
  `issue, beside @digitalbazaar/vc   ${ratio('@digitalbazaar/vc: issue', 'badgekit: assemble, prove, sign, serialize')}`,
);
say(
  `issue, beside a raw signature      ${ratio('raw Ed25519 signature', 'badgekit: assemble, prove, sign, serialize')}`,
);
say(`check, beside @digitalbazaar/vc   ${ratio('@digitalbazaar/vc: verifyCredential', 'badgekit: check a signature')}`);
say(`canonical form, beside libraries   ${ratio('canonical form by the libraries', 'canonical form')}`);
for (const [name, times] of measured)
  say(
    `${name.padEnd(45)} ${median(name).toFixed(1).padStart(9)} µs  (${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)})`,
  );
