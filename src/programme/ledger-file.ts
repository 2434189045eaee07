import { validate } from 'validators:ledger';
import { BadgekitError } from '../errors.ts';
import type { AwardRecord, LedgerRecord, StatusChange } from '../ports.ts';
import { parseJson } from '../syntax/json.ts';
import { schemaReader } from '../syntax/schema.ts';
import { utf8Lines } from '../syntax/lines.ts';
import { streamFile } from './files.ts';

/** The first line of a ledger file. */
export interface LedgerHeader {
  readonly badgekitLedger: 1;
  /** A fingerprint of the programme's secret. */
  readonly secret?: string;
}

/** A change as it is written: the credential is the one that it stands in. */
type WrittenChange = Omit<StatusChange, 'credentialId'>;
type WrittenRecord =
  Exclude<LedgerRecord, AwardRecord> | (Omit<AwardRecord, 'changes'> & { readonly changes: readonly WrittenChange[] });

/** A ledger's text: a header, then one line for each record, in the order in which they come. */
export async function* writeLedger(
  secret: string | undefined,
  records: AsyncIterable<LedgerRecord>,
): AsyncGenerator<string> {
  const header: LedgerHeader = { badgekitLedger: 1, ...(secret === undefined ? {} : { secret }) };
  yield `${JSON.stringify(header)}\n`;
  for await (const record of records) yield `${JSON.stringify(asWritten(record))}\n`;
}

function asWritten(record: LedgerRecord): WrittenRecord {
  if (record.kind !== 'award') return record;
  const changes = record.changes.map(({ credentialId: _same, ...change }) => change);
  return { ...record, changes };
}

/** A ledger file that was opened: its header, and its records as often as they are asked for. */
export interface LedgerFile {
  readonly secret: string | undefined;
  records(): AsyncIterable<LedgerRecord>;
}

/**
 * Opens a ledger file by its header. Lines that git left from a merge with conflicts are named.
 * @throws BadgekitError LEDGER_FILE_INVALID | JSON_* | NOT_UTF8 | FILE_*
 */
export async function openLedgerFile(path: string, shownAs: string): Promise<LedgerFile> {
  const read = schemaReader<LedgerHeader | WrittenRecord>(validate);
  let secret: string | undefined;
  let hasHeader = false;
  for await (const { value } of readLines(path, shownAs, read)) {
    if (!('badgekitLedger' in value)) break;
    hasHeader = true;
    secret = value.secret;
    break;
  }
  if (!hasHeader)
    throw new BadgekitError('LEDGER_FILE_INVALID', 'the file does not begin as badgekit ledger export writes it', {
      where: { file: shownAs, line: 1 },
    });
  return {
    secret,
    records: async function* () {
      for await (const { value, line } of readLines(path, shownAs, read)) {
        if (!('badgekitLedger' in value)) yield asRecord(value);
        else if (value.secret !== secret)
          throw new BadgekitError('LEDGER_FILE_INVALID', 'the file holds records of two programmes', {
            where: { file: shownAs, line },
            hint: 'a ledger belongs to one programme: import one after the other is refused, too',
          });
      }
    },
  };
}

function asRecord(written: WrittenRecord): LedgerRecord {
  if (written.kind !== 'award') return written;
  const { credentialId } = written;
  return { ...written, changes: written.changes.map((change) => ({ credentialId, ...change })) };
}

async function* readLines(
  path: string,
  file: string,
  read: ReturnType<typeof schemaReader<LedgerHeader | WrittenRecord>>,
): AsyncGenerator<{ readonly value: LedgerHeader | WrittenRecord; readonly line: number }> {
  let line = 0;
  for await (const text of utf8Lines(streamFile(path, file))) {
    line++;
    if (text.trim() === '') continue;
    const where = { file, line };
    if (/^(?:<{7}|={7}|>{7})/.test(text))
      throw new BadgekitError('LEDGER_FILE_INVALID', 'the file holds the marks of a merge that was not finished', {
        where,
        hint: 'take the marks out and keep the lines of both sides: import joins them',
      });
    const outcome = read(parsed(text, where));
    if (!outcome.ok)
      throw new BadgekitError(
        'LEDGER_FILE_INVALID',
        outcome.faults[0]?.message ?? 'the line is no record of a ledger',
        {
          where,
          hint: 'export the ledger again, or take the line out',
        },
      );
    yield { value: outcome.value, line };
  }
}

function parsed(text: string, where: { readonly file: string; readonly line: number }): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    throw new BadgekitError('LEDGER_FILE_INVALID', `the line is not strict JSON: ${error.message}`, { where });
  }
}
