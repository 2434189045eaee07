import { createHash, sign, verify as verifyRaw } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { issue as issueByBazaar, verifyCredential as verifyByBazaar } from '@digitalbazaar/vc';
import { DataIntegrityProof as DccProof } from '@digitalcredentials/data-integrity';
import { cryptosuite as dccCryptosuite } from '@digitalcredentials/eddsa-rdfc-2022-cryptosuite';
import { issue as issueByDcc } from '@digitalcredentials/vc';
import { verifyCredential as verifyByCore } from '@digitalcredentials/verifier-core';
import { parse } from 'csv-parse';
import { SignJWT } from 'jose';
import { bakedPieces } from '../../src/bake/bake.ts';
import { mapColumns } from '../../src/issue/columns.ts';
import { credentialOf } from '../../src/issue/content.ts';
import type { Issuer } from '../../src/issue/issuer.ts';
import { OwnWorkshop, type Order, type ReadRow } from '../../src/issue/workshop.ts';
import { isAtHand, signBytes } from '../../src/keys/private-key.ts';
import { loadContext } from '../../src/openbadges/contexts.ts';
import type { DocumentLoader } from '../../src/ports.ts';
import { loadIssuer } from '../../src/programme/issuer.ts';
import { openKeyring } from '../../src/programme/keyring.ts';
import { openProgramme } from '../../src/programme/programme.ts';
import { requireDefinitions } from '../../src/programme/sound-definitions.ts';
import { addProof } from '../../src/proof/data-integrity.ts';
import { canonicalForm } from '../../src/proof/canonicalize.ts';
import { libraryForm } from '../../src/proof/library-form.ts';
import { signJwt } from '../../src/proof/jwt.ts';
import { readCsv } from '../../src/syntax/csv.ts';
import { isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import { writePngChunk } from '../../src/syntax/png.ts';
import { verify } from '../../src/verify/verify.ts';
import { createWorld } from '../../src/world/world.ts';
import { badgekit, HEADER, makeProgramme, PASSPHRASE, row, temporaryFolder, writeRoster } from './programme.ts';
import { measure, type Measured, type Work } from './measure.ts';
import type { Ratio } from './table.ts';

const CREATED = Date.parse('2026-06-01T09:00:00Z');
/** When everything that this program signs is judged. */
const LATER = Date.now() + 86_400_000;
const PNG_BYTES = 50_000;
const SIGNED = 2000;
/** More than badgekit remembers, so that each of them is new to it whenever it comes. */
const ODD = 160;

export interface OneCore {
  readonly measured: ReadonlyMap<string, Measured>;
  readonly ratios: readonly Ratio[];
}

/** What one credential takes on one core, beside what others take for it and beside what nothing can be quicker than. */
export async function oneCore(rounds: number, share: number): Promise<OneCore> {
  const { works } = await prepare(share);
  const measured = await measure(works, rounds);
  const of = (name: string): number => measured.get(name)?.median ?? Number.NaN;
  const ratio = (slow: string, quick: string): number => of(slow) / of(quick);
  return {
    measured,
    ratios: [
      {
        work: 'issue JSON, beside @digitalbazaar/vc',
        value: ratio('@digitalbazaar/vc: issue', 'badgekit: issue'),
        floor: 40,
        aim: 60,
      },
      {
        work: 'issue JSON, beside a raw Ed25519 signature',
        value: ratio('raw Ed25519: sign', 'badgekit: issue'),
        floor: 0.3,
        aim: 0.45,
      },
      {
        work: 'verify in bulk, beside @digitalbazaar/vc',
        value: ratio('@digitalbazaar/vc: verify', 'badgekit: verify in bulk'),
        floor: 20,
        aim: 30,
      },
      {
        work: 'verify one odd document, beside @digitalbazaar/vc',
        value: ratio('@digitalbazaar/vc: verify', 'badgekit: verify an odd document'),
        floor: 2,
        aim: 3,
      },
      {
        work: 'issue VC-JWT, beside jose',
        value: ratio('jose: SignJWT', 'badgekit: issue VC-JWT'),
        floor: 2.5,
        aim: 3,
      },
      {
        work: 'bake a PNG of 50 KB, beside writing it',
        value: ratio('write 50 KB', 'badgekit: bake and write 50 KB'),
        floor: 0.75,
        aim: 0.85,
      },
    ],
  };
}

async function prepare(share: number): Promise<{ readonly works: readonly Work[] }> {
  const cwd = makeProgramme();
  writeRoster(cwd, SIGNED);
  badgekit(cwd, ['issue', 'r.csv']);
  const programme = await openProgramme(cwd, undefined);
  const definitions = await requireDefinitions(programme);
  const keyring = await openKeyring(programme, PASSPHRASE, {});
  const { key } = keyring;
  if (!isAtHand(key)) throw new Error('the key is at hand');
  const issuer = await loadIssuer(programme, { keyring, definitions, form: 'data-integrity' });
  const rules = {
    columns: mapColumns(HEADER, new Map()),
    definitions: new Map(definitions.map((definition) => [definition.badge, definition])),
    defaultBadge: 'knots',
    recipients: issuer.recipients,
  };
  const workshop = new OwnWorkshop(issuer, programme.files, rules);
  const tokens = new OwnWorkshop({ ...issuer, form: 'jwt' }, programme.files, rules);
  let next = 0;
  const read = async (): Promise<ReadRow> => {
    const index = next++;
    const [reading] = await workshop.read([{ line: index + 2, cells: row(index) }]);
    if (reading?.ok !== true) throw new Error('the row is refused');
    return reading;
  };
  const order = ({ row: award, identity }: ReadRow): Order => ({
    base: undefined,
    content: { kind: 'award', award: contentOf(award, identity.firstId) },
    created: CREATED,
    checks: next % 1000 === 0 ? 'everything' : 'none',
    shape: 'knots',
    provenAt: CREATED,
  });
  const contentOf = (award: ReadRow['row'], credentialId: string): Parameters<typeof credentialOf>[0] => ({
    row: award,
    credentialId,
    validFrom: CREATED,
    validUntil: undefined,
    places: [{ purpose: 'revocation', series: '', list: 1, index: next % 131_072 }],
    supersedes: undefined,
  });
  const unsigned = async (): Promise<JsonObject> => {
    const { row: award, identity } = await read();
    return credentialOf(contentOf(award, identity.firstId), issuer);
  };
  const samples = await Promise.all(Array.from({ length: SIGNED }, unsigned));
  const sample = (): JsonObject => structuredClone(samples[next++ % SIGNED] ?? {});

  const method = issuer.verificationMethod['data-integrity'];
  const loader = await loaderFor(cwd, issuer);
  const signer = {
    id: method,
    algorithm: 'Ed25519',
    sign: ({ data }: { data: Uint8Array }): Promise<Uint8Array> => Promise.resolve(signBytes(key, data)),
  };
  const world = createWorld({
    offline: true,
    hosting: [{ url: issuer.hosting ?? '', folder: join(cwd, 'public'), shownAs: 'public' }],
  });
  const folder = join(cwd, 'credentials/knots');
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => new Uint8Array(readFileSync(join(folder, file))));
  const verified = async (bytes: Uint8Array): Promise<void> => {
    const report = await verify(bytes, { at: LATER, world });
    if (report.verdict !== 'verified') throw new Error(report.headline);
  };
  const odd = await Promise.all(
    Array.from({ length: ODD }, async (_, index) => {
      const document = oddOne(await unsigned(), index);
      const signed = await addProof(document, key, { verificationMethod: method, created: CREATED });
      return new TextEncoder().encode(JSON.stringify(signed));
    }),
  );
  const bytes = Buffer.alloc(64, 7);
  const signature = sign(null, bytes, key.object);
  const canonical = (await canonicalForm(samples[0] ?? {})).text;
  const png = pngOf(PNG_BYTES);
  const text = JSON.stringify(samples[0]);
  const whole = Buffer.concat(bakedPieces(png, text));
  const target = join(temporaryFolder(), 'baked.png');
  const answerLocally = fetchFrom(cwd, issuer);
  const csv = readFileSync(join(cwd, 'r.csv'));
  const many = (times: number): number => Math.max(4, Math.round(times * share));
  const few = (times: number): number => Math.max(2, Math.round(times * share));

  return {
    works: [
      { name: 'raw Ed25519: sign', times: many(1000), run: () => sign(null, bytes, key.object) },
      { name: 'raw Ed25519: verify', times: many(500), run: () => verifyRaw(null, bytes, key.object, signature) },
      {
        name: 'SHA-256 of a canonical form',
        times: many(1000),
        run: () => createHash('sha256').update(canonical).digest(),
      },
      { name: 'badgekit: issue', times: many(1000), run: async () => await workshop.make([order(await read())]) },
      {
        name: 'badgekit: read and check a row (the plan)',
        times: many(500),
        run: async () => await workshop.check([await read()], CREATED),
      },
      {
        name: '@digitalbazaar/vc: issue',
        times: few(16),
        run: () =>
          issueByBazaar({
            credential: sample(),
            suite: new DataIntegrityProof({ signer, cryptosuite, date: new Date(CREATED) }),
            documentLoader: loader,
          }),
      },
      {
        name: '@digitalcredentials/vc: issue',
        times: few(8),
        run: () =>
          issueByDcc({
            credential: sample(),
            suite: new DccProof({ signer, cryptosuite: dccCryptosuite, date: new Date(CREATED) }),
            documentLoader: loader,
          }),
      },
      {
        name: 'badgekit: verify in bulk',
        times: many(1000),
        run: () => verified(files[next++ % files.length] ?? bytes),
      },
      { name: 'badgekit: verify an odd document', times: few(16), run: () => verified(odd[next++ % ODD] ?? bytes) },
      {
        name: '@digitalbazaar/vc: verify',
        times: few(16),
        run: async () => {
          const result = await verifyByBazaar({
            credential: documentOf(files[next++ % files.length]),
            suite: new DataIntegrityProof({ cryptosuite }),
            documentLoader: loader,
            now: new Date(LATER),
            checkStatus: () => Promise.resolve({ verified: true }),
          });
          if (!result.verified) throw new Error('@digitalbazaar/vc does not verify it');
        },
      },
      {
        name: '@digitalcredentials/verifier-core: verify',
        times: few(4),
        run: () =>
          answerLocally(() =>
            verifyByCore({ credential: JSON.parse(textOf(files[next++ % files.length])), knownDIDRegistries: [] }),
          ),
      },
      {
        name: 'badgekit: issue VC-JWT',
        times: many(500),
        run: () => signJwt(samples[next++ % SIGNED] ?? {}, key, method, 'none'),
      },
      {
        name: 'badgekit: issue VC-JWT from a row, with all checks',
        times: many(500),
        run: async () => await tokens.make([order(await read())]),
      },
      {
        name: 'jose: SignJWT',
        times: many(200),
        run: () =>
          new SignJWT(samples[next++ % SIGNED] ?? {})
            .setProtectedHeader({ alg: 'EdDSA', kid: method, typ: 'JWT' })
            .setIssuer(issuer.profile.id)
            .setNotBefore(CREATED / 1000)
            .sign(key.object),
      },
      {
        name: 'badgekit: bake and write 50 KB',
        times: many(500),
        run: () => {
          const file = openSync(target, 'w');
          writevSync(file, [...bakedPieces(png, text)]);
          closeSync(file);
        },
      },
      { name: 'write 50 KB', times: many(500), run: () => writeFileSync(target, whole) },
      {
        name: 'canonical form, by its shape',
        times: many(500),
        run: () => canonicalForm(samples[next++ % SIGNED] ?? {}),
      },
      {
        name: 'canonical form, by the libraries',
        times: few(16),
        run: () => libraryForm(samples[next++ % SIGNED] ?? {}),
      },
      { name: `csv-parse alone, ${SIGNED} rows`, times: few(4), run: () => drain(Readable.from([csv]).pipe(parse())) },
      { name: `badgekit: read CSV, ${SIGNED} rows`, times: few(4), run: () => drain(readCsv(Readable.from([csv]))) },
    ],
  };
}

/** A document of a shape that none of the others has. */
function oddOne(document: JsonObject, index: number): JsonObject {
  const evidence = Array.from({ length: 1 + (index % 40) }, (_, each) => ({
    id: `https://school.example/odd/${index}/${each}`,
    type: ['Evidence'],
    ...(each % (2 + Math.floor(index / 40)) === 0 ? { name: `Piece ${each}` } : { description: `Piece ${each}` }),
  }));
  const { credentialStatus: _status, ...rest } = document;
  return { ...rest, evidence };
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}

function documentOf(bytes: Uint8Array | undefined): JsonObject {
  const value: unknown = JSON.parse(textOf(bytes));
  if (!isJsonObject(value)) throw new Error('it is a credential');
  return value;
}

/** Gives the libraries the issuer's documents, and the bundled contexts. */
async function loaderFor(cwd: string, issuer: Issuer): Promise<DocumentLoader> {
  const did = documentOf(readFileSync(join(cwd, 'public/.well-known/did.json')));
  const [method] = Array.isArray(did['verificationMethod']) ? did['verificationMethod'] : [];
  const documents = new Map<string, unknown>([
    [issuer.profile.id, did],
    [
      issuer.verificationMethod['data-integrity'],
      { '@context': 'https://w3id.org/security/multikey/v1', ...(isJsonObject(method) ? method : {}) },
    ],
  ]);
  return async (url) => {
    const document = documents.get(url);
    return document === undefined ? await loadContext(url) : { contextUrl: null, documentUrl: url, document };
  };
}

/** Answers what a verifier asks the web for from the programme's folder. */
function fetchFrom(cwd: string, { hosting = '' }: Issuer): <T>(run: () => Promise<T>) => Promise<T> {
  const answer = (input: string | URL | Request): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const path = url.startsWith(`${hosting}/`) ? url.slice(hosting.length + 1) : undefined;
    try {
      const body = readFileSync(join(cwd, 'public', path ?? 'nowhere'), 'utf8');
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
    } catch {
      return Promise.resolve(new Response('{}', { status: 404 }));
    }
  };
  return async (run) => {
    const { fetch } = globalThis;
    globalThis.fetch = answer;
    try {
      return await run();
    } finally {
      globalThis.fetch = fetch;
    }
  };
}

/** A PNG of about so many bytes; its pixels are nobody's business here. */
function pngOf(size: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(64, 0);
  header.writeUInt32BE(64, 4);
  header.set([8, 6], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
      writePngChunk('IHDR', header),
      writePngChunk('IDAT', Buffer.alloc(size - 69, 7)),
      writePngChunk('IEND', new Uint8Array()),
    ]),
  );
}

async function drain(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const item of items) if (item !== undefined) count++;
  return count;
}
