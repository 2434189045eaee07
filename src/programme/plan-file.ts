import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { validate as validateHead } from 'validators:plan';
import { validate as validateRow } from 'validators:plan-row';
import { BadgekitError, ifUsable, placed } from '../errors.ts';
import type { PlanRow } from '../issue/plan-row.ts';
import { keyedDigest } from '../openbadges/identifiers.ts';
import { utf8Lines } from '../syntax/lines.ts';
import { parseJson } from '../syntax/json.ts';
import { schemaReader, type SchemaOutcome } from '../syntax/schema.ts';
import { streamFile } from './files.ts';
import { NamelessFile } from './nameless-file.ts';
import type { Programme } from './programme.ts';
import { writeWholeStream } from './whole-stream.ts';

/** What the command line said when a plan was made, by the names of its options. */
export interface PlanOptions {
  readonly badge?: string;
  readonly proof?: string;
  readonly supersede?: true;
  readonly shard?: string;
  readonly format?: string;
  readonly map?: readonly string[];
  readonly badgeId?: readonly string[];
  readonly dates?: string;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly join?: string;
}

/** What a plan is made of, each with its SHA-256. */
export interface PlanInputs {
  /** Files are named from the folder of the plan. */
  readonly rosters: readonly { readonly file: string; readonly sha256: string }[];
  readonly programme: string;
  readonly definitions: Readonly<Record<string, string>>;
}

/** What a plan says before its rows (schemas/plan.json). */
export interface PlanHead {
  readonly badgekit: 1;
  readonly kind: 'plan';
  readonly made: string;
  readonly issuer: string;
  readonly options: PlanOptions;
  readonly inputs: PlanInputs;
  readonly counts: {
    readonly rows: number;
    readonly toIssue: number;
    readonly unchanged: number;
    readonly changed: number;
    readonly refused: number;
    readonly unearned: number;
    /** Badges issued from the roster, for which no good row of it stands any more. */
    readonly missing: number;
  };
}

/** A plan file: its head, and its rows as often as they are asked for. */
export interface PlanFile {
  readonly head: PlanHead;
  /** The SHA-256 of the whole file: what is approved. */
  readonly digest: string;
  /** Whether it is as this programme wrote it: nobody else can seal a plan. */
  isSealedBy(secret: Uint8Array): boolean;
  rows(): AsyncIterable<PlanRow>;
  /** Gives up what its rows are read from. */
  close(): void;
}

const ROWS = ',"rows":[';
/** The last line: the seal of all before it. */
const END = /^\],"seal":"([0-9a-f]{64})"\}$/;

/**
 * Writes a plan: its head on a line, then a row a line; all of it is one JSON object. It names people: nobody else may read it.
 * @param secret the programme's own, with which it is sealed
 * @returns the SHA-256 of the file
 */
export async function writePlanFile(
  path: string,
  shownAs: string,
  head: PlanHead,
  rows: AsyncIterable<PlanRow>,
  secret: Uint8Array,
): Promise<string> {
  const [hash, body] = [createHash('sha256'), createHash('sha256')];
  async function* text(): AsyncGenerator<string> {
    const sealed = (line: string): string => {
      body.update(line);
      return line;
    };
    yield sealed(`${JSON.stringify(head).slice(0, -1)}${ROWS}\n`);
    let before: string | undefined;
    for await (const row of rows) {
      if (before !== undefined) yield sealed(`${before},\n`);
      before = JSON.stringify(row);
    }
    if (before !== undefined) yield sealed(`${before}\n`);
    yield `],"seal":"${sealOf(secret, body.digest('hex'))}"}\n`;
  }
  async function* hashed(): AsyncGenerator<string> {
    for await (const piece of text()) {
      hash.update(piece);
      yield piece;
    }
  }
  await writeWholeStream(path, shownAs, hashed());
  return hash.digest('hex');
}

/**
 * Opens a plan, and reads it to the end once. What is read afterwards is a copy that nobody else can change.
 * @throws BadgekitError PLAN_INVALID | FILE_*
 */
export async function openPlanFile(path: string, shownAs: string): Promise<PlanFile> {
  const hash = createHash('sha256');
  const copy = new NamelessFile();
  async function* content(): AsyncGenerator<Uint8Array> {
    for await (const piece of streamFile(path, shownAs)) {
      hash.update(piece);
      copy.add(piece);
      yield piece;
    }
  }
  const { head, end } = await wholePlan(content(), shownAs).catch((error: unknown) => {
    copy.close();
    throw error;
  });
  const { seal, body } = end;
  return {
    head,
    digest: hash.digest('hex'),
    isSealedBy: (secret) => sealOf(secret, body) === seal,
    rows: async function* () {
      for await (const part of partsOf(each(copy.read()), shownAs)) if ('award' in part) yield part;
    },
    close: () => copy.close(),
  };
}

/** @throws BadgekitError PLAN_INVALID */
async function wholePlan(
  content: AsyncIterable<Uint8Array>,
  shownAs: string,
): Promise<{ readonly head: PlanHead; readonly end: SealedEnd }> {
  let head: PlanHead | undefined;
  let end: SealedEnd | undefined;
  let toIssue = 0;
  for await (const part of partsOf(content, shownAs)) {
    if ('kind' in part) head = part;
    else if ('seal' in part) end = part;
    else if (part.step === 'issue') toIssue++;
  }
  if (head === undefined || end === undefined) throw noPlan(shownAs, undefined);
  if (toIssue !== head.counts.toIssue) throw noPlan(shownAs, undefined, 'it says otherwise how many badges it issues');
  return { head, end };
}

async function* each(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** The JSON files in the programme's own folder, which plans may be among. */
export async function jsonFiles({ root }: Pick<Programme, 'root'>): Promise<readonly string[]> {
  return (await readdir(root)).filter((file) => file.endsWith('.json')).sort();
}

interface SealedEnd {
  readonly seal: string;
  /** The SHA-256 of all before it. */
  readonly body: string;
}

function sealOf(secret: Uint8Array, body: string): string {
  return keyedDigest(secret, 'plan', body);
}

const readHead = schemaReader<PlanHead>(validateHead);
const readRow = schemaReader<PlanRow>(validateRow);

async function* partsOf(
  content: AsyncIterable<Uint8Array>,
  shownAs: string,
): AsyncGenerator<PlanHead | PlanRow | SealedEnd> {
  const body = createHash('sha256');
  let line = 0;
  let isEnded = false;
  for await (const text of placed(utf8Lines(content), shownAs)) {
    line++;
    if (isEnded) throw noPlan(shownAs, line);
    if (!END.test(text)) body.update(`${text}\n`);
    if (line === 1) {
      if (!text.endsWith(ROWS)) throw noPlan(shownAs, line);
      yield readPart(readHead, `${text.slice(0, -ROWS.length)}}`, shownAs, line);
    } else if (END.test(text)) {
      isEnded = true;
      yield { seal: END.exec(text)?.[1] ?? '', body: body.digest('hex') };
    } else if (text !== '') yield readPart(readRow, text.replace(/,$/, ''), shownAs, line);
  }
}

function readPart<T>(read: (value: unknown) => SchemaOutcome<T>, text: string, shownAs: string, line: number): T {
  const outcome = read(ifUsable(() => parseJson(text)));
  if (outcome.ok) return outcome.value;
  throw noPlan(shownAs, line, outcome.faults[0]?.message);
}

function noPlan(file: string, line: number | undefined, why?: string): BadgekitError {
  return new BadgekitError(
    'PLAN_INVALID',
    `this is no plan as badgekit issue --plan-out writes it${why === undefined ? '' : `: ${why}`}`,
    {
      where: { file, ...(line === undefined ? {} : { line }) },
      hint: 'make it again; a plan that was edited is no plan any more',
    },
  );
}
