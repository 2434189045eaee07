import { createServer, type Server } from 'node:https';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { didDocumentPath, didWebOf, didWebUrl } from '../../src/keys/did-web.ts';
import { isPublicAddress, isPublicHostName } from '../../src/world/addresses.ts';
import { type HttpsOptions, readHttps } from '../../src/world/https.ts';
import type { World } from '../../src/ports.ts';
import { createWorld } from '../../src/world/world.ts';
import { temporaryFolder } from '../support/cli.ts';

describe('addresses', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'nonsense',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  test.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '2a00:1450::1'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  test.each([
    'localhost',
    'intranet',
    '127.0.0.1',
    '[::1]',
    'x.localhost',
    'printer.local',
    'db.internal',
    'example.org.',
  ])('the name %s is not public', (host) => {
    expect(isPublicHostName(host)).toBe(false);
  });
});

describe('did:web', () => {
  test.each([
    ['did:web:example.org', 'https://example.org/.well-known/did.json'],
    ['did:web:example.org:badges:2026', 'https://example.org/badges/2026/did.json'],
    ['did:web:example.org%3A8443:x', 'https://example.org:8443/x/did.json'],
  ])('%s leads to %s', (did, url) => {
    expect(didWebUrl(did)).toBe(url);
  });
  test.each([
    'did:web:',
    'did:web:localhost',
    'did:web:127.0.0.1',
    'did:web:2130706433',
    'did:web:Example.org',
    'did:web:example.org:',
    'did:web:example.org::x',
    'did:web:example.org:..',
    'did:web:example.org%2Fx',
    'did:web:example.org%40evil.example',
    'did:web:a%3A1%3A2.example',
    'did:web:example.org:a%2Fb',
    'did:web:example.org.',
    'did:web:exa mple.org',
    'did:web:ex_ample.org',
  ])('%s is refused', (did) => {
    expect(() => didWebUrl(did)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  });
  test('is made from a hosting address, and its document lies below it', () => {
    expect(didWebOf('https://badges.example.org/')).toBe('did:web:badges.example.org');
    expect(didWebOf('https://example.org/badges')).toBe('did:web:example.org:badges');
    expect(didDocumentPath('did:web:example.org:badges', 'https://example.org/badges')).toBe('did.json');
    expect(didDocumentPath('did:web:example.org', 'https://example.org')).toBe('.well-known/did.json');
    expect(didDocumentPath('did:web:other.example', 'https://example.org')).toBeUndefined();
  });
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('reading over https', () => {
  let server: Server;
  let port = 0;
  let ca = '';
  let answer: Answer = (_, response) => response.end('{}');
  const requests: string[] = [];

  beforeAll(async () => {
    const pems = await generate([{ name: 'commonName', value: 'school.example' }], {
      keySize: 2048,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'school.example' }] }],
    });
    ca = pems.cert;
    server = createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
      requests.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const loopback = (change: Partial<HttpsOptions> = {}): HttpsOptions => ({
    ca,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    isAllowed: (address) => address === '127.0.0.1',
    timeoutMs: 1500,
    ...change,
  });
  const read = (answers: Answer, options = loopback(), path = '/x', max = 1000) => {
    answer = answers;
    return readHttps(`https://school.example:${port}${path}`, max, options);
  };

  test('gives the bytes, without cookies or credentials', async () => {
    let headers: IncomingMessage['headers'] = {};
    const found = await read((request, response) => {
      headers = request.headers;
      response.end('{"a":1}');
    });
    expect(found).toMatchObject({ found: true });
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('authorization');
    expect(headers['accept-encoding']).toBe('identity');
  });

  test.each<[string, Answer, RegExp]>([
    [
      'a redirect for ever',
      ({ url }, response) => response.writeHead(302, { location: `${url ?? ''}x` }).end(),
      /more than 3 times/,
    ],
    ['a redirect to nowhere', (_, response) => response.writeHead(302).end(), /answered 302/],
    [
      'a page for people',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>{}</p>'),
      /of the type/,
    ],
    ['500', (_, response) => response.writeHead(500).end(), /answered 500/],
    ['too many bytes', (_, response) => response.end('x'.repeat(5000)), /larger than/],
    [
      'compression that nobody asked for',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
      /compressed/,
    ],
    ['silence', () => undefined, /did not/],
    [
      'a body that never ends',
      (_, response) => {
        response.write('{');
      },
      /did not/,
    ],
    ['endless headers', (_, response) => response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end('{}'), /./],
  ])('%s is no answer', async (_, answers, message) => {
    expect(await read(answers)).toMatchObject({
      found: false,
      reason: 'unreachable',
      message: expect.stringMatching(message),
    });
  });

  test.each([404, 410])('what is answered with %i is not there', async (status) => {
    expect(await read((_, response) => response.writeHead(status).end())).toMatchObject({
      found: false,
      reason: 'absent',
    });
  });

  test('up to three redirects are followed, each under the same guards', async () => {
    const hops = (count: number) =>
      read(
        ({ url = '' }, response) =>
          url.length > count ? response.end('{"a":1}') : response.writeHead(307, { location: `${url}x` }).end(),
        loopback(),
        '/',
      );
    expect(await hops(3)).toMatchObject({ found: true });
    expect(await hops(4)).toMatchObject({ found: false });
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/',
    'http://school.example/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://localhost/',
    'file:///etc/passwd',
    'https://user:secret@school.example/',
  ])('a redirect to %s is blocked', async (location) => {
    expect(await read((_, response) => response.writeHead(301, { location }).end())).toMatchObject({
      found: false,
      reason: 'blocked',
    });
  });

  test('what is believed for where it stands is not read from another host', async () => {
    const elsewhere: Answer = ({ url }, response) =>
      url === '/did.json'
        ? response.writeHead(302, { location: `https://evil.example:${port}/x` }).end()
        : response.end('{}');
    const both = loopback({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    const url = `https://school.example:${port}/did.json`;
    answer = elsewhere;
    expect(await readHttps(url, 1000, { ...both, reach: 'origin' })).toMatchObject({
      found: false,
      reason: 'blocked',
      message: expect.stringContaining('another host'),
    });
  });

  test('this computer is read over http only where the reader says so', async () => {
    const plain = createPlainServer((_, response) => response.end('{}'));
    await new Promise<void>((resolve) => {
      plain.listen(0, '127.0.0.1', resolve);
    });
    const { port: plainPort } = plain.address() as AddressInfo;
    const url = `http://127.0.0.1:${plainPort}/`;
    expect(await readHttps(url, 1000)).toMatchObject({ found: false, reason: 'blocked' });
    expect(await readHttps(url, 1000, { allowLoopback: true })).toMatchObject({ found: true });
    expect(await readHttps('http://192.168.1.1/', 1000, { allowLoopback: true })).toMatchObject({ reason: 'blocked' });
    plain.close();
  });

  test('a public name that leads to a private address is blocked, whichever of its addresses it is', async () => {
    const before = requests.length;
    const { isAllowed: _, ...guarded } = loopback();
    expect(await read((_request, response) => response.end('{}'), guarded)).toMatchObject({
      found: false,
      reason: 'blocked',
    });
    expect(
      await read((_request, response) => response.end('{}'), {
        ...guarded,
        resolve: async () => [
          { address: '8.8.8.8', family: 4 },
          { address: '10.0.0.1', family: 4 },
        ],
      }),
    ).toMatchObject({ found: false, reason: 'blocked' });
    expect(requests.length).toBe(before);
  });

  test('a certificate that nobody vouches for is refused, whatever the environment says', async () => {
    const before = requests.length;
    const { ca: _, ...untrusting } = loopback();
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await read((_request, response) => response.end('{}'), untrusting)).toMatchObject({
        found: false,
        reason: 'unreachable',
      });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    expect(requests.length).toBe(before);
  });

  test.each([
    'http://school.example/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://user:pass@school.example/',
    'file:///etc/passwd',
    'data:,x',
    'https://2130706433/',
    'https://0x7f.1/',
    'nonsense',
  ])('%s is not even tried', async (url) => {
    expect(await readHttps(url, 1000, loopback())).toMatchObject({ found: false, reason: 'blocked' });
  });

  test('one address is asked once a run, and never offline', async () => {
    answer = (_, response) => response.end('{}');
    const before = requests.length;
    const url = `https://school.example:${port}/once`;
    const world = createWorld({ offline: false, hosting: [], https: loopback() });
    await Promise.all([world.read(url, 100), world.read(url, 100), world.read(url, 100)]);
    expect(requests.length).toBe(before + 1);
    expect(await world.local.read(`${url}/else`, 100)).toMatchObject({ found: false });
    expect(await createWorld({ offline: true, hosting: [], https: loopback() }).read(url, 100)).toMatchObject({
      found: false,
      reason: 'offline',
    });
    expect(requests.length).toBe(before + 1);
  });
});

describe('hosted folders', () => {
  test('are read anew each time, but in a run, whose answers belong to one moment', async () => {
    const folder = temporaryFolder();
    const hosting = [{ url: 'https://school.example', folder, shownAs: 'public' }];
    const online = createWorld({ offline: false, hosting, isForOneRun: true });
    const worlds = [
      createWorld({ offline: true, hosting }),
      createWorld({ offline: true, hosting, isForOneRun: true }),
      online.local,
    ];
    const read = (from: readonly World[] = worlds): Promise<readonly string[]> =>
      Promise.all(
        from.map(async (world) => {
          const found = await world.read('https://school.example/list.json', 100);
          return found.found ? Buffer.from(found.value).toString('utf8') : 'none';
        }),
      );
    writeFileSync(join(folder, 'list.json'), 'old');
    expect(await read()).toEqual(['old', 'old', 'old']);
    writeFileSync(join(folder, 'list.json'), 'new');
    expect(await read()).toEqual(['new', 'old', 'old']);
    // Nor is it another moment when the network may be asked.
    expect(await read([online])).toEqual(['old']);
  });

  test('stand for what will be served, and let nobody out of them', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'public/status'), { recursive: true });
    writeFileSync(join(folder, 'public/status/1.json'), '{}');
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    symlinkSync(join(folder, 'secret.txt'), join(folder, 'public/link.txt'));
    const world = createWorld({
      offline: true,
      hosting: [{ url: 'https://school.example/b', folder: join(folder, 'public'), shownAs: 'public' }],
    });
    expect(await world.read('https://school.example/b/status/1.json', 100)).toMatchObject({
      found: true,
      source: { kind: 'folder', path: 'public/status/1.json' },
    });
    for (const path of [
      '../secret.txt',
      '%2e%2e/secret.txt',
      'status/../../secret.txt',
      'link.txt',
      'status',
      'nothing.json',
      'status//1.json',
    ]) {
      expect(await world.read(`https://school.example/b/${path}`, 100)).toMatchObject({ found: false });
    }
    expect(await world.read('https://school.example/bb/status/1.json', 100)).toMatchObject({
      found: false,
      reason: 'offline',
    });
    expect(await world.read('https://school.example/b/status/1.json', 1)).toMatchObject({ found: false });
  });
});
