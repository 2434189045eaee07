import { CREDENTIALS_V2, OPEN_BADGES_EXTENSIONS } from '../openbadges/vocabulary.ts';
import { knownContexts } from '../openbadges/contexts.ts';
import { readInstant } from '../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject, pointer } from '../syntax/json.ts';
import { fromWindows1252 } from '../syntax/windows-1252.ts';
import type { Finding } from './verdict.ts';

/** What a credential may have been before something happened to it, and what that was. */
export interface Variation {
  readonly finding: Finding;
  readonly document: JsonObject;
  readonly proof: JsonObject;
}

/** A badge has some dozens of members. Each removal costs a canonicalization, and so the more the larger it is. */
const MAX_REMOVALS = 200;
const MAX_REMOVED_LENGTH = 400_000;

/** The common accidents, undone one at a time: likely ones first, and of a large document only some. */
export function* accidents(document: JsonObject, proof: JsonObject): Generator<Variation> {
  let left = attemptsFor(document);
  for (const variation of allAccidents(document, proof)) {
    if (left-- <= 0) return;
    yield variation;
  }
}

function* allAccidents(document: JsonObject, proof: JsonObject): Generator<Variation> {
  for (const { code, message, undo } of ACCIDENTS) {
    const mended = mapTexts(document, undo);
    const mendedProof = mapTexts(proof, undo);
    const finding: Finding = { code, message };
    if (mended !== document) yield { finding, document: mended, proof };
    if (mendedProof !== proof) yield { finding, document, proof: mendedProof };
    if (mended !== document && mendedProof !== proof) yield { finding, document: mended, proof: mendedProof };
  }
  for (const { message, undo } of NUMBERS) {
    const mended = mapValues(document, undo);
    if (mended !== document) yield { finding: { code: 'CAUSE_RESERIALIZED', message }, document: mended, proof };
  }
  yield* contextVariations(document, proof);
}

/** Each attempt costs a canonicalization, and that the more the larger the document is. */
function attemptsFor(document: JsonObject): number {
  return Math.min(MAX_REMOVALS, Math.ceil(MAX_REMOVED_LENGTH / JSON.stringify(document).length));
}

interface Accident {
  readonly code: Finding['code'];
  readonly message: string;
  readonly undo: (text: string) => string;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const stamp =
  (rewrite: (seconds: string, fraction: string, zone: string) => string) =>
  (text: string): string => {
    const [, seconds = '', fraction = '', zone = ''] = STAMP.exec(text) ?? [];
    return seconds === '' ? text : rewrite(seconds, fraction, zone);
  };
const DATES = 'its dates were written anew in another form after it was signed';

const ACCIDENTS: readonly Accident[] = [
  {
    code: 'CAUSE_ENCODING',
    message: 'its text was damaged by a wrong encoding: UTF-8 was read as Windows-1252 or Latin-1 and saved again',
    undo: fromWindows1252,
  },
  {
    code: 'CAUSE_ENCODING',
    message:
      'its text was damaged twice by a wrong encoding: UTF-8 was read as Windows-1252 and saved again, two times',
    undo: (text) => fromWindows1252(fromWindows1252(text)),
  },
  ...(['NFC', 'NFD', 'NFKC'] as const).map((form): Accident => ({
    code: 'CAUSE_NORMALIZED',
    message: `its characters were written in another Unicode form after it was signed: they were ${form}`,
    undo: (text) => text.normalize(form),
  })),
  {
    code: 'CAUSE_RESERIALIZED',
    message: 'the ends of its lines were rewritten after it was signed: CR and LF where there was LF',
    undo: (text) => text.replaceAll('\r\n', '\n'),
  },
  {
    code: 'CAUSE_RESERIALIZED',
    message: 'the ends of its lines were rewritten after it was signed: LF where there were CR and LF',
    undo: (text) => text.replace(/\r?\n/g, '\r\n'),
  },
  {
    code: 'CAUSE_RESERIALIZED',
    message: 'spaces around its texts were added after it was signed',
    undo: (text) => text.trim(),
  },
  ...[
    stamp((seconds, _, zone) => seconds + zone),
    stamp((seconds, _, zone) => `${seconds}.000${zone}`),
    stamp((seconds, fraction, zone) => `${seconds}${fraction}${zone === 'Z' ? '+00:00' : zone}`),
    stamp((seconds, fraction, zone) => `${seconds}${fraction}${zone === '+00:00' ? 'Z' : zone}`),
    (text: string): string => (STAMP.test(text) ? inUtc(text) : text),
  ].map((undo): Accident => ({ code: 'CAUSE_RESERIALIZED', message: DATES, undo })),
];

function inUtc(text: string): string {
  const instant = readInstant(text);
  return instant === undefined ? text : new Date(instant).toISOString().replace('.000Z', 'Z');
}

const NUMBERS: readonly { readonly message: string; readonly undo: (value: Json) => Json }[] = [
  {
    message: 'its numbers were written as text after it was signed',
    undo: (value) => (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value),
  },
  {
    message: 'its texts that look like numbers were written as numbers after it was signed',
    undo: (value) => (typeof value === 'number' ? String(value) : value),
  },
];

/** Another version of the Open Badges context, one context more or less, another order. */
function* contextVariations(document: JsonObject, proof: JsonObject): Generator<Variation> {
  const { '@context': context } = document;
  if (!Array.isArray(context)) return;
  const lists: Json[][] = [];
  for (const url of knownContexts().filter(isOpenBadges))
    lists.push(context.map((entry) => (isOpenBadges(entry) ? url : entry)));
  lists.push(
    context.filter((url) => url !== OPEN_BADGES_EXTENSIONS),
    [...context.filter((url) => url !== OPEN_BADGES_EXTENSIONS), OPEN_BADGES_EXTENSIONS],
    context.slice(0, 2),
    [CREDENTIALS_V2, ...context.slice(1)],
  );
  for (const url of knownContexts().filter((known) => /security|status/.test(known))) lists.push([...context, url]);
  const seen = new Set([JSON.stringify(context)]);
  for (const list of lists) {
    const name = JSON.stringify(list);
    if (seen.has(name)) continue;
    seen.add(name);
    yield {
      finding: {
        code: 'CAUSE_CONTEXT',
        path: '/@context',
        message: `its contexts were changed after it was signed: they were ${list.join(', ')}`,
        advice: 'the version that it was signed with must stay in it',
      },
      document: { ...document, '@context': list },
      proof: proof['@context'] === undefined ? proof : { ...proof, '@context': list },
    };
  }
}

function isOpenBadges(url: Json): boolean {
  return typeof url === 'string' && /\/ob\/v3p0\/context/.test(url);
}

/** One member less: something was added. */
export function* removals(document: JsonObject, proof: JsonObject): Generator<Variation> {
  const limit = attemptsFor(document);
  let count = 0;
  for (const { path, without } of membersOf(document)) {
    if (++count > limit) return;
    yield {
      finding: {
        code: 'CAUSE_MEMBER_ADDED',
        path,
        message: `${path} was added after it was signed: without it the signature holds`,
      },
      document: without,
      proof,
    };
  }
}

function* membersOf(document: JsonObject): Generator<{ path: string; without: JsonObject }> {
  const members = Object.entries(document).filter(([key]) => key !== 'proof' && key !== '@context');
  for (const [key] of members) {
    const { [key]: _, ...rest } = document;
    yield { path: pointer('', key), without: rest };
  }
  for (const [key, value] of members) {
    for (const { path, without } of inner(value, pointer('', key)))
      yield { path, without: { ...document, [key]: without } };
  }
}

function* inner(value: Json, path: string): Generator<{ path: string; without: Json }> {
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      const at = pointer(path, index);
      if (value.length > 1) yield { path: at, without: value.toSpliced(index, 1) };
      for (const found of inner(entry, at)) yield { path: found.path, without: value.with(index, found.without) };
    }
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    const at = pointer(path, key);
    const { [key]: _, ...rest } = value;
    yield { path: at, without: rest };
    for (const found of inner(member, at)) yield { path: found.path, without: { ...value, [key]: found.without } };
  }
}

/** The same document where nothing changes. */
function mapTexts(document: JsonObject, change: (text: string) => string): JsonObject {
  return mapValues(document, (value) => (typeof value === 'string' ? change(value) : value));
}

function mapValues(document: JsonObject, change: (value: Json) => Json): JsonObject {
  const { proof, '@context': context, ...rest } = document;
  const changed = mapped(rest, change);
  if (!isJsonObject(changed) || JSON.stringify(changed) === JSON.stringify(rest)) return document;
  return {
    ...(context === undefined ? {} : { '@context': context }),
    ...changed,
    ...(proof === undefined ? {} : { proof }),
  };
}

function mapped(value: Json, change: (value: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((entry) => mapped(entry, change));
  if (!isJsonObject(value)) return change(value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapped(member, change)]));
}
