import { BadgekitError } from '../errors.ts';
import type { Clock, Ledger, RunNote } from '../ports.ts';
import type { Engine, WaitedFor } from './engine.ts';
import { awardSecret, noteAwardSecret } from './facts.ts';
import { requireKey } from './keys.ts';
import { type DeadRun, deadRuns, endRuns, openRunNames } from './runs.ts';
import { migrate } from './migrations.ts';
import { SqlLedger } from './sql-ledger.ts';
import type { PlaceChooser } from './status-places.ts';
import { damagedLedger, openSqlite } from './sqlite.ts';

const LONG_AGO_MS = 86_400_000;

/** What only the issuer's secret gives. */
export interface SecretParts {
  readonly choosePlace: PlaceChooser;
  /** A fingerprint of the secret that award identities are made with: another would issue everything again. */
  readonly fingerprint: string;
}

/** Told where a run has to wait long: of the runs that others have under way, or that the server does not answer. */
export type OnWait = (waitedFor: readonly RunNote[] | 'server') => void;

export interface LedgerOpening {
  readonly clock: Clock;
  /** Asked for once all else is open, as the secret may take a while; without it nothing can be reserved. */
  readonly secret?: (() => Promise<SecretParts>) | undefined;
  /** The key that is to sign what is reserved and issued: nothing is, once it has ended. */
  readonly keyName?: string | undefined;
  /** Asked where a ledger knows of nothing; it throws where there must have been one, unless another run has begun. */
  readonly onEmpty?: ((hasBegun: () => Promise<boolean>) => Promise<void>) | undefined;
  readonly onWait?: OnWait | undefined;
}

/**
 * Opens a ledger, making it where there is none.
 * @param place the path of a file for the embedded engine, or a postgres:// address
 * @throws BadgekitError LEDGER_DAMAGED | LEDGER_LOCKED | LEDGER_UNREACHABLE | FILE_NOT_WRITABLE | KEY_MISMATCH; what asking
 *   for the secret throws
 */
export async function openLedger(
  place: string,
  { clock, secret: askSecret, keyName, onEmpty, onWait }: LedgerOpening,
): Promise<Ledger> {
  const tell = (waitedFor: WaitedFor): void => {
    if (waitedFor === 'server') onWait?.('server');
    else void ledger?.livingRuns().then(onWait, () => undefined);
  };
  let ledger: Ledger | undefined;
  const engine = await openEngine(place, tell);
  let secret: SecretParts | undefined;
  try {
    await engine.guard(async () => {
      await migrate(engine);
      const dead = await deadRuns(engine);
      if (!(await engine.isSound(dead.length > 0))) throw damagedLedger(engine.name);
      await noteEnd(engine, dead, clock());
      if (!(await hasAwards(engine))) await onEmpty?.(() => hasAwards(engine));
      await requireKey(engine.db, keyName);
    });
    secret = await askSecret?.();
    const fingerprint = secret?.fingerprint;
    if (fingerprint !== undefined) await engine.guard(() => refuseOtherSecret(engine, fingerprint));
  } catch (error) {
    await engine.db.destroy();
    throw error;
  }
  ledger = new SqlLedger(engine, { choosePlace: secret?.choosePlace, keyName, clock });
  return ledger;
}

/** Notes that runs ended which did not say so. On a server one may live whose connection is cut at this moment. */
async function noteEnd(engine: Engine, dead: readonly DeadRun[], now: number): Promise<void> {
  const ended = dead.filter(({ startedAt }) => engine.dialect === 'sqlite' || startedAt < now - LONG_AGO_MS);
  const strays = await engine.strays(await openRunNames(engine.db));
  if (ended.length === 0 && strays.length === 0) return;
  await engine.exclusive(async (tx) => {
    await endRuns(
      tx,
      ended.map(({ run }) => run),
      now,
    );
    // Nobody is beginning a run beside this: what still belongs to none now belongs to a process that ended.
    await engine.held(await engine.strays(await openRunNames(tx)));
  });
}

/** Whether a ledger's place is the address of a database rather than a file. */
export function isPostgresUrl(place: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(place);
}

async function openEngine(place: string, onLongWait: (waitedFor: WaitedFor) => void): Promise<Engine> {
  if (!isPostgresUrl(place)) return await openSqlite(place, () => onLongWait('others'));
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(place, onLongWait);
}

async function refuseOtherSecret({ db, name, exclusive }: Engine, secretFingerprint: string): Promise<void> {
  const known = await awardSecret(db);
  if (known === secretFingerprint) return;
  if (known === undefined) {
    await exclusive((tx) => noteAwardSecret(tx, secretFingerprint));
    if ((await awardSecret(db)) === secretFingerprint) return;
  }
  throw new BadgekitError(
    'KEY_MISMATCH',
    `the secret in keys/ is not the one that was issued with in the ledger ${name}`,
    {
      hint: 'with another one every award would be issued a second time: put the right keys/ back from your backup',
    },
  );
}

async function hasAwards({ db }: Engine): Promise<boolean> {
  return (await db.selectFrom('award').select('credential_id').limit(1).executeTakeFirst()) !== undefined;
}
