import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { filesBelow, type Run, start } from '../support/cli.ts';
import { TestProgramme } from '../support/programme.ts';

const BADGES = 130;
let programme: TestProgramme;

beforeAll(async () => {
  programme = await TestProgramme.make();
  programme.writeRoster(BADGES);
  await programme.run('issue', 'r.csv', '--to', 'a.tar');
  programme.writeRoster(2 * BADGES);
  await programme.run('issue', 'r.csv', '--to', 'a.jsonl');
}, 60_000);

const bytesOf = (file: string): Buffer => readFileSync(join(programme.cwd, file));
const verified = (...args: readonly string[]): Promise<Run> => programme.run('verify', ...args, '--offline');

interface Result {
  readonly file: string;
  readonly verdict: string;
  readonly headline: string;
}

async function resultsOf(...args: readonly string[]): Promise<readonly Result[]> {
  const { results } = await programme.json('verify', ...args, '--offline');
  return results as readonly Result[];
}

async function tarOf(
  entries: readonly (readonly [{ name: string; type?: string; linkname?: string }, Uint8Array])[],
): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry({ mode: 0o644, mtime: new Date(0), ...header }, content);
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('verify on an archive', () => {
  test('has a report for all that is in it, named by its place, on one thread as on two', async () => {
    for (const [file, count, place] of [
      ['a.tar', 2 * BADGES, /^a\.tar\/credentials\/knots\/[0-9a-f-]{36}\.(?:json|svg)$/],
      ['a.jsonl', BADGES, /^a\.jsonl:\d+$/],
    ] as const) {
      const [one, two] = await Promise.all(['1', '2'].map((jobs) => resultsOf(file, '--jobs', jobs)));
      expect(one).toHaveLength(count);
      expect(two).toEqual(one);
      expect(new Set(one?.map(({ verdict }) => verdict))).toEqual(new Set(['verified']));
      expect(new Set(one?.map(({ file: name }) => name)).size).toBe(count);
      for (const { file: name } of one ?? []) expect(name).toMatch(place);
    }
    const both = await verified('a.tar', 'a.jsonl');
    expect([both.code, both.out]).toEqual([0, expect.stringMatching(/^390 verified/)]);
  });

  test('names the line that was changed, and verifies the others', async () => {
    const lines = bytesOf('a.jsonl').toString('utf8').split('\n');
    programme.write(
      'changed.jsonl',
      lines
        .with(41, (lines[41] ?? '').replace('"name":"Knots"', '"name":"Knits"'))
        .with(50, '')
        .with(60, '{"id":')
        .join('\r\n'),
    );
    const run = await verified('changed.jsonl');
    expect(run.code).toBe(1);
    expect(run.out).toMatch(/^127 verified {3}2 rejected/);
    expect(run.out).toMatch(/^ {2}changed\.jsonl:42: REJECTED {2}the eddsa-rdfc-2022 signature does not match/m);
    expect(run.out).toMatch(/^ {2}changed\.jsonl:61: REJECTED {2}the JSON ends too early \(line 1, column 7\)/m);
  });

  test('tells where an archive breaks off, and vouches for nothing behind that', async () => {
    writeFileSync(join(programme.cwd, 'torn.tar'), bytesOf('a.tar').subarray(0, 100_000));
    const results = await resultsOf('torn.tar');
    const last = results.at(-1);
    expect(results.length).toBeGreaterThan(5);
    expect(new Set(results.slice(0, -1).map(({ verdict }) => verdict))).toEqual(new Set(['verified']));
    expect(last).toMatchObject({
      file: 'torn.tar',
      verdict: 'undetermined',
      headline: expect.stringContaining('damaged, or ends too early'),
    });
    expect((await verified('torn.tar')).code).toBe(3);
    writeFileSync(join(programme.cwd, 'torn.jsonl'), bytesOf('a.jsonl').subarray(0, -100));
    expect((await resultsOf('torn.jsonl')).slice(-2)).toMatchObject([
      { verdict: 'verified' },
      {
        file: `torn.jsonl:${BADGES}`,
        verdict: 'rejected',
        headline: expect.stringMatching(/the (?:text ends too early|string is not closed)/),
      },
    ]);
  });

  test('reads tokens in their envelopes', async () => {
    const others = await TestProgramme.copy(programme);
    others.writeRoster(2 * BADGES + 3);
    await others.run('issue', 'r.csv', '--proof', 'jwt', '--to', 'tokens.jsonl');
    const run = await others.run('verify', 'tokens.jsonl', '--offline');
    expect([run.code, run.out]).toEqual([0, expect.stringMatching(/^3 verified/)]);
  });

  test('takes nothing out of a hostile archive, and shows no sign of its names that a terminal obeys', async () => {
    const [badge = ''] = bytesOf('a.jsonl').toString('utf8').split('\n');
    const before = filesBelow(programme.cwd);
    const content = Buffer.from(badge);
    const hostile = await tarOf([
      [{ name: '../../outside.json' }, content],
      [{ name: '/etc/absolute.json' }, content],
      [{ name: 'a\u001b[2Jb.json' }, content],
      [{ name: 'link.json', type: 'symlink', linkname: '/etc/passwd' }, Buffer.alloc(0)],
      [{ name: 'folder.json/', type: 'directory' }, Buffer.alloc(0)],
      [{ name: 'notes.txt' }, content],
      [{ name: 'letter.txt' }, Buffer.from('Dear reader')],
      [{ name: 'large.png' }, Buffer.alloc(17 * 1024 * 1024)],
      [{ name: 'last.json' }, content],
    ]);
    writeFileSync(join(programme.cwd, 'hostile.tar'), hostile);
    const run = await verified('hostile.tar', '--all');
    expect(run.out).toMatch(/^5 verified {3}1 undetermined/);
    expect(run.out).toContain('hostile.tar/large.png: UNDETERMINED  the file is larger than 16 MiB');
    expect(run.out).toContain('hostile.tar/letter.txt');
    expect(run.out).toContain('hostile.tar/link.json');
    expect(run.out).not.toContain('root:');
    expect(`${run.out}${run.err}`).not.toContain('\u001b[2J');
    expect(filesBelow(programme.cwd)).toEqual([...before, 'hostile.tar'].sort());
  });

  test('gives up a line without end, and keeps what came before it', async () => {
    const [badge = ''] = bytesOf('a.jsonl').toString('utf8').split('\n');
    programme.write('long.jsonl', `${badge}\n{"a":"${'x'.repeat(3 * 1024 * 1024)}"}\n${badge}\n`);
    expect(await resultsOf('long.jsonl')).toMatchObject([
      { file: 'long.jsonl:1', verdict: 'verified' },
      { file: 'long.jsonl:2', verdict: 'undetermined', headline: expect.stringContaining('larger than 2 MiB') },
    ]);
  });

  test('finds archives of credentials in a folder, and takes no other lines for them', async () => {
    mkdirSync(join(programme.cwd, 'mixed'));
    for (const file of ['a.tar', 'a.jsonl']) writeFileSync(join(programme.cwd, 'mixed', file), bytesOf(file));
    await programme.run('ledger', 'export', 'mixed/ledger.jsonl');
    const run = await verified('mixed', '--all');
    expect([run.code, run.out]).toEqual([0, expect.stringMatching(/^390 verified/)]);
    expect(run.out).toContain('mixed/ledger.jsonl');
  });

  test('says of one in which there is nothing that nothing is decided', async () => {
    for (const [file, content] of [
      ['empty.jsonl', Buffer.alloc(0)],
      ['empty.tar', Buffer.alloc(0)],
      ['zeros.tar', Buffer.alloc(1024 * 1024)],
      ['notes.tar', await tarOf([[{ name: 'README' }, Buffer.from('hello')]])],
    ] as const) {
      writeFileSync(join(programme.cwd, file), content);
      const why = file === 'empty.tar' ? 'its end is not marked' : 'there is no credential in it';
      expect(await resultsOf(file), file).toMatchObject([
        { file, verdict: 'undetermined', headline: expect.stringContaining(why) },
      ]);
      expect((await verified(file)).code, file).toBe(3);
    }
  });

  test('takes no archive for whole whose end is not marked, and no lost line for an empty one', async () => {
    const tar = bytesOf('a.tar');
    // Behind the second badge's files: where a run may have been killed.
    const size = (at: number): number =>
      512 + Math.ceil(Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8) / 512) * 512;
    let end = 0;
    for (let entries = 0; entries < 4; entries++) end += size(end);
    for (const behind of [0, 512]) {
      writeFileSync(join(programme.cwd, 'cut.tar'), Buffer.concat([tar.subarray(0, end), Buffer.alloc(behind)]));
      const results = await resultsOf('cut.tar');
      expect(results.map(({ verdict }) => verdict)).toEqual([
        ...Array.from({ length: 4 }, () => 'verified'),
        'undetermined',
      ]);
      expect(results.at(-1)?.headline).toContain('(its end is not marked)');
    }
    const [badge = ''] = bytesOf('a.jsonl').toString('utf8').split('\n');
    programme.write('lost.jsonl', `${badge}\n${'\u0000'.repeat(3000)}\n \t\r\n${badge}\n`);
    expect(await resultsOf('lost.jsonl')).toMatchObject([
      { file: 'lost.jsonl:1', verdict: 'verified' },
      { file: 'lost.jsonl:2', verdict: 'rejected', headline: expect.stringContaining('it is no text file at all') },
      { file: 'lost.jsonl:4', verdict: 'verified' },
    ]);
  });

  test('finds in a tar what is a credential by its look, of whatever kind of file, and does not wait for folders without end', async () => {
    const [badge = ''] = bytesOf('a.jsonl').toString('utf8').split('\n');
    const changed = Buffer.from(badge.replace('"name":"Knots"', '"name":"Knits"'));
    writeFileSync(
      join(programme.cwd, 'odd.tar'),
      await tarOf([
        [{ name: 'no-ending' }, changed],
        [{ name: 'contiguous.json', type: 'contiguous-file' }, changed],
        [{ name: 'good.json' }, Buffer.from(badge)],
      ]),
    );
    const results = await resultsOf('odd.tar');
    const changedSince = expect.stringContaining('signature does not match');
    expect(results).toMatchObject([
      { file: 'odd.tar/no-ending', verdict: 'rejected', headline: changedSince },
      { file: 'odd.tar/contiguous.json', verdict: 'rejected', headline: changedSince },
      { file: 'odd.tar/good.json', verdict: 'verified' },
    ]);
    const folder = await tarOf([[{ name: 'adir/', type: 'directory' }, Buffer.alloc(0)]]);
    folder.write('00000002000', 124);
    folder.fill(' ', 148, 156);
    const sum = folder.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    folder.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
    writeFileSync(join(programme.cwd, 'folder.tar'), folder);
    for (const jobs of ['1', '2'])
      expect(await verified('folder.tar', '--jobs', jobs)).toMatchObject({
        code: 3,
        out: expect.stringContaining('(a folder with content)'),
      });
  });

  test('--explain looks into no folder that an archive names', async () => {
    const [badge = ''] = bytesOf('a.jsonl').toString('utf8').split('\n');
    mkdirSync(join(programme.cwd, 'private'));
    writeFileSync(join(programme.cwd, 'private/original.json'), badge);
    const changed = Buffer.from(badge.replace('"name":"Knots"', '"name":"Knits"'));
    writeFileSync(join(programme.cwd, 'prying.tar'), await tarOf([[{ name: '../private/x.json' }, changed]]));
    const run = await programme.run('verify', 'prying.tar', '--offline', '--explain', '--json');
    expect(run.code).toBe(1);
    expect(run.out).not.toContain('original.json');
    // Beside a file of its own it does.
    writeFileSync(join(programme.cwd, 'private/x.json'), changed);
    expect((await programme.run('verify', 'private/x.json', '--offline', '--explain', '--json')).out).toContain(
      'original.json',
    );
  });

  test('keeps what it verified in a bundle, and tells --jsonl on standard error what it passed over', async () => {
    const run = await programme.run('verify', 'a.jsonl', '--save-bundle', 'b.bundle.json', '--offline');
    expect([run.code, run.err]).toEqual([0, expect.stringContaining(`${BADGES} credentials`)]);
    const lines = await verified('hostile.tar', '--jsonl');
    expect(lines.err).toContain('2 files or folders were passed over');
  });

  test('names what cannot be read: alone as a fault, beside others as one of them', async () => {
    expect(await verified('nothing.tar')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing.tar: there is no such file'),
    });
    const run = await verified('a.jsonl', 'nothing.tar');
    expect([run.code, run.out]).toEqual([3, expect.stringMatching(/^130 verified {3}1 undetermined/)]);
    const [badge = ''] = bytesOf('a.jsonl').toString('utf8').split('\n');
    const mixed = await programme.runWith({ input: badge }, 'verify', '-', 'nothing.tar', '--offline');
    expect([mixed.code, mixed.out]).toEqual([3, expect.stringMatching(/^1 verified {3}1 undetermined/)]);
  });
});

test('verify waits for what comes in slowly by standard input', async () => {
  const [badge = ''] = bytesOf('a.jsonl').toString('utf8').split('\n');
  const child = start(['verify', '-', '--offline'], { cwd: programme.cwd });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  const ended = new Promise((resolve) => child.on('close', resolve));
  for (const part of [badge.slice(0, 500), badge.slice(500)]) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    child.stdin.write(part);
  }
  child.stdin.end();
  expect([await ended, out]).toEqual([0, expect.stringMatching(/^VERIFIED/)]);
});
