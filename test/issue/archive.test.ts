import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ArchiveForm, type Packable, packed, TAR_END } from '../../src/issue/packing.ts';
import type { AwardState } from '../../src/ports.ts';
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

function opened(form: ArchiveForm, states: ReadonlyMap<string, AwardState>): Promise<Archive> {
  const statesOf = (ids: readonly string[]): Promise<ReadonlyMap<string, AwardState>> =>
    Promise.resolve(new Map([...states].filter(([id]) => ids.includes(id))));
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
});
