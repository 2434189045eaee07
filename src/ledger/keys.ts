import type { Kysely } from 'kysely';
import { BadgekitError } from '../errors.ts';
import type { EndedKey } from '../ports.ts';
import { formatDay } from '../syntax/datetime.ts';
import type { LedgerTables } from './tables.ts';

type Db = Kysely<LedgerTables>;

/** The keys that sign no more, in the order of their names. */
export async function endedKeys(db: Db): Promise<readonly EndedKey[]> {
  const rows = await db.selectFrom('signing_key').selectAll().orderBy('name').execute();
  return rows.map(({ name, state, since, ended_at }) => ({ name, state, since, at: ended_at }));
}

/** Notes that a key signs no more. A retired key may turn out to be compromised; never the other way round. */
export async function endKey(tx: Db, { name, state, since, at }: EndedKey): Promise<void> {
  const row = { name, state, since, ended_at: at };
  await tx
    .insertInto('signing_key')
    .values(row)
    .onConflict((conflict) =>
      state === 'compromised' ? conflict.column('name').doUpdateSet(row) : conflict.column('name').doNothing(),
    )
    .execute();
}

/** @throws BadgekitError KEY_ENDED where the key of this name signs no more */
export async function requireKey(db: Db, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  const ended = (await endedKeys(db)).find((key) => key.name === name);
  if (ended !== undefined) throw keyEnded(ended);
}

export function keyEnded({ name, state, since, at }: EndedKey): BadgekitError {
  return new BadgekitError(
    'KEY_ENDED',
    state === 'retired'
      ? `the key ${name} was retired on ${formatDay(at)}: it never signs again`
      : `the key ${name} is compromised since ${formatDay(since)}: it never signs again`,
    {
      hint:
        state === 'retired' ? 'make another one: badgekit keys rotate' : `go on with: badgekit keys recover ${name}`,
    },
  );
}
