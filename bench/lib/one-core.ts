// First, as in badgekit itself: the peers bring jsonld.
import '../../src/proof/shared-contexts.ts';
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
import { columnsOf, listFields } from '../../src/roster/columns.ts';
import { headOf } from '../../src/roster/layout.ts';
import { type AwardedCredential, credentialOf } from '../../src/issue/content.ts';
import type { Issuer } from '../../src/issue/issuer.ts';
import { type Order, OwnWorkshop, type ReadRow } from '../../src/issue/workshop.ts';
import { generatePrivateKey, isAtHand, type PrivateKey, signBytes } from '../../src/keys/private-key.ts';
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
import { decodeText } from '../../src/syntax/encoding.ts';
import { isJsonObject, type JsonObject } from '../../src/syntax/json.ts';
import { writePngChunk } from '../../src/syntax/png.ts';
import { TOGETHER } from '../../src/cli/verify/file.ts';
import { verify } from '../../src/verify/verify.ts';
import { createWorld } from '../../src/world/world.ts';
import { badgekit, HEADER, makeProgramme, PASSPHRASE, row, temporaryFolder, writeRoster } from './programme.ts';
import { measure, type Measured, quotient, type Work } from './measure.ts';
import type { Ratio } from './table.ts';
import { NO_DEMANDS } from '../../src/openbadges/tier-policy.ts';
import { firstCredentialId } from '../../src/issue/identity.ts';

const CREATED = Date.parse('2026-06-01T09:00:00Z');
/** When everything that this program signs is judged. */
const LATER = Date.now() + 86_400_000;
const PNG_BYTES = 50_000;
const SIGNED = 2000;
const CSV_ALONE = `csv-parse alone, ${SIGNED} rows`;
const CSV_READ = `badgekit: read CSV, ${SIGNED} rows`;
const BATCH = 50;
/** More than badgekit remembers, so that each of them is new to it whenever it comes. */
const ODD = 160;

export interface OneCore {
  readonly measured: ReadonlyMap<string, Measured>;
  readonly ratios: readonly Ratio[];
}

/** What one credential takes on one core, beside what others take for it and beside what nothing can be quicker than. */
export async function oneCore(rounds: number, share: number): Promise<OneCore> {
  const measured = await someOfOneCore('', rounds, share);
  const ratio = (work: string, slow: string, quick: string, floor: number, aim: number): Ratio => ({
    work,
    ...quotient(measured, slow, quick),
    floor,
    aim,
  });
  return {
    measured,
    ratios: [
      ratio('issue JSON, beside @digitalbazaar/vc', '@digitalbazaar/vc: issue', 'badgekit: issue', 40, 60),
      ratio('issue JSON, beside a raw Ed25519 signature', 'raw Ed25519: sign', 'badgekit: issue', 0.3, 0.45),
      ratio(
        'verify in bulk, beside @digitalbazaar/vc',
        '@digitalbazaar/vc: verify',
        'badgekit: verify in bulk',
        20,
        30,
      ),
      ratio(
        'verify odd documents, beside @digitalbazaar/vc',
        '@digitalbazaar/vc: verify odd documents',
        'badgekit: verify odd documents',
        2,
        3,
      ),
      ratio('issue VC-JWT, beside jose', 'jose: SignJWT', 'badgekit: issue VC-JWT', 2.5, 3),
      ratio('bake a PNG of 50 KB, beside writing it', 'write 50 KB', 'badgekit: bake and write 50 KB', 0.75, 0.85),
    ],
  };
}

/** The works of those alone that are called so. */
export async function someOfOneCore(called: string, rounds: number, share = 1): Promise<ReadonlyMap<string, Measured>> {
  const cwd = makeProgramme();
  writeRoster(cwd, SIGNED);
  badgekit(cwd, ['issue', 'r.csv']);
  process.env[PROGRAMME] = cwd;
  return await measure(
    works(share).filter(({ name }) => name.includes(called)),
    rounds,
  );
}

const PROGRAMME = 'BADGEKIT_BENCH_PROGRAMME';

/** Made when it is first asked for, and then the same. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** What every work is done on: the same programme and the same people. */
function material(): {
  readonly programme: string;
  readonly issuing: () => Promise<Issuing>;
  readonly samples: () => Promise<readonly JsonObject[]>;
  readonly files: () => readonly Uint8Array[];
  readonly odd: () => Promise<readonly Uint8Array[]>;
} {
  const programme = process.env[PROGRAMME] ?? '';
  const issuing = once(() => openIssuing(programme));
  const samples = once(async () => {
    const { read, contentOf, issuer } = await issuing();
    const all: JsonObject[] = [];
    for (let index = 0; index < SIGNED; index++) all.push(credentialOf(contentOf(await read(index), index), issuer));
    return all;
  });
  const folder = join(programme, 'credentials/knots');
  const files = once(() =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => new Uint8Array(readFileSync(join(folder, file)))),
  );
  const odd = once(async () => {
    const { key, method } = await issuing();
    const all: Uint8Array[] = [];
    for (const [index, document] of (await samples()).slice(0, ODD).entries()) {
      const signed = await addProof(oddOne(document, index), key, { verificationMethod: method, created: CREATED });
      all.push(new TextEncoder().encode(JSON.stringify(signed)));
    }
    return all;
  });
  return { programme, issuing, samples, files, odd };
}

interface Issuing {
  readonly issuer: Issuer;
  readonly key: PrivateKey;
  readonly method: string;
  readonly workshopOf: (form: Issuer['form']) => OwnWorkshop;
  /** Reads so many rows at a time, as the command does. */
  readonly readMany: (first: number, count: number) => Promise<readonly ReadRow[]>;
  readonly read: (index: number) => Promise<ReadRow>;
  readonly contentOf: (read: ReadRow, index: number) => AwardedCredential;
}

async function openIssuing(cwd: string): Promise<Issuing> {
  const programme = await openProgramme(cwd, undefined);
  const definitions = await requireDefinitions(programme);
  const keyring = await openKeyring(programme, PASSPHRASE, {});
  const { key } = keyring;
  if (!isAtHand(key)) throw new Error('the key is at hand');
  const issuer = await loadIssuer(programme, { keyring, definitions, form: 'data-integrity' });
  const rules = {
    columns: columnsOf(listFields(headOf(HEADER, []), new Map()).fields, HEADER, false),
    definitions: new Map(definitions.map((definition) => [definition.badge, definition])),
    defaultBadge: 'knots',
    recipients: issuer.recipients,
    namesEveryone: false,
    tiers: NO_DEMANDS,
  };
  const workshopOf = (form: Issuer['form']): OwnWorkshop =>
    new OwnWorkshop({ ...issuer, form }, { kind: 'archive', form: 'jsonl' }, rules);
  const reader = workshopOf('data-integrity');
  const readMany = async (first: number, count: number): Promise<readonly ReadRow[]> => {
    const records = Array.from({ length: count }, (_, at) => ({ line: first + at + 2, cells: row(first + at) }));
    return (await reader.read(records)).map((reading) => {
      if (!reading.ok) throw new Error('the row is refused');
      return reading;
    });
  };
  return {
    issuer,
    key,
    method: issuer.verificationMethod['data-integrity'],
    workshopOf,
    readMany,
    read: async (index) => {
      const [only] = await readMany(index, 1);
      if (only === undefined) throw new Error('the row is not read');
      return only;
    },
    contentOf: ({ row: award }, index) => ({
      row: award,
      credentialId: firstCredentialId(keyring.awardSecret, issuer.profile.id, award),
      validFrom: CREATED,
      validUntil: undefined,
      places: [{ purpose: 'revocation', series: '', list: 1, index: index % 131_072 }],
      supersedes: undefined,
    }),
  };
}

/** All that is measured on one core. Of what has a floor, the quick is done so often that a round lasts a tenth of a second. */
export function works(share: number): readonly Work[] {
  const { programme, issuing, samples, files, odd } = material();
  const many = (times: number): number => Math.max(4, Math.round(times * share));
  const few = (times: number): number => Math.max(2, Math.round(times * share));
  let next = 0;
  const oneOf = <T>(all: readonly T[]): T => {
    const one = all[next++ % all.length];
    if (one === undefined) throw new Error('there is none');
    return one;
  };
  const bytes = Buffer.alloc(64, 7);
  const raw = once(() => generatePrivateKey('Ed25519').object);

  /** Issues a batch of rows: reading, ids, schema and rules, canonical form, signature, serializing. */
  const issueRows = async (form: Issuer['form']): Promise<() => unknown> => {
    const { readMany, contentOf, workshopOf } = await issuing();
    const workshop = workshopOf(form);
    return async () => {
      const first = next;
      next += BATCH;
      const orders = (await readMany(first, BATCH)).map((read, at): Order => {
        const index = first + at;
        return {
          base: `credentials/knots/${index}`,
          content: { kind: 'award', award: contentOf(read, index) },
          created: CREATED,
          // As `issue` does: one in a thousand is checked before it goes out.
          checks: index % 1000 === 999 ? 'everything' : 'none',
          shape: 'knots',
          provenAt: CREATED,
        };
      });
      await workshop.make(orders);
    };
  };
  const verifyEach = async (all: readonly Uint8Array[]): Promise<() => unknown> => {
    const { issuer } = await issuing();
    const hosting = [{ url: issuer.hosting ?? '', folder: join(programme, 'public'), shownAs: 'public' }];
    const world = createWorld({ offline: true, hosting, isForOneRun: true });
    const verifyNext = async (): Promise<void> => {
      const report = await verify(oneOf(all), { at: LATER, world });
      if (report.verdict !== 'verified') throw new Error(report.headline);
    };
    // As the command does.
    return () => Promise.all(Array.from({ length: TOGETHER }, verifyNext));
  };
  const verifyEachByBazaar = async (all: readonly Uint8Array[]): Promise<() => unknown> => {
    const { issuer } = await issuing();
    const documentLoader = loaderFor(programme, issuer);
    return async () => {
      const result = await verifyByBazaar({
        credential: documentOf(oneOf(all)),
        suite: new DataIntegrityProof({ cryptosuite }),
        documentLoader,
        now: new Date(LATER),
        checkStatus: () => Promise.resolve({ verified: true }),
      });
      if (!result.verified) throw new Error('@digitalbazaar/vc does not verify it');
    };
  };
  /** Issues the same credentials by a peer, with a suite that it is given anew each time. */
  const issueEach = async (
    issue: (options: { credential: object; suite: object; documentLoader: DocumentLoader }) => Promise<object>,
    suiteOf: (signer: object, date: Date) => object,
  ): Promise<() => unknown> => {
    const [{ key, method, issuer }, all] = [await issuing(), await samples()];
    const documentLoader = loaderFor(programme, issuer);
    const signer = {
      id: method,
      algorithm: 'Ed25519',
      sign: ({ data }: { data: Uint8Array }): Promise<Uint8Array> => Promise.resolve(signBytes(key, data)),
    };
    return () =>
      issue({ credential: structuredClone(oneOf(all)), suite: suiteOf(signer, new Date(CREATED)), documentLoader });
  };
  const drainCsv = (read: (csv: Readable) => AsyncIterable<unknown>) => (): Promise<() => unknown> => {
    const csv = readFileSync(join(programme, 'r.csv'));
    return Promise.resolve(() => drain(read(Readable.from([csv]))));
  };

  return [
    { name: 'raw Ed25519: sign', times: many(3000), prepare: async () => () => sign(null, bytes, raw()) },
    {
      name: 'raw Ed25519: verify',
      times: many(500),
      prepare: async () => {
        const signature = sign(null, bytes, raw());
        return () => verifyRaw(null, bytes, raw(), signature);
      },
    },
    {
      name: 'SHA-256 of a canonical form',
      times: many(1000),
      prepare: async () => {
        const { text } = await canonicalForm(oneOf(await samples()));
        return () => createHash('sha256').update(text).digest();
      },
    },
    { name: 'badgekit: issue', times: many(20), each: BATCH, prepare: () => issueRows('data-integrity') },
    {
      name: 'badgekit: read and check a row (the plan)',
      times: many(500),
      prepare: async () => {
        const { read, workshopOf } = await issuing();
        const workshop = workshopOf('data-integrity');
        return async () => await workshop.check([await read(next++)], CREATED);
      },
    },
    {
      name: '@digitalbazaar/vc: issue',
      times: few(24),
      prepare: () => issueEach(issueByBazaar, (signer, date) => new DataIntegrityProof({ signer, cryptosuite, date })),
    },
    {
      name: '@digitalcredentials/vc: issue',
      times: few(12),
      prepare: () =>
        issueEach(issueByDcc, (signer, date) => new DccProof({ signer, cryptosuite: dccCryptosuite, date })),
    },
    {
      name: 'badgekit: verify in bulk',
      times: many(1000 / TOGETHER),
      each: TOGETHER,
      prepare: () => verifyEach(files()),
    },
    { name: '@digitalbazaar/vc: verify', times: few(24), prepare: () => verifyEachByBazaar(files()) },
    {
      name: 'badgekit: verify odd documents',
      times: few(24 / TOGETHER),
      each: TOGETHER,
      prepare: async () => await verifyEach(await odd()),
    },
    {
      name: '@digitalbazaar/vc: verify odd documents',
      times: few(24),
      prepare: async () => await verifyEachByBazaar(await odd()),
    },
    {
      name: '@digitalcredentials/verifier-core: verify',
      times: few(8),
      prepare: async () => {
        const { issuer } = await issuing();
        answerFrom(programme, issuer);
        const all = files();
        return () => verifyByCore({ credential: JSON.parse(textOf(oneOf(all))), knownDIDRegistries: [] });
      },
    },
    {
      name: 'badgekit: issue VC-JWT',
      times: many(2000),
      prepare: async () => {
        const [{ key, method }, all] = [await issuing(), await samples()];
        return () => signJwt(oneOf(all), key, method, 'none');
      },
    },
    {
      name: 'jose: SignJWT',
      times: many(1000),
      prepare: async () => {
        const [{ key, method, issuer }, all] = [await issuing(), await samples()];
        return () =>
          new SignJWT(oneOf(all))
            .setProtectedHeader({ alg: 'EdDSA', kid: method, typ: 'JWT' })
            .setIssuer(issuer.profile.id)
            .setNotBefore(CREATED / 1000)
            .sign(key.object);
      },
    },
    {
      name: 'badgekit: issue VC-JWT from a row, with all checks',
      times: many(10),
      each: BATCH,
      prepare: () => issueRows('jwt'),
    },
    {
      name: 'badgekit: bake and write 50 KB',
      times: many(3000),
      prepare: async () => {
        const [png, text, target] = [
          pngOf(PNG_BYTES),
          JSON.stringify(oneOf(await samples())),
          join(temporaryFolder(), 'b.png'),
        ];
        return () => {
          const file = openSync(target, 'w');
          writevSync(file, [...bakedPieces(png, text)]);
          closeSync(file);
        };
      },
    },
    {
      name: 'write 50 KB',
      times: many(3000),
      prepare: async () => {
        const whole = Buffer.concat(bakedPieces(pngOf(PNG_BYTES), JSON.stringify(oneOf(await samples()))));
        const target = join(temporaryFolder(), 'w.png');
        return () => writeFileSync(target, whole);
      },
    },
    {
      name: 'canonical form, by its shape',
      times: many(500),
      prepare: async () => {
        const all = await samples();
        return () => canonicalForm(oneOf(all));
      },
    },
    {
      name: 'canonical form, by the libraries',
      times: few(24),
      prepare: async () => {
        const all = await samples();
        return () => libraryForm(oneOf(all));
      },
    },
    { name: CSV_ALONE, times: few(4), prepare: drainCsv((csv) => csv.pipe(parse())) },
    {
      name: CSV_READ,
      times: few(4),
      prepare: drainCsv((csv) => readCsv(decodeText(csv, 'utf-8'), ',')),
    },
  ];
}

/** Optional members of an Evidence: each choice of them is another shape. */
const MEMBERS = ['name', 'description', 'narrative', 'genre', 'audience'] as const;

/** A document of a shape that none of the others has, and of about the same size. */
function oddOne(document: JsonObject, index: number): JsonObject {
  const piece = (choice: number): JsonObject => ({
    type: ['Evidence'],
    ...Object.fromEntries(
      MEMBERS.filter((_, bit) => ((choice >> bit) & 1) === 1).map((name) => [name, `${name} ${index}`]),
    ),
  });
  const evidence = [
    { id: `https://school.example/odd/${index}`, ...piece(index % 32) },
    { id: `https://school.example/odder/${index}`, ...piece(Math.floor(index / 32)) },
  ];
  return { ...document, evidence };
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
function loaderFor(cwd: string, issuer: Issuer): DocumentLoader {
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

/** From here on what is asked of the web is answered from the programme's folder. */
function answerFrom(cwd: string, { hosting = '' }: Issuer): void {
  globalThis.fetch = (input: string | URL | Request): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const path = url.startsWith(`${hosting}/`) ? url.slice(hosting.length + 1) : 'nowhere';
    try {
      const body = readFileSync(join(cwd, 'public', path), 'utf8');
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
    } catch {
      return Promise.resolve(new Response('{}', { status: 404 }));
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
