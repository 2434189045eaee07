import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { openLedger } from '../ledger/open.ts';
import { keyedDigest } from '../openbadges/identifiers.ts';
import type { Ledger } from '../ports.ts';
import { permute } from '../status/permutation.ts';
import { makeFolder } from './files.ts';
import type { Programme } from './programme.ts';

const LEDGER_FILE = '.badgekit/ledger.db';

/**
 * Opens the programme's ledger; status places are drawn by a permutation that only the programme's secret gives.
 * @throws BadgekitError LEDGER_DAMAGED where badges were issued here and their ledger is gone; LEDGER_LOCKED; KEY_MISMATCH
 */
export async function openProgrammeLedger(programme: Programme, awardSecret: Uint8Array): Promise<Ledger> {
  const path = join(programme.root, LEDGER_FILE);
  if (!existsSync(path)) await refuseLostLedger(programme);
  await makeFolder(dirname(path), programme.shown(dirname(LEDGER_FILE)), 0o700);
  const choosePlace = (purpose: string, list: number, size: number, counter: number): number =>
    permute(awardSecret, `${purpose}/${list}`, size, counter);
  return await openLedger(path, choosePlace, keyedDigest(awardSecret, 'fingerprint'));
}

/** Whether anything was ever issued here. */
export function hasLedger({ root }: Programme): boolean {
  return existsSync(join(root, LEDGER_FILE));
}

/** A new ledger would hand out status places again, and sign lists in which nothing is revoked. */
async function refuseLostLedger({ root, shown }: Programme): Promise<void> {
  for (const folder of ['credentials', 'public/status']) {
    const entries = await readdir(join(root, folder)).catch(() => []);
    // Another run may have begun the ledger, and issued, since this one looked.
    if (entries.length === 0 || existsSync(join(root, LEDGER_FILE))) continue;
    throw new BadgekitError(
      'LEDGER_DAMAGED',
      `badges were issued here (${shown(folder)}), and the ledger that knows of them is gone`,
      {
        where: { file: shown(LEDGER_FILE) },
        hint: 'put it back from your backup; to begin anew, move credentials/ and public/status/ away first',
      },
    );
  }
}
