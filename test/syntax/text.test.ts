import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { isAbsoluteIri, isDid, isEmailAddress, isWebUrl } from '../../src/syntax/iri.ts';
import { nearest, quoted, visible } from '../../src/syntax/text.ts';
import { hasConformance, readText } from '../support/conformance.ts';

// Controls, bidirectional marks and overrides, zero-width characters and line separators.
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029\p{Cs}]/u;

describe('text made visible', () => {
  test('never lets a control, an override or a zero-width character through, and stays one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text, 10_000)).not.toMatch(UNSAFE);
      }),
      { numRuns: 1000 },
    );
    expect(visible('\u001b[2J\u202eevil\r\b')).toBe('\\u{1b}[2J\\u{202e}evil\\u{d}\\u{8}');
  });

  test('leaves names in every script as they are', () => {
    for (const name of ['Ana Lindqvist', '陈伟', 'فرح الهاشمي', 'प्रिया शर्मा', 'Zoë Æsa 🛠 Þórsdóttir', 'สมชาย ใจดี'])
      expect(visible(name)).toBe(name);
  });

  test('cannot be ended by a quote inside', () => {
    expect(quoted('a" VALID "b')).toBe('"a\\" VALID \\"b"');
  });

  test.skipIf(!hasConformance)('is safe on the big list of naughty strings', () => {
    const list: unknown = JSON.parse(readText('vectors/blns/blns.json'));
    expect(Array.isArray(list) && list.length).toBeGreaterThan(400);
    for (const text of list as string[]) expect(visible(text, 10_000)).not.toMatch(UNSAFE);
  });
});

describe('the nearest word', () => {
  test.each([
    ['weldign', 'welding'],
    ['critera', 'criteria'],
    ['bicyle-mechanic', 'bicycle-mechanic'],
    ['zzz', undefined],
  ])('%s is %s', (word, expected) => {
    expect(nearest(word, ['welding', 'criteria', 'bicycle-mechanic', 'soldering'])).toBe(expected);
  });
});

describe('addresses', () => {
  test.each([
    'ana@example.org',
    'i.ni-bhriain@example.ie',
    'a+b@sub.example.co.uk',
    'ö@bücher.example',
    "o'neill@example.org",
  ])('%s is an e-mail address', (text) => {
    expect(isEmailAddress(text)).toBe(true);
  });
  test.each([
    'ana@@example.org',
    'ana@example',
    'ana example@x.org',
    '@x.org',
    'ana@',
    'Ana <ana@example.org>',
    'ana@x.org\n',
    'a..b@x.org',
    '.a@x.org',
    'ana@-x.org',
    'ana@x.org\u202e',
    `${'a'.repeat(250)}@x.org`,
  ])('%j is none', (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });
  test('what may stand in an e-mail address stands there whether the rest is plain or not', () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code);
      const isAllowed = code > 32 && code < 127 && !'"(),:;<>@[\\]'.includes(character);
      const inDomain = /^[A-Za-z0-9.-]$/.test(character);
      for (const other of ['x', 'é']) {
        expect(isEmailAddress(`${other}${character}y@example.org`), JSON.stringify(character)).toBe(isAllowed);
        expect(isEmailAddress(`ana@${other}${character}y.example.org`), JSON.stringify(character)).toBe(inDomain);
      }
    }
  });
  test.each(['urn:uuid:1', 'https://example.org/ü?x=1#y', 'did:web:example.org', 'data:image/png;base64,AA=='])(
    '%s is an absolute IRI',
    (text) => {
      expect(isAbsoluteIri(text)).toBe(true);
    },
  );
  test.each([
    'esco/123',
    '//example.org',
    'https://example.org/a b',
    'https://example.org/<x>',
    'x:{}',
    'https:',
    'https://example.org/%zz',
  ])('%j is none', (text) => {
    expect(isAbsoluteIri(text)).toBe(false);
  });
  test('web addresses and DIDs are told apart', () => {
    expect(isWebUrl('https://example.org')).toBe(true);
    expect(isWebUrl('javascript:alert(1)')).toBe(false);
    expect(isWebUrl('ftp://example.org')).toBe(false);
    expect(isDid('did:web:example.org:a')).toBe(true);
    expect(isDid('did:web:example.org#k')).toBe(false);
  });
});

describe('quoted text', () => {
  test('can neither look as if it had ended, nor as if it stood on another line', () => {
    expect(quoted('Knots\\" by "MIT')).toBe('"Knots\\\\\\" by \\"MIT"');
    expect(quoted(`PhD"${' '.repeat(60)}✓ trust`, 400)).toContain('\\u{20}');
    expect(quoted('two words')).toBe('"two words"');
  });
});
