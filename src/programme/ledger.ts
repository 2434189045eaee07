import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openLedger } from '../ledger/open.ts';
import type { Ledger } from '../ports.ts';
import { permute } from '../status/permutation.ts';
import type { Programme } from './programme.ts';

const LEDGER_FILE = '.badgekit/ledger.db';

/** Opens the programme's ledger; status places are drawn by a permutation that only the programme's secret gives. */
export async function openProgrammeLedger({ root }: Programme, awardSecret: Uint8Array): Promise<Ledger> {
  const path = join(root, LEDGER_FILE);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return await openLedger(path, (purpose, list, size, counter) => permute(awardSecret, `${purpose}/${list}`, size, counter));
}

/** Whether anything was ever issued here. */
export function hasLedger({ root }: Programme): boolean {
  return existsSync(join(root, LEDGER_FILE));
}
