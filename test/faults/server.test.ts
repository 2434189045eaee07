import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { ENGINES } from '../support/ledgers.ts';
import { PostgresServer } from '../support/postgres.ts';
import { TestProgramme } from '../support/programme.ts';
import { faulty } from '../support/faults.ts';

/** Enough that the run is cut many times before it ends. */
const ROWS_TO_CUT = 2000;
const DAY = 86_400_000;
/** The least time for which a ledger has to be out of reach before that is told. */
const WONDER_MS = 500;
const AWAY = 'Waiting for the ledger: its server does not answer.\n';

async function expectAllIssued(programme: TestProgramme, rows: number): Promise<void> {
  const credentials = programme.credentials();
  expect(new Set(credentials.map(({ id }) => id)).size).toBe(rows);
  expect(new Set(credentials.map(({ place }) => place)).size).toBe(rows);
  expect(await programme.json('ledger', 'check')).toMatchObject({ awards: rows, differences: [] });
  expect(await programme.json('issue', 'r.csv')).toMatchObject({ toIssue: 0, unchanged: rows });
}

describe.skipIf(inject('postgres') === undefined)('a PostgreSQL ledger', () => {
  test('whose server is restarted in mid-run, and crashes, lets the run go on to its end', async () => {
    const server = await PostgresServer.start();
    try {
      const programme = await TestProgramme.make(`${server.url}/postgres`);
      programme.writeRoster(300);
      const run = programme.run('issue', 'r.csv', '--json');
      let slow = 0;
      for (const [issued, how] of [
        [40, 'fast'],
        [120, 'immediate'],
        [200, 'fast'],
      ] as const) {
        await programme.until(() => programme.count() >= issued);
        const start = performance.now();
        await server.restart(how);
        if (performance.now() - start > WONDER_MS) slow++;
      }
      const { code, err } = await run;
      // A busy machine may take so long that a person would wonder.
      const told = err.split(AWAY).length - 1;
      expect([code, err.replaceAll(AWAY, '')]).toEqual([0, '']);
      expect(told).toBeLessThanOrEqual(slow);
      await expectAllIssued(programme, 300);
      console.log(
        'PostgreSQL: the server was restarted 3 times in mid-run, once as if it had crashed: 300 of 300 issued',
      );
    } finally {
      await server.stop();
    }
  });

  test('whose server stays away is waited for, and that is told once', async () => {
    const server = await PostgresServer.start();
    try {
      const programme = await TestProgramme.make(`${server.url}/postgres`);
      programme.writeRoster(100);
      const run = programme.run('issue', 'r.csv', '--json', '--jobs', '1');
      await programme.until(() => programme.count() >= 20);
      await server.restart('fast', 3000);
      const { code, err } = await run;
      expect([code, err]).toEqual([0, AWAY]);
      await expectAllIssued(programme, 100);
    } finally {
      await server.stop();
    }
  });

  test('whose connections are cut all the time lets the run go on to its end', async () => {
    const server = await PostgresServer.start();
    const client = new pg.Client({ connectionString: `${server.url}/postgres`, application_name: 'cutter' });
    await client.connect();
    try {
      const programme = await TestProgramme.make(`${server.url}/postgres`);
      programme.writeRoster(ROWS_TO_CUT);
      const running = new Set(['issue']);
      const run = programme.run('issue', 'r.csv', '--json').finally(() => running.clear());
      await programme.until(() => programme.count() >= 20);
      let cut = 0;
      while (running.size > 0) {
        const { rows } = await client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'badgekit'",
        );
        cut += rows.length;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      const { code, err } = await run;
      expect([code, err]).toEqual([0, '']);
      expect(cut).toBeGreaterThan(10);
      await expectAllIssued(programme, ROWS_TO_CUT);
      console.log(`PostgreSQL: ${cut} connections were cut in mid-run: ${ROWS_TO_CUT} of ${ROWS_TO_CUT} issued`);
    } finally {
      await client.end();
      await server.stop();
    }
  });
});

describe.each(ENGINES)('a clock that is set back, on $engine', ({ newPlace }) => {
  test('neither doubles an award nor takes a revocation back', async () => {
    const programme = await TestProgramme.make(await newPlace());
    programme.writeRoster(4);
    await programme.run('issue', 'r.csv');
    await programme.run('revoke', 'p0@example.org');
    programme.writeRoster(8);
    const back = { backwards: 3 * DAY };
    const issued = await faulty(programme, back, 'issue', 'r.csv');
    expect([issued.code, issued.out]).toEqual([0, expect.stringContaining('4 badges')]);
    expect((await faulty(programme, back, 'revoke', 'p5@example.org')).code).toBe(0);
    expect((await faulty(programme, back, 'status', 'refresh')).out).toContain('up to date');
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^12 verified {3}4 revoked/);
    expect((await programme.run('revoke', 'p6@example.org')).code).toBe(0);
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^10 verified {3}6 revoked/);
    await expectAllIssued(programme, 8);
    console.log('clock set back by 3 days between two runs: 8 of 8 issued once, 3 revocations stand');
  });
});
