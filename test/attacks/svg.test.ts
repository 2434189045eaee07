import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bake, extract } from '../../src/bake/bake.ts';
import { HtmlReport } from '../../src/cli/render-html.ts';
import { signJwt } from '../../src/proof/jwt.ts';
import { NOW, signedBadge, testIssuer } from '../support/badge.ts';
import { expectRefusal, answerOf, told, words } from '../support/report.ts';
import { judge, unsigned } from './support.ts';

const issuer = testIssuer();
const text = JSON.stringify(await signedBadge(issuer));
const second = JSON.stringify(await signedBadge(issuer, { id: 'urn:uuid:00000000-0000-4000-8000-000000000002' }));
const token = await signJwt(unsigned(issuer.id), issuer.key, issuer.method);

const SVG = 'http://www.w3.org/2000/svg';
const OB = 'https://purl.imsglobal.org/ob/v3p0';
const cdata = (credential: string): string => `<![CDATA[${credential}]]>`;
const element = (body: string, prefix = 'openbadges'): string => `<${prefix}:credential>${body}</${prefix}:credential>`;
/** An SVG with the namespace declared, and something in its root. */
const svg = (body: string, attributes = ''): string =>
  `<svg xmlns="${SVG}" xmlns:openbadges="${OB}"${attributes}>${body}<g><path d="M0 0"/></g></svg>`;
const carrier = element(cdata(text));
const good = svg(carrier);

describe('documents', () => {
  test('one as it should be is verified: what the attacks change is all that is wrong with them', async () => {
    expect(answerOf(await judge(good))).toBe('verified');
    expect(answerOf(await judge(svg(`<openbadges:credential verify="${token}"></openbadges:credential>`)))).toBe(
      'verified',
    );
  });

  test.each<[string, string]>([
    ['an entity', '<!DOCTYPE svg [<!ENTITY x "y">]>'],
    ['an entity from a file', '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'],
    ['an entity from the network', '<!DOCTYPE svg [<!ENTITY x SYSTEM "http://169.254.169.254/latest">]>'],
    ['a parameter entity', '<!DOCTYPE svg [<!ENTITY % x SYSTEM "https://evil.example/x.dtd"> %x;]>'],
    [
      'a billion laughs',
      `<!DOCTYPE svg [<!ENTITY a0 "ha">${Array.from({ length: 30 }, (_, at) => `<!ENTITY a${at + 1} "&a${at};&a${at};">`).join('')}]>`,
    ],
    ['a default attribute', `<!DOCTYPE svg [<!ATTLIST svg verify CDATA "${token}">]>`],
    ['nothing, in brackets', '<!DOCTYPE svg []>'],
  ])('SV1: a document that declares %s is refused', async (_, doctype) => {
    for (const body of [carrier, `${carrier}<text>&x;&a30;</text>`, element('&x;')]) {
      const report = await judge(`${doctype}${svg(body)}`);
      expectRefusal(report, 'FILE_UNUSABLE');
      expect(report.asked).toEqual([]);
    }
  });

  test('SV1: a document type that declares nothing itself is passed over, and never fetched', async () => {
    const doctype =
      '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">';
    const report = await judge(`<?xml version="1.0" standalone="no"?>${doctype}${good}`);
    expect(answerOf(report)).toBe('verified');
    expect(report.asked).toEqual([]);
    // What only that document would declare stands for nothing.
    expectRefusal(await judge(`${doctype}${svg(element('&credential;'))}`), 'FILE_UNUSABLE');
  });

  test('SV2: two credentials are none, whichever comes first, even if they are the same', async () => {
    for (const other of [second, text, '{}', ''])
      for (const body of [
        carrier + element(cdata(other)),
        element(cdata(other)) + carrier,
        carrier + `<c xmlns="${OB}"/>`.replaceAll('<c', '<credential'),
        carrier + `<openbadges:credential verify="${token}"/>`,
      ])
        expectRefusal(await judge(svg(body)), 'SEVERAL_CREDENTIALS');
  });

  test.each<[string, string]>([
    ['another prefix', `<svg xmlns="${SVG}" xmlns:b="${OB}">${element(cdata(text), 'b')}</svg>`],
    ['the default namespace', `<svg xmlns="${SVG}"><credential xmlns="${OB}">${cdata(text)}</credential></svg>`],
    ['a prefix of its own', `<svg xmlns="${SVG}"><x:credential xmlns:x="${OB}">${cdata(text)}</x:credential></svg>`],
    [
      'a prefix that means something else outside',
      `<svg xmlns="${SVG}" xmlns:openbadges="urn:x"><openbadges:credential xmlns:openbadges="${OB}">${cdata(text)}</openbadges:credential></svg>`,
    ],
    ['a prefixed root', `<s:svg xmlns:s="${SVG}" xmlns:o="${OB}">${element(cdata(text), 'o')}</s:svg>`],
  ])('SV3: a credential under %s is one', async (_, document) => {
    expect(answerOf(await judge(document))).toBe('verified');
  });

  test.each<[string, string]>([
    ['another namespace', `<svg xmlns="${SVG}" xmlns:openbadges="https://evil.example/ob">${carrier}</svg>`],
    ['almost the same namespace', `<svg xmlns="${SVG}" xmlns:openbadges="${OB}/">${carrier}</svg>`],
    ['the namespace in capitals', `<svg xmlns="${SVG}" xmlns:openbadges="${OB.toUpperCase()}">${carrier}</svg>`],
    ['a namespace that is taken away', svg(carrier.replace('credential>', 'credential xmlns:openbadges="urn:x">'))],
    ['no namespace', `<svg xmlns="${SVG}"><credential>${cdata(text)}</credential></svg>`],
    [
      'the namespace of the picture',
      `<svg xmlns="${OB}" xmlns:s="${SVG}"><s:credential>${cdata(text)}</s:credential></svg>`,
    ],
    ['another name', svg(carrier.replaceAll('credential', 'Credential'))],
  ])('SV3: under %s it is none', async (_, document) => {
    expect(['NO_CREDENTIAL', 'FILE_UNUSABLE']).toContain(told(await judge(document))[0]);
  });

  test.each<[string, string]>([
    ['a comment', `<!--${carrier}-->`],
    ['a CDATA section', cdata(carrier.replaceAll(']]>', ']]]]><![CDATA[>'))],
    ['a script', `<script>${carrier}</script>`],
    ['a style', `<style>${carrier}</style>`],
    ['a group', `<g>${carrier}</g>`],
    ['metadata', `<metadata>${carrier}</metadata>`],
    ['foreign content', `<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">${carrier}</body></foreignObject>`],
    ['an SVG inside', `<svg xmlns="${SVG}" xmlns:openbadges="${OB}">${carrier}</svg>`],
    ['an instruction', `<?credential ${text}?>`],
    ['a title', `<title>${text.replaceAll('<', '')}</title>`],
    ['an attribute', `<g openbadges:credential="x" verify="${token}"/>`],
  ])('SV4: in %s there is no credential', async (_, body) => {
    expectRefusal(await judge(svg(body)), 'NO_CREDENTIAL');
    // Beside the true one it stands for nothing.
    expect(answerOf(await judge(svg(body + element(cdata(second)))))).toBe('verified');
  });

  test('SV4: behind the root there is none either', async () => {
    expectRefusal(await judge(svg('') + carrier), 'FILE_UNUSABLE');
    expectRefusal(await judge(`${svg('')}<!--${carrier}-->`), 'NO_CREDENTIAL');
  });

  test('SV5: an attribute and a body are two credentials', async () => {
    for (const body of [cdata(text), text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'), cdata('x'), 'x'])
      expectRefusal(
        await judge(svg(`<openbadges:credential verify="${token}">${body}</openbadges:credential>`)),
        'SEVERAL_CREDENTIALS',
      );
  });

  test('SV5: an element inside the credential is refused, since readers would take it differently', async () => {
    const inner = `<openbadges:credential>${cdata(text)}<x>${cdata(second)}</x></openbadges:credential>`;
    expectRefusal(await judge(svg(inner)), 'FILE_UNUSABLE');
    expectRefusal(await judge(svg(element(`<x>${cdata(text)}</x>`))), 'FILE_UNUSABLE');
  });
});

describe('characters', () => {
  test('SV6: whatever the JSON holds comes out as it went in, from one CDATA section', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc
            .array(
              fc.constantFrom(']]>', ']]', '>', '<![CDATA[', '&', '<', '"', '\\', '\ufffe', '\uffff', 'é', '\u0000'),
              {
                maxLength: 12,
              },
            )
            .map((parts) => parts.join('')),
        ),
        (value) => {
          fc.pre(value.isWellFormed());
          const credential = JSON.stringify({ value, [value]: 1 });
          const baked = new TextDecoder().decode(bake(Buffer.from(svg('')), credential));
          expect(baked.split(']]>')).toHaveLength(2);
          expect(JSON.parse(extract(Buffer.from(baked)).credential)).toEqual(JSON.parse(credential));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('SV6: a credential in several CDATA sections is read as one', async () => {
    const halves = cdata(text.slice(0, 100)) + cdata(text.slice(100));
    expect(answerOf(await judge(svg(element(halves))))).toBe('verified');
    const signed = JSON.stringify(
      await signedBadge(issuer, {
        evidence: [{ id: 'https://school.example/evidence/1', type: ['Evidence'], name: 'a ]]> b' }],
      }),
    );
    expect(answerOf(await judge(bake(Buffer.from(svg('')), signed)))).toBe('verified');
  });

  const declared = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?>${good}`;

  test.each<[string, Uint8Array]>([
    ['UTF-16, little endian', Buffer.from(`\ufeff${good}`, 'utf16le')],
    ['UTF-16, big endian', Buffer.from(`\ufeff${good}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(good, 'utf16le')],
    ['declared as ISO-8859-1', Buffer.from(declared('ISO-8859-1'))],
    ['declared as UTF-16', Buffer.from(declared('UTF-16'))],
    ['declared as UTF-7', Buffer.from(declared('UTF-7'))],
    ['XML 1.1', Buffer.from(`<?xml version="1.1"?>${good}`)],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(svg(`<text>`).slice(0, -30)), Buffer.from([0xff]), Buffer.from(good)]),
    ],
    ['Latin-1', Buffer.from(svg(`<text>Zo\xeb</text>${carrier}`), 'latin1')],
  ])('SV7: %s is refused', async (_, bytes) => {
    expectRefusal(await judge(bytes), 'FILE_UNUSABLE');
  });

  test('SV7: UTF-8 is read, with and without a mark, declared or not', async () => {
    for (const document of [`\ufeff${good}`, declared('UTF-8'), declared('utf-8'), `\ufeff${declared('UTF-8')}`])
      expect(answerOf(await judge(document))).toBe('verified');
  });

  test('SV8: nothing in the picture runs, is fetched or gets onto a page', async () => {
    const active = svg(
      `${carrier}<script>fetch('https://evil.example')</script><script href="https://evil.example/x.js"/>` +
        '<image href="https://evil.example/pixel.png"/><use href="https://evil.example/a.svg#b"/>' +
        '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="https://evil.example"/></foreignObject>' +
        '<a href="javascript:alert(1)"><text>VERIFIED</text></a><style>@import url(https://evil.example/x.css);</style>',
      ' onload="alert(1)"',
    );
    const report = await judge(`<?xml-stylesheet href="https://evil.example/x.xsl"?>${active}`);
    expect(answerOf(report)).toBe('verified');
    expect(report.asked).toEqual([]);
    const page = new HtmlReport(NOW, false);
    page.add('badge.svg', report);
    expect(page.write()).not.toMatch(/evil\.example|<script|onload/);
  });
});

describe('sizes', () => {
  const names = (count: number, value: string): string =>
    Array.from({ length: count }, (_, index) => ` a${index}="${value}"`).join('');

  test.each<[string, () => string]>([
    ['100,000 levels', () => svg(`${carrier}${'<g>'.repeat(100_000)}${'</g>'.repeat(100_000)}`)],
    ['300 levels', () => svg(`${carrier}${'<g>'.repeat(300)}${'</g>'.repeat(300)}`)],
    ['levels that never end', () => svg(`${carrier}${'<g>'.repeat(40_000)}`)],
    ['a million tags', () => svg(`${carrier}${'<g/>'.repeat(1_000_000)}`)],
    ['a million attributes', () => svg(carrier, names(1_000_000, ''))],
    ['a thousand attributes', () => svg(carrier, names(1000, 'x'))],
    ['a hundred namespaces', () => svg(carrier, names(100, 'u').replaceAll(' a', ' xmlns:a'))],
    ['as many unclosed quotes', () => svg(carrier, ` a="${"'".repeat(100_000)}`)],
    ['a million entities', () => svg(element('&lt;'.repeat(1_000_000)))],
    ['entities without end', () => svg(element('&'.repeat(500_000)))],
    ['a comment without end', () => `<svg xmlns="${SVG}"><!--${'-'.repeat(2_000_000)}`],
    ['a million beginnings', () => '<'.repeat(1_000_000)],
    ['beginnings of an svg', () => '<svg '.repeat(500_000)],
    ['spaces in a tag', () => `<svg${' '.repeat(3_000_000)}`],
    ['a document type without end', () => `<!DOCTYPE svg ${'"a" '.repeat(5000)}`],
  ])('SV9: %s cost no time', async (_, make) => {
    expectRefusal(await judge(make()), /FILE_UNUSABLE|NO_CREDENTIAL/);
  });

  test.each<[string, string]>([
    ['an attribute', svg(carrier, ` data-x="${'x'.repeat(2_000_000)}"`)],
    ['a path', svg(`${carrier}<path d="${'M1 1 '.repeat(400_000)}"/>`)],
    ['a comment', svg(`${carrier}<!--${'- '.repeat(2_000_000)}-->`)],
    ['a text', svg(`${carrier}<text>${'- '.repeat(2_000_000)}</text>`)],
  ])('SV9: %s of megabytes is read in the time of its length', async (_, document) => {
    expect(answerOf(await judge(document))).toBe('verified');
  });

  test('SV9: an image as large as any may be takes no longer than others', async () => {
    const report = await judge(svg(carrier, ` data-x="${'x'.repeat(15_000_000)}"`));
    expect(report.verdict).toBe('verified');
  });

  test.each<[string, string]>([
    ['an attribute twice', svg(carrier, ' id="a" id="b"')],
    ['a credential attribute twice', svg(`<openbadges:credential verify="${token}" verify="x"/>`)],
    ['a tag without its end', `<svg xmlns="${SVG}" xmlns:openbadges="${OB}"><g>${carrier}</svg>`],
    ['an end without its tag', svg(`${carrier}</g>`)],
    ['tags that cross', svg(`${carrier}<a><b></a></b>`)],
    ['text behind the root', `${good}more`],
    ['text before the root', `<!-- x -->more${good}`],
    ['a second root', good + good],
    ['a root without its end', good.slice(0, -6)],
    ['an attribute without quotes', svg(carrier, ' id=a')],
    ['an attribute without a value', svg(carrier, ' hidden')],
    ['an entity that is not there', svg(`${carrier.replace('<![CDATA[', '&nbsp;<![CDATA[')}`)],
    ['a reference beyond Unicode', svg(element('&#x110000;'))],
    ['a document type behind the root', `${good}<!DOCTYPE svg>`],
    ['a root that is no picture', `<html xmlns:openbadges="${OB}"><svg/>${carrier}</html>`],
  ])('SV10: %s is refused', async (_, document) => {
    expectRefusal(await judge(document), 'FILE_UNUSABLE');
  });

  test('SV11: a packed picture is refused, and the answer says what to do', async () => {
    const report = await judge(gzipSync(good));
    expectRefusal(report, 'FILE_UNUSABLE');
    expect(words(report)).toMatch(/gzip|svgz|unpack/);
  });

  test('SV12: baking again changes the credential and nothing else', async () => {
    const bases = [
      `<svg xmlns="${SVG}"/>`,
      `<?xml version="1.0"?>\r\n<!-- <svg> -->\n<svg\n  xmlns="${SVG}"\n  viewBox = '0 0 1 1' >\n\t<g id="a"/>\n</svg>\n<!-- end -->\n`,
      `\ufeff<s:svg xmlns:s="${SVG}" xmlns:openbadges="urn:taken"><s:g/></s:svg>`,
      `<svg xmlns="${SVG}" xmlns:mine="${OB}"><title>a &amp; b</title></svg>`,
      good,
    ];
    for (const base of bases) {
      const once = bake(Buffer.from(base), text);
      const twice = bake(once, second);
      expect(extract(twice).credential).toBe(second);
      expect(new TextDecoder().decode(twice)).toBe(new TextDecoder().decode(once).replace(cdata(text), cdata(second)));
      expect(answerOf(await judge(once))).toBe('verified');
    }
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ]{0,20}$/), fc.boolean(), (title, closed) => {
        const base = closed
          ? `<svg xmlns="${SVG}" id="${title}"/>`
          : `<svg xmlns="${SVG}"><title>${title}</title></svg>`;
        const baked = new TextDecoder().decode(bake(Buffer.from(base), '{"a":1}'));
        const taken = baked
          .replace(/<openbadges:credential>.*<\/openbadges:credential>/, '')
          .replace(` xmlns:openbadges="${OB}"`, '');
        expect(taken).toBe(closed ? `${base.slice(0, -2)}></svg>` : base);
      }),
      { numRuns: 50 },
    );
  });
});
