import { deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { bake, extract, kindOf } from '../src/bake/bake.ts';
import { writePngChunk } from '../src/syntax/png.ts';

const image: Uint8Array = new Uint8Array(PNG.sync.write(new PNG({ width: 2, height: 2 })));
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A PNG with another chunk right after its header. */
function withChunk(type: string, content: Uint8Array, base = image): Uint8Array {
  return Buffer.concat([base.subarray(0, 33), writePngChunk(type, content), base.subarray(33)]);
}

describe('taking credentials out of what others baked', () => {
  test.each([
    [
      'compressed iTXt',
      withChunk('iTXt', Buffer.concat([latin('openbadgecredential\0\u0001\0\0\0'), deflateSync('{"a":1}')])),
      'Open Badges 3.0',
      '{"a":1}',
      1,
    ],
    [
      'iTXt with a language',
      withChunk('iTXt', latin('openbadgecredential\0\0\0en\0Badge\0{"a":1}')),
      'Open Badges 3.0',
      '{"a":1}',
      0,
    ],
    ['tEXt', withChunk('tEXt', latin('openbadgecredential\0{"a":1}')), 'Open Badges 3.0', '{"a":1}', 1],
    [
      'zTXt',
      withChunk('zTXt', Buffer.concat([latin('openbadgecredential\0\0'), deflateSync('{"a":1}')])),
      'Open Badges 3.0',
      '{"a":1}',
      1,
    ],
    [
      'Open Badges 2.0',
      withChunk('iTXt', latin('openbadges\0\0\0\0\0eyJh.eyJi.c2ln')),
      'Open Badges 2.0',
      'eyJh.eyJi.c2ln',
      0,
    ],
    [
      'Open Badges 2.0 in tEXt',
      withChunk('tEXt', latin('openbadges\0https://x.example/a')),
      'Open Badges 2.0',
      'https://x.example/a',
      0,
    ],
    ['CLR 2.0', withChunk('iTXt', latin('clrcredential\0\0\0\0\0{"a":1}')), 'CLR 2.0', '{"a":1}', 0],
  ])('%s', (_, baked, standard, credential, notes) => {
    const found = extract(baked);
    expect(found).toMatchObject({ standard, credential });
    expect(found.notes).toHaveLength(notes);
  });

  test.each([
    [
      'another prefix',
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:b="https://purl.imsglobal.org/ob/v3p0"><b:credential>{"a":1}</b:credential></svg>',
      'Open Badges 3.0',
      '{"a":1}',
    ],
    [
      'a default namespace',
      '<svg xmlns="http://www.w3.org/2000/svg"><credential xmlns="https://purl.imsglobal.org/ob/v3p0"> {"a":"&lt;"} </credential></svg>',
      'Open Badges 3.0',
      '{"a":"<"}',
    ],
    [
      'two CDATA sections',
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential><![CDATA[{"a":"]]]]><![CDATA[>"}]]></o:credential></svg>',
      'Open Badges 3.0',
      '{"a":"]]>"}',
    ],
    [
      'the body of Open Badges 2.0',
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="http://openbadges.org"><o:assertion verify="eyJh.eyJi.c2ln"/></svg>',
      'Open Badges 2.0',
      'eyJh.eyJi.c2ln',
    ],
  ])('an SVG with %s', (_, svg, standard, credential) => {
    expect(extract(Buffer.from(svg))).toMatchObject({ standard, credential });
  });
});

describe('an SVG that is baked', () => {
  test.each([
    '<svg/>',
    '<svg />',
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
    '<svg></svg>',
    '<?xml version="1.0"?><!-- a > b --><svg\n/>\n',
  ])('carries its credential, whatever its root looks like: %j', (svg) => {
    const baked = bake(Buffer.from(svg), '{"a":"é"}');
    expect(extract(baked).credential).toBe('{"a":"é"}');
    expect(bake(baked, '{"b":1}')).toEqual(bake(Buffer.from(svg), '{"b":1}'));
  });

  test('is the one that is given, though it lies where another lay', () => {
    const place = Buffer.from('<svg><a/></svg>');
    bake(place, '{}');
    place.write('<svg><b/></svg>');
    expect(Buffer.from(bake(place, '{}')).toString('utf8')).toContain('<b/>');
  });
});

describe('images that are refused', () => {
  const open = 'xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0"';

  test.each([
    [
      'two chunks',
      withChunk('iTXt', latin('openbadgecredential\0\0\0\0\0{}'), bake(image, '{"a":1}')),
      'CREDENTIAL_DUPLICATE',
    ],
    ['no chunk', image, 'CREDENTIAL_MISSING'],
    ['a keyword in another case', withChunk('iTXt', latin('OpenBadgeCredential\0\0\0\0\0{}')), 'CREDENTIAL_MISSING'],
    ['a keyword with a space', withChunk('iTXt', latin('openbadgecredential \0\0\0\0\0{}')), 'CREDENTIAL_MISSING'],
    ['a keyword without its NUL', withChunk('iTXt', latin('openbadgecredential')), 'CREDENTIAL_MISSING'],
    ['a NUL in the text', withChunk('iTXt', latin('openbadgecredential\0\0\0\0\0{"a":"\0"}')), 'IMAGE_INVALID'],
    ['text that is not UTF-8', withChunk('iTXt', latin('openbadgecredential\0\0\0\0\0{"a":"\xff"}')), 'NOT_UTF8'],
    [
      'a bomb',
      withChunk(
        'iTXt',
        Buffer.concat([latin('openbadgecredential\0\u0001\0\0\0'), deflateSync(Buffer.alloc(8 * 1024 * 1024))]),
      ),
      'IMAGE_INVALID',
    ],
    [
      'a chunk that claims 4 GB',
      Buffer.concat([image.subarray(0, 33), Buffer.from('ffffffff', 'hex'), latin('iTXt'), Buffer.alloc(8)]),
      'IMAGE_INVALID',
    ],
    ['an unknown critical chunk', withChunk('CgBI', Buffer.alloc(4)), 'IMAGE_INVALID'],
    ['a wrong checksum', Buffer.concat([image.subarray(0, 29), Buffer.alloc(4), image.subarray(33)]), 'IMAGE_INVALID'],
    [
      'two elements',
      Buffer.from(`<svg ${open}><o:credential>{}</o:credential><o:credential>{}</o:credential></svg>`),
      'CREDENTIAL_DUPLICATE',
    ],
    [
      'attribute and body',
      Buffer.from(`<svg ${open}><o:credential verify="a.b.c">{}</o:credential></svg>`),
      'CREDENTIAL_DUPLICATE',
    ],
    [
      'an element deeper down',
      Buffer.from(`<svg ${open}><g><o:credential>{}</o:credential></g></svg>`),
      'CREDENTIAL_MISSING',
    ],
    [
      'an element in a comment',
      Buffer.from(`<svg ${open}><!--<o:credential>{}</o:credential>--></svg>`),
      'CREDENTIAL_MISSING',
    ],
    [
      'the same prefix for another namespace',
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="urn:x"><openbadges:credential>{}</openbadges:credential></svg>',
      ),
      'CREDENTIAL_MISSING',
    ],
    [
      'entities of its own',
      Buffer.from('<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>'),
      'IMAGE_INVALID',
    ],
    [
      'an external entity',
      Buffer.from(
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><g>&x;</g></svg>',
      ),
      'IMAGE_INVALID',
    ],
    [
      'another encoding',
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
      'IMAGE_INVALID',
    ],
    ['an unclosed tag', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><g></svg>'), 'IMAGE_INVALID'],
    ['a repeated attribute', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" a="1" a="2"/>'), 'IMAGE_INVALID'],
    ['text after the root', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>x'), 'IMAGE_INVALID'],
    ['a root that is no svg', Buffer.from('<html><svg xmlns="http://www.w3.org/2000/svg"/></html>'), 'IMAGE_INVALID'],
    ['a JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), 'IMAGE_UNKNOWN'],
    ['svgz', Buffer.from('1f8b0800', 'hex'), 'IMAGE_UNKNOWN'],
    ['nothing', Buffer.alloc(0), 'IMAGE_UNKNOWN'],
  ])('%s', (_, bytes, code) => {
    expect(() => extract(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test('a PNG with something after its end is read, with a note, and not baked', () => {
    const polyglot = Buffer.concat([bake(image, '{"a":1}'), Buffer.from('PK\u0003\u0004')]);
    expect(extract(polyglot).notes).toHaveLength(1);
    expect(() => bake(polyglot, '{}')).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID' }));
  });
});

describe('kinds of files', () => {
  test.each([
    ['png', image],
    ['svg', Buffer.from('<?xml version="1.0"?>\n<!-- x --><svg/>')],
    ['json', Buffer.from('\ufeff {"a":1}')],
    ['jwt', Buffer.from('eyJh.eyJi.c2ln\n')],
    ['unknown', Buffer.from('<html></html>')],
    ['unknown', Buffer.from('hello')],
  ])('%s is told by content', (kind, bytes) => {
    expect(kindOf(bytes)).toBe(kind);
  });
});
