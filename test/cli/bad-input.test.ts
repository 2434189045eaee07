import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openJwk, sealJwk } from '../../src/keys/sealed.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import { badgekit, copyOf, filesBelow, knotsProgramme, PASSPHRASE, temporaryFolder, type Run } from '../support/cli.ts';

const steady = (folder: string): readonly (readonly [string, string])[] =>
  filesBelow(folder)
    .filter((file) => !file.startsWith('.badgekit'))
    .map((file) => [file, readFileSync(join(folder, file), 'latin1')] as const);

let template = '';
/** A fresh copy of a programme with one award issued. */
const programme = (): string => copyOf(template);

beforeAll(async () => {
  template = await knotsProgramme();
  writeFileSync(join(template, 'r.csv'), 'email\nana@example.org\n');
  await badgekit(['issue', 'r.csv'], { cwd: template });
});

/** What every refusal owes to the user: one clear line, advice, no stack, nothing half-written. */
function expectRefusal(run: Run, code: number, message: RegExp): void {
  expect(run.err + run.out).toMatch(message);
  expect(run.code).toBe(code);
  expect(run.err).not.toMatch(/^\s+at |node:internal|Error:/m);
}

/** Seals the key anew without the secret behind credential ids beside it. */
async function sealAlone(cwd: string): Promise<void> {
  const file = join(cwd, 'keys/key-1.jwe');
  const { keys } = (await openJwk(readFileSync(file, 'utf8').trim(), PASSPHRASE)) as { keys: readonly [JsonObject] };
  writeFileSync(file, await sealJwk(keys[0], PASSPHRASE), { mode: 0o600 });
}

describe('bad rosters', () => {
  test.each<[string, string | Buffer, RegExp]>([
    ['empty', '', /the roster is empty/],
    ['a header alone', 'email\n', /a header and no rows/],
    ['no header', 'bo@example.org\ncy@example.org\n', /no header line/],
    [
      'no encoding',
      Buffer.from('email,name\nbo@example.org,Zo\x81\n', 'latin1'),
      /no text in an encoding.*--encoding/s,
    ],
    [
      'half a character at the end',
      Buffer.from('\ufeffemail,name\nbo@example.org,Zoé', 'utf8').subarray(0, -1),
      /UTF-8/,
    ],
    ['a spreadsheet', Buffer.from('PK\u0003\u0004\u0014\u0000\u0006\u0000', 'latin1'), /Excel/],
    ['an open quote', 'email,name\nbo@example.org,"Bo\n', /r2\.csv:\d+.*never closed/],
    ['a column twice', 'email,Email\na@x.org,b@x.org\n', /stands twice/],
    ['another delimiter', 'email,x;name\na@x.org,y;Ana\n', /--delimiter/],
  ])('%s', async (_, content, message) => {
    const cwd = programme();
    const before = steady(cwd);
    writeFileSync(join(cwd, 'r2.csv'), content);
    expectRefusal(await badgekit(['issue', 'r2.csv'], { cwd }), 2, message);
    rmSync(join(cwd, 'r2.csv'));
    expect(steady(cwd)).toEqual(before);
  });

  test('what Excel and older programs save is read, and a guess is told', async () => {
    const cwd = programme();
    const text = 'email\tname\tnarrative\nbo@example.org\tBo\tBoßeln für Zoë\n';
    writeFileSync(join(cwd, 'r2.csv'), Buffer.from(`\ufeff${text}`, 'utf16le'));
    const excel = await badgekit(['issue', 'r2.csv', '--json'], { cwd });
    expect([excel.code, excel.err]).toEqual([0, '']);
    // The same award, from another encoding: nothing has changed.
    writeFileSync(join(cwd, 'r3.csv'), Buffer.from(text.replaceAll('\t', ';'), 'latin1'));
    const older = await badgekit(['issue', 'r3.csv', '--json'], { cwd });
    expect(older.err).toMatch(/^r3\.csv is read as Windows-1252, .*: line 2 then says "Boßeln"\. .*--encoding/);
    expect(JSON.parse(older.out)).toMatchObject({ rows: 1, toIssue: 0, unchanged: 1 });
    const named = await badgekit(['issue', 'r3.csv', '--json', '--encoding', 'iso-8859-1'], { cwd });
    expect([named.code, named.err]).toEqual([0, '']);
    expectRefusal(
      await badgekit(['issue', 'r3.csv', '--encoding', 'ebcdic'], { cwd }),
      2,
      /no encoding that badgekit reads/,
    );
    expectRefusal(await badgekit(['issue', 'r3.csv', '--encoding', 'utf-8'], { cwd }), 2, /r3\.csv.*not UTF-8/);
  });

  test('rows of nothing but separators are passed over, and every other delimiter is read', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'r2.csv'), 'email;name\n;\n  ;\nbo@example.org;Bo\n');
    expect((await badgekit(['issue', 'r2.csv', '--json'], { cwd })).out).toContain('"rows":1,');
    writeFileSync(join(cwd, 'r3.csv'), 'email\tname\ncy@example.org\tCy, D.\n');
    expect((await badgekit(['issue', 'r3.csv', '--delimiter', 'tab'], { cwd })).code).toBe(0);
    expectRefusal(await badgekit(['issue', 'r3.csv', '--delimiter', '|'], { cwd }), 2, /comma, semicolon or tab/);
  });

  test('a mended roster takes its list of refused rows away', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'r2.csv'), 'email\nbo@@example.org\ncy@example.org\n');
    await badgekit(['issue', 'r2.csv'], { cwd });
    expect(existsSync(join(cwd, 'r2.rejected.csv'))).toBe(true);
    writeFileSync(join(cwd, 'r2.csv'), 'email\nbo@example.org\ncy@example.org\n');
    expect((await badgekit(['issue', 'r2.csv'], { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, 'r2.rejected.csv'))).toBe(false);
  });
});

describe('bad keys', () => {
  test.each<[string, (cwd: string) => void, Readonly<Record<string, string>>, RegExp]>([
    ['a wrong passphrase', () => undefined, { BADGEKIT_PASSPHRASE: 'wrong horse' }, /keys\/.*the passphrase is wrong/],
    [
      'no passphrase',
      () => undefined,
      { BADGEKIT_PASSPHRASE: '' },
      /set BADGEKIT_PASSPHRASE, or give --passphrase-file/,
    ],
    ['a key that others can read', (cwd) => chmodSync(join(cwd, 'keys/key-1.jwe'), 0o644), {}, /chmod 600/],
    ['a missing key', (cwd) => rmSync(join(cwd, 'keys/key-1.jwe')), {}, /the signing key is not here/],
    [
      'a damaged key',
      (cwd) => writeFileSync(join(cwd, 'keys/key-1.jwe'), 'eyJhIjoxfQ.x.y.z.w', { mode: 0o600 }),
      {},
      /not a key that badgekit sealed/,
    ],
    [
      'a missing DID document',
      (cwd) => rmSync(join(cwd, 'public/.well-known/did.json')),
      {},
      /DID document is not here/,
    ],
  ])('%s', async (_, spoil, env, message) => {
    const cwd = programme();
    spoil(cwd);
    const before = steady(cwd);
    writeFileSync(join(cwd, 'r2.csv'), 'email\nbo@example.org\n');
    expectRefusal(await badgekit(['issue', 'r2.csv'], { cwd, env }), 2, message);
    rmSync(join(cwd, 'r2.csv'));
    expect(steady(cwd)).toEqual(before);
  });

  test('of another programme: neither its key nor its secret is signed with', async () => {
    const cwd = programme();
    const other = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'O', '--hosting', 'https://badges.example.org'], { cwd: other });
    cpSync(join(other, 'keys/key-1.jwe'), join(cwd, 'keys/key-1.jwe'));
    expectRefusal(await badgekit(['issue', 'r.csv'], { cwd }), 2, /the key is not the one that .*did\.json publishes/);
    cpSync(join(template, 'keys/key-1.jwe'), join(cwd, 'keys/key-1.jwe'));
    cpSync(join(other, 'keys/award-ids.jwe'), join(cwd, 'keys/award-ids.jwe'));
    // The secret that lies with the key is the one that counts.
    expect(await badgekit(['issue', 'r.csv', '--json'], { cwd })).toMatchObject({ code: 0 });
    await sealAlone(cwd);
    expectRefusal(await badgekit(['issue', 'r.csv'], { cwd }), 2, /issued a second time/);
    expect(filesBelow(join(cwd, 'credentials')).filter((file) => file.endsWith('.json'))).toHaveLength(1);
  });

  test('a key that is sealed without the secret takes it from its own file', async () => {
    const cwd = programme();
    await sealAlone(cwd);
    writeFileSync(join(cwd, 'r2.csv'), 'email\nbo@example.org\n');
    expect((await badgekit(['issue', 'r2.csv'], { cwd })).code).toBe(0);
    // The roster of before, too: its awards have the names that they had.
    expect(JSON.parse((await badgekit(['issue', 'r.csv', '--json'], { cwd })).out)).toMatchObject({ toIssue: 0 });
    rmSync(join(cwd, 'keys/award-ids.jwe'));
    expectRefusal(await badgekit(['issue', 'r2.csv'], { cwd }), 2, /award-ids\.jwe.*\n.*cannot be made again/);
    expectRefusal(await badgekit(['keys', 'rotate'], { cwd }), 2, /award-ids\.jwe.*\n.*cannot be made again/);
  });

  test.each<[string, (cwd: string, other: string) => void]>([
    ['missing', (cwd) => rmSync(join(cwd, 'keys/award-ids.jwe'))],
    ["another programme's", (cwd, other) => cpSync(other, join(cwd, 'keys/award-ids.jwe'))],
  ])('a new key gets the secret of the one that signs, where award-ids.jwe is %s', async (_, spoil) => {
    const cwd = programme();
    const other = temporaryFolder();
    await badgekit(['init-issuer', '--name', 'O', '--hosting', 'https://badges.example.org'], { cwd: other });
    spoil(cwd, join(other, 'keys/award-ids.jwe'));
    expect((await badgekit(['keys', 'rotate'], { cwd })).code).toBe(0);
    expect(JSON.parse((await badgekit(['issue', 'r.csv', '--json'], { cwd })).out)).toMatchObject({ toIssue: 0 });
  });

  test('a passphrase file serves as well', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'pass'), `${PASSPHRASE}\n`);
    expect(
      (await badgekit(['issue', 'r.csv', '--passphrase-file', 'pass'], { cwd, env: { BADGEKIT_PASSPHRASE: '' } })).code,
    ).toBe(0);
  });
});

describe('a lost ledger', () => {
  test('never makes a revoked badge valid again, nor issues anything twice', async () => {
    const cwd = programme();
    await badgekit(['revoke', 'ana@example.org'], { cwd });
    const backup = temporaryFolder();
    cpSync(join(cwd, '.badgekit'), backup, { recursive: true });
    rmSync(join(cwd, '.badgekit'), { recursive: true });
    writeFileSync(join(cwd, 'r2.csv'), 'email\nbo@example.org\n');
    expectRefusal(await badgekit(['issue', 'r2.csv'], { cwd }), 3, /the ledger that knows of them is gone/);
    expect((await badgekit(['verify', 'credentials'], { cwd })).out).toContain('REVOKED');
    cpSync(backup, join(cwd, '.badgekit'), { recursive: true });
    expect((await badgekit(['issue', 'r2.csv'], { cwd })).code).toBe(0);
  });

  test('an old copy of it is noticed before a list is signed anew', async () => {
    const cwd = programme();
    cpSync(join(cwd, '.badgekit'), join(cwd, 'old'), { recursive: true });
    await badgekit(['revoke', 'ana@example.org'], { cwd });
    rmSync(join(cwd, '.badgekit'), { recursive: true });
    cpSync(join(cwd, 'old'), join(cwd, '.badgekit'), { recursive: true });
    expectRefusal(await badgekit(['publish'], { cwd }), 3, /would make them valid again/);
    expect((await badgekit(['verify', 'credentials'], { cwd })).out).toContain('REVOKED');
  });
});

describe('what could not be verified is not issued', () => {
  test('a row that collides with its definition is refused, and the others are issued', async () => {
    const cwd = programme();
    writeFileSync(
      join(cwd, 'r2.csv'),
      'email,evidence_url,credits\nbo@example.org,https://badges.example.org/achievements/knots.json,\ncy@example.org,,1.5000000000000002\ndi@example.org,,99999999999999999999\ned@example.org,https://x.example/e,2.5\n',
    );
    const run = await badgekit(['issue', 'r2.csv'], { cwd });
    expectRefusal(run, 1, /r2\.csv:2 .*described a second time[^]*r2\.csv:3:3 .*does not keep exactly[^]*r2\.csv:4:3 /);
    expect(run.out).toContain('1 badge');
    expect((await badgekit(['verify', 'credentials'], { cwd })).out).toContain('4 verified ');
  });

  test.each([
    ['a creator that contradicts the issuer', 'creator: {id: "did:web:badges.example.org", name: Somebody else}\n'],
    ['one related badge twice', 'related: [{id: "urn:x:1"}, {id: "urn:x:1", version: "2"}]\n'],
    [
      'one allowed value twice',
      'resultDescription: [{name: Grade, resultType: LetterGrade, allowedValue: [A, A, B]}]\n',
    ],
  ])('%s is a fault of the definition', async (_, text) => {
    const cwd = programme();
    writeFileSync(join(cwd, 'badges/knots.yaml'), readFileSync(join(cwd, 'badges/knots.yaml'), 'utf8') + text);
    expectRefusal(await badgekit(['define', '--check'], { cwd }), 1, /would break the standard/);
    expectRefusal(await badgekit(['issue', 'r.csv'], { cwd }), 2, /would break the standard/);
  });
});

describe('an old ledger', () => {
  test('does not lift a suspension that came after it', async () => {
    const cwd = temporaryFolder();
    cpSync(template, cwd, { recursive: true });
    writeFileSync(
      join(cwd, 'badgekit.yaml'),
      `${readFileSync(join(cwd, 'badgekit.yaml'), 'utf8')}status: { purposes: [revocation, suspension] }\n`,
    );
    writeFileSync(join(cwd, 'r2.csv'), 'email\nbo@example.org\n');
    await badgekit(['issue', 'r2.csv'], { cwd });
    await badgekit(['revoke', 'bo@example.org', '--suspend'], { cwd });
    expect((await badgekit(['revoke', 'bo@example.org', '--reinstate'], { cwd })).code).toBe(0);
    cpSync(join(cwd, '.badgekit'), join(cwd, 'old'), { recursive: true });
    // The list carries whole seconds: the next change must fall into a later one.
    await new Promise((resolve) => {
      setTimeout(resolve, 1100);
    });
    await badgekit(['revoke', 'bo@example.org', '--suspend'], { cwd });
    rmSync(join(cwd, '.badgekit'), { recursive: true });
    cpSync(join(cwd, 'old'), join(cwd, '.badgekit'), { recursive: true });
    expectRefusal(await badgekit(['publish'], { cwd }), 3, /would make them valid again/);
    expect((await badgekit(['verify', 'credentials'], { cwd })).out).toContain('SUSPENDED');
  });
});

describe('bad files', () => {
  test.each<[string, readonly string[], Readonly<Record<string, string | Buffer>>, number, RegExp]>([
    ['YAML that is none', ['define', '--check'], { 'badges/knots.yaml': 'name: "open\n' }, 1, /badges\/knots\.yaml:\d/],
    [
      'a colon in a text',
      ['define', '--check'],
      { 'badges/knots.yaml': 'name: Knots: the first twelve\n' },
      1,
      /put it in quotes/,
    ],
    ['a code with a leading zero', ['define', '--check'], { 'badges/knots.yaml': 'humanCode: 0714\n' }, 1, /"0714"/],
    ['a programme that cannot be read', ['issue', 'r.csv'], { 'badgekit.yaml': 'issuer: [\n' }, 2, /badgekit\.yaml:\d/],
    ['an image that is none', ['issue', 'r.csv'], { 'badges/knots.svg': 'hello' }, 2, /no PNG or SVG/],
    [
      'a damaged image',
      ['define', '--check'],
      { 'badges/knots.svg': '<svg xmlns="http://www.w3.org/2000/svg"><g></svg>' },
      1,
      /not well-formed/,
    ],
    [
      'a definition with the wrong ending',
      ['define', '--check'],
      { 'badges/more.yml': 'name: x\n' },
      1,
      /rename it to more\.yaml/,
    ],
    ['a file that is no credential', ['verify', 'x.bin'], { 'x.bin': Buffer.from([0, 1, 2, 3]) }, 1, /no credential/],
    ['a token that is none', ['verify', 'x.jwt'], { 'x.jwt': 'a.b.c' }, 1, /no signed token/],
    [
      'an unsigned credential to bake',
      ['bake', 'x.json', 'badges/knots.svg'],
      { 'x.json': '{"type":["VerifiableCredential"]}' },
      2,
      /not signed/,
    ],
    [
      'a JPEG to bake into',
      ['bake', 'x.json', 'x.jpg'],
      { 'x.json': '{"type":["VerifiableCredential"],"proof":{}}', 'x.jpg': Buffer.from('ffd8ffe0', 'hex') },
      2,
      /it is a JPEG/,
    ],
    ['an image without a badge', ['bake', '--extract', 'badges/knots.svg'], {}, 1, /holds no credential/],
    [
      'a private key where a public one belongs',
      ['verify', 'badges/knots.svg', '--key', 'keys/key-1.jwe'],
      {},
      2,
      /sealed private key/,
    ],
    ['nobody as the recipient', ['verify', 'badges/knots.svg', '--recipient', ''], {}, 2, /--recipient is empty/],
    [
      'a folder that is not there',
      ['verify', 'badges/knots.svg', '--hosting', 'https://x.example=nope'],
      {},
      2,
      /there is no folder/,
    ],
    ['no such file', ['verify', 'nothing.json'], {}, 2, /nothing\.json: there is no such file/],
  ])('%s', async (_, command, files, code, message) => {
    const cwd = programme();
    for (const [path, content] of Object.entries(files)) writeFileSync(join(cwd, path), content);
    const before = steady(cwd);
    expectRefusal(await badgekit(command, { cwd }), code, message);
    expect(steady(cwd)).toEqual(before);
  });

  test('of several files, one that is missing keeps nobody from the others', async () => {
    const cwd = programme();
    const run = await badgekit(['verify', 'nothing.json', 'credentials'], { cwd });
    expect(run.code).toBe(3);
    expect(run.out).toContain('2 verified   1 undetermined');
  });

  test('a broken programme around a badge does not keep it from being verified', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'badgekit.yaml'), 'issuer: [\n');
    const run = await badgekit(
      ['verify', 'credentials', '--offline', '--hosting', 'https://badges.example.org=public'],
      { cwd },
    );
    expect(run.code).toBe(0);
    expect(run.err).toContain('was not looked at');
  });

  test('a folder that may not be written leaves no half badge and no lost award', async () => {
    const cwd = programme();
    writeFileSync(join(cwd, 'r2.csv'), 'email\nbo@example.org\n');
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    if (uid !== undefined)
      for (const file of ['', ...readdirSync(cwd, { recursive: true, encoding: 'utf8' })])
        chownSync(join(cwd, file), uid, uid);
    chmodSync(join(cwd, 'credentials/knots'), 0o555);
    const options = { cwd, ...(uid === undefined ? {} : { uid }) };
    expectRefusal(await badgekit(['issue', 'r2.csv'], options), 3, /you may not write/);
    expect(filesBelow(join(cwd, 'credentials'))).toHaveLength(2);
    chmodSync(join(cwd, 'credentials/knots'), 0o755);
    expect((await badgekit(['issue', 'r2.csv'], options)).out).toContain('1 badge');
    expect((await badgekit(['verify', 'credentials'], options)).out).toContain('4 verified');
  });
});

describe('making a programme', () => {
  test('in a folder with a .gitignore adds what it lacks', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, '.gitignore'), 'node_modules/');
    expect((await badgekit(['init-issuer', '--name', 'G', '--no-hosting'], { cwd })).code).toBe(0);
    const text = readFileSync(join(cwd, '.gitignore'), 'utf8');
    expect(text.split('\n')).toEqual(expect.arrayContaining(['node_modules/', 'keys/', '.badgekit/', 'credentials/']));
  });

  test('writes all or nothing', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'public/.well-known'), { recursive: true });
    writeFileSync(join(cwd, 'public/.well-known/did.json'), '{}');
    expectRefusal(
      await badgekit(['init-issuer', '--name', 'G', '--hosting', 'https://badges.example.org'], { cwd }),
      2,
      /did\.json: the file is there already/,
    );
    expect(filesBelow(cwd)).toEqual(['public/.well-known/did.json']);
  });

  test('keeps an address in its plain form', async () => {
    const cwd = temporaryFolder();
    expect(
      (await badgekit(['init-issuer', '--name', 'G', '--hosting', 'https://BADGES.Example.ORG/a//b/../c/'], { cwd }))
        .code,
    ).toBe(0);
    expect(readFileSync(join(cwd, 'badgekit.yaml'), 'utf8')).toContain('"https://badges.example.org/a/c"');
    expect(existsSync(join(cwd, 'public/did.json'))).toBe(true);
    expect((await badgekit(['define', '--check'], { cwd })).code).toBe(2);
  });

  test.each<[readonly string[], RegExp]>([
    [['--no-hosting'], /--name/],
    [['--name', ' ', '--no-hosting'], /--name is empty/],
    [['--name', 'X'], /--hosting .*--no-hosting/],
    [['--name', 'X', '--hosting', 'http://x.example'], /https:\/\//],
    [['--name', 'X', '--hosting', 'https://localhost'], /public host/],
    [['--name', 'X', '--hosting', 'https://x.example/a b'], /spaces/],
    [['--name', 'X', '--hosting', 'https://x.example?y=1'], /host and a path/],
    [['--name', 'X', '--no-hosting', '--key-type', 'dsa'], /ed25519, p256, rsa/],
    [['--name', 'X', '--no-hosting', '--key-type', 'rsa', '--proof', 'jwt'], /did:key/],
    [['--name', 'X', '--hosting', 'https://x.example', '--key-type', 'rsa'], /--proof jwt/],
    [['--name', 'X', '--no-hosting', '--key-name', 'award-ids'], /cannot be a key's name/],
    [['--name', 'X', '--no-hosting', '--key-name', 'a#b'], /cannot be a key's name/],
    [['--name', 'X', '--no-hosting', '--email', 'nobody'], /--email/],
    [['--name', 'X', '--no-hosting', '--image', 'nothing.png'], /nothing\.png: there is no such file/],
    [['--name', 'X', '--no-hosting', '--bogus'], /unknown option/],
  ])('with %j says what is wrong', async (flags, message) => {
    const cwd = temporaryFolder();
    const run = await badgekit(['init-issuer', ...flags], { cwd });
    expectRefusal(run, 2, message);
    expect(filesBelow(cwd)).toEqual([]);
  });

  test('with a short passphrase is refused', async () => {
    const cwd = temporaryFolder();
    expectRefusal(
      await badgekit(['init-issuer', '--name', 'X', '--no-hosting'], { cwd, env: { BADGEKIT_PASSPHRASE: 'short' } }),
      2,
      /shorter than 8/,
    );
    expect(filesBelow(cwd)).toEqual([]);
  });
});
