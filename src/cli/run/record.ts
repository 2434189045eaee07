import { resolve } from 'node:path';
import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { standingOf } from '../../issue/standing.ts';
import { achievedIn } from '../../openbadges/achieved.ts';
import { asList } from '../../openbadges/credential.ts';
import type { LedgerAward } from '../../ports.ts';
import { type LoadedDefinition, loadDefinitions } from '../../programme/definitions.ts';
import { refuseForeign, writeWhole } from '../../programme/files.ts';
import { filesOfAward, readIssued } from '../../programme/issued-files.ts';
import { isAsSigned, issuerKeys } from '../../programme/issued-signature.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { isJsonObject, type JsonObject } from '../../syntax/json.ts';
import { quoted, visible } from '../../syntax/text.ts';
import { findAwards, nothingFound } from '../award-filter.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import { type RecordedBadge, recordAsHtml } from '../render-record.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';

const PRIVATE_MODE = 0o600;

interface RecordOptions extends CommonOptions {
  readonly out?: string;
  readonly all?: boolean;
}

/** `record`: what a person has achieved, as a page to hand on. */
export async function runRecord(person: string, options: RecordOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const now = session.clock();
  const awards = await awardsOf(person, options, programme, session);
  if (awards.length === 0) throw nothingFound([person], {});
  const keyOf = await issuerKeys(programme);
  const { definitions } = await loadDefinitions(programme);
  const badges: (RecordedBadge & { readonly identifiedBy: string })[] = [];
  const absent: string[] = [];
  for (const award of awards) {
    const badge = await recorded(award, { programme, keyOf, definitions, now });
    if (badge === undefined) absent.push(award.credentialId);
    else badges.push(badge);
  }
  refuseSeveral(person, badges);
  const { id, name, url } = programme.config.issuer;
  const page = recordAsHtml({
    person: awards.find(({ recipientName }) => recipientName !== undefined)?.recipientName ?? person,
    issuer: { id, name, url },
    made: now,
    badges,
    absent,
  });
  const file = options.out ?? `record-${person.replace(/[^A-Za-z0-9.@_+-]+/g, '-').slice(0, 80)}.html`;
  await refuseForeign(resolve(session.cwd, file), file, {
    mark: RECORD,
    within: LONGEST_HEAD,
    what: 'no evidence record',
    hint: 'give another name: --out FILE',
  });
  if (options.dryRun !== true)
    await writeWhole(resolve(session.cwd, file), Buffer.from(page, 'utf8'), {
      replace: true,
      mode: PRIVATE_MODE,
      shownAs: file,
    });
  if (options.json === true)
    session.out(`${JSON.stringify({ badgekit: 1, command: 'record', file, badges: badges.length, absent })}\n`);
  else
    session.out(
      `The record of ${counted(badges.length, 'badge')} ${options.dryRun === true ? 'would be' : 'is'} in ${visible(file)}: a page that needs nothing else, to be read, printed or sent.\n${absent.map((credential) => `not in it: ${credential}, whose file is not in the programme, or is not as it was signed\n`).join('')}`,
    );
  return absent.length === 0 ? EXIT.yes : EXIT.no;
}

/** The badges of a person in the order in which they were awarded; those that were replaced only where all are wanted. */
async function awardsOf(
  person: string,
  { all }: RecordOptions,
  programme: Programme,
  session: Session,
): Promise<readonly LedgerAward[]> {
  if (!(await hasLedger(programme, session.env))) return [];
  return await usingLedger(programme, undefined, session, async (ledger) => {
    const found: LedgerAward[] = [];
    for await (const award of findAwards(ledger, {}, [person]))
      if (award.erasedAt === undefined && (all === true || award.supersededBy === undefined)) found.push(award);
    return found.toSorted((a, b) => a.validFrom - b.validFrom);
  });
}

interface Recording {
  readonly programme: Programme;
  readonly keyOf: Awaited<ReturnType<typeof issuerKeys>>;
  readonly definitions: readonly LoadedDefinition[];
  readonly now: number;
}

/** A badge from its file; undefined where that is gone, or is not as it was signed. */
async function recorded(
  award: LedgerAward,
  { programme, keyOf, definitions, now }: Recording,
): Promise<(RecordedBadge & { readonly identifiedBy: string }) | undefined> {
  const [main] = await filesOfAward(programme, award);
  if (main === undefined || !(await programme.files.exists(main))) return undefined;
  const issued = await readIssued(programme, main);
  if (issued?.document['id'] !== award.credentialId || !(await isAsSigned(issued, keyOf))) return undefined;
  // The picture that is the programme's own: what lies beside a credential may carry another one.
  const definition = definitions.find(({ badge }) => badge === award.badge);
  const { images = [] } = definition ?? {};
  return {
    credentialId: award.credentialId,
    identifiedBy: identityTypesIn(issued.document),
    achieved: achievedIn(issued.document),
    standing: standingOf(award, now),
    image: images.find(({ format }) => format === 'svg') ?? images[0],
    caption: definition?.source.image.caption ?? '',
    text: issued.text,
    form: issued.form,
  };
}

/** By what kinds of identifiers a credential knows its holder. */
function identityTypesIn({ credentialSubject }: JsonObject): string {
  const subject = isJsonObject(credentialSubject) ? credentialSubject : {};
  const types = asList(subject['identifier']).map((entry) =>
    isJsonObject(entry) ? String(entry['identityType']) : '',
  );
  return types.filter((type) => type !== 'name').join(', ');
}

/** One text may stand for two people where it is no address: a number in one system, and the same one in another. */
function refuseSeveral(person: string, badges: readonly (RecordedBadge & { readonly identifiedBy: string })[]): void {
  const kinds = new Set(badges.map(({ identifiedBy }) => identifiedBy));
  if (person.includes('@') || /^(?:did|https?):/.test(person) || kinds.size < 2) return;
  throw new BadgekitError(
    'CREDENTIAL_AMBIGUOUS',
    `${quoted(person)} may be several people: it is an identifier of the kinds ${[...kinds].join(' and ')}`,
    {
      hint: 'ask for each by an address of theirs',
      more: badges.map(({ credentialId, identifiedBy }) => `${credentialId}  ${identifiedBy}`),
    },
  );
}

const RECORD = '<title>Evidence record of ';
const LONGEST_HEAD = 2048;
