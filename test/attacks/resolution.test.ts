import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { didKeyOf, keyOfDidKey } from '../../src/keys/did-key.ts';
import { didWebUrl } from '../../src/keys/did-web.ts';
import { generatePrivateKey } from '../../src/keys/private-key.ts';
import { didDocument } from '../../src/site/did-document.ts';
import { encodeBase64url } from '../../src/syntax/base64url.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import { encodeBase58btc, encodeMultibaseUrl } from '../../src/syntax/multibase.ts';
import { isPublicAddress } from '../../src/world/addresses.ts';
import type { HttpsOptions } from '../../src/world/https.ts';
import { createWorld } from '../../src/world/world.ts';
import { signedBadge, testIssuer, type TestIssuer } from '../support/badge.ts';
import { withProof } from '../support/sign.ts';
import { expectRefusal, answerOf, words } from '../support/report.ts';
import { judge, lost, plain, served, unsigned } from './support.ts';

const KEY = generatePrivateKey('Ed25519');
const at = (id: string): TestIssuer => ({ id, key: KEY, method: `${id}#key-1` });
/** A badge by whoever it may be; the identifiers of some are such that nobody could issue with them. */
const badgeBy = async (id: string): Promise<JsonObject> => plain(await withProof(unsigned(id), at(id)));
const documentOf = (id: string): JsonObject => plain(didDocument(id, [{ name: 'key-1', key: KEY.publicKey }]));

const WEB = 'did:web:school.example';
const URL_OF_WEB = 'https://school.example/.well-known/did.json';
const badge = plain(await signedBadge(at(WEB)));

/** A world whose names lead to addresses of the test's choice; no address is ever allowed that the test does not name. */
function worldOf(
  addresses: readonly string[] | (() => readonly string[]),
  allowed: readonly string[] = [],
): { world: ReturnType<typeof createWorld>; names: string[] } {
  const names: string[] = [];
  const https: HttpsOptions = {
    timeoutMs: 1000,
    resolve: async (host) => {
      names.push(host);
      const list = typeof addresses === 'function' ? addresses() : addresses;
      return list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    ...(allowed.length === 0 ? {} : { isAllowed: (address: string) => allowed.includes(address) }),
  };
  return { world: createWorld({ offline: false, hosting: [], https }), names };
}

describe('addresses', () => {
  test.each([
    'localhost',
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '[%3A%3A1]',
    '[::1]',
    '10.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    'metadata',
    'router.local',
    'db.internal',
    'school.localhost',
    '8.8.8.8',
  ])('DW1: %s is no host of an issuer, and is not asked', async (host) => {
    const { world, names } = worldOf(['127.0.0.1'], ['127.0.0.1']);
    for (const id of [`did:web:${host}`, `https://${host}/issuer`]) {
      const report = await judge(
        await badgeBy(id).catch(() => plain({ ...badge, issuer: { id, type: ['Profile'] } })),
        {
          world,
        },
      );
      expect(report.verdict).not.toBe('verified');
    }
    expect(names).toEqual([]);
  });

  test('DW1: no address of a range that is not public is, and none is asked', async () => {
    const byte = fc.nat(255);
    const group = fc.nat(0xffff).map((number) => number.toString(16));
    const v4 = (...fixed: readonly number[]) =>
      fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.map((value, index) => fixed[index] ?? value).join('.'));
    const v6 = (start: string, groups: number) =>
      fc.array(group, { minLength: groups, maxLength: groups }).map((rest) => [start, ...rest].join(':'));
    const ranges = [
      v4(0),
      v4(10),
      v4(127),
      v4(169, 254),
      v4(192, 168),
      fc
        .tuple(fc.integer({ min: 16, max: 31 }), v4(172))
        .map(([second, ip]) => ip.replace(/^172\.\d+/, `172.${second}`)),
      fc
        .tuple(fc.integer({ min: 64, max: 127 }), v4(100))
        .map(([second, ip]) => ip.replace(/^100\.\d+/, `100.${second}`)),
      fc.tuple(fc.integer({ min: 224, max: 255 }), v4()).map(([first, ip]) => ip.replace(/^\d+/, String(first))),
      v4().map((ip) => `::ffff:${ip}`),
      v4().map((ip) => `::${ip}`),
      v4().map((ip) => `64:ff9b::${ip}`),
      v6('fc00', 7),
      v6('fdff', 7),
      v6('fe80', 7),
      v6('ff02', 7),
      v6('2002', 7),
      v6('2001:db8', 6),
      v6('2001:0', 6),
      fc.constantFrom('::', '::1', '0:0:0:0:0:0:0:1'),
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(...ranges), async (address) => {
        expect(isPublicAddress(address)).toBe(false);
        const { world } = worldOf([address]);
        expect(await world.read(URL_OF_WEB, 1000)).toMatchObject({ found: false, reason: 'blocked' });
      }),
      { numRuns: 200 },
    );
  });

  test('DW2: a public name that leads to a private address decides nothing', async () => {
    for (const addresses of [
      ['127.0.0.1'],
      ['10.0.0.1', '93.184.216.34'],
      ['93.184.216.34', '10.0.0.1'],
      ['::ffff:127.0.0.1'],
      ['93.184.216.34', 'fd00::1'],
      [],
    ]) {
      const { world, names } = worldOf(addresses);
      const report = await judge(badge, { world });
      expectRefusal(report, 'KEY_UNREACHABLE', 'undetermined');
      expect(words(report)).toMatch(/address that is not public/);
      expect(names).toEqual(['school.example']);
    }
  });
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('servers', () => {
  let server: Server;
  let port = 0;
  let ca = '';
  let strangers = '';
  let answer: Answer = (_, response) => response.end();
  const requests: string[] = [];
  let ownBadge: JsonObject = {};
  let did = '';

  beforeAll(async () => {
    const pems = await generate([{ name: 'commonName', value: 'school.example' }], {
      keySize: 2048,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'school.example' }] }],
    });
    ca = pems.cert;
    strangers = (await generate([{ name: 'commonName', value: 'school.example' }], { keySize: 2048 })).cert;
    server = createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
      requests.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    port = (server.address() as AddressInfo).port;
    did = `did:web:school.example%3A${port}`;
    ownBadge = plain(await signedBadge(at(did)));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Verifies a badge whose issuer's document this server gives. */
  const ask = async (answers: Answer, change: Partial<HttpsOptions> = {}) => {
    answer = answers;
    const https: HttpsOptions = {
      ca,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      isAllowed: (address) => address === '127.0.0.1',
      timeoutMs: 800,
      ...change,
    };
    const start = performance.now();
    const report = await judge(ownBadge, { world: createWorld({ offline: false, hosting: [], https }) });
    // Whatever the server does, the reader does not wait for it.
    expect(performance.now() - start).toBeLessThan(2000);
    return report;
  };
  const good = (): string => JSON.stringify(documentOf(did));

  test('a good answer is believed: what the attacks change is all that is wrong with them', async () => {
    expect(answerOf(await ask((_, response) => response.end(good())))).toBe('verified');
  });

  test('DW2: the address that was checked is the one that is used, and the next look is checked again', async () => {
    let looks = 0;
    const resolve: HttpsOptions['resolve'] = async () => {
      looks++;
      return [{ address: looks === 1 ? '127.0.0.1' : '10.9.9.9', family: 4 }];
    };
    expect(answerOf(await ask((_, response) => response.end(good()), { resolve }))).toBe('verified');
    expect(looks).toBe(1);
    const before = requests.length;
    expectRefusal(await ask((_, response) => response.end(good()), { resolve }), 'KEY_UNREACHABLE', 'undetermined');
    expect(requests.length).toBe(before);
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://127.0.0.1/did.json',
    'https://10.0.0.1/did.json',
    'https://localhost/did.json',
    'http://school.example/did.json',
    'file:///etc/passwd',
    'data:application/json,{}',
    'https://user:secret@school.example/did.json',
  ])('DW3: a redirect to %s is not followed', async (location) => {
    const before = requests.length;
    for (const status of [301, 302, 303, 307, 308])
      expectRefusal(
        await ask((_, response) => response.writeHead(status, { location }).end(good())),
        'KEY_UNREACHABLE',
        'undetermined',
      );
    expect(requests.length).toBe(before + 5);
  });

  test('DW3: nor is one to a name that leads to a private address, or one after another for ever', async () => {
    const names: string[] = [];
    const resolve: HttpsOptions['resolve'] = async (host) => {
      names.push(host);
      return [{ address: host === 'school.example' ? '127.0.0.1' : '10.0.0.1', family: 4 }];
    };
    const location = `https://evil.example:${port}/did.json`;
    expectRefusal(
      await ask((_, response) => response.writeHead(302, { location }).end(), { resolve }),
      'KEY_UNREACHABLE',
      'undetermined',
    );
    // Another host cannot speak for this one: it is not even looked up.
    expect(names).toEqual(['school.example']);
    const before = requests.length;
    const loop: Answer = ({ url = '' }, response) => response.writeHead(302, { location: `${url}x` }).end();
    expectRefusal(await ask(loop), 'KEY_UNREACHABLE', 'undetermined');
    expect(requests.length - before).toBe(4);
  });

  test('DW4: an address without TLS is not asked, and nobody’s certificate is not believed', async () => {
    const http = await judge(await badgeBy('http://school.example/issuer'), { world: worldOf(['127.0.0.1']).world });
    expectRefusal(http, /KEY_METHOD_UNSUPPORTED|KEY_NOT_AUTHENTICATED/, 'undetermined');
    const before = requests.length;
    const { NODE_TLS_REJECT_UNAUTHORIZED: was } = process.env;
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const report = await ask((_, response) => response.end(good()), { ca: strangers });
      expectRefusal(report, 'KEY_UNREACHABLE', 'undetermined');
    } finally {
      if (was === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = was;
    }
    expect(requests.length).toBe(before);
  });

  test.each<[string, Answer]>([
    ['says nothing', () => undefined],
    ['never ends', (_, response) => void response.write('{')],
    [
      'sends a letter now and then',
      (_, response) => {
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      },
    ],
    ['sends more than 256 KiB', (_, response) => response.end(' '.repeat(300 * 1024))],
    [
      'sends without end',
      (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(' '.repeat(64 * 1024)));
        };
        response.on('drain', more);
        more();
      },
    ],
    [
      'sends a bomb',
      (_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10 * 1024 * 1024))),
    ],
    [
      'compresses what nobody asked it to',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(good())),
    ],
    ['sends endless headers', (_, response) => response.writeHead(200, { 'x-long': 'x'.repeat(200_000) }).end(good())],
    [
      'breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '9999' });
        response.write('{');
        setTimeout(() => response.destroy(), 20);
      },
    ],
  ])('DW6: a server that %s keeps nobody waiting', async (_, answers) => {
    expectRefusal(await ask(answers), 'KEY_UNREACHABLE', 'undetermined');
  });

  test.each<[string, string, () => string | Uint8Array]>([
    ['a page', 'text/html', () => `<html>${good()}</html>`],
    ['the document as a page', 'text/html; charset=utf-8', good],
    ['a page that calls itself JSON', 'application/json', () => `<html>${good()}</html>`],
    ['a byte order mark', 'application/json', () => `\ufeff${good()}`],
    ['a member twice', 'application/json', () => `{"id":"${did}",${good().slice(1)}`],
    ['UTF-16', 'application/json', () => Buffer.from(good(), 'utf16le')],
    ['two documents', 'application/json', () => good() + good()],
    ['a list', 'application/json', () => `[${good()}]`],
    ['nothing', 'application/json', () => ''],
    ['a script', 'text/javascript', good],
  ])('DW7: %s is no DID document', async (_, type, body) => {
    const report = await ask((_request, response) => response.writeHead(200, { 'content-type': type }).end(body()));
    expectRefusal(report, 'KEY_UNREACHABLE', 'undetermined');
  });

  test('DW7: the types that DID documents have are read', async () => {
    for (const type of ['application/json', 'application/did+json', 'application/did+ld+json', 'text/plain'])
      expect(
        answerOf(
          await ask((_, response) => response.writeHead(200, { 'content-type': `${type}; charset=UTF-8` }).end(good())),
        ),
      ).toBe('verified');
  });

  test.each([400, 401, 403, 404, 410, 429, 500, 502, 503, 204, 206, 304, 100])(
    'DW11: the answer %i says neither yes nor no',
    async (status) => {
      const report = await ask((_, response) => {
        if (status === 100) response.destroy();
        else response.writeHead(status).end(status === 204 || status === 304 ? undefined : good());
      });
      expectRefusal(report, 'KEY_UNREACHABLE', 'undetermined');
    },
  );
});

describe('identifiers', () => {
  test.each([
    'school.example%2Fevil',
    'school.example:%2e%2e',
    'school.example:%2E%2E:x',
    'school.example:..',
    'school.example:.',
    'school.example:a%2Fb',
    'user%40school.example',
    'school.example%40evil.example',
    'school.example%3A443%3A80',
    'school.example%3A443x',
    'school.example%3A',
    'school.example%3A999999',
    'school.example%3Fx',
    'school.example%23x',
    'school.example?x',
    'school.example/x',
    'school.example\\x',
    'school.example:',
    'school.example::x',
    ':school.example',
    'SCHOOL.example',
    'school.example.',
    'school..example',
    '-school.example',
    'schооl.example',
    'school.example:%00',
    'school.example:a b',
    '',
  ])('DW5: did:web:%s is malformed, and nobody is asked', async (rest) => {
    const id = `did:web:${rest}`;
    const file = await badgeBy(id).catch(() => plain({ ...badge, issuer: { id, type: ['Profile'] } }));
    const report = await judge(file);
    expect(report.verdict).not.toBe('verified');
    expect(report.asked).toEqual([]);
    expect(() => didWebUrl(id)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  });

  test('DW5: whatever is accepted leads to its own host and below, and nowhere else', () => {
    const part = fc.oneof(
      fc.stringMatching(/^[a-z0-9.%:@/?#\\_~-]{0,12}$/),
      fc.constantFrom('..', '%2e%2e', '%2F', '%3A443', '%40', 'school', 'example', 'a.b', ''),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom('.example', '', '.'), (list, end) => {
        const did = `did:web:${list.join(':')}${end}`;
        let url: URL;
        try {
          url = new URL(didWebUrl(did));
        } catch {
          return;
        }
        const [host = '', ...path] = did.slice(8).split(':');
        expect(url.protocol).toBe('https:');
        expect(url.username + url.password + url.search + url.hash).toBe('');
        expect(url.hostname).toBe(host.replace(/%3A\d+$/i, ''));
        expect(url.pathname).toBe(path.length === 0 ? '/.well-known/did.json' : `/${path.join('/')}/did.json`);
      }),
      { numRuns: 3000 },
    );
  });

  test('DW5: one port may be named, and a name in other letters stands there as what it is', async () => {
    expect(didWebUrl('did:web:school.example%3A8443:a')).toBe('https://school.example:8443/a/did.json');
    const id = 'did:web:xn--schl-3vec.example';
    const url = 'https://xn--schl-3vec.example/.well-known/did.json';
    const report = await judge(plain(await signedBadge(at(id))), { web: { [url]: served(documentOf(id)) } });
    expect(answerOf(report)).toBe('verified');
    expect(words(report)).toContain('xn--schl-3vec');
  });

  const withDocument = (change: JsonObject, file = badge) =>
    judge(file, { web: { [URL_OF_WEB]: served({ ...documentOf(WEB), ...change }) } });

  test.each(['did:web:other.example', 'did:web:SCHOOL.example', `${WEB}#key-1`, `${WEB}/`, '', 7, [WEB]])(
    'DW8: a document that is about %j is not the issuer’s',
    async (id) => {
      const report = await withDocument({ id: id as string });
      expectRefusal(report, 'KEY_UNREACHABLE', 'undetermined');
    },
  );

  test('DW9: a method may be named relative to its document, and not by another’s name', async () => {
    const [method] = documentOf(WEB)['verificationMethod'] as readonly JsonObject[];
    const relative = { ...method, id: '#key-1' };
    expect(answerOf(await withDocument({ verificationMethod: [relative], assertionMethod: ['#key-1'] }))).toBe(
      'verified',
    );
    const foreign = { ...method, id: 'did:web:evil.example#key-1' };
    expectRefusal(
      await withDocument({ verificationMethod: [foreign], assertionMethod: [foreign.id] }),
      'KEY_NOT_AUTHORIZED',
    );
    for (const controller of ['did:web:evil.example', '#', 'key-1'])
      expectRefusal(await withDocument({ verificationMethod: [{ ...method, controller }] }), 'ISSUER_MISMATCH');
  });

  test('DW10: a document with too many methods, or with one twice, decides nothing', async () => {
    const methods = documentOf(WEB)['verificationMethod'] as readonly JsonObject[];
    const many = (count: number): readonly JsonObject[] =>
      Array.from({ length: count }, (_, index) => ({ id: `#x${index}`, type: 'Multikey' }));
    expect(answerOf(await withDocument({ verificationMethod: [...methods, ...many(90)] }))).toBe('verified');
    for (const count of [101, 5000])
      expectRefusal(
        await withDocument({ verificationMethod: [...methods, ...many(count)] }),
        'KEY_UNREACHABLE',
        'undetermined',
      );
    const [first = {}] = methods;
    for (const twin of [first, { ...first, id: '#key-1' }, { ...first, publicKeyMultibase: 'z6Mkother' }])
      expectRefusal(await withDocument({ verificationMethod: [...methods, twin] }), 'KEY_UNREACHABLE', 'undetermined');
    // 10,000 methods are larger than any document that is read.
    expectRefusal(
      await withDocument({ verificationMethod: [...methods, ...many(10_000)] }),
      'KEY_UNREACHABLE',
      'undetermined',
    );
  });

  test('DW11: nothing is known of an issuer that cannot be asked', async () => {
    for (const reason of ['offline', 'absent', 'blocked', 'unreachable'] as const) {
      const report = await judge(badge, { web: { [URL_OF_WEB]: lost(reason) } });
      expectRefusal(report, 'KEY_UNREACHABLE', 'undetermined');
    }
    const offline = await judge(badge, { world: createWorld({ offline: true, hosting: [] }) });
    expectRefusal(offline, 'KEY_UNREACHABLE', 'undetermined');
  });

  test('DW11: an identifier that was given up signs nothing', async () => {
    expectRefusal(await withDocument({ deactivated: true }), 'KEY_NOT_AUTHORIZED');
  });

  test('DW12: no proxy of the environment is asked', async () => {
    const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : 'http://proxy.example:3128';
    try {
      const { world, names: asked } = worldOf(['10.0.0.1']);
      expectRefusal(await judge(badge, { world }), 'KEY_UNREACHABLE', 'undetermined');
      expect(asked).toEqual(['school.example']);
    } finally {
      for (const [index, name] of names.entries())
        if (before[index] === undefined) delete process.env[name];
        else process.env[name] = before[index];
    }
  });
});

describe('identifiers that are keys', () => {
  const own = testIssuer();
  const raw = Buffer.from(String(own.key.publicKey.jwk['x']), 'base64url');
  const bytes = Uint8Array.from([0xed, 1, ...raw]);
  const p256 = generatePrivateKey('P-256').publicKey.jwk;
  const point = ['x', 'y'].map((name) => Buffer.from(String(p256[name]), 'base64url'));

  test.each<[string, string]>([
    ['under another multibase', encodeMultibaseUrl(bytes)],
    ['in capitals', own.id.slice(8).toUpperCase()],
    ['with a leading zero', encodeBase58btc(Uint8Array.from([0, ...bytes]))],
    ['with a one before it', `z1${own.id.slice(9)}`],
    ['with a byte behind it', encodeBase58btc(Uint8Array.from([...bytes, 0]))],
    ['with text behind it', `${own.id.slice(8)}z`],
    ['a byte short', encodeBase58btc(bytes.subarray(0, 33))],
    ['with a longer prefix', encodeBase58btc(Uint8Array.from([0xed, 0x81, 0, ...raw]))],
    ['of another kind', encodeBase58btc(Uint8Array.from([0xe7, 1, ...raw]))],
    ['as an uncompressed point', encodeBase58btc(Buffer.concat([Buffer.from([0x80, 0x24, 4]), ...point]))],
    ['of a version', `1.1:${own.id.slice(8)}`],
    ['empty', ''],
    ['of a megabyte', `z${'6'.repeat(900_000)}`],
  ])('DW13: a did:key %s is refused', async (_, name) => {
    const id = `did:key:${name}`;
    expect(() => keyOfDidKey(id)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    const forged: TestIssuer = { ...own, id, method: `${id}#${name}` };
    const file = await withProof(unsigned(id), forged).catch(() => ({ ...unsigned(id), proof: badge['proof'] ?? [] }));
    const report = await judge(plain(file));
    expectRefusal(report, /KEY_INVALID|KEY_METHOD_UNKNOWN|SCHEMA|ID_NOT_ABSOLUTE|FILE_UNUSABLE/);
    expect(report.asked).toEqual([]);
  });

  test('DW13: every key has one spelling', () => {
    for (const name of ['Ed25519', 'P-256', 'P-384'] as const)
      for (let round = 0; round < 30; round++) {
        const did = didKeyOf(generatePrivateKey(name).publicKey) ?? '';
        expect(didKeyOf(keyOfDidKey(did))).toBe(did);
      }
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 30, maxLength: 52 }),
        fc.constantFrom([0xed, 1], [0x80, 0x24], []),
        (body, prefix) => {
          const did = `did:key:${encodeBase58btc(Uint8Array.from([...prefix, ...body]))}`;
          let again = did;
          try {
            again = didKeyOf(keyOfDidKey(did)) ?? '';
          } catch {
            return;
          }
          expect(again).toBe(did);
        },
      ),
    );
  });

  test.each(['did:ion:EiD3', 'did:ethr:0x1', 'did:unknown:x', 'did:plc:abc'])(
    'DW14: the kind of identifier of %s is not known, and so is not what it says',
    async (id) => {
      const report = await judge(await badgeBy(id));
      expectRefusal(report, 'KEY_METHOD_UNSUPPORTED', 'undetermined');
      expect(report.asked).toEqual([]);
    },
  );

  test.each(['urn:uuid:1', 'mailto:a@b.example', 'ftp://x.example/1', 'http://school.example/issuer'])(
    'DW14: %s is no issuer whose key can be had',
    async (id) => {
      const report = await judge(await badgeBy(id));
      expect(answerOf(report)).toMatch(/: (?:.* )?(?:KEY_METHOD_UNSUPPORTED|KEY_METHOD_UNKNOWN|SCHEMA)/);
      expect(report.asked).toEqual([]);
    },
  );

  test('DW14: did:jwk is, and must be a public key in one spelling', async () => {
    const { jwk } = KEY.publicKey;
    const text = (value: object | string): string =>
      encodeBase64url(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
    const by = async (name: string) => {
      const id = `did:jwk:${name}`;
      return await judge(plain(await withProof(unsigned(id), { id, key: KEY, method: `${id}#0` })));
    };
    expect(answerOf(await by(text(jwk)))).toBe('verified');
    for (const odd of [
      { ...jwk, d: 'AAAA' },
      { ...jwk, use: 'enc' },
      { ...jwk, kty: 'oct', k: 'AAAA' },
      { ...jwk, x: `${String(jwk['x'])}A` },
      `{"kty":"OKP",${JSON.stringify(jwk).slice(1)}`,
      'null',
    ])
      expectRefusal(await by(text(odd)), 'KEY_INVALID');
    expectRefusal(await by(text(jwk).slice(0, -1)), 'KEY_INVALID');
  });
});
