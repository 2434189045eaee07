import { asList, issuerId } from '../../openbadges/credential.ts';
import { Cleared } from '../../syntax/constant.ts';
import { isJsonObject, type Json, type JsonObject } from '../../syntax/json.ts';
import { pointerTo, type Visit, visitMembers } from '../../syntax/place.ts';
import { quoted } from '../../syntax/text.ts';
import type { VerifyOptions } from '../context.ts';
import type { FileBudget } from '../file-budget.ts';
import { openEmbedded } from '../subject.ts';
import { type CheckResult, failed, type Finding, nonEmpty, passed, skipped, undetermined } from '../verdict.ts';
import { checkDates } from './dates.ts';
import { checkForm, formFaultsOf } from './form.ts';
import { checkSignature } from './signature.ts';
import { checkStatus } from './status.ts';

const MAX_ENDORSEMENTS = 10;
/** One that says more is refused for its form. */
const MAX_COUNTED = 400;

/** Step 11: each endorsement anywhere in the credential is a credential of its own (Open Badges 3.0, "Verification"). */
export async function checkEndorsements(
  document: JsonObject,
  options: VerifyOptions,
  budget: FileBudget,
): Promise<CheckResult> {
  const endorsements = endorsementsIn(document);
  if (endorsements.length === 0) return skipped('endorsements', 'it has none');
  if (endorsements.length > MAX_ENDORSEMENTS)
    return failed('endorsements', [
      { code: 'ENDORSEMENT_REJECTED', message: `it has more than ${MAX_ENDORSEMENTS} endorsements` },
    ]);
  const known = idsIn(document);
  const findings: Finding[] = [];
  for (const { value, path } of endorsements) findings.push(...(await examine(value, path, known, options, budget)));
  const rejected = nonEmpty(findings.filter(({ code }) => code === 'ENDORSEMENT_REJECTED'));
  if (rejected !== undefined)
    return failed(
      'endorsements',
      rejected,
      `${rejected.length} of ${endorsements.length} endorsements do not hold: ${rejected[0].message}`,
    );
  const open = nonEmpty(findings);
  if (open !== undefined)
    return undetermined(
      'endorsements',
      open,
      `${open.length} of ${endorsements.length} endorsements could not be checked: ${open[0].message}`,
    );
  return passed(
    'endorsements',
    endorsements.length === 1 ? 'one, and it holds' : `${endorsements.length}, and all hold`,
  );
}

/** An endorsement is checked like a badge: its form and dates before its key is looked for, its status last. */
async function examine(
  value: JsonObject | string,
  path: string,
  known: ReadonlySet<string>,
  options: VerifyOptions,
  budget: FileBudget,
): Promise<Finding[]> {
  const { file, syntax, subject } = openEmbedded(value);
  if (subject === undefined) return [{ code: 'ENDORSEMENT_REJECTED', path, message: (syntax ?? file).summary }];
  const { document, kind } = subject;
  // A token counts as one value where it stands, and costs what it holds.
  if (typeof value === 'string' && !budget.spend(document, MAX_COUNTED))
    return [{ code: 'ENDORSEMENT_REJECTED', path, message: 'there is too much in all endorsements' }];
  const about = isJsonObject(document['credentialSubject']) ? document['credentialSubject']['id'] : undefined;
  if (kind !== 'EndorsementCredential' || typeof about !== 'string')
    return [{ code: 'ENDORSEMENT_REJECTED', path, message: 'it is no EndorsementCredential' }];
  if (!known.has(about))
    return [{ code: 'ENDORSEMENT_REJECTED', path, message: `it endorses something else, ${quoted(about)}` }];
  const local = [...formFaultsOf(await checkForm(subject)), checkDates(document, options)];
  const isSound = local.every(({ outcome }) => outcome === 'passed');
  const unsound = local.find(({ outcome }) => outcome === 'failed');
  // One with too much in it, or too odd, is not worth the time that its signature would take; a placeholder is.
  if (unsound?.findings.some(({ code }) => code === 'TOO_COMPLEX') === true)
    return [{ code: 'ENDORSEMENT_REJECTED', path, message: unsound.summary }];
  const world = isSound ? options.world : options.world.local;
  const { signature, key } = await checkSignature(subject, {
    ...options,
    world,
    isPinned: false,
    domain: undefined,
    challenge: undefined,
  });
  const isAuthentic = isSound && signature.outcome === 'passed' && key.outcome === 'passed';
  const checks = [signature, key, ...local, ...(isAuthentic ? [await checkStatus(document, options)] : [])];
  const bad = checks.find(({ outcome }) => outcome === 'failed');
  if (bad !== undefined)
    return [
      { code: 'ENDORSEMENT_REJECTED', path, message: `${bad.summary} (by ${quoted(issuerId(document) ?? 'nobody')})` },
    ];
  const open = checks.find(({ outcome }) => outcome === 'undetermined');
  return open === undefined ? [] : [{ code: 'ENDORSEMENT_UNDETERMINED', path, message: open.summary }];
}

/** Everything that the badge describes, and that an endorsement in it can be about. */
function idsIn(value: Json, isRoot = true): ReadonlySet<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((entry) => [...idsIn(entry, false)]));
  if (!isJsonObject(value)) return new Set();
  const own = typeof value['id'] === 'string' ? [value['id']] : [];
  const members = Object.entries(value).filter(([key]) => key !== 'endorsement' && (!isRoot || key !== 'proof'));
  return new Set([...own, ...members.flatMap(([, member]) => [...idsIn(member, false)])]);
}

/** An endorsement and where it stands. */
interface Endorsement {
  readonly value: JsonObject | string;
  readonly path: string;
}

function endorsementsIn(document: JsonObject): readonly Endorsement[] {
  const found: Endorsement[] = [];
  const visit: Visit = (name, member, within) => {
    // Credentials inside have reports of their own, with their endorsements.
    if (name === 'verifiableCredential') return false;
    if (name !== 'endorsement' && name !== 'endorsementJwt') return true;
    const place = { within, key: name };
    for (const [key, entry] of asList(member).entries())
      if (isJsonObject(entry) || typeof entry === 'string')
        found.push({ value: entry, path: pointerTo({ within: place, key }) });
    visitMembers(member, visit, clearedOfEndorsements, place);
    // What has one is never passed over.
    return false;
  };
  visitMembers(document, visit, clearedOfEndorsements);
  return found;
}

const clearedOfEndorsements = new Cleared();
