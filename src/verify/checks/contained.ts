import { asList } from '../../openbadges/credential.ts';
import { envelopedToken } from '../../proof/jwt.ts';
import { isJsonObject, type Json, type JsonObject, pointer } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import type { ContainedReport, Report } from '../report.ts';
import { openEmbedded, type Opened, type Subject } from '../subject.ts';
import { type CheckResult, failed, type Finding, nonEmpty, passed, skipped, undetermined } from '../verdict.ts';

/** Records of a whole education hold some dozens; more than this is an attack on the reader's time. */
const MAX_CONTAINED = 200;

export interface Wrapped {
  readonly path: string;
  readonly opened: Opened;
}

/** What is found about all that a document wraps, and about each. */
export interface Contained {
  readonly check: CheckResult;
  readonly contained: readonly ContainedReport[];
}

/** The credentials that a learner record or a presentation wraps, each opened. */
export function wrappedIn({ document, kind }: Subject): readonly Wrapped[] {
  if (kind === 'VerifiablePresentation') return openEach(document['verifiableCredential'], '/verifiableCredential');
  const subject = document['credentialSubject'];
  if (kind !== 'ClrCredential' || !isJsonObject(subject)) return [];
  return openEach(subject['verifiableCredential'], '/credentialSubject/verifiableCredential');
}

function openEach(value: Json | undefined, path: string): readonly Wrapped[] {
  return asList(value)
    .slice(0, MAX_CONTAINED + 1)
    .filter((entry) => isJsonObject(entry) || typeof entry === 'string')
    .map((entry, index) => ({
      path: Array.isArray(value) ? pointer(path, index) : path,
      opened: openEmbedded(typeof entry === 'string' ? entry : (envelopedToken(entry) ?? entry)),
    }));
}

/** Step 12: each wrapped credential has a verdict of its own; the wrapping holds no better than the worst of them. */
export async function checkContained(
  subject: Subject,
  wrapped: readonly Wrapped[],
  verifyOne: (opened: Opened) => Promise<Report>,
): Promise<Contained> {
  if (wrapped.length > MAX_CONTAINED)
    return {
      check: failed('credentials', [
        { code: 'TOO_COMPLEX', message: `it wraps more than ${MAX_CONTAINED} credentials` },
      ]),
      contained: [],
    };
  if (wrapped.length === 0) return { check: skipped('credentials', 'it wraps none'), contained: [] };
  const contained: ContainedReport[] = [];
  for (const { path, opened } of wrapped) contained.push({ path, report: await verifyOne(opened) });
  return { check: summaryOf(contained, otherSubjects(subject, wrapped)), contained };
}

function summaryOf(contained: readonly ContainedReport[], notes: readonly Finding[]): CheckResult {
  const total = contained.length;
  const rejected = nonEmpty(findingsFor(contained, 'rejected', 'CREDENTIAL_REJECTED'));
  if (rejected !== undefined)
    return failed(
      'credentials',
      [...rejected, ...notes],
      `${rejected.length} of the ${total} credentials in it does not hold: ${rejected[0].message}`,
    );
  const open = nonEmpty(findingsFor(contained, 'undetermined', 'CREDENTIAL_UNDETERMINED'));
  if (open !== undefined)
    return undetermined(
      'credentials',
      [...open, ...notes],
      `${open.length} of the ${total} credentials in it could not be decided: ${open[0].message}`,
    );
  return passed('credentials', total === 1 ? 'one in it, verified' : `${total} in it, all verified`, notes);
}

function findingsFor(
  contained: readonly ContainedReport[],
  verdict: Report['verdict'],
  code: Finding['code'],
): Finding[] {
  return contained
    .filter(({ report }) => report.verdict === verdict)
    .map(({ path, report }) => ({
      code,
      path,
      message: `${quoted(report.claims?.name ?? report.claims?.id ?? 'unnamed', 120)}: ${report.headline}`,
    }));
}

/** A learner record is about one person; a credential in it about another is told, for it may be no fault. */
function otherSubjects({ document, kind }: Subject, wrapped: readonly Wrapped[]): Finding[] {
  const about = subjectId(document);
  if (kind !== 'ClrCredential' || about === undefined) return [];
  return wrapped.flatMap(({ path, opened }): Finding[] => {
    const other = opened.subject === undefined ? undefined : subjectId(opened.subject.document);
    if (other === undefined || other === about) return [];
    return [
      {
        code: 'CREDENTIAL_OTHER_SUBJECT',
        path,
        message: `it is about ${quoted(other, 120)}, while the record is about ${quoted(about, 120)}`,
      },
    ];
  });
}

function subjectId({ credentialSubject: subject }: JsonObject): string | undefined {
  return isJsonObject(subject) && typeof subject['id'] === 'string' ? subject['id'] : undefined;
}
