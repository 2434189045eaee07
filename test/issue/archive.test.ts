import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { type ArchiveForm, type Packable, packed, TAR_END } from '../../src/issue/packing.ts';
import type { AwardState, CredentialState } from '../../src/ports.ts';
import { type Archive, openArchive } from '../../src/programme/archive.ts';
import { MADE } from '../support/badge.ts';
import { temporaryFolder } from '../support/cli.ts';

const idOf = (number: number): string => `urn:uuid:0000000${number}-0000-8000-8000-000000000000`;

/** A credential as far as an archive goes: its text, and an image beside it whose size is no multiple of a block. */
function packable(number: number): Packable {
  const text = JSON.stringify({
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id: idOf(number),
    name: 'Knöpfe',
  });
  const base = `credentials/knots/${idOf(number).replace('urn:uuid:', '')}`;
  const files = [
    { path: `${base}.json`, content: [Buffer.from(text)] },
    { path: `${base}.png`, content: [Buffer.alloc(600, number), Buffer.alloc(100, 255)] },
  ];
  return { secured: { text, extension: 'json' }, files, created: MADE };
}

const ALL = [0, 1, 2, 3, 4].map(packable);
const cwd = temporaryFolder();
const path = join(cwd, 'archive');
const programme = { root: cwd, shown: (file: string): string => file };

function opened(
  form: ArchiveForm,
  states: ReadonlyMap<string, AwardState>,
  withFiles: ReadonlySet<string> = new Set(),
): Promise<Archive> {
  const statesOf = (ids: readonly string[]): Promise<ReadonlyMap<string, CredentialState>> =>
    Promise.resolve(
      new Map(
        [...states].flatMap(([id, state]) => (ids.includes(id) ? [[id, { state, hasFiles: withFiles.has(id) }]] : [])),
      ),
    );
  return openArchive({ path, shownAs: 'archive', form, programme, ledger: { statesOf }, onLongWait: () => undefined });
}

/** The ledger of a run that was killed when it had marked so many as issued. */
function marked(issued: number): ReadonlyMap<string, AwardState> {
  return new Map(ALL.map((_, number) => [idOf(number), number < issued ? 'issued' : 'reserved']));
}

describe.each(['jsonl', 'tar'] as const)('a killed run left an archive (%s)', (form) => {
  const end = form === 'tar' ? TAR_END : new Uint8Array();

  test('wherever it ends behind what is marked, the next run makes it whole', async () => {
    const full = Buffer.concat([await packed(form, ALL), end]);
    for (const issued of [1, 2, 5]) {
      const { length: least } = await packed(form, ALL.slice(0, issued));
      for (let length = least; length <= full.length; length += form === 'tar' ? 23 : 1) {
        writeFileSync(path, full.subarray(0, length));
        const archive = await opened(form, marked(issued));
        await archive.write(await packed(form, ALL.slice(issued)));
        await archive.end();
        expect(readFileSync(path).equals(full), `${issued} issued, ${length} bytes left`).toBe(true);
      }
    }
  });

  test('of one that broke off in its first badge nothing is lost that was somebody else’s', async () => {
    const full = await packed(form, ALL);
    const { length: first } = await packed(form, ALL.slice(0, 1));
    for (let length = 1; length < first; length += 7) {
      const left = full.subarray(0, length);
      writeFileSync(path, left);
      const outcome = await opened(form, marked(0)).then(
        async (archive) => {
          await archive.write(full);
          await archive.end();
          return 'made whole';
        },
        ({ code }: { code: string }) => code,
      );
      const isKnown = form === 'tar' ? length >= 512 : Buffer.from(left).includes(`${idOf(0)}"`);
      expect(outcome).toBe(isKnown ? 'made whole' : 'FILE_EXISTS');
      expect(readFileSync(path).equals(isKnown ? Buffer.concat([full, end]) : left)).toBe(true);
    }
  });

  test('a badge of which the ledger knows nothing is left alone, and so is the rest', async () => {
    for (const unknown of [0, 3, 4]) {
      const states = new Map([...marked(2)].filter(([id]) => id !== idOf(unknown)));
      const full = await packed(form, ALL);
      writeFileSync(path, full);
      await expect(opened(form, states)).rejects.toMatchObject({ code: 'FILE_EXISTS', where: { file: 'archive' } });
      expect(readFileSync(path).equals(full)).toBe(true);
    }
  });

  test('more than any run could have left unmarked is not cut off', async () => {
    const many = Array.from({ length: 1200 }, (_, number) => packable(number % 5));
    // Entries of one credential that follow each other count as one: here none do.
    const full = await packed(form, many);
    writeFileSync(path, full);
    await expect(opened(form, marked(0))).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(readFileSync(path).equals(full)).toBe(true);
  });

  test('what was issued otherwise since is not cut off, and neither is what does not end as ours do', async () => {
    const full = await packed(form, ALL);
    writeFileSync(path, full);
    await expect(opened(form, marked(5), new Set([idOf(4)]))).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    for (const tail of ['{"note":"mine"}', 'notes', '\u0000\u0001', full.subarray(0, form === 'tar' ? 560 : 110)]) {
      const left = Buffer.concat([full, Buffer.from(tail)]);
      writeFileSync(path, left);
      await expect(opened(form, marked(5)), String(tail)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
      expect(readFileSync(path).equals(left)).toBe(true);
    }
  });

  test('another program that writes to it is noticed, and nothing of what it wrote is touched', async () => {
    writeFileSync(path, '');
    const archive = await opened(form, marked(0));
    await archive.write(await packed(form, ALL.slice(0, 2)));
    appendFileSync(path, 'somebody else');
    const before = readFileSync(path);
    await expect(archive.write(await packed(form, ALL.slice(2)))).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' });
    await archive.end();
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('an archive of our badges that another program made is left alone', () => {
  const outcomeOf = async (bytes: Uint8Array, form: ArchiveForm): Promise<string> => {
    writeFileSync(path, bytes);
    await expect(opened(form, marked(5))).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    return readFileSync(path).equals(bytes) ? 'refused and left as it is' : 'changed';
  };
  const REFUSED = 'refused and left as it is';

  test('two that were joined, one with further headers, one with folders', async () => {
    const one = await packed('tar', ALL);
    expect(await outcomeOf(Buffer.concat([one, TAR_END, one, TAR_END]), 'tar')).toBe(REFUSED);
    const [file] = ALL[0]?.files ?? [];
    const archive = pack();
    const header = { name: file?.path ?? '', mode: 0o644, mtime: new Date(MADE) };
    archive.entry({ ...header, pax: { comment: 'x' } }, Buffer.concat(file?.content ?? []));
    archive.finalize();
    const pieces: Uint8Array[] = [];
    for await (const piece of archive) pieces.push(piece);
    expect(await outcomeOf(Buffer.concat(pieces), 'tar')).toBe(REFUSED);
    expect(await outcomeOf(folderWithContent(), 'tar')).toBe(REFUSED);
  });

  test('one whose last line has no end', async () => {
    expect(await outcomeOf((await packed('jsonl', ALL)).subarray(0, -1), 'jsonl')).toBe(REFUSED);
  });
});

/** What tar-stream waits for without end: a folder that says that it has content. */
function folderWithContent(): Uint8Array {
  const header = Buffer.alloc(512);
  header.write('adir/', 0);
  header.write('0000755\u00000000000\u00000000000\u000000000002000\u000000000000000\u0000', 100, 'latin1');
  header.write('5', 156);
  header.write('ustar\u000000', 257, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return Buffer.concat([header, Buffer.alloc(1024, 7), TAR_END]);
}
