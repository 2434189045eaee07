import { hostname } from 'node:os';
import { keyEnded } from '../ledger/keys.ts';
import type { OnWait } from '../ledger/open.ts';
import type { Ledger, RunNote } from '../ports.ts';
import { readEndedKeys } from '../programme/ended-keys.ts';
import type { Keyring } from '../programme/keyring.ts';
import { openProgrammeLedger } from '../programme/ledger.ts';
import type { Programme } from '../programme/programme.ts';
import { formatDay, formatMinute } from '../syntax/datetime.ts';
import { visible } from '../syntax/text.ts';
import type { Session } from './session.ts';

const RUN_ID_BYTES = 4;

/** Keys that are open, to sign with or not. */
type OpenKeys = Pick<Keyring, 'awardSecret'> & Partial<Keyring>;
/** What opens the ledger: these, or those to sign with that are still being opened. */
type LedgerKeys = OpenKeys | (() => Promise<Keyring>);

/** The programme's ledger; without keys, to read and not to reserve in. Where it is busy for long, the user is told with whose work. */
export async function openLedgerOf(
  programme: Programme,
  keys: LedgerKeys | undefined,
  session: Session,
  { isRemade = false } = {},
): Promise<Ledger> {
  const { key: keyName } = programme.config;
  const isToSign = typeof keys === 'function' || keys?.key !== undefined;
  const awardSecret = async (open: LedgerKeys): Promise<Uint8Array> =>
    (typeof open === 'function' ? await open() : open).awardSecret;
  if (isToSign) {
    const ended = (await readEndedKeys(programme)).find(({ name }) => name === keyName);
    if (ended !== undefined) throw keyEnded(ended);
  }
  return await openProgrammeLedger(programme, {
    awardSecret: keys === undefined ? undefined : () => awardSecret(keys),
    keyName: isToSign ? keyName : undefined,
    env: session.env,
    clock: session.clock,
    isRemade,
    onWait: (waitedFor) => session.err(`Waiting for the ledger: ${describeWait(waitedFor)}.\n`),
  });
}

function describeWait(waitedFor: Parameters<OnWait>[0]): string {
  if (waitedFor === 'server') return 'its server does not answer';
  const whom = waitedFor.length === 0 ? 'another badgekit' : waitedFor.map(describeRun).join(', ');
  return `${whom} is writing to it`;
}

/** Works with the programme's ledger and closes it, whatever happens. */
export async function usingLedger<T>(
  programme: Programme,
  keys: OpenKeys | undefined,
  session: Session,
  work: (ledger: Ledger) => Promise<T>,
  options: { readonly isRemade?: boolean } = {},
): Promise<T> {
  const ledger = await openLedgerOf(programme, keys, session, options);
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
