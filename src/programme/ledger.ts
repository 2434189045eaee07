import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { isPostgresUrl, type OnWait, openLedger, type SecretParts } from '../ledger/open.ts';
import { keyedDigest } from '../openbadges/identifiers.ts';
import type { Clock, Ledger } from '../ports.ts';
import { permute } from '../status/permutation.ts';
import { makeFolder } from './files.ts';
import type { Programme } from './programme.ts';

const LEDGER_FILE = '.badgekit/ledger.db';

/** The environment variable that names the ledger, before badgekit.yaml does. */
const VARIABLE = 'BADGEKIT_LEDGER_URL';
type Environment = Readonly<Record<string, string | undefined>>;

export interface LedgerAccess {
  /** Asked for once the ledger is open; undefined for one who only reads. */
  readonly awardSecret: (() => Promise<Uint8Array>) | undefined;
  /** The key that is to sign what is issued; undefined where nothing is. */
  readonly keyName?: string | undefined;
  readonly env: Environment;
  readonly clock: Clock;
  readonly onWait?: OnWait;
  /** Whether the ledger is to be made again from what is there: then its loss is no reason to stop. */
  readonly isRemade?: boolean;
}

/**
 * Opens the programme's ledger; status places are drawn by a permutation that only the programme's secret gives.
 * @throws BadgekitError LEDGER_DAMAGED where badges were issued here and their ledger is gone; LEDGER_LOCKED;
 * LEDGER_UNREACHABLE; KEY_MISMATCH; CONFIG_INVALID; what asking for the secret throws
 */
export async function openProgrammeLedger(
  programme: Programme,
  { awardSecret, keyName, env, clock, onWait, isRemade = false }: LedgerAccess,
): Promise<Ledger> {
  const place = ledgerPlace(programme, env);
  if (!isPostgresUrl(place)) {
    if (!existsSync(place) && !isRemade)
      await refuseLostLedger(programme, place, () => Promise.resolve(existsSync(place)));
    await makeFolder(dirname(place), programme.shown(dirname(LEDGER_FILE)), 0o700);
  }
  return await openLedger(place, {
    clock,
    secret: awardSecret === undefined ? undefined : async () => secretParts(await awardSecret()),
    onWait,
    keyName,
    onEmpty: isRemade ? undefined : (hasBegun) => refuseLostLedger(programme, place, hasBegun),
  });
}

function secretParts(awardSecret: Uint8Array): SecretParts {
  return {
    choosePlace: ({ purpose, series, list }, size, counter) =>
      permute(awardSecret, series === '' ? `${purpose}/${list}` : `${purpose}/${series}/${list}`, size, counter),
    fingerprint: keyedDigest(awardSecret, 'fingerprint'),
  };
}

/**
 * Whether there may be a ledger that knows of something: a server's is asked, not guessed at.
 * @throws BadgekitError LEDGER_DAMAGED where badges were issued here and their ledger is gone
 */
export async function hasLedger(programme: Programme, env: Environment): Promise<boolean> {
  const place = ledgerPlace(programme, env);
  if (isPostgresUrl(place) || existsSync(place)) return true;
  await refuseLostLedger(programme, place, () => Promise.resolve(existsSync(place)));
  return false;
}

/** A postgres:// address, or the path of the embedded ledger. */
function ledgerPlace({ root, config }: Programme, env: Environment): string {
  const named = env[VARIABLE];
  if (named === undefined || named === '') return config.ledger ?? join(root, LEDGER_FILE);
  if (isPostgresUrl(named)) return named;
  // What it holds is not shown: it may be a password in the wrong place.
  throw new BadgekitError('CONFIG_INVALID', `${VARIABLE} is no postgres:// address`, {
    hint: `write ${VARIABLE}=postgres://user@host:port/database, or take the variable away for the ledger in .badgekit/`,
  });
}

/**
 * A new ledger would hand out status places again, and sign lists in which nothing is revoked.
 * @param hasBegun whether another run has made the ledger since this one looked, and issued
 */
async function refuseLostLedger(
  { root, shown }: Programme,
  place: string,
  hasBegun: () => Promise<boolean>,
): Promise<void> {
  for (const folder of ['credentials', 'public/status']) {
    const entries = await readdir(join(root, folder)).catch(() => []);
    if (entries.length === 0 || (await hasBegun())) continue;
    const isFile = !isPostgresUrl(place);
    throw new BadgekitError(
      'LEDGER_DAMAGED',
      `badges were issued here (${shown(folder)}), and ${isFile ? 'the ledger that knows of them is gone' : 'the ledger on the server is empty'}`,
      {
        ...(isFile ? { where: { file: shown(LEDGER_FILE) } } : {}),
        hint: `${isFile ? 'put it back from your backup' : 'check its address'}, or make it again from the badges: badgekit ledger rebuild`,
      },
    );
  }
}
