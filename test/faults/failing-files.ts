import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { filesBelow } from '../support/cli.ts';
import { type FaultyRun, faulty, Tally, temporaryFiles } from '../support/faults.ts';
import { TestProgramme } from '../support/programme.ts';

const KINDS = ['ENOSPC', 'EACCES', 'EIO', 'short'] as const;
const ROWS = 1;

/** What lies in a programme, by file; but for what the ledger and its locks are made of. */
function contents({ cwd }: TestProgramme): ReadonlyMap<string, string> {
  return new Map(
    filesBelow(cwd)
      .filter((file) => !file.startsWith('.badgekit/'))
      .map((file) => [file, readFileSync(join(cwd, file), 'latin1')]),
  );
}

function isWhole(file: string, content: string): boolean {
  if (!file.endsWith('.json')) return /<\/svg>\s*$/.test(content);
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}

/** Files that are neither as they were nor complete: half files, temporary files, and old ones that changed. */
function broken(programme: TestProgramme, before: ReadonlyMap<string, string>): readonly string[] {
  return [...contents(programme)]
    .filter(([file, content]) => (before.has(file) ? before.get(file) !== content : !isWhole(file, content)))
    .map(([file]) => file);
}

/** A message for people: what, where and what to do, and nothing of the program's inside. */
function isKind({ code, err }: FaultyRun): boolean {
  const isExplained = code === 0 || err.trim().split('\n').length > 1;
  return isExplained && !/\n\s+at |undefined|\[object/.test(err);
}

/** Lets each call on files fail in turn, one in each run, in every way that it can; then runs again without a fault. */
export async function surviveFailures(newPlace: () => Promise<string>): Promise<string> {
  const base = await TestProgramme.make();
  base.writeRoster(ROWS);
  const tally = new Tally();
  for (const kind of KINDS) {
    for (let at = 1; ; at++) {
      const programme = await TestProgramme.copy(base, await newPlace());
      const before = contents(programme);
      const run = await faulty(programme, { kind, at }, 'issue', 'r.csv');
      const what = `${kind}, call ${at} (${run.hit ?? 'none'}): exit ${String(run.code)}, ${run.err}`;
      if (run.hit === undefined) {
        expect(run.code, what).toBe(0);
        break;
      }
      tally.add(`${kind} in ${run.hit}`);
      // Some calls may fail without harm, such as the sync of a folder where the file itself is safe.
      expect([0, 2, 3], what).toContain(run.code);
      expect(isKind(run), what).toBe(true);
      expect([...broken(programme, before), ...temporaryFiles(programme)], what).toEqual([]);
      const again = await programme.run('issue', 'r.csv');
      expect([again.code, again.err.replace(/^Plan.*\n/, '')], what).toEqual([0, '']);
      expect(new Set(programme.credentials().map(({ place }) => place)).size, what).toBe(ROWS);
      expect(temporaryFiles(programme), what).toEqual([]);
      expect(await programme.json('ledger', 'check'), what).toMatchObject({ awards: ROWS, differences: [] });
    }
  }
  expect(tally.total).toBeGreaterThan(100);
  expect(tally.phases).toEqual(
    expect.arrayContaining(['short in credential', 'short in image', 'short in status list', 'ENOSPC in credential']),
  );
  return `let ${tally.total} calls fail, one in each run, and ran each again: all converged (${tally.toString()})`;
}
