import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { bake, extract } from '../../src/bake/bake.ts';
import { decodePixels } from '../../src/bake/pixels.ts';
import { scanSvg } from '../../src/syntax/svg.ts';

const RUNS = 1000;

/** JSON texts with everything that could trouble a carrier, and tokens. */
const credential = fc.oneof(
  fc
    .tuple(fc.string({ unit: 'binary' }), fc.constantFrom('', ']]>', '<![CDATA[', '--&lt;', '\u2028', '\ufffe'))
    .map(([text, trap]) => JSON.stringify({ name: text + trap, '@context': ['x'] }, null, 2)),
  fc
    .array(fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 1 }), { minLength: 3, maxLength: 3 })
    .map((parts) => parts.join('.')),
);

const png = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }), seed: fc.integer() })
  .map(({ width, height, seed }) => {
    const image = new PNG({ width, height });
    for (let index = 0; index < image.data.length; index++) image.data[index] = (seed * 31 + index * 17) & 0xff;
    return new Uint8Array(PNG.sync.write(image));
  });

const svgText = fc
  .record({
    head: fc.constantFrom(
      '',
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      '\ufeff',
      '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n',
      '<!-- <svg> -->',
    ),
    root: fc.constantFrom(
      '<svg xmlns="http://www.w3.org/2000/svg">',
      '<svg\n  xmlns="http://www.w3.org/2000/svg"\n  viewBox=\'0 0 1 1\' >',
      '<s:svg xmlns:s="http://www.w3.org/2000/svg">',
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="urn:another">',
    ),
    body: fc.array(
      fc.constantFrom(
        '<g id="a&gt;b"/>',
        '<!-- > -->',
        ' text ',
        '<style><![CDATA[a>b{}]]></style>',
        '<g><path d="M0 0"/></g>',
        '<?pi x?>',
        '&amp;',
      ),
      { maxLength: 5 },
    ),
  })
  .map(({ head, root, body }) => `${head}${root}${body.join('')}</${root.startsWith('<s:') ? 's:svg' : 'svg'}>`);

const svg = fc.oneof(svgText, fc.constant('<svg xmlns="http://www.w3.org/2000/svg"/>'));

/** What baking puts into JSON for the sake of XML. */
const escaped = (text: string): string =>
  text.replaceAll(']]>', ']]\\u003e').replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');

describe(`baking, over ${RUNS} random images and credentials`, () => {
  test('a PNG gives back the exact text and shows the same picture', () => {
    fc.assert(
      fc.property(png, credential, (image, text) => {
        const baked = bake(image, text);
        expect(extract(baked).credential).toBe(text);
        expect(decodePixels(baked)).toEqual(decodePixels(image));
        expect(bake(baked, text)).toEqual(baked);
      }),
      { numRuns: RUNS },
    );
  });

  test('an SVG gives back the text, and its own bytes once the element and its namespace are gone', () => {
    fc.assert(
      fc.property(svg, credential, (image, text) => {
        const baked = Buffer.from(bake(Buffer.from(image), text)).toString('utf8');
        const { credential: extracted } = extract(Buffer.from(baked));
        expect(extracted).toBe(text.startsWith('{') ? escaped(text) : text);
        expect(stripped(baked, image)).toBe(image);
        expect(Buffer.from(bake(Buffer.from(baked), text)).toString('utf8')).toBe(baked);
      }),
      { numRuns: RUNS },
    );
  });

  test('baking again replaces the credential', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          png,
          svg.map((text) => new Uint8Array(Buffer.from(text))),
        ),
        credential,
        credential,
        (image, first, second) => {
          expect(bake(bake(image, first), second)).toEqual(bake(image, second));
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The baked text without the credential element and the namespace declaration that baking added. */
function stripped(baked: string, original: string): string {
  const { children } = scanSvg(baked);
  const element = children.find(({ namespace }) => namespace === 'https://purl.imsglobal.org/ob/v3p0');
  const without = element === undefined ? baked : baked.slice(0, element.start) + baked.slice(element.end);
  const plain = without.replace(/ xmlns:openbadges\d*="https:\/\/purl\.imsglobal\.org\/ob\/v3p0"/, '');
  return original.endsWith('/>') ? plain.replace('></svg>', '/>') : plain;
}
