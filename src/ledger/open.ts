import { BadgekitError } from '../errors.ts';
import type { Ledger } from '../ports.ts';
import type { Engine } from './engine.ts';
import { migrate } from './migrations.ts';
import { type PlaceChooser, SqlLedger } from './sql-ledger.ts';
import { damagedLedger, openSqlite } from './sqlite.ts';

export interface LedgerOpening {
  readonly choosePlace: PlaceChooser;
  /** A fingerprint of the secret that award identities are made with: another secret would issue everything again. */
  readonly secretFingerprint: string;
  /** Asked before a ledger is begun; it throws where there must have been one. */
  readonly onNew?: () => Promise<void>;
}

/**
 * Opens a ledger, making it where there is none.
 * @param place the path of a file for the embedded engine, or a postgres:// address
 * @throws BadgekitError LEDGER_DAMAGED | LEDGER_LOCKED | LEDGER_UNREACHABLE | FILE_NOT_WRITABLE | KEY_MISMATCH
 */
export async function openLedger(
  place: string,
  { choosePlace, secretFingerprint, onNew = async () => undefined }: LedgerOpening,
): Promise<Ledger> {
  const engine = await openEngine(place);
  try {
    await engine.guard(async () => {
      await migrate(engine, onNew);
      if (!(await engine.isSound())) throw damagedLedger(engine.name);
      await refuseOtherSecret(engine, secretFingerprint);
    });
  } catch (error) {
    await engine.db.destroy();
    throw error;
  }
  return new SqlLedger(engine, choosePlace);
}

/** Whether a ledger's place is the address of a database rather than a file. */
export function isPostgresUrl(place: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(place);
}

async function openEngine(place: string): Promise<Engine> {
  if (!isPostgresUrl(place)) return await openSqlite(place);
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(place);
}

async function refuseOtherSecret({ db, name }: Engine, secretFingerprint: string): Promise<void> {
  await db
    .insertInto('fact')
    .values({ name: 'award_secret', value: secretFingerprint })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { value } = await db
    .selectFrom('fact')
    .select('value')
    .where('name', '=', 'award_secret')
    .executeTakeFirstOrThrow();
  if (value === secretFingerprint) return;
  throw new BadgekitError(
    'KEY_MISMATCH',
    `keys/award-ids.jwe is not the secret that was issued with in the ledger ${name}`,
    {
      hint: 'with another one every award would be issued a second time: put the right file back from your backup',
    },
  );
}
