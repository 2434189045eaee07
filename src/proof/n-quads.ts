import { BadgekitError } from '../errors.ts';

/** A statement, each of its terms as canonical N-Quads write it (RDFC-1.0, section 5); the graph is empty for the default. */
export interface Quad {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  readonly graph: string;
}

const IRI = '<[^>]*>';
const BLANK = '_:[^ ]+';
const LITERAL = `"(?:[^"\\\\]|\\\\.)*"(?:\\^\\^${IRI}|@[^ ]+)?`;
const LINE = new RegExp(`^(${IRI}|${BLANK}) (${IRI}) (${IRI}|${BLANK}|${LITERAL})(?: (${IRI}|${BLANK}))? \\.$`, 's');

/** Reads canonical N-Quads. */
export function parseQuads(text: string): readonly Quad[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, subject, predicate, object, graph = ''] = LINE.exec(line) ?? [];
      if (subject === undefined || predicate === undefined || object === undefined)
        throw new BadgekitError('CREDENTIAL_INVALID', 'the canonical form is not in N-Quads');
      return { subject, predicate, object, graph };
    });
}

/** One line of N-Quads. */
export function quadLine({ subject, predicate, object, graph }: Quad): string {
  return graph === '' ? `${subject} ${predicate} ${object} .\n` : `${subject} ${predicate} ${object} ${graph} .\n`;
}

export function isBlank(term: string): boolean {
  return term.startsWith('_:');
}

// oxlint-disable-next-line no-control-regex -- these are what is to be escaped
const ESCAPED = /[\u0000-\u001f\u007f"\\]/g;
const SHORT: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/** The text of a literal as it stands between its quotes (RDFC-1.0, section 5). */
export function escapeLiteral(text: string): string {
  return text.search(ESCAPED) === -1
    ? text
    : text.replace(
        ESCAPED,
        (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
      );
}

/** Which characters are in a text, of the two kinds that code points and UTF-16 units order in two ways. */
export function planesIn(text: string): number {
  return (/[\ud800-\udbff]/.test(text) ? BEYOND : 0) | (/[\ue000-\uffff]/.test(text) ? BELOW : 0);
}

const BEYOND = 1;
const BELOW = 2;

/** Whether texts with such characters may come in two orders. */
export function hasTwoOrders(planes: number): boolean {
  return planes === (BEYOND | BELOW);
}

/** The order of RDFC-1.0: by code points, where JavaScript's own goes by UTF-16 units. */
export function byCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** Half a pair stands for a code point above all that one unit can say. */
function rank(unit: number): number {
  return unit >= SURROGATES && unit < AFTER_SURROGATES ? unit + 0x1_0000 : unit;
}
