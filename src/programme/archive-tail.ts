import type { ReadStream } from 'node:fs';
import { extract } from 'tar-stream';
import { ifUsable } from '../errors.ts';
import type { ArchiveForm } from '../issue/packing.ts';
import { envelopedToken, openJwt } from '../proof/jwt.ts';
import { isJsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';

/** So many credentials at the end of an archive are looked at: more than a run writes before it marks them as issued. */
export const LOOKED_AT = 1000;

/** A credential in an archive. */
export interface Archived {
  /** Where it begins, in bytes. */
  readonly start: number;
  /** Undefined where that cannot be read. */
  readonly credentialId: string | undefined;
}

/** How an archive ends. */
export interface ArchiveTail {
  /** The last credentials of which a line or a file is whole, at most `LOOKED_AT`, in their order. */
  readonly last: readonly Archived[];
  /** Where what is whole ends, in bytes. */
  readonly end: number;
  /** What is behind it, if anything: the beginning of a credential, or no part of an archive. */
  readonly rest: Pick<Archived, 'credentialId'> | undefined;
}

/** How each of the credentials in an archive begins. */
export const BEGINNINGS: Readonly<Record<ArchiveForm, string>> = { jsonl: '{"@context":', tar: 'credentials/' };

/** Reads an archive from its beginning to see how it ends. */
export function readTail(form: ArchiveForm, stream: ReadStream): Promise<ArchiveTail> {
  return form === 'jsonl' ? tailOfLines(stream) : tailOfTar(stream);
}

const NEWLINE = 10;
/** No line with a credential is longer, even in its envelope. */
const MAX_LINE = 4 * 1024 * 1024;

async function tailOfLines(stream: ReadStream): Promise<ArchiveTail> {
  const last: { readonly start: number; readonly line: Uint8Array }[] = [];
  let rest: Uint8Array = new Uint8Array();
  let at = 0;
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, from)) {
      last.push({ start: at + from, line: rest.subarray(from, end) });
      from = end + 1;
    }
    at += from;
    rest = rest.subarray(from);
    forget(last);
    if (rest.length > MAX_LINE) break;
  }
  return {
    last: last.slice(-LOOKED_AT).map(({ start, line }) => ({ start, credentialId: idOfLine(line) })),
    end: at,
    rest: rest.length === 0 ? undefined : { credentialId: idAtBeginning(rest) },
  };
}

/** Keeps memory bounded, without moving the list at each step. */
function forget(last: unknown[]): void {
  if (last.length > 2 * LOOKED_AT) last.splice(0, last.length - LOOKED_AT);
}

function idOfLine(line: Uint8Array): string | undefined {
  return ifUsable(() => {
    const value = parseJson(decodeUtf8(line));
    if (!isJsonObject(value)) return undefined;
    const token = envelopedToken(value);
    const { id } = token === undefined ? value : openJwt(token).credential;
    return typeof id === 'string' ? id : undefined;
  });
}

/** The id in a line that breaks off somewhere behind it. */
function idAtBeginning(line: Uint8Array): string | undefined {
  const text = Buffer.from(line.subarray(0, 4096)).toString('latin1');
  return /^\{"@context":\[[^\]]*\],"id":"(urn:uuid:[^"]+)"/.exec(text)?.[1];
}

const BLOCK = 512;
const ENTRY = /^credentials\/[^/]+\/([^/.]+)\.(?:json|jwt|png|svg)$/;

async function tailOfTar(stream: ReadStream): Promise<ArchiveTail> {
  const archive = extract();
  stream.on('error', (error) => archive.destroy(error)).pipe(archive);
  const last: Archived[] = [];
  let end = 0;
  let credentialId: string | undefined;
  try {
    for await (const entry of archive) {
      const { name, type, size: said = 0, byteOffset } = entry.header;
      const uuid = ENTRY.exec(name)?.[1];
      // With us one entry follows the other, each with one header: nothing else has a place that is known.
      const isOwn = type === 'file' && byteOffset === end + BLOCK;
      credentialId = uuid === undefined || !isOwn ? undefined : `urn:uuid:${uuid}`;
      // The content of a folder would never end.
      if (type === 'directory' && said > 0)
        return { last: [{ start: end, credentialId: undefined }], end, rest: undefined };
      let size = 0;
      for await (const piece of entry) size += piece.length;
      // A credential's files stand one after the other.
      if (last.length === 0 || last.at(-1)?.credentialId !== credentialId) last.push({ start: end, credentialId });
      forget(last);
      end += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
      credentialId = undefined;
    }
    return { last: last.slice(-LOOKED_AT), end, rest: undefined };
  } catch (error) {
    if (stream.errored !== null) throw error;
    return { last: last.slice(-LOOKED_AT), end, rest: { credentialId } };
  }
}
