import { readdirSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { bake, extract } from '../../src/bake/bake.ts';
import { proveSamePixels } from '../../src/bake/pixels.ts';
import { readPng, writePngChunk } from '../../src/syntax/png.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import { signedBadge, testIssuer } from '../support/badge.ts';
import { conformancePath, hasConformance, readBytes } from '../support/conformance.ts';
import { withProof } from '../support/sign.ts';
import { edited } from '../support/places.ts';
import { expectRefusal, answerOf, told, words } from '../support/report.ts';
import { judge, plain, unsigned } from './support.ts';

const issuer = testIssuer();
const text = JSON.stringify(await signedBadge(issuer));
const second = JSON.stringify(await signedBadge(issuer, { id: 'urn:uuid:00000000-0000-4000-8000-000000000002' }));

function picture(seed: number, size = 3): Uint8Array {
  const png = new PNG({ width: size, height: size });
  png.data.fill(seed);
  return new Uint8Array(PNG.sync.write(png));
}
const image = picture(120);
const HEADER_END = 33;
const latin = (value: string): Buffer => Buffer.from(value, 'latin1');
const join = (...pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));
/** A PNG with another chunk right after its header. */
const withChunk = (type: string, content: Uint8Array, base = image): Uint8Array =>
  join(base.subarray(0, HEADER_END), writePngChunk(type, content), base.subarray(HEADER_END));
const iTXt = (credential: string, keyword = 'openbadgecredential'): Uint8Array =>
  join(latin(`${keyword}\0\0\0\0\0`), Buffer.from(credential));
const baked = bake(image, text);
const chunks = (png: Uint8Array): readonly { type: string; bytes: Uint8Array }[] =>
  readPng(png).chunks.map(({ type, start, end }) => ({ type, bytes: png.subarray(start, end) }));
const SIGNATURE = image.subarray(0, 8);
const rebuilt = (list: readonly { bytes: Uint8Array }[]): Uint8Array =>
  join(SIGNATURE, ...list.map(({ bytes }) => bytes));

describe('the credential in a PNG', () => {
  test('as it should be is verified: what the attacks change is all that is wrong with them', async () => {
    expect(answerOf(await judge(baked))).toBe('verified');
  });

  test('PN1: two of them are none, whichever comes first, even if they are the same', async () => {
    for (const other of [second, text, '{}', 'eyJh.eyJi.c2ln']) {
      expectRefusal(await judge(withChunk('iTXt', iTXt(other), baked)), 'SEVERAL_CREDENTIALS');
      const last = join(baked.subarray(0, -12), writePngChunk('iTXt', iTXt(other)), baked.subarray(-12));
      expectRefusal(await judge(last), 'SEVERAL_CREDENTIALS');
    }
    const mixed = withChunk('tEXt', latin(`openbadgecredential\0${second}`), baked);
    expectRefusal(await judge(mixed), 'SEVERAL_CREDENTIALS');
    // Baking once more replaces the first.
    expect(extract(bake(baked, second)).credential).toBe(second);
    expect(answerOf(await judge(bake(baked, second)))).toBe('verified');
  });

  test('PN2: a wrong checksum of any chunk spoils it', async () => {
    for (const { end, type } of readPng(baked).chunks) {
      const wrong = Uint8Array.from(baked, (byte, at) => (at === end - 1 ? byte ^ 1 : byte));
      const report = await judge(wrong);
      expectRefusal(report, 'FILE_UNUSABLE');
      expect(report.headline).toContain(`checksum of its ${type}`);
    }
  });

  test('PN3: cut short anywhere it is refused', async () => {
    for (let length = 0; length < baked.length; length++) {
      const report = await judge(baked.subarray(0, length));
      expectRefusal(report, 'FILE_UNUSABLE');
    }
  });

  test('PN3: no flipped bit is verified as something else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(baked.length - 1), fc.nat(7), async (at, bit) => {
        const report = await judge(Uint8Array.from(baked, (byte, index) => (index === at ? byte ^ (1 << bit) : byte)));
        expect(report.verdict).toBe('rejected');
      }),
      { numRuns: 300 },
    );
  });

  test('PN4: compressed, or in another chunk, it is read and told', async () => {
    const odd: readonly (readonly [string, Uint8Array])[] = [
      ['iTXt', join(latin('openbadgecredential\0\u0001\0\0\0'), deflateSync(text))],
      ['zTXt', join(latin('openbadgecredential\0\0'), deflateSync(text))],
      ['tEXt', join(latin('openbadgecredential\0'), Buffer.from(text))],
    ];
    for (const [type, content] of odd) {
      const report = await judge(withChunk(type, content));
      expect(answerOf(report)).toBe('verified');
      expect(told(report)).toContain('CARRIER_ODD');
      expect(extract(withChunk(type, content)).notes).toHaveLength(1);
    }
  });

  test('PN4: what is compressed into a bomb, damaged or of an unknown method is not', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    for (const content of [
      join(latin('openbadgecredential\0\u0001\0\0\0'), bomb),
      join(latin('openbadgecredential\0\u0001\0\0\0'), deflateSync(text).subarray(0, -8)),
      join(latin('openbadgecredential\0\u0001\0\0\0'), Buffer.from(text)),
      join(latin('openbadgecredential\0\u0002\0\0\0'), Buffer.from(text)),
      latin('openbadgecredential\0\u0001'),
    ])
      expectRefusal(await judge(withChunk('iTXt', content)), 'FILE_UNUSABLE');
    expectRefusal(await judge(withChunk('zTXt', join(latin('openbadgecredential\0\0'), bomb))), 'FILE_UNUSABLE');
  });

  test('PN4: a badge of the older standard is told as one', async () => {
    const report = await judge(withChunk('tEXt', latin('openbadges\0https://school.example/assertions/1')));
    expectRefusal(report, 'UNSUPPORTED_STANDARD', 'undetermined');
    expect(words(report)).toMatch(/Open Badges 2\.0/);
    expect(report.asked).toEqual([]);
  });

  test.each([0xffffffff, 0x80000000, 0x7fffffff, 0x10000000, 10_000])(
    'PN5: a chunk that claims %i bytes is not waited for',
    async (length) => {
      const claim = Buffer.alloc(4);
      claim.writeUInt32BE(length);
      const before = process.memoryUsage().rss;
      for (const type of ['iTXt', 'IDAT', 'IEND', 'tEXt']) {
        const report = await judge(join(image.subarray(0, HEADER_END), claim, latin(type), iTXt('{}')));
        expectRefusal(report, 'FILE_UNUSABLE');
        expect(report.headline).toMatch(/longer than the file/);
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    },
  );

  test('PN5: nor are a hundred thousand chunks counted through', async () => {
    const many = join(
      image.subarray(0, HEADER_END),
      ...Array.from({ length: 100_000 }, () => writePngChunk('tEXt', latin('a\0b'))),
      image.subarray(HEADER_END),
    );
    const report = await judge(many);
    expectRefusal(report, 'FILE_UNUSABLE');
    expect(report.headline).toMatch(/more than \d+ chunks/);
  });

  /** The same image, calling itself as large as it likes. */
  const huge = (width: number, height: number): Uint8Array => {
    const header = Buffer.from(readPng(image).chunks[0]?.content ?? []);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    return join(SIGNATURE, writePngChunk('IHDR', header), image.subarray(HEADER_END));
  };

  test('PN6: pixels are not unpacked, however many there are said to be', async () => {
    const before = process.memoryUsage().rss;
    expect(answerOf(await judge(bake(huge(0x7fffffff, 0x7fffffff), text)))).toBe('verified');
    // Nor to compare them with the picture that the badge names.
    const named = edited(unsigned(issuer.id), ['credentialSubject', 'achievement'], (value) => ({
      ...(value as JsonObject),
      image: {
        id: `data:image/png;base64,${Buffer.from(huge(0x7ffffffe, 0x7fffffff)).toString('base64')}`,
        type: 'Image',
      },
    }));
    const report = await judge(bake(huge(0x7fffffff, 0x7fffffff), JSON.stringify(await withProof(named, issuer))));
    expect(told(report)).toContain('IMAGE_DIFFERS');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  test('PN7: what stands behind the end is not looked at, and told', async () => {
    const behind = join(image, writePngChunk('iTXt', iTXt(text)));
    expectRefusal(await judge(behind), 'NO_CREDENTIAL');
    for (const more of [writePngChunk('iTXt', iTXt(second)), latin('PK\u0003\u0004'), latin('%PDF-1.7'), baked]) {
      const report = await judge(join(baked, more));
      expect(answerOf(report)).toBe('verified');
      expect(told(report)).toContain('CARRIER_ODD');
      expect(report.claims?.id).toBe((JSON.parse(text) as JsonObject)['id']);
      expect(() => bake(join(baked, more), text)).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID' }));
    }
  });

  test('PN8: the frames of an animation stay as they are', async () => {
    const frames = [
      writePngChunk('acTL', Uint8Array.from([0, 0, 0, 2, 0, 0, 0, 0])),
      writePngChunk('fcTL', new Uint8Array(26).fill(1)),
      writePngChunk('fdAT', new Uint8Array(40).fill(7)),
    ];
    const animated = join(image.subarray(0, HEADER_END), ...frames, image.subarray(HEADER_END));
    const result = bake(animated, text);
    expect(answerOf(await judge(result))).toBe('verified');
    expect(rebuilt(chunks(result).filter(({ type }) => type !== 'iTXt'))).toEqual(animated);
  });

  test.each<[string, string, Uint8Array]>([
    ['in capitals', 'iTXt', iTXt(text, 'OPENBADGECREDENTIAL')],
    ['in mixed case', 'iTXt', iTXt(text, 'OpenBadgeCredential')],
    ['with a space behind it', 'iTXt', iTXt(text, 'openbadgecredential ')],
    ['with a space before it', 'iTXt', iTXt(text, ' openbadgecredential')],
    ['cut short', 'iTXt', iTXt(text, 'openbadgecredentia')],
    ['with more behind it', 'iTXt', iTXt(text, 'openbadgecredentials')],
    ['of 80 letters', 'iTXt', iTXt(text, 'openbadgecredential'.padEnd(80, 'x'))],
    ['that is empty', 'iTXt', iTXt(text, '')],
    ['without its end', 'iTXt', latin('openbadgecredential')],
    ['in a chunk of another type', 'iTXT', iTXt(text)],
    ['in a private chunk', 'obCr', iTXt(text)],
    ['in the pixels', 'IDAT', iTXt(text)],
  ])('PN9: a keyword %s names no credential', async (_, type, content) => {
    const report = await judge(withChunk(type, content));
    expectRefusal(report, 'NO_CREDENTIAL');
    // Beside the true one it is nothing that could stand for it.
    expect(answerOf(await judge(withChunk(type, content, baked)))).toBe('verified');
  });

  test('PN9: a keyword with nothing, or with half a head behind it is malformed', async () => {
    for (const content of ['openbadgecredential\0', 'openbadgecredential\0\0', 'openbadgecredential\0\0\0en'])
      expectRefusal(await judge(withChunk('iTXt', latin(content))), 'FILE_UNUSABLE');
    expectRefusal(await judge(withChunk('iTXt', iTXt(''))), 'JWT_INVALID');
  });

  test('PN10: a text that is no UTF-8, or that holds a NUL, is refused', async () => {
    for (const raw of ['{"a":"\xff"}', '{"a":"\xc0\xaf"}', '{"a":"\xed\xa0\x80"}', `${text}\0`, `{"a":"\0"}`])
      expectRefusal(
        await judge(withChunk('iTXt', join(latin('openbadgecredential\0\0\0\0\0'), latin(raw)))),
        'FILE_UNUSABLE',
      );
    for (const raw of [`${text}\0`, '{"a":"\xff"}'])
      expectRefusal(await judge(withChunk('tEXt', latin(`openbadgecredential\0${raw}`))), /FILE_UNUSABLE|JSON_INVALID/);
  });
});

describe('what is no PNG', () => {
  const [header, ...rest] = chunks(baked);
  const all = [header, ...rest].filter((chunk) => chunk !== undefined);
  const chunk = (type: string, content = new Uint8Array(4)): { type: string; bytes: Uint8Array } => ({
    type,
    bytes: writePngChunk(type, content),
  });

  test.each<[string, Uint8Array]>([
    ['whose header comes later', rebuilt([...rest, ...all.slice(0, 1)])],
    ['with something before its header', rebuilt([chunk('tEXt'), ...all])],
    ['without a header', rebuilt(rest)],
    ['without pixels', rebuilt(all.filter(({ type }) => type !== 'IDAT'))],
    ['without an end', rebuilt(all.filter(({ type }) => type !== 'IEND'))],
    ['with a chunk that readers must know', rebuilt([...all.slice(0, 1), chunk('ABCD'), ...rest])],
    ['as old telephones write them', rebuilt([chunk('CgBI'), ...all])],
    [
      'of no width',
      join(
        SIGNATURE,
        writePngChunk('IHDR', Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 1, 8, 6, 0, 0, 0])),
        ...rest.map(({ bytes }) => bytes),
      ),
    ],
    [
      'with a header too short',
      join(SIGNATURE, writePngChunk('IHDR', new Uint8Array(12)), ...rest.map(({ bytes }) => bytes)),
    ],
    ['with digits in the name of a chunk', rebuilt([...all.slice(0, 1), chunk('a1b2'), ...rest])],
    ['whose line ends were changed', Uint8Array.from([...baked.subarray(0, 4), 0x0a, ...baked.subarray(5)])],
    ['that went through a text channel', join(latin('\x09PNG\r\n\x1a\n'), baked.subarray(8))],
  ])('PN11: a file %s is refused', async (_, bytes) => {
    expectRefusal(await judge(bytes), 'FILE_UNUSABLE');
  });

  test('PN11: chunks that readers need not know are no fault, and stay', async () => {
    const own = rebuilt([...all.slice(0, 1), chunk('abCd'), ...rest]);
    expect(answerOf(await judge(own))).toBe('verified');
    expect(chunks(bake(own, second)).map(({ type }) => type)).toContain('abCd');
  });

  test.skipIf(!hasConformance)('PN2, PN11: no broken image of PngSuite upsets the verifier', async () => {
    const files = readdirSync(conformancePath('vectors/pngsuite')).filter((file) => /^x.*\.png$/.test(file));
    expect(files).toHaveLength(14);
    for (const file of files) {
      const bytes = readBytes(`vectors/pngsuite/${file}`);
      const report = await judge(bytes);
      expectRefusal(report, /FILE_UNUSABLE|NO_CREDENTIAL/);
    }
    for (const file of ['xcsn0g01.png', 'xhdn0g08.png']) {
      const report = await judge(readBytes(`vectors/pngsuite/${file}`));
      expect(report.headline, file).toMatch(/checksum/);
    }
  });
});

describe('baking', () => {
  test('PN12: baking again changes the credential and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        fc.nat(255),
        async (one, two, seed) => {
          fc.pre(!`${one}${two}`.includes('\0'));
          const base = picture(seed);
          const [first, again] = [one, two].map((value) => JSON.stringify({ value }));
          const once = bake(base, first ?? '');
          const twice = bake(once, again ?? '');
          expect(extract(twice).credential).toBe(again);
          expect(twice).toEqual(bake(base, again ?? ''));
          expect(rebuilt(chunks(twice).filter(({ type }) => type !== 'iTXt'))).toEqual(base);
          proveSamePixels(base, twice);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.skipIf(!hasConformance)('PN12: so it is with every good image of PngSuite', () => {
    const files = readdirSync(conformancePath('vectors/pngsuite')).filter((file) => /^[^x].*\.png$/.test(file));
    expect(files.length).toBeGreaterThan(150);
    for (const file of files) {
      const base = readBytes(`vectors/pngsuite/${file}`);
      expect(bake(bake(base, text), second), file).toEqual(bake(base, second));
      expect(extract(bake(base, text)).credential, file).toBe(text);
    }
  });

  test('PN13: in another picture a credential is as true, and the picture is told not to be signed', async () => {
    const report = await judge(bake(picture(7), text));
    expect(answerOf(report)).toBe('verified');
    expect(told(report)).toContain('IMAGE_NOT_NAMED');
  });

  test('PN13: where the badge names its picture, another one is told', async () => {
    const named = edited(unsigned(issuer.id), ['credentialSubject', 'achievement'], (value) => ({
      ...(value as JsonObject),
      image: { id: `data:image/png;base64,${Buffer.from(picture(7)).toString('base64')}`, type: 'Image' },
    }));
    const credential = JSON.stringify(plain(await withProof(named, issuer)));
    const own = await judge(bake(picture(7), credential));
    expect(answerOf(own)).toBe('verified');
    expect(told(own)).not.toContain('IMAGE_DIFFERS');
    const foreign = await judge(bake(picture(8), credential));
    expect(foreign.verdict).toBe('verified');
    expect(told(foreign)).toContain('IMAGE_DIFFERS');
  });
});
