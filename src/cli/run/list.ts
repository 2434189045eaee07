import { BadgekitError, EXIT } from '../../errors.ts';
import { changeOf, type Standing, standingOf, STANDINGS } from '../../issue/standing.ts';
import type { AwardFilter, LedgerAward } from '../../ports.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme } from '../../programme/programme.ts';
import { writeCsvLine } from '../../syntax/csv.ts';
import { addDuration, formatDay, formatStamp, type Instant } from '../../syntax/datetime.ts';
import { visible } from '../../syntax/text.ts';
import { type AwardOptions, describeAward, filterOf, findAwards } from '../award-filter.ts';
import { choose } from '../choice.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import { jsonLine } from '../report-json.ts';
import type { Session } from '../session.ts';
import { parseSpan } from '../span.ts';
import { count, counted, styles } from '../style.ts';

export interface ListOptions extends CommonOptions, AwardOptions {
  readonly status?: string;
  readonly expiring?: string;
  readonly csv?: boolean;
  readonly jsonl?: boolean;
}

/** `list`: issued badges as lines, CSV or JSON, as they are read. */
export async function runList(wanted: string | undefined, options: ListOptions, session: Session): Promise<number> {
  const programme = await openProgramme(session.cwd, options.programme);
  const now = session.clock();
  const status = choose('--status', options.status, STANDINGS);
  const endsBefore =
    options.expiring === undefined ? undefined : addDuration(now, parseSpan('--expiring', options.expiring));
  const printer = printerOf(options, session);
  const counts = new Map<Standing, number>();
  const isThere = await hasLedger(programme, session.env);
  if (!isThere) printer.begin();
  else {
    const filter: AwardFilter = { ...filterOf(options, programme), endsBefore };
    await usingLedger(programme, undefined, session, async (ledger) => {
      printer.begin();
      for await (const award of findAwards(ledger, filter, [wanted, options.recipient])) {
        const standing = standingOf(award, now);
        const isWanted = status === undefined || standing === status;
        if (!isWanted || (endsBefore !== undefined && standing !== 'valid')) continue;
        counts.set(standing, (counts.get(standing) ?? 0) + 1);
        printer.award(award, standing);
      }
    });
  }
  printer.end(counts);
  return EXIT.yes;
}

interface Printer {
  begin(): void;
  award(award: LedgerAward, standing: Standing): void;
  end(counts: ReadonlyMap<Standing, number>): void;
}

const nothing = (): void => undefined;

function printerOf({ csv, json, jsonl }: ListOptions, session: Session): Printer {
  if ([csv, json, jsonl].filter((form) => form === true).length > 1)
    throw new BadgekitError('USAGE', '--csv, --json and --jsonl exclude each other');
  if (csv === true)
    return {
      begin: () => session.out(`\ufeff${writeCsvLine(CSV_COLUMNS)}`),
      award: (award, standing) => session.out(writeCsvLine(asCells(award, standing))),
      end: nothing,
    };
  if (jsonl === true)
    return {
      begin: nothing,
      award: (award, standing) => session.out(`${jsonLine({ badgekit: 1, ...asJson(award, standing) })}\n`),
      end: nothing,
    };
  return json === true ? jsonPrinter(session) : textPrinter(session);
}

function jsonPrinter(session: Session): Printer {
  let separator = '';
  return {
    begin: () => session.out('{"badgekit":1,"command":"list","badges":['),
    award: (award, standing) => {
      session.out(`${separator}${jsonLine(asJson(award, standing))}`);
      separator = ',';
    },
    end: (counts) => session.out(`],"counts":${JSON.stringify(Object.fromEntries(counts))}}\n`),
  };
}

function textPrinter(session: Session): Printer {
  const { out } = styles(session);
  return {
    begin: () => undefined,
    award: (award, standing) =>
      session.out(`${out.bold(standing.padEnd(10))}  ${describeAward(award)}${detailOf(award, standing)}\n`),
    end: (counts) => {
      const total = [...counts.values()].reduce((sum, number) => sum + number, 0);
      const parts = STANDINGS.toReversed().flatMap((standing) => {
        const number = counts.get(standing) ?? 0;
        return number === 0 ? [] : [`${count(number)} ${standing}`];
      });
      session.out(total === 0 ? 'No such badge was issued.\n' : `${counted(total, 'badge')}: ${parts.join(', ')}\n`);
    },
  };
}

function detailOf(award: LedgerAward, standing: Standing): string {
  const { supersededBy, validUntil } = award;
  if (standing === 'superseded') return `, by ${supersededBy ?? ''}`;
  if (standing === 'valid' || standing === 'expired')
    return validUntil === undefined
      ? ''
      : `, ${standing === 'valid' ? 'until' : 'expired on'} ${formatDay(validUntil)}`;
  const change = changeOf(award, standing === 'revoked' ? 'revocation' : 'suspension');
  const reason = change?.reason === undefined ? '' : `: ${visible(change.reason, 120)}`;
  return change === undefined ? '' : `, ${standing} on ${formatDay(change.since)}${reason}`;
}

const CSV_COLUMNS = [
  'id',
  'badge',
  'recipient',
  'name',
  'award',
  'status',
  'since',
  'reason',
  'valid_from',
  'valid_until',
  'issued_at',
  'batch',
  'roster',
  'line',
  'key',
  'supersedes',
  'superseded_by',
] as const;

function asCells(award: LedgerAward, standing: Standing): readonly string[] {
  const change = latestSet(award);
  const cells: Readonly<Record<(typeof CSV_COLUMNS)[number], string | undefined>> = {
    id: award.credentialId,
    badge: award.badge,
    recipient: award.recipient,
    name: award.recipientName,
    award: award.awardKey,
    status: standing,
    since: stamp(change?.since),
    reason: change?.reason,
    valid_from: stamp(award.validFrom),
    valid_until: stamp(award.validUntil),
    issued_at: stamp(award.issuedAt),
    batch: award.run,
    roster: award.roster,
    line: String(award.line),
    key: award.verificationMethod,
    supersedes: award.supersedes,
    superseded_by: award.supersededBy,
  };
  return CSV_COLUMNS.map((column) => cells[column] ?? '');
}

function asJson(award: LedgerAward, standing: Standing): object {
  const change = latestSet(award);
  return {
    id: award.credentialId,
    badge: award.badge,
    recipient: award.erasedAt === undefined ? award.recipient : null,
    name: award.recipientName ?? null,
    award: award.awardKey,
    status: standing,
    since: stamp(change?.since) ?? null,
    reason: change?.reason ?? null,
    validFrom: stamp(award.validFrom),
    validUntil: stamp(award.validUntil) ?? null,
    issuedAt: stamp(award.issuedAt) ?? null,
    batch: award.run,
    roster: award.roster,
    line: award.line,
    verificationMethod: award.verificationMethod ?? null,
    files: award.files,
    supersedes: award.supersedes ?? null,
    supersededBy: award.supersededBy ?? null,
  };
}

/** Why a badge does not count, if so. */
function latestSet(award: LedgerAward): ReturnType<typeof changeOf> {
  const change = changeOf(award, 'revocation') ?? changeOf(award, 'suspension');
  return change?.set === true ? change : undefined;
}

function stamp(instant: Instant | undefined): string | undefined {
  return instant === undefined ? undefined : formatStamp(instant);
}
