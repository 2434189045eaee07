import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  parseDocument,
  type Scalar,
} from 'yaml';
import { BadgekitError, type Where } from '../errors.ts';
import { isFaithful } from './json-number.ts';
import { type Json, pointer } from './json.ts';
import { visible } from './text.ts';

const MAX_YAML_LENGTH = 1024 * 1024;
const MAX_YAML_DEPTH = 32;
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** A YAML document's value, with the place of each of its parts. */
export interface YamlSource {
  readonly value: Json;
  readonly text: string;
  /** Where the member or element at a JSON Pointer begins: its value, or its key where `key` is set. */
  at(path: string, key?: boolean): Where;
  /** How a scalar at a JSON Pointer is written in the file, without quotes. */
  written(path: string): string | undefined;
}

/**
 * Reads YAML 1.2 as people write configuration: one document, no anchors, aliases, tags, merge keys or directives,
 * no duplicate keys, numbers only as JSON writes them (so `017`, `0x1F` and `.inf` are refused, not guessed at).
 * @throws BadgekitError YAML_SYNTAX | YAML_FORBIDDEN, with line and column
 */
export function parseYaml(text: string): YamlSource {
  if (text.length > MAX_YAML_LENGTH) throw new BadgekitError('YAML_FORBIDDEN', 'the YAML file is larger than 1 MiB');
  refuseDirectives(text);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
  });
  const place = (offset: number): Where => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (!Array.isArray(documents) || documents.length !== 1) {
    const code = documents.length > 1 ? 'YAML_FORBIDDEN' : 'YAML_SYNTAX';
    throw new BadgekitError(
      code,
      documents.length > 1 ? 'the file holds several YAML documents' : 'the file is empty',
      {
        where: { line: 1, column: 1 },
        hint:
          documents.length > 1
            ? 'keep one document to a file, without lines of ---'
            : 'fixtures/tidewater in badgekit has examples',
      },
    );
  }
  const [document] = documents;
  const fault = document?.errors[0] ?? document?.warnings[0];
  if (fault !== undefined) {
    throw new BadgekitError('YAML_SYNTAX', yamlMessage(fault.code, fault.message, text.slice(...fault.pos)), {
      where: place(fault.pos[0]),
      hint: YAML_HINTS[fault.code],
    });
  }
  return new YamlReader(text, place).read(document?.contents ?? null);
}

class YamlReader {
  readonly #text: string;
  readonly #place: (offset: number) => Where;
  readonly #values = new Map<string, number>();
  readonly #keys = new Map<string, number>();
  readonly #written = new Map<string, string>();

  constructor(text: string, place: (offset: number) => Where) {
    this.#text = text;
    this.#place = place;
  }

  read(contents: Node | null): YamlSource {
    if (contents === null)
      throw new BadgekitError('YAML_SYNTAX', 'the file is empty', { where: { line: 1, column: 1 } });
    const value = this.#node(contents, '', 0);
    return {
      value,
      text: this.#text,
      at: (path, key = false) => this.#place((key ? this.#keys.get(path) : undefined) ?? this.#nearest(path)),
      written: (path) => this.#written.get(path),
    };
  }

  /** The place of the path itself, or of the closest container above it that exists. */
  #nearest(path: string): number {
    for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
      const offset = at === path ? this.#values.get(at) : (this.#keys.get(at) ?? this.#values.get(at));
      if (offset !== undefined) return offset;
      if (at === '') return 0;
    }
  }

  #node(node: unknown, path: string, depth: number): Json {
    const offset = offsetOf(node);
    if (depth > MAX_YAML_DEPTH) throw this.#forbidden(`nested deeper than ${MAX_YAML_DEPTH} levels`, offset);
    if (isAlias(node)) throw this.#forbidden('an alias (*)', offset);
    this.#values.set(path, offset);
    if (isMap(node)) {
      this.#refuseMarks(node, offset);
      const object: Record<string, Json> = Object.create(null);
      for (const { key, value } of node.items) {
        const name = this.#key(key);
        const member = pointer(path, name);
        this.#keys.set(member, offsetOf(key));
        object[name] = value === null ? null : this.#node(value, member, depth + 1);
      }
      return object;
    }
    if (isSeq(node)) {
      this.#refuseMarks(node, offset);
      return node.items.map((item, index) => this.#node(item, pointer(path, index), depth + 1));
    }
    if (isScalar(node)) return this.#scalar(node, path, offset);
    throw this.#forbidden('something that is no map, list or value', offset);
  }

  #key(key: unknown): string {
    const offset = offsetOf(key);
    if (!isScalar(key) || key.value === null) throw this.#forbidden('a key that is not a word', offset);
    this.#refuseMarks(key, offset);
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    if (name === '<<' || name === '__proto__') throw this.#forbidden(`the key "${name}"`, offset);
    return name;
  }

  #scalar(node: Scalar, path: string, offset: number): Json {
    this.#refuseMarks(node, offset);
    const { value, source = '' } = node;
    this.#written.set(path, source);
    if (typeof value === 'number') {
      const faithful = JSON_NUMBER.test(source) && Number.isFinite(value) && !Object.is(value, -0);
      if (!faithful)
        throw this.#forbidden(
          `the number ${visible(source)}, which could be read in two ways`,
          offset,
          `if it is text or a code, put it in quotes: "${visible(source)}"`,
          path,
        );
      if (!isFaithful(source, value))
        throw this.#forbidden(
          `the number ${visible(source)}, which cannot be kept or signed exactly`,
          offset,
          'write it with at most 15 digits, and a fraction from 0.000001 on',
          path,
        );
      return value;
    }
    if (typeof value === 'string') {
      if (!value.isWellFormed()) throw this.#forbidden('half of a surrogate pair', offset);
      return value;
    }
    if (typeof value === 'boolean' || value === null) return value;
    throw this.#forbidden(`the value ${visible(source)}`, offset, 'write it in quotes');
  }

  #refuseMarks(node: { anchor?: string | undefined; tag?: string | undefined }, offset: number): void {
    if (node.anchor !== undefined) throw this.#forbidden('an anchor (&)', offset);
    if (node.tag !== undefined) throw this.#forbidden(`the tag ${visible(node.tag)}`, offset);
  }

  #forbidden(what: string, offset: number, hint = 'write the value out in plain YAML', path?: string): BadgekitError {
    return new BadgekitError('YAML_FORBIDDEN', `badgekit files may not hold ${what}`, {
      where: { ...this.#place(offset), path },
      hint,
    });
  }
}

function offsetOf(node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}

function refuseDirectives(text: string): void {
  const lines = text.split('\n');
  const line = lines.findIndex((content) => content.startsWith('%'));
  if (line !== -1 && lines.slice(0, line).every((content) => /^\s*(?:#.*)?$/.test(content))) {
    throw new BadgekitError('YAML_FORBIDDEN', 'badgekit files may not hold YAML directives (%)', {
      where: { line: line + 1, column: 1 },
    });
  }
}

/** What to do about the faults that people make most. */
const YAML_HINTS: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'if the text holds a colon, put it in quotes',
  DUPLICATE_KEY: 'keep one of the two',
  MULTILINE_IMPLICIT_KEY: 'if the text holds a colon, put it in quotes',
  MISSING_CHAR: 'close the quotes or brackets that are open',
  BAD_INDENT: 'put it under the lines that it belongs with, indented by spaces',
  TAB_AS_INDENT: 'indent with spaces, not with tabs',
  TAG_RESOLVE_FAILED: 'put the text in quotes: an exclamation mark at its start means something in YAML',
  UNEXPECTED_TOKEN: 'check the line and the one before it',
};

/** The library's message in a single line, without its source excerpt, and in plain words where there are any. */
function yamlMessage(code: string, message: string, text: string): string {
  const first = message.split('\n')[0] ?? message;
  if (code === 'DUPLICATE_KEY') return `the key ${visible(/^[^:\s]*/.exec(text)?.[0] ?? '')} stands twice`;
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY')
    return 'a text with a colon in it is read as a key';
  return visible(`not valid YAML: ${first}`);
}

/** A text as a YAML scalar in double quotes: on one line, and nothing in it but the text, for the parser and for the eye. */
export function writeYamlText(text: string): string {
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\u2028\u2029\u202f]/gu,
    (char) => `\\U${(char.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
}

/** Texts with a colon in them that need no quotes. */
const PLAIN_REFERENCE = /^[A-Za-z][\w./-]*:[\w./:-]*[\w/]$/;

/** The same YAML with one more text at the end of a list of the outermost mapping. Nothing else of it changes. */
export function withListed(text: string, member: string, entry: string): string {
  const document = parseDocument(text);
  const list = document.get(member, true);
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const item = PLAIN_REFERENCE.test(entry) ? entry : writeYamlText(entry);
  if (!isSeq(list) || list.range === null || list.range === undefined) {
    const empty = document.has(member)
      ? new RegExp(`^${member}[ \\t]*:[ \\t]*(?:~|null)?(?=[ \\t]*(?:#|\\r?$))`, 'm').exec(text)
      : null;
    if (empty !== null) {
      const lineEnd = text.indexOf('\n', empty.index);
      const line = text.slice(empty.index + empty[0].length, lineEnd === -1 ? undefined : lineEnd).trimEnd();
      return `${text.slice(0, empty.index)}${member}:${line}${end}  - ${item}${end}${lineEnd === -1 ? '' : text.slice(lineEnd + 1)}`;
    }
    const [closing = ''] = /(?<=^|\n)\.\.\.\s*$/.exec(text) ?? [];
    const body = closing === '' ? text : text.slice(0, -closing.length);
    const gap = body === '' || body.endsWith('\n') ? '' : end;
    return `${body}${gap}${member}:${end}  - ${item}${end}${closing}`;
  }
  const last = list.items.at(-1);
  const [start] = list.range;
  const after = isScalar(last) || isMap(last) || isSeq(last) ? (last.range?.[1] ?? start) : start;
  if (list.flow === true)
    return `${text.slice(0, after)}${list.items.length === 0 ? (text[start] ?? '') : ', '}${item}${text.slice(list.items.length === 0 ? start + 1 : after)}`;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const lineEnd = text.indexOf('\n', Math.max(after - 1, 0));
  const at = lineEnd === -1 ? text.length : lineEnd + 1;
  return `${text.slice(0, at)}${lineEnd === -1 ? end : ''}${indent}- ${item}${end}${text.slice(at)}`;
}
