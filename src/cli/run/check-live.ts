import { BadgekitError, EXIT, type ExitCode, ifUsable } from '../../errors.ts';
import { compareBits, type ListFault, listStanding } from '../../issue/list-standing.ts';
import { readListCredential } from '../../issue/status-lists.ts';
import type { Lookup } from '../../ports.ts';
import { listFiles } from '../../programme/files.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { decodeBitstring } from '../../status/bitstring.ts';
import { readStatusList } from '../../status/list.ts';
import { formatMinute, readInstant } from '../../syntax/datetime.ts';
import { quoted } from '../../syntax/text.ts';
import { readHttps } from '../../world/https.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import type { Session } from '../session.ts';
import { count, counted, styles } from '../style.ts';

const MAX_FILE_BYTES = 16 * 1024 * 1024;
const AT_ONCE = 6;

/** How a hosted file compares with the one in public/. */
interface LiveFile {
  readonly path: string;
  readonly url: string;
  readonly state: 'same' | 'different' | 'missing' | 'unreachable';
  readonly detail: string | undefined;
}

/**
 * `publish --check-live`: reads every file of public/ from its host and compares it byte for byte; and the lists of public/
 * with the ledger. Writes nothing.
 */
export async function runCheckLive(
  address: string | true,
  options: CommonOptions,
  session: Session,
): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const base = baseOf(address, programme);
  const paths = await listFiles(programme.root, 'public');
  if (paths.length === 0)
    throw new BadgekitError('FILE_NOT_FOUND', 'there is nothing in public/ to compare with', {
      hint: 'badgekit publish writes it',
    });
  const files: LiveFile[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE)
    files.push(...(await Promise.all(paths.slice(at, at + AT_ONCE).map((path) => compare(path, base, programme)))));
  const due = (await hasLedger(programme, session.env)) ? await listsDue(programme, session) : [];
  session.out(
    options.json === true
      ? `${JSON.stringify({ badgekit: 1, command: 'publish', checkLive: base, files: files.map((file) => ({ ...file, detail: file.detail ?? null })), due: due.map(({ path, what }) => ({ path, what })) })}\n`
      : asText(files, due, base, session),
  );
  if (due.length > 0) return EXIT.no;
  if (files.some(({ state }) => state === 'different' || state === 'missing')) return EXIT.no;
  return files.some(({ state }) => state === 'unreachable') ? EXIT.undetermined : EXIT.yes;
}

/** What a host should serve is not in public/ either, until the lists are signed anew. */
async function listsDue(programme: Programme, session: Session): Promise<readonly ListFault[]> {
  return await usingLedger(programme, undefined, session, async (ledger) => {
    const faults: ListFault[] = [];
    for (const list of await ledger.statusLists())
      faults.push(...(await listStanding(list, ledger, programme.files, session.clock())).faults);
    return faults;
  });
}

function baseOf(address: string | true, { config }: Programme): string {
  const base = address === true ? config.hosting : address;
  if (base !== undefined && URL.canParse(base) && /^https?:$/.test(new URL(base).protocol))
    return base.replace(/\/+$/, '');
  throw new BadgekitError(
    'USAGE',
    base === undefined ? 'the programme hosts nothing' : `--check-live ${quoted(base)} is no web address`,
    { hint: 'write the address under which public/ is found, such as https://badges.example.org' },
  );
}

async function compare(path: string, base: string, { files }: Programme): Promise<LiveFile> {
  const url = `${base}/${path.slice('public/'.length)}`;
  const [wanted, live] = await Promise.all([
    files.read(path, MAX_FILE_BYTES),
    readHttps(url, MAX_FILE_BYTES, { allowLoopback: true }),
  ]);
  if (!live.found) return { path, url, ...missing(live) };
  if (Buffer.compare(wanted, live.value) === 0) return { path, url, state: 'same', detail: undefined };
  return { path, url, state: 'different', detail: staleness(wanted, live.value) };
}

function missing({ reason, message }: Extract<Lookup<never>, { found: false }>): Pick<LiveFile, 'state' | 'detail'> {
  return { state: reason === 'absent' ? 'missing' : 'unreachable', detail: message };
}

/** What an old status list means to those who read it. */
function staleness(wanted: Uint8Array, live: Uint8Array): string | undefined {
  const [should, does] = [wanted, live].map((bytes) => ifUsable(() => readListCredential(bytes).document));
  if (should === undefined) return undefined;
  if (does === undefined) return 'what is there is no status list';
  const [bits, liveBits] = [should, does].map((list) =>
    ifUsable(() => decodeBitstring(readStatusList(list)?.encodedList ?? '')),
  );
  const date = readInstant(does['validFrom']);
  const of = date === undefined ? '' : ` of ${formatMinute(date)}`;
  if (bits === undefined || liveBits === undefined) return `what is there is another list${of}`;
  const { lacking, extra } = compareBits(liveBits, bits);
  const parts = [
    ...(lacking === 0 ? [] : [`it lacks ${counted(lacking, 'entry', 'entries')} that should be set`]),
    ...(extra === 0 ? [] : [`it has ${counted(extra, 'entry', 'entries')} set that should be clear`]),
  ];
  return `what is there is a list${of}${parts.length === 0 ? ', with the same entries' : `: ${parts.join(', ')}`}`;
}

function asText(files: readonly LiveFile[], due: readonly ListFault[], base: string, session: Session): string {
  const { out } = styles(session);
  const odd = files.filter(({ state }) => state !== 'same');
  const lines = odd.map(
    ({ state, url, detail }) => `${out.bold(state.padEnd(11))}  ${url}${detail === undefined ? '' : `: ${detail}`}\n`,
  );
  const refresh = due.map(({ path, what }) => `${out.bold('due'.padEnd(11))}  ${path}: ${what}\n`);
  if (refresh.length > 0) refresh.push('First sign these lists anew: badgekit status refresh.\n');
  const same = files.length - odd.length;
  const sum =
    odd.length === 0
      ? `All ${counted(files.length, 'file')} of public/ are at ${base} as they are here.\n`
      : `${count(same)} of ${counted(files.length, 'file')} are at ${base} as they are here. Copy public/ there again.\n`;
  return `${lines.join('')}${refresh.join('')}${sum}`;
}
