import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json, parseJson } from '../../src/syntax/json.ts';
import { badgeContent, bytesOf, signedBadge, testIssuer } from '../support/badge.ts';
import { badgekit, temporaryFolder } from '../support/cli.ts';
import { conformancePath, hasConformance, readBytes, readText } from '../support/conformance.ts';
import { edited, placesIn, valueAt } from '../support/places.ts';
import { expectRefusal, answerOf, words } from '../support/report.ts';
import { judge, plain } from './support.ts';

const issuer = testIssuer();
const badge = plain(await signedBadge(issuer));
const text = JSON.stringify(badge);
const ACHIEVEMENT = ['credentialSubject', 'achievement'] as const;

/** The badge with some text in place of the value of its first member `name`. */
const withName = (raw: string): string => text.replace('"name":"Knots"', `"name":${raw}`);

describe('members', () => {
  test('JS1: no member can stand twice, at any depth, in any spelling, not even with one value', async () => {
    const members = placesIn(badge).filter((path) => typeof path.at(-1) === 'string');
    expect(members.length).toBeGreaterThan(40);
    for (const path of members) {
      const key = String(path.at(-1));
      const value = JSON.stringify(valueAt(badge, path));
      const escaped = `"\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}"`;
      for (const twin of [`${JSON.stringify(key)}:${value}`, `${escaped}:${value}`, `${escaped}:"other"`]) {
        const mark = '"twin":"here"';
        const marked = JSON.stringify(
          edited(badge, path.slice(0, -1), (parent) => (isJsonObject(parent) ? { ...parent, twin: 'here' } : parent)),
        );
        const report = await judge(marked.replace(mark, twin));
        expectRefusal(report, 'JSON_INVALID');
        expect(report.headline).toMatch(/stands twice/);
      }
    }
  });

  test('JS2: __proto__ is refused, wherever it stands', async () => {
    for (const path of placesIn(badge)) {
      if (!isJsonObject(valueAt(badge, path))) continue;
      const marked = JSON.stringify(
        edited(badge, path, (value) => (isJsonObject(value) ? { ...value, mark: 1 } : value)),
      );
      expectRefusal(await judge(marked.replace('"mark":1', '"__proto__":{"verdict":"verified"}')), 'JSON_INVALID');
      expectRefusal(await judge(marked.replace('"mark":1', '"__pr\\u006fto__":null')), 'JSON_INVALID');
    }
    expect({}).not.toHaveProperty('verdict');
  });

  test('JS2: other names of prototypes are names like any other', async () => {
    for (const name of ['constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'])
      for (const value of [{ prototype: { polluted: true } }, 'x', [1]])
        expectRefusal(await judge({ ...badge, [name]: value }), 'TERM_UNDEFINED');
    expect({}).not.toHaveProperty('polluted');
    const parsed = parseJson('{"constructor":{"prototype":1},"x":[{}]}');
    const objects = (value: Json): readonly object[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objects)] : [];
    for (const object of objects(parsed).filter((value) => !Array.isArray(value))) {
      // What they inherit from is empty, inherits nothing itself, and can be given nothing.
      const prototype: unknown = Object.getPrototypeOf(object);
      expect(Reflect.ownKeys(Object(prototype))).toEqual([]);
      expect(Object.getPrototypeOf(prototype)).toBe(null);
      expect(Object.isFrozen(prototype)).toBe(true);
    }
    expect(objects(parsed)).toHaveLength(4);
  });
});

describe('depth and numbers', () => {
  test.each<[string, string]>([
    ['open lists', `{"a":${'['.repeat(100_000)}`],
    ['lists', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['mixed, inside a badge', withName(`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`)],
    ['one level too deep', withName(`${'['.repeat(64)}1${']'.repeat(64)}`)],
  ])('JS3: nesting of %s is refused', async (_, deep) => {
    const report = await judge(deep);
    expectRefusal(report, 'JSON_INVALID');
    expect(report.headline).toMatch(/nested deeper/);
  });

  test('JS3: as deep as is allowed overflows nothing', async () => {
    const report = await judge(withName(`${'['.repeat(62)}1${']'.repeat(62)}`));
    expectRefusal(report, /VALUE_NOT_PLAIN|SCHEMA/);
    expect(words(report)).not.toMatch(/nested deeper/);
  });

  test.each(['1e-7', '4e-9', '0.0000005', '5e-20', '-3e-7'])(
    'JS4: the number %s, which is signed as 0, is refused',
    async (number) => {
      const report = await judge(text.replace('"creditsEarned":1.5', `"creditsEarned":${number}`));
      expectRefusal(report, 'JSON_INVALID');
      expect(report.headline).toMatch(/cannot be kept or signed exactly/);
      const subject = { ...badgeContent(issuer.id).subject, creditsEarned: Number(number) };
      await expect(signedBadge(issuer, { subject })).rejects.toThrow('signed as another one');
    },
  );

  test.each(['1e400', '-1e400', '1e309', '9007199254740993', '123456789012345678901234567890', '-0', '-0.0', '1e-400'])(
    'JS4: the number %s, which no double keeps, is refused',
    async (number) => {
      const report = await judge(text.replace('"creditsEarned":1.5', `"creditsEarned":${number}`));
      expectRefusal(report, 'JSON_INVALID');
      expect(report.headline).toMatch(/cannot be kept or signed exactly/);
    },
  );

  test('JS4: another spelling of the same number is the same number', async () => {
    for (const number of ['1.50', '15e-1', '0.15E1'])
      expect(answerOf(await judge(text.replace('"creditsEarned":1.5', `"creditsEarned":${number}`)))).toBe('verified');
    expectRefusal(await judge(text.replace('"creditsEarned":1.5', '"creditsEarned":1.6')), 'SIGNATURE_WRONG');
  });
});

describe('bytes', () => {
  test('JS5: a byte order mark is refused with advice', async () => {
    const report = await judge(`\ufeff${text}`);
    expectRefusal(report, 'JSON_INVALID');
    expect(words(report)).toMatch(/byte order mark[^]*without BOM/);
  });

  const utf32 = (littleEndian: boolean): Uint8Array => {
    const bytes = Buffer.alloc(text.length * 4);
    for (let index = 0; index < text.length; index++)
      if (littleEndian) bytes.writeUInt32LE(text.charCodeAt(index), index * 4);
      else bytes.writeUInt32BE(text.charCodeAt(index), index * 4);
    return bytes;
  };
  const utf16be = (mark: string): Uint8Array => Buffer.from(mark + text, 'utf16le').swap16();

  test.each<[string, () => Uint8Array]>([
    ['UTF-16, little endian', () => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big endian', () => utf16be('\ufeff')],
    ['UTF-16, little endian, without a mark', () => Buffer.from(text, 'utf16le')],
    ['UTF-16, big endian, without a mark', () => utf16be('')],
  ])('JS6: %s is no JSON, and the answer says what it is', async (_, make) => {
    const report = await judge(make());
    expectRefusal(report, 'FILE_UNUSABLE');
    expect(words(report)).toMatch(/UTF-8|UTF-16/);
  });

  test('JS6: UTF-32 is no JSON', async () => {
    for (const littleEndian of [true, false])
      expectRefusal(await judge(utf32(littleEndian)), /FILE_UNUSABLE|JSON_INVALID/);
  });

  test.each<[string, string]>([
    ['Latin-1', 'Zo\xeb'],
    ['a lone continuation', 'a\x80b'],
    ['an overlong slash', 'a\xc0\xafb'],
    ['an overlong NUL', 'a\xe0\x80\x80b'],
    ['a surrogate', 'a\xed\xa0\x80b'],
    ['beyond Unicode', 'a\xf4\x90\x80\x80b'],
    ['a sequence cut short', 'a\xe2\x82'],
    ['no byte of UTF-8', 'a\xffb'],
  ])('JS6: %s inside a text is refused', async (_, raw) => {
    const report = await judge(Buffer.from(withName(`"${raw}"`), 'latin1'));
    expectRefusal(report, 'FILE_UNUSABLE');
    expect(words(report)).toMatch(/UTF-8/);
  });

  test('JS6: a file cut short anywhere is refused', async () => {
    const bytes = bytesOf(text.replace('Knots', 'Knöts 🪢'));
    for (let length = 0; length < bytes.length; length += 7)
      expectRefusal(await judge(bytes.subarray(0, length)), /JSON_INVALID|FILE_UNUSABLE/);
  });

  test.each(['\\ud800', '\\udc00', '\\ud800\\ud800', '\\udc00\\ud800', 'x\\udfffy', '\\uD83D\\u0041'])(
    'JS7: half of a surrogate pair, %s, is refused',
    async (escape) => {
      const report = await judge(withName(`"${escape}"`));
      expectRefusal(report, 'JSON_INVALID');
      expect(report.headline).toMatch(/surrogate/);
    },
  );

  test('JS8: a credential of more than 1 MiB is refused by its size', async () => {
    const report = await judge(withName(JSON.stringify('x'.repeat(1024 * 1024))));
    expectRefusal(report, 'FILE_UNUSABLE');
    expect(report.headline).toMatch(/larger than 1 MiB/);
  });
});

describe('what is no file for a credential', () => {
  const folder = temporaryFolder();
  const verify = async (name: string) => {
    const start = performance.now();
    const run = await badgekit(['verify', name, '--offline'], { cwd: folder });
    // With the start of the program, but without reading on and on.
    expect(performance.now() - start).toBeLessThan(8000);
    expect(run.err).not.toMatch(/^\s+at |node:internal/m);
    return run;
  };

  test('JS8: a file of a gigabyte is not read to its end', async () => {
    writeFileSync(join(folder, 'huge.json'), '{');
    truncateSync(join(folder, 'huge.json'), 1024 ** 3);
    const run = await verify('huge.json');
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/larger than/);
  });

  test.skipIf(process.platform === 'win32').each(['/dev/zero', '/dev/urandom'])(
    'JS8: the device %s is not read',
    async (device) => {
      const run = await verify(device);
      expect(run.code).toBe(2);
      expect(run.err).toMatch(/not a file/);
    },
  );

  test.skipIf(process.platform === 'win32')('JS8: nobody waits for a pipe that nobody writes to', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe.json')]);
    const run = await verify('pipe.json');
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/not a file/);
  });

  test('JS8: an empty folder holds nothing to verify', async () => {
    mkdirSync(join(folder, 'empty.json'));
    const run = await verify('empty.json');
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/no credential or image/);
  });
});

describe('syntax', () => {
  test.each([
    ['more text', `${text}x`],
    ['a second document', text + text],
    ['a second document on its own line', `${text}\n${text}`],
    ['a comment', `${text} // signed`],
    ['a comment inside', text.replace('{', '{/* signed */')],
    ['NaN', withName('NaN')],
    ['Infinity', withName('-Infinity')],
    ['undefined', withName('undefined')],
    ['single quotes', text.replaceAll('"', "'")],
    ['a comma too many', `${text.slice(0, -1)},}`],
    ['a raw line break in a text', withName('"a\nb"')],
    ['a NUL behind it', `${text}\0`],
    ['a leading zero', withName('01')],
  ])('JS9: %s is refused', async (_, odd) => {
    expectRefusal(await judge(odd), 'JSON_INVALID');
  });

  describe.skipIf(!hasConformance)('JSONTestSuite', () => {
    const folder = 'vectors/json-test-suite/test_parsing';
    const files = (prefix: string): readonly string[] =>
      readdirSync(conformancePath(folder)).filter((file) => file.startsWith(prefix));
    /** What the file holds, as the value of a member of the badge: so it is no JSON for its own fault alone. */
    const inBadge = (file: string): Uint8Array =>
      Buffer.concat([Buffer.from('{"description":'), readBytes(`${folder}/${file}`), Buffer.from(`,${text.slice(1)}`)]);

    // Refused as text, for its form, or because nobody signed it.
    const FOREIGN =
      /^rejected: (?:.* )?(?:FILE_UNUSABLE|JSON_INVALID|\w+_NOT_PLAIN|NODE_TWICE|SCHEMA|TERM_UNDEFINED|SIGNATURE_WRONG)/;

    test('JS9: what is no JSON is none inside a badge either', async () => {
      const refused = files('n_');
      expect(refused).toHaveLength(188);
      for (const file of refused) {
        for (const bytes of [inBadge(file), readBytes(`${folder}/${file}`)]) {
          const report = await judge(bytes);
          expect(report.verdict, file).toBe('rejected');
          expect(
            report.checks.map(({ check }) => check),
            file,
          ).not.toContain('signature');
        }
      }
    });

    test('JS1, JS4, JS6, JS7: what RFC 8259 leaves open is refused or means what it says', async () => {
      // None of them is in the signed badge, whatever it is read as.
      for (const file of [...files('i_'), ...files('y_')])
        expect(answerOf(await judge(inBadge(file))), file).toMatch(FOREIGN);
    });

    test('JS11: nothing that two readers take for different things is verified', async () => {
      const transforms = 'vectors/json-test-suite/test_transform';
      for (const file of readdirSync(conformancePath(transforms))) {
        const bytes = Buffer.concat([
          Buffer.from('{"description":'),
          readBytes(`${transforms}/${file}`),
          Buffer.from(`,${text.slice(1)}`),
        ]);
        expect(answerOf(await judge(bytes)), file).toMatch(FOREIGN);
      }
    });
  });
});

describe('characters', () => {
  const named = (name: string): Promise<object> =>
    signedBadge(issuer, {
      achievement: {
        id: 'https://school.example/achievements/knots',
        type: ['Achievement'],
        name,
        description: name,
        criteria: { narrative: name },
      },
    });

  test.each([
    ['controls', 'a\u0000b\u0007c\u001b[31md\u007fe\u009bf'],
    ['zero-width', 'a\u200bb\u2060c\ufeffd'],
    ['bidirectional', 'a\u202eb\u2066c\u2069d'],
    ['line ends', 'a\r\nb\u2028c\u2029d\u0085e'],
    ['beyond the first plane', '🪢\u{10ffff}\u{e0041}'],
  ])('JS10: %s characters in a name are signed and verified as they are', async (_, name) => {
    const document = JSON.stringify(await named(name));
    const report = await judge(document);
    expect(answerOf(report)).toBe('verified');
    expect(report.claims?.name).toBe(name);
  });

  test('JS10: none of them can be taken out again', async () => {
    const document = plain(JSON.parse(JSON.stringify(await named('a\u200bb\u202ec'))) as typeof badge);
    const path = [...ACHIEVEMENT, 'name'];
    expectRefusal(await judge(edited(document, path, () => 'abc')), 'SIGNATURE_WRONG');
  });

  test.skipIf(!hasConformance)('JS10: no naughty string upsets it', async () => {
    const list = (JSON.parse(readText('vectors/blns/blns.json')) as readonly string[]).filter(
      (entry) => entry !== '' && entry.isWellFormed(),
    );
    expect(list.length).toBeGreaterThan(400);
    for (let at = 0; at < list.length; at += 25)
      expect(answerOf(await judge(JSON.stringify(await named(list.slice(at, at + 25).join(' | ')))))).toBe('verified');
  });

  test('JS11: two Unicode forms of one name are two names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('é', 'Å', 'ñ', 'ự', '한', 'ﬁ'), async (letter) => {
        const [composed, decomposed] = [letter.normalize('NFC'), letter.normalize('NFKD')];
        fc.pre(composed !== decomposed);
        const document = JSON.stringify(await named(`Caf${composed}`));
        expect(answerOf(await judge(document))).toBe('verified');
        expectRefusal(await judge(document.replaceAll(composed, decomposed)), 'SIGNATURE_WRONG');
      }),
      { numRuns: 12 },
    );
  });

  test('JS11: members whose names differ in their form alone hide nothing', async () => {
    const twin = { ...badge, ['\u00e9']: 1, ['e\u0301']: 2 };
    expectRefusal(await judge(twin), 'TERM_UNDEFINED');
  });
});
