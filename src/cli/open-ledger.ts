import { hostname } from 'node:os';
import { BadgekitError } from '../errors.ts';
import type { Ledger, RunNote } from '../ports.ts';
import type { Keyring } from '../programme/keyring.ts';
import { openProgrammeLedger } from '../programme/ledger.ts';
import type { Programme } from '../programme/programme.ts';
import { formatDay, formatMinute } from '../syntax/datetime.ts';
import { visible } from '../syntax/text.ts';
import type { Session } from './session.ts';

const RUN_ID_BYTES = 4;

/** The programme's ledger; without a keyring, to read and not to reserve in. Where it is busy for long, the user is told with whose work. */
export async function openLedgerOf(
  programme: Programme,
  keyring: (Pick<Keyring, 'awardSecret'> & Partial<Keyring>) | undefined,
  session: Session,
  { isRemade = false } = {},
): Promise<Ledger> {
  const ledger = await openProgrammeLedger(programme, {
    awardSecret: keyring?.awardSecret,
    env: session.env,
    clock: session.clock,
    isRemade,
    onWait: (others) => {
      const whom = others.length === 0 ? 'another badgekit' : others.map(describeRun).join(', ');
      session.err(`Waiting for the ledger: ${whom} is writing to it.\n`);
    },
  });
  if (keyring?.key !== undefined) await refuseEndedKey(programme.config.key, ledger);
  return ledger;
}

async function refuseEndedKey(name: string, ledger: Ledger): Promise<void> {
  const ended = (await ledger.endedKeys()).get(name);
  if (ended === undefined) return;
  await ledger.close();
  throw new BadgekitError(
    'KEY_ENDED',
    ended.state === 'retired'
      ? `the key ${name} was retired on ${formatDay(ended.at)}: it never signs again`
      : `the key ${name} is compromised since ${formatDay(ended.since)}: it never signs again`,
    {
      hint:
        ended.state === 'retired'
          ? 'make another one: badgekit keys rotate'
          : `go on with: badgekit keys recover ${name}`,
    },
  );
}

/** Works with the programme's ledger and closes it, whatever happens. */
export async function usingLedger<T>(
  programme: Programme,
  keyring: (Pick<Keyring, 'awardSecret'> & Partial<Keyring>) | undefined,
  session: Session,
  work: (ledger: Ledger) => Promise<T>,
  options: { readonly isRemade?: boolean } = {},
): Promise<T> {
  const ledger = await openLedgerOf(programme, keyring, session, options);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** Notes in the ledger that this process begins to issue. */
export async function startRun(ledger: Ledger, command: string, session: Session): Promise<void> {
  await ledger.startRun(runNote(newRunId(session), command, session));
}

/** A name for a batch: the day, and enough chance that no two are alike. */
export function newRunId(session: Session): string {
  const day = formatDay(session.clock()).replaceAll('-', '');
  return `${day}-${Buffer.from(session.random(RUN_ID_BYTES)).toString('hex')}`;
}

export function runNote(run: string, command: string, session: Session): RunNote {
  return { run, command, host: hostname(), pid: process.pid, startedAt: session.clock() };
}

/** `issue spring.csv (process 4711 on kiosk, since 2026-11-25 10:02 UTC)` */
export function describeRun({ command, host, pid, startedAt }: RunNote): string {
  return `${visible(command)} (process ${pid} on ${visible(host)}, since ${formatMinute(startedAt)})`;
}
