import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openLedger } from '../src/ledger/open.ts';
import { keyedDigest } from '../src/openbadges/identifiers.ts';
import type { Ledger, LedgerAward, Reservation, WantedPlaces } from '../src/ports.ts';
import { openAwardSecret } from '../src/programme/keyring.ts';
import { openProgramme } from '../src/programme/programme.ts';
import { permute } from '../src/status/permutation.ts';

/*
 * A ledger of a million rows beside an empty one: what looking things up costs in the one, and how much more issuing 100
 * badges costs with it than with the other. Exits 1 above the floors.
 */

const ROWS = Number(process.argv[2] ?? 1_000_000);
const LOOKUPS = 2000;
const ROUNDS = 7;
const NEW_ROWS = 100;
const FILL = 2000;
const MAX_LOOKUP_MS = 1;
const MAX_RATIO = 1.3;
const PASSPHRASE = 'only for measuring';

const root = mkdtempSync(join(tmpdir(), 'badgekit-bench-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function badgekit(cwd: string, ...args: readonly string[]): number {
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [process.env['BADGEKIT_BENCH_BIN'] ?? '', ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, BADGEKIT_PASSPHRASE: PASSPHRASE },
  });
  if (status !== 0) throw new Error(`badgekit ${args.join(' ')}: ${stderr}`);
  return performance.now() - before;
}

function programme(name: string): string {
  const cwd = join(root, name);
  badgekit(root, 'init-issuer', name, '--name', 'S', '--hosting', 'https://badges.example.org');
  badgekit(cwd, 'define', 'knots', '--name', 'K', '--description', 'D', '--tier', 'skill', '--criteria', 'C');
  return cwd;
}

async function openFilled(cwd: string): Promise<Ledger> {
  mkdirSync(join(cwd, '.badgekit'));
  const secret = await openAwardSecret(await openProgramme(cwd, undefined), PASSPHRASE);
  return await openLedger(join(cwd, '.badgekit/ledger.db'), {
    clock: Date.now,
    secret: async () => ({
      choosePlace: ({ purpose, list }, size, counter) => permute(secret, `${purpose}/${list}`, size, counter),
      fingerprint: keyedDigest(secret, 'fingerprint'),
    }),
  });
}

const idOf = (row: number): string => `urn:uuid:${row.toString(16).padStart(8, '0')}-0000-8000-8000-000000000000`;
const awardOf = (row: number): string => keyedDigest(new Uint8Array(32), `award ${row}`);

function reservation(row: number): Reservation & { readonly wants: WantedPlaces } {
  return {
    credentialId: idOf(row),
    award: awardOf(row),
    edition: 1,
    supersedes: undefined,
    revokesBecause: undefined,
    badge: 'knots',
    recipient: `person${row}@example.org`,
    subjectId: undefined,
    recipientName: `Person ${row}`,
    awardKey: '',
    roster: 'before.csv',
    line: row + 2,
    content: '{"email":"0123456789abcdef","name":"0123456789abcdef"}',
    validFrom: 1_700_000_000_000 + row,
    validUntil: undefined,
    wants: { purposes: ['revocation'], series: '' },
  };
}

async function fill(ledger: Ledger): Promise<void> {
  await ledger.startRun({ run: 'before', command: 'issue before.csv', host: 'bench', pid: 1, startedAt: 1 });
  for (let row = 0; row < ROWS; row += FILL) {
    const rows = Array.from({ length: Math.min(FILL, ROWS - row) }, (_, index) => row + index);
    await ledger.reserve(rows.map(reservation), row);
    await ledger.markIssued(
      rows.map((number) => ({
        credentialId: idOf(number),
        verificationMethod: 'did:web:badges.example.org#key-1',
        files: [`credentials/knots/${idOf(number).slice(9)}.json`, `credentials/knots/${idOf(number).slice(9)}.svg`],
      })),
      1_700_000_000_000 + row,
    );
  }
}

const sorted = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? 0;
const slowest = (values: readonly number[]): number => sorted(values)[Math.floor(values.length * 0.99)] ?? 0;

/** Milliseconds of each lookup of one kind; every one of them has to find its award. */
async function lookups(find: (row: number) => Promise<LedgerAward | undefined>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < LOOKUPS; turn++) {
    // Steps that hit every part of the ledger, in no order.
    const row = (turn * 7_919 * 104_729) % ROWS;
    const before = performance.now();
    const found = await find(row);
    times.push(performance.now() - before);
    if (found?.credentialId !== idOf(row)) throw new Error(`row ${row} was not found`);
  }
  return times;
}

async function firstOf(ledger: Ledger, text: string): Promise<LedgerAward | undefined> {
  for await (const award of ledger.select({ text })) return award;
  return undefined;
}

let failed = false;
try {
  const [empty, full] = [programme('empty'), programme('full')];
  const ledger = await openFilled(full);
  const before = performance.now();
  await fill(ledger);
  const seconds = (performance.now() - before) / 1000;
  const megabytes = statSync(join(full, '.badgekit/ledger.db')).size / 1e6;
  say(
    `${ROWS.toLocaleString('en')} rows in ${seconds.toFixed(0)} s (${Math.round(ROWS / seconds).toLocaleString('en')} a second), ${megabytes.toFixed(0)} MB`,
  );
  const kinds: readonly (readonly [string, (row: number) => Promise<LedgerAward | undefined>])[] = [
    ['by award', async (row) => (await ledger.find([awardOf(row)])).get(awardOf(row))],
    ['by credential', (row) => firstOf(ledger, idOf(row))],
    ['by recipient', (row) => firstOf(ledger, `person${row}@example.org`)],
  ];
  for (const [kind, find] of kinds) {
    const times = await lookups(find);
    if (median(times) >= MAX_LOOKUP_MS) failed = true;
    say(`lookup ${kind}: median ${median(times).toFixed(3)} ms, 99 % within ${slowest(times).toFixed(3)} ms`);
  }
  await ledger.close();

  const issue = (cwd: string, name: string): number => {
    const emails = Array.from({ length: NEW_ROWS }, (_, index) => `${name}-${index}@example.org\n`).join('');
    writeFileSync(join(cwd, `${name}.csv`), `email\n${emails}`);
    return badgekit(cwd, 'issue', `${name}.csv`);
  };
  for (const cwd of [empty, full]) issue(cwd, 'first');
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    // In turns, and each first as often as the other, so that what else the machine does falls on both.
    const order = round % 2 === 0 ? [empty, full] : [full, empty];
    const times = new Map(order.map((cwd) => [cwd, issue(cwd, `round${round}`)]));
    return { empty: times.get(empty) ?? 0, full: times.get(full) ?? 0 };
  });
  const [without, with_] = [median(rounds.map((round) => round.empty)), median(rounds.map((round) => round.full))];
  const ratio = with_ / without;
  if (ratio > MAX_RATIO) failed = true;
  say(
    `issue of ${NEW_ROWS} new rows: ${without.toFixed(0)} ms on an empty ledger, ${with_.toFixed(0)} ms beside ${ROWS.toLocaleString('en')} rows: ${ratio.toFixed(2)} times`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
if (failed) process.exitCode = 1;
