import { expect } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from '../support/cli.ts';
import { type Fault, faulty, Tally, temporaryFiles } from '../support/faults.ts';
import { TestProgramme } from '../support/programme.ts';

const REVOKE = ['revoke', 'p1@example.org'] as const;
const ROWS = 2000;
const KILLS = 300;
const PHASES = [
  'credential',
  'image',
  'ledger: begin',
  'ledger: commit',
  'ledger: mark',
  'ledger: read',
  'ledger: reserve',
  'ledger: write',
  'public',
  'sign',
  'status list',
];

/** Numbers that look random and are the same each time. */
function* scattered(): Generator<number, never> {
  for (let state = 1; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state;
  }
}

/** The part of a credential file that may not be lost or doubled. */
function readWhole(programme: TestProgramme, file: string): { readonly id: string } {
  return JSON.parse(readFileSync(join(programme.cwd, 'credentials', file), 'utf8')) as { id: string };
}

/** Every file that is seen under its own name is whole. */
function expectWholeFiles(programme: TestProgramme, seen: Set<string>): void {
  for (const file of filesBelow(join(programme.cwd, 'credentials'))) {
    if (file.endsWith('.tmp') || seen.has(file)) continue;
    seen.add(file);
    if (file.endsWith('.json'))
      expect(readWhole(programme, file).id).toBe(`urn:uuid:${file.slice('knots/'.length, -5)}`);
    else expect(programme.read(`credentials/${file}`)).toMatch(/<\/svg>\s*$/);
  }
}

/** What a ledger may say of a run that was killed a moment ago. */
async function expectMendable(programme: TestProgramme): Promise<void> {
  const { differences } = (await programme.json('ledger', 'check')) as { differences: { kind: string }[] };
  const mended = new Set(['reserved', 'file unknown', 'temporary file', 'list missing', 'list differs']);
  expect(differences.map(({ kind }) => kind).filter((kind) => !mended.has(kind))).toEqual([]);
}

/** Kills a run of a small roster at its first step, then its second, and so on until one passes untouched. */
async function killAtEveryStep(programme: TestProgramme, tally: Tally): Promise<void> {
  programme.writeRoster(3, 'small.csv');
  for (let at = 1; ; at++) {
    const run = await faulty(programme, { kind: 'kill', at }, 'issue', 'small.csv');
    if (run.hit === undefined) {
      expect([run.code, run.err]).toEqual([0, expect.stringContaining('Plan')]);
      return;
    }
    expect(run.code, run.err).toBeNull();
    tally.add(run.hit);
  }
}

/** The kills that are spread over a run of the large roster: where the n-th comes. */
function faultAt(kill: number, issued: number, chance: number): Fault {
  const tail = KILLS - kill;
  if (tail <= 7) return { kind: 'kill', afterLabel: 'status list', at: 2 * (8 - tail) };
  if (tail <= 12) return { kind: 'kill', afterLabel: 'public', at: 13 - tail };
  const after = Math.max(0, Math.floor(((kill + 1) * ROWS) / KILLS) - issued);
  const labels = PHASES.filter((phase) => phase !== 'public' && phase !== 'status list');
  if (kill % 4 === 1)
    return { kind: 'kill', after, afterLabel: labels[Math.floor(kill / 4) % labels.length] ?? '', at: 1 };
  return { kind: 'kill', after, at: 1 + (chance % 90) };
}

/** Kills an issuing run on this ledger again and again, and lets it end: nothing is lost, doubled or left over. */
export async function surviveKills(place: string): Promise<string> {
  const programme = await TestProgramme.make(place);
  const [first, second] = [new Tally(), new Tally()];
  await killAtEveryStep(programme, first);
  programme.writeRoster(ROWS);
  programme.write('r.csv', programme.read('r.csv').replaceAll('p', 'q'));
  const chances = scattered();
  const seen = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    // A revocation that is recorded and not signed yet: from here on each run has a list to sign.
    if (KILLS - kill === 7) await faulty(programme, { kind: 'kill', afterLabel: 'status list', at: 1 }, ...REVOKE);
    const issued = programme.count() - 3;
    const chance = chances.next().value;
    if (kill % 4 === 3 && kill < KILLS - 12) {
      // From outside, at whatever the process is doing then.
      const wanted = Math.min(ROWS - 20, Math.floor(((kill + 1) * ROWS) / KILLS));
      const { signal } = await programme.killedWhen(() => programme.count() - 3 >= wanted, 'issue', 'r.csv');
      expect(signal).toBe('SIGKILL');
      second.add('any moment');
    } else {
      const run = await faulty(programme, faultAt(kill, issued, chance), 'issue', 'r.csv');
      expect([run.code, run.hit], `kill ${kill}: ${run.err}`).toEqual([null, expect.any(String)]);
      second.add(run.hit ?? '');
    }
    expectWholeFiles(programme, seen);
    if (kill % 30 === 0) await expectMendable(programme);
  }
  expect(second.total).toBe(KILLS);
  expect(second.phases).toEqual(expect.arrayContaining(PHASES));

  const last = await programme.run('issue', 'r.csv', '--json');
  expect([last.code, last.err]).toEqual([0, '']);
  const credentials = programme.credentials();
  const of = (values: readonly string[]): number => new Set(values).size;
  const ids = of(credentials.map(({ id }) => id));
  const places = of(credentials.map((credential) => credential.place));
  expect([credentials.length, ids, places]).toEqual([ROWS + 3, ROWS + 3, ROWS + 3]);
  expect(temporaryFiles(programme)).toEqual([]);
  expect(filesBelow(join(programme.cwd, '.badgekit')).filter((file) => /^\d/.test(file))).toEqual([]);
  expect(await programme.json('ledger', 'check')).toMatchObject({ awards: ROWS + 3, differences: [] });
  expect(await programme.json('issue', 'r.csv')).toMatchObject({ toIssue: 0, unchanged: ROWS });
  const verified = await programme.run('verify', 'credentials', '--offline');
  expect(verified.out).toMatch(/^4,004 verified {3}2 revoked/);
  return [
    `killed ${first.total} times at every step of a run of 3 rows (${first.toString()})`,
    `and ${second.total} times over a run of ${ROWS} rows (${second.toString()}):`,
    `${credentials.length} badges, ${ids} ids, ${places} status entries, ${temporaryFiles(programme).length} files left over, ledger check clean, ${verified.out.split('\n')[0] ?? ''}`,
  ].join('\n  ');
}
