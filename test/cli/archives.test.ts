import { execFile, execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { openWantedArchive } from '../../src/cli/issue/archive-output.ts';
import { openSession } from '../../src/cli/session.ts';
import { filesBelow, start } from '../support/cli.ts';
import { TestProgramme } from '../support/programme.ts';

const ROWS = 700;
const STOPPED = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent('Date.now=()=>1795860000000')}` };

/** The process dies where a piece is safe in the archive, and nothing of it marked as issued. */
const DIES_AFTER_WRITING = {
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(`
    import { open } from 'node:fs/promises';
    const handle = await open(process.execPath);
    const files = Object.getPrototypeOf(handle);
    await handle.close();
    const { datasync } = files;
    files.datasync = async function () {
      await datasync.call(this);
      process.kill(process.pid, 'SIGKILL');
    };
  `)}`,
};

async function programmeWithRows(rows: number, ...options: readonly string[]): Promise<TestProgramme> {
  const programme = await TestProgramme.make('', ...options);
  programme.writeRoster(rows);
  return programme;
}

function read({ cwd }: TestProgramme, file: string): Buffer {
  return readFileSync(join(cwd, file));
}

function sizeOf({ cwd }: TestProgramme, file: string): number {
  return statSync(join(cwd, file), { throwIfNoEntry: false })?.size ?? 0;
}

async function entriesOf(archive: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const entries = new Map<string, string>();
  for await (const entry of Readable.from([archive]).pipe(extract())) {
    const pieces: Uint8Array[] = [];
    for await (const piece of entry) pieces.push(piece);
    expect(entries.has(entry.header.name)).toBe(false);
    entries.set(entry.header.name, Buffer.concat(pieces).toString('latin1'));
  }
  return entries;
}

const linesOf = (archive: Uint8Array): readonly string[] => Buffer.from(archive).toString('utf8').trimEnd().split('\n');
const idsOf = (archive: Uint8Array): readonly string[] =>
  linesOf(archive).map((line) => String((JSON.parse(line) as { id: unknown }).id));

describe('issue into an archive', () => {
  test('tar and jsonl hold what would be in credentials/, on one thread as on two', async () => {
    const base = await programmeWithRows(ROWS);
    const [files, ...archives] = await Promise.all(Array.from({ length: 5 }, () => TestProgramme.copy(base)));
    if (files === undefined) return;
    await files.runWith({ env: STOPPED }, 'issue', 'r.csv');
    const expected = new Map(
      filesBelow(join(files.cwd, 'credentials')).map((file) => [
        `credentials/${file}`,
        read(files, `credentials/${file}`).toString('latin1'),
      ]),
    );
    expect(expected.size).toBe(2 * ROWS);
    const runs = archives.map(async (programme, index) => {
      const [file, jobs] = [index < 2 ? 'a.tar' : 'a.jsonl', String(1 + (index % 2))];
      const run = await programme.runOnThreads({ env: STOPPED }, 'issue', 'r.csv', '--to', file, '--jobs', jobs);
      expect(run.asked).toEqual(jobs === '1' ? [] : ['look', 'make']);
      expect([run.code, run.out]).toEqual([0, expect.stringContaining(`${ROWS} badges, each `)]);
      expect(existsSync(join(programme.cwd, 'credentials'))).toBe(false);
      return read(programme, file);
    });
    const [oneTar, twoTar, oneLines, twoLines] = await Promise.all(runs);
    if (oneTar === undefined || twoTar === undefined || oneLines === undefined || twoLines === undefined) return;
    expect(twoTar.equals(oneTar)).toBe(true);
    expect(twoLines.equals(oneLines)).toBe(true);
    expect(await entriesOf(oneTar)).toEqual(expected);
    const documents = [...expected]
      .filter(([file]) => file.endsWith('.json'))
      .map(([, text]) => JSON.stringify(JSON.parse(text)));
    expect(linesOf(oneLines).toSorted()).toEqual(documents.toSorted());
  });

  test('tokens stand in envelopes, which verify reads', async () => {
    const programme = await programmeWithRows(2);
    const run = await programme.run('issue', 'r.csv', '--proof', 'jwt', '--output', 'jsonl');
    expect(run.code).toBe(0);
    expect(run.err).toContain('2 badges, each a line, on standard output');
    const [line = '', ...others] = linesOf(Buffer.from(run.out));
    expect(others).toHaveLength(1);
    expect(JSON.parse(line)).toEqual({
      '@context': 'https://www.w3.org/ns/credentials/v2',
      id: expect.stringMatching(/^data:application\/vc\+jwt,[\w-]+\.[\w-]+\.[\w-]+$/),
      type: 'EnvelopedVerifiableCredential',
    });
    writeFileSync(join(programme.cwd, 'line.json'), line);
    expect((await programme.run('verify', 'line.json', '--offline')).code).toBe(0);
    writeFileSync(join(programme.cwd, 'line.json'), line.replace(/\.(.)([\w-]{5})/, '.$1AAAAA'));
    const changed = await programme.run('verify', 'line.json', '--offline');
    expect([changed.code, changed.out]).toEqual([1, expect.stringMatching(/^REJECTED/)]);
  });

  test.each(['jsonl', 'tar'] as const)(
    '%s: killed with -9 and run again, every badge stands in it once',
    async (form) => {
      const programme = await programmeWithRows(ROWS);
      const file = `a.${form}`;
      const args = ['issue', 'r.csv', '--to', file] as const;
      let size = 0;
      for (const threads of ['1', '2']) {
        const from = size;
        const { signal } = await programme.killedWhen(
          () => sizeOf(programme, file) > from + 150_000,
          ...args,
          '--jobs',
          threads,
        );
        expect(signal).toBe('SIGKILL');
        size = sizeOf(programme, file);
      }
      expect((await programme.run(...args)).code).toBe(0);
      const archive = read(programme, file);
      const ids =
        form === 'jsonl'
          ? idsOf(archive)
          : [...(await entriesOf(archive)).keys()].filter((name) => name.endsWith('.json'));
      expect([ids.length, new Set(ids).size]).toEqual([ROWS, ROWS]);
      expect(await programme.json('ledger', 'check')).toMatchObject({ awards: ROWS, differences: [] });
      // And once more for what is new.
      programme.writeRoster(ROWS + 3);
      expect(await programme.json(...args)).toMatchObject({ issued: { length: 3 }, archive: { form, file } });
      expect(read(programme, file).length).toBeGreaterThan(archive.length);
      const again = read(programme, file);
      expect((await programme.run(...args)).out).toContain('Nothing to do');
      expect(read(programme, file).equals(again)).toBe(true);
    },
  );

  test('two runs into one archive take turns', async () => {
    const programme = await programmeWithRows(ROWS);
    const runs = await Promise.all([1, 2].map(() => programme.run('issue', 'r.csv', '--to', 'a.jsonl')));
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    const ids = idsOf(read(programme, 'a.jsonl'));
    expect([ids.length, new Set(ids).size]).toEqual([ROWS, ROWS]);
  });

  test('and so do two that call it by different names', async () => {
    const programme = await programmeWithRows(ROWS);
    programme.write('real.jsonl', '');
    symlinkSync('real.jsonl', join(programme.cwd, 'link.jsonl'));
    linkSync(join(programme.cwd, 'real.jsonl'), join(programme.cwd, 'hard.jsonl'));
    const people = Array.from(
      { length: 3 },
      (_, part) => `email\n${Array.from({ length: 200 }, (_one, index) => `q${part}x${index}@example.org\n`).join('')}`,
    );
    for (const [part, roster] of people.entries()) programme.write(`r${part}.csv`, roster);
    const runs = await Promise.all(
      ['real', 'link', 'hard'].map((name, part) => programme.run('issue', `r${part}.csv`, '--to', `${name}.jsonl`)),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    const ids = idsOf(read(programme, 'real.jsonl'));
    expect([ids.length, new Set(ids).size]).toEqual([600, 600]);
  });

  test('a named pipe is waited for, and one whose reader ends is told', async () => {
    const programme = await programmeWithRows(ROWS);
    execFileSync('mkfifo', [join(programme.cwd, 'pipe.jsonl')]);
    const reading = new Promise((resolve) =>
      execFile('head', ['-c', '1000', join(programme.cwd, 'pipe.jsonl')], (_error, out) => resolve(out.length)),
    );
    const run = await programme.run('issue', 'r.csv', '--to', 'pipe.jsonl');
    expect([await reading, run.code, run.err]).toEqual([
      1000,
      3,
      expect.stringContaining('pipe.jsonl: what reads it has ended'),
    ]);
    const whole = new Promise<string>((resolve) =>
      execFile('cat', [join(programme.cwd, 'pipe.jsonl')], { maxBuffer: 2 ** 26 }, (_error, out) => resolve(out)),
    );
    expect((await programme.run('issue', 'r.csv', '--to', 'pipe.jsonl')).code).toBe(0);
    expect(new Set(idsOf(Buffer.from(await whole))).size).toBeGreaterThan(ROWS - 100);
  });

  test('who is erased after a killed run is told where the badge may still be', async () => {
    const programme = await programmeWithRows(3);
    const run = await programme.runWith(
      { env: DIES_AFTER_WRITING },
      'issue',
      'r.csv',
      '--to',
      'a.jsonl',
      '--jobs',
      '1',
    );
    expect(run.code).toBeNull();
    const [id = ''] = idsOf(read(programme, 'a.jsonl'));
    const { out } = await programme.run('erase', 'p0@example.org', '--dry-run');
    expect(out).toMatch(
      /^urn:uuid:\S+ was being issued by the batch \S+: if that was writing an archive, look for it at its end$/m,
    );
    expect(out).toContain(`${id} was being issued`);
  });

  test('what a reader of the pipe had not taken when it ended is issued by the next run', async () => {
    const programme = await programmeWithRows(ROWS);
    const child = start(['issue', 'r.csv', '--output', 'jsonl', '--jobs', '1'], { cwd: programme.cwd });
    let [err, taken] = ['', Buffer.alloc(0)];
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.stdout.on('data', (chunk: Buffer) => {
      taken = Buffer.concat([taken, chunk]);
      if (taken.length > 300_000) child.stdout.destroy();
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, err]).toEqual([3, expect.stringContaining('standard output: what reads it has ended')]);
    expect(err).toContain('had been issued when this happened; the next run goes on from there');
    const rest = await programme.run('issue', 'r.csv', '--output', 'jsonl');
    expect(rest.code).toBe(0);
    const whole = linesOf(taken.subarray(0, taken.lastIndexOf('\n') + 1));
    const all = new Map(
      [...whole, ...linesOf(Buffer.from(rest.out))].map((line) => [
        String((JSON.parse(line) as { id: unknown }).id),
        line,
      ]),
    );
    expect(all.size).toBe(ROWS);
    // What is given twice is the same both times.
    for (const line of whole) expect(all.get(String((JSON.parse(line) as { id: unknown }).id))).toBe(line);
  });

  test('a badge that went into an archive is renewed once it is unpacked, and its erasure says where it still is', async () => {
    const programme = await programmeWithRows(1);
    programme.write('r.csv', 'email,expires_on\nana@example.org,2027-01-05\n');
    await programme.run('issue', 'r.csv', '--to', 'a.tar');
    const expiring = ['renew', '--expiring', '10y'] as const;
    expect(await programme.json(...expiring)).toMatchObject({ issued: [], gone: { length: 1 } });
    for (const [name, content] of await entriesOf(read(programme, 'a.tar'))) {
      mkdirSync(dirname(join(programme.cwd, name)), { recursive: true });
      writeFileSync(join(programme.cwd, name), content, 'latin1');
    }
    expect(await programme.json('ledger', 'check')).toMatchObject({ awards: 1, differences: [] });
    expect(await programme.json(...expiring)).toMatchObject({ issued: { length: 1 }, gone: [] });
    const erased = await programme.run('erase', 'ana@example.org', '--yes');
    expect(erased.out).toMatch(
      /^urn:uuid:\S+ went into an archive, with the batch \d{8}-[0-9a-f]{8}: take it out there, too/m,
    );
    expect(filesBelow(join(programme.cwd, 'credentials'))).toEqual([]);
  });

  test('nothing is written over what is no archive of this programme', async () => {
    const programme = await programmeWithRows(1);
    const others = await programmeWithRows(1);
    await others.run('issue', 'r.csv', '--output', 'jsonl', '--to', 'a.jsonl');
    others.writeRoster(2);
    await others.run('issue', 'r.csv', '--output', 'tar', '--to', 'a.tar', '--proof', 'jwt');
    const contents = [
      'email\nana@example.org\n',
      'no line',
      '{"id":"urn:uuid:1"}\n',
      '\n',
      read(others, 'a.jsonl'),
      read(others, 'a.tar'),
    ];
    for (const content of contents)
      for (const form of ['jsonl', 'tar']) {
        writeFileSync(join(programme.cwd, 'taken'), content);
        const run = await programme.run('issue', 'r.csv', '--output', form, '--to', 'taken');
        expect([run.code, run.err]).toEqual([
          2,
          expect.stringContaining(`taken: it holds something else than ${form} of what`),
        ]);
        expect(read(programme, 'taken').equals(Buffer.from(content))).toBe(true);
      }
    expect(await programme.json('list')).toMatchObject({ badges: [] });
  });

  test.each([
    [['--output', 'zip'], '--output "zip" is not one of: files, jsonl, tar'],
    [['--to', 'badges.zip'], '--to names an archive, and it is not said which kind'],
    [['--output', 'files', '--to', 'badges.tar'], '--to names an archive, and it is not said which kind'],
    [['--output', 'jsonl', '--json'], '--json and --output jsonl both write to standard output'],
  ])('%j is told as what it is', async (options, message) => {
    const programme = await programmeWithRows(1);
    const run = await programme.run('issue', 'r.csv', ...options);
    expect(run.code).toBe(2);
    expect(`${run.out}${run.err}`).toContain(message);
  });

  test('a terminal is shown no tar archive', async () => {
    const session = {
      ...openSession(),
      byteOutput: () =>
        Promise.resolve({ kind: 'terminal' as const, write: () => Promise.reject(new Error('written')) }),
    };
    const programme: never = undefined as never;
    await expect(openWantedArchive({ form: 'tar', file: undefined }, programme, programme, session)).rejects.toThrow(
      'a tar archive is nothing that a terminal can show',
    );
  });
});
