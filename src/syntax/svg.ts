import { XMLValidator } from 'fast-xml-parser';
import { BadgekitError } from '../errors.ts';
import { positionAt, visible } from './text.ts';

const MAX_DEPTH = 256;
const MAX_TAGS = 50_000;
const MAX_ATTRIBUTES = 256;
const MAX_NAMESPACES = 64;
// Between two tags: enough for a long style sheet, far from what makes a parser slow.
const MAX_QUOTES = 20_000;
// An embedded picture, say: a value that can hold no fault, and over which the validator would be slow.
const LONG_VALUE_LENGTH = 1024;
const MAX_QUOTES_IN_ALL = 600_000;
const MAX_REFERENCES = 200_000;
const [LESS_THAN, QUOTATION_MARK, APOSTROPHE, AMPERSAND] = [60, 34, 39, 38];
const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
const NAME = /[^\s/>="'<]+/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export interface SvgAttribute {
  readonly name: string;
  /** With references resolved. */
  readonly value: string;
  /** Offset of the space before it, and of the character after its closing quote. */
  readonly start: number;
  readonly end: number;
}

/** An element that is a direct child of the root. */
export interface SvgChild {
  readonly namespace: string;
  readonly localName: string;
  readonly attributes: readonly SvgAttribute[];
  readonly start: number;
  readonly end: number;
  /** Its character data and CDATA sections, in their order, with references resolved. */
  readonly text: string;
  /** Whether there are elements in it: what such a one says depends on the reader. */
  readonly hasElements: boolean;
}

export interface Svg {
  /** The root's start tag: attributes, the offset where one can be added, and the offset after the tag. */
  readonly rootAttributes: readonly SvgAttribute[];
  readonly rootNameEnd: number;
  readonly rootTagEnd: number;
  readonly rootName: string;
  readonly selfClosing: boolean;
  readonly children: readonly SvgChild[];
}

/**
 * Finds the places in an SVG that baking touches, without building or rewriting a tree.
 * A document type declaration is passed over if it declares nothing itself; one with an internal subset is refused
 * (entities), and none is ever fetched.
 * @throws BadgekitError IMAGE_INVALID, with line and column
 */
export function scanSvg(text: string): Svg {
  refuseExcess(text);
  const condensed = withoutLongValues(text.replace(/^\ufeff/, ''));
  const valid = XMLValidator.validate(condensed, { allowBooleanAttributes: false });
  if (valid !== true) {
    const { msg, line, col } = valid.err;
    throw new BadgekitError('IMAGE_INVALID', `the SVG is not well-formed XML: ${visible(msg)}`, {
      where: { line, column: col },
    });
  }
  return new SvgScanner(text).scan();
}

/** The text with long quoted values emptied, if there is nothing in them that could end them or begin something else. */
function withoutLongValues(text: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (let open = text.indexOf('"'); open !== -1;) {
    const close = text.indexOf('"', open + 1);
    if (close === -1) break;
    const isLong = close - open > LONG_VALUE_LENGTH && !/[<>&\n]/.test(text.slice(open, close));
    if (isLong) {
      pieces.push(text.slice(done, open + 1));
      done = close;
    }
    // What follows a short one may be the beginning of another: in running text, quotes do not come in pairs.
    open = isLong ? text.indexOf('"', close + 1) : close;
  }
  return pieces.join('') + text.slice(done);
}

/** Counted before anything is parsed, so that no file takes longer than its size deserves. */
function refuseExcess(text: string): void {
  let [tags, signs, mostSigns, allSigns, references] = [0, 0, 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LESS_THAN) [tags, signs] = [tags + 1, 0];
    else if (code === AMPERSAND) references++;
    else if (code === QUOTATION_MARK || code === APOSTROPHE) {
      mostSigns = Math.max(mostSigns, ++signs);
      allSigns++;
    }
  }
  const isBounded = tags <= MAX_TAGS && mostSigns <= MAX_QUOTES && allSigns <= MAX_QUOTES_IN_ALL;
  if (isBounded && references <= MAX_REFERENCES) return;
  throw new BadgekitError(
    'IMAGE_INVALID',
    `the SVG cannot be used: it has more than ${MAX_TAGS} tags, or too many attributes on one`,
    { hint: 'export it again in a simpler form' },
  );
}

interface OpenElement {
  readonly name: string;
  readonly scope: ReadonlyMap<string, string>;
}

class SvgScanner {
  readonly #text: string;
  #at = 0;
  readonly #open: OpenElement[] = [];
  readonly #children: SvgChild[] = [];
  #root: Omit<Svg, 'children'> | undefined;
  #child: (Omit<SvgChild, 'end' | 'text' | 'hasElements'> & { text: string; hasElements: boolean }) | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Svg {
    while (this.#at < this.#text.length) this.#step();
    if (this.#root === undefined || this.#open.length > 0) throw this.#error('it has no complete root element');
    return { children: this.#children, ...this.#root };
  }

  #step(): void {
    const markup = this.#text.indexOf('<', this.#at);
    const stop = markup === -1 ? this.#text.length : markup;
    this.#characters(this.#text.slice(this.#at, stop));
    this.#at = stop;
    if (markup === -1) return;
    if (this.#text.startsWith('<!--', markup)) this.#skipTo('-->');
    else if (this.#text.startsWith('<![CDATA[', markup)) this.#cdata();
    else if (this.#text.startsWith('<?', markup)) this.#instruction();
    else if (this.#text.startsWith('<!', markup)) this.#doctype();
    else if (this.#text.startsWith('</', markup)) this.#endTag();
    else this.#startTag();
  }

  #characters(raw: string): void {
    if (this.#open.length === 0) {
      if (raw.replace(/^\ufeff/, '').trim() !== '') throw this.#error('there is text outside its root element');
    } else if (this.#child !== undefined && this.#open.length === 2) {
      this.#child.text += this.#resolve(raw);
    }
  }

  #skipTo(close: string): string {
    const end = this.#text.indexOf(close, this.#at);
    if (end === -1) throw this.#error(`"${close}" is missing`);
    const body = this.#text.slice(this.#at, end);
    this.#at = end + close.length;
    return body;
  }

  #cdata(): void {
    const body = this.#skipTo(']]>').slice('<![CDATA['.length);
    if (this.#open.length === 0) throw this.#error('there is text outside its root element');
    if (this.#child !== undefined && this.#open.length === 2) this.#child.text += body;
  }

  #instruction(): void {
    const body = this.#skipTo('?>');
    const encoding = /^<\?xml\s[^]*encoding\s*=\s*["']([^"']*)["']/.exec(body)?.[1];
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
      throw this.#error(`it declares the encoding ${visible(encoding)}, not UTF-8`);
    if (/^<\?xml\s[^]*version\s*=\s*["']1\.1["']/.test(body)) throw this.#error('it is XML 1.1');
  }

  #doctype(): void {
    if (!this.#text.startsWith('<!DOCTYPE', this.#at) || this.#root !== undefined)
      throw this.#error('it holds an unexpected "<!"');
    if (this.#skipTo('>').includes('['))
      throw this.#error('its DOCTYPE declares entities or other rules of its own, which badgekit refuses to read');
  }

  #startTag(): void {
    const start = this.#at++;
    const name = this.#name();
    const nameEnd = this.#at;
    const attributes = this.#attributes();
    const selfClosing = this.#text[this.#at] === '/';
    if (selfClosing) this.#at++;
    if (this.#text[this.#at] !== '>') throw this.#error('a tag is not closed');
    this.#at++;
    if (attributes.filter(({ name: attribute }) => attribute.startsWith('xmlns')).length > MAX_NAMESPACES)
      throw this.#error('a tag declares too many namespaces');
    const scope = extendScope(this.#open.at(-1)?.scope ?? new Map(), attributes);
    const { namespace, localName } = resolveName(name, scope);
    if (this.#open.length === 0) this.#enterRoot(name, namespace, localName, attributes, nameEnd, selfClosing);
    if (this.#open.length === 1)
      this.#child = { namespace, localName, attributes, start, text: '', hasElements: false };
    else if (this.#child !== undefined) this.#child.hasElements = true;
    this.#open.push({ name, scope });
    if (this.#open.length > MAX_DEPTH) throw this.#error(`it is nested deeper than ${MAX_DEPTH} levels`);
    if (selfClosing) this.#close();
  }

  #enterRoot(
    name: string,
    namespace: string,
    localName: string,
    rootAttributes: readonly SvgAttribute[],
    rootNameEnd: number,
    selfClosing: boolean,
  ): void {
    if (this.#root !== undefined) throw this.#error('it has a second root element');
    if (localName !== 'svg' || (namespace !== SVG_NAMESPACE && namespace !== ''))
      throw this.#error('its root element is not an svg element');
    this.#root = { rootName: name, rootAttributes, rootNameEnd, rootTagEnd: this.#at, selfClosing };
  }

  #endTag(): void {
    const end = this.#text.indexOf('>', this.#at);
    const name = this.#text.slice(this.#at + 2, end).trim();
    if (end === -1 || this.#open.at(-1)?.name !== name)
      throw this.#error(`the end tag </${visible(name, 40)}> closes nothing`);
    this.#at = end + 1;
    this.#close();
  }

  #close(): void {
    this.#open.pop();
    if (this.#open.length !== 1 || this.#child === undefined) return;
    this.#children.push({ end: this.#at, ...this.#child });
    this.#child = undefined;
  }

  #attributes(): SvgAttribute[] {
    const attributes: SvgAttribute[] = [];
    for (;;) {
      const start = this.#at;
      this.#space();
      if (this.#at >= this.#text.length || '/>'.includes(this.#text[this.#at] ?? '>')) return attributes;
      const attribute = this.#attribute(start);
      if (attributes.some(({ name }) => name === attribute.name))
        throw this.#error(`the attribute ${visible(attribute.name, 40)} stands twice`);
      attributes.push(attribute);
      if (attributes.length > MAX_ATTRIBUTES) throw this.#error(`a tag has more than ${MAX_ATTRIBUTES} attributes`);
    }
  }

  #attribute(start: number): SvgAttribute {
    const name = this.#name();
    this.#space();
    if (this.#text[this.#at] !== '=') throw this.#error(`the attribute ${visible(name, 40)} has no value`);
    this.#at++;
    this.#space();
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") throw this.#error(`the value of ${visible(name, 40)} is not in quotes`);
    const close = this.#text.indexOf(quote, this.#at + 1);
    if (close === -1) throw this.#error(`the value of ${visible(name, 40)} is not closed`);
    const raw = this.#text.slice(this.#at + 1, close);
    this.#at = close + 1;
    return { name, value: this.#resolve(raw), start, end: this.#at };
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) throw this.#error('a name was expected');
    this.#at += name.length;
    return name;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #resolve(raw: string): string {
    return raw.replace(
      /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([^;\s&]{0,40}))(;?)/g,
      (whole, hex, decimal, name, semicolon) => {
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        if (semicolon === ';' && name === undefined && code <= 0x10ffff) return String.fromCodePoint(code);
        const entity = Object.hasOwn(ENTITIES, name ?? '') ? ENTITIES[name] : undefined;
        if (semicolon !== ';' || entity === undefined)
          throw this.#error(`it uses the undefined entity ${visible(whole, 40)}`);
        return entity;
      },
    );
  }

  #error(what: string): BadgekitError {
    return new BadgekitError('IMAGE_INVALID', `the SVG cannot be used: ${what}`, {
      where: positionAt(this.#text, this.#at),
    });
  }
}

function extendScope(
  outer: ReadonlyMap<string, string>,
  attributes: readonly SvgAttribute[],
): ReadonlyMap<string, string> {
  const declared = attributes.filter(({ name }) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  if (outer.size > MAX_NAMESPACES) throw new BadgekitError('IMAGE_INVALID', 'the SVG declares too many namespaces');
  return new Map([
    ...outer,
    ...declared.map(({ name, value }) => [name === 'xmlns' ? '' : name.slice(6), value] as const),
  ]);
}

function resolveName(name: string, scope: ReadonlyMap<string, string>): { namespace: string; localName: string } {
  const colon = name.indexOf(':');
  const prefix = colon === -1 ? '' : name.slice(0, colon);
  return { namespace: scope.get(prefix) ?? '', localName: name.slice(colon + 1) };
}
