import { isJsonObject, type Json, type JsonObject, pointer } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import type { VerifyOptions } from '../context.ts';
import { openEmbedded } from '../subject.ts';
import { type CheckResult, failed, type Finding, nonEmpty, passed, skipped, undetermined } from '../verdict.ts';
import { checkDates } from './dates.ts';
import { checkForm } from './form.ts';
import { checkSignature } from './signature.ts';

const MAX_ENDORSEMENTS = 50;

/** Step 11: each endorsement anywhere in the credential is a credential of its own (requirement G6). */
export async function checkEndorsements(document: JsonObject, options: VerifyOptions): Promise<CheckResult> {
  const endorsements = collect(document, '');
  if (endorsements.length === 0) return skipped('endorsements', 'it has none');
  if (endorsements.length > MAX_ENDORSEMENTS) return failed('endorsements', [{ code: 'ENDORSEMENT_REJECTED', message: `it has more than ${MAX_ENDORSEMENTS} endorsements` }]);
  const findings: Finding[] = [];
  for (const { value, path } of endorsements) findings.push(...(await examine(value, path, options)));
  const rejected = nonEmpty(findings.filter(({ code }) => code === 'ENDORSEMENT_REJECTED'));
  if (rejected !== undefined) return failed('endorsements', rejected, `${rejected.length} of ${endorsements.length} endorsements do not hold: ${rejected[0].message}`);
  const open = nonEmpty(findings);
  if (open !== undefined) return undetermined('endorsements', open, `${open.length} of ${endorsements.length} endorsements could not be checked: ${open[0].message}`);
  return passed('endorsements', endorsements.length === 1 ? 'one, and it holds' : `${endorsements.length}, and all hold`);
}

async function examine(value: JsonObject | string, path: string, options: VerifyOptions): Promise<Finding[]> {
  const { file, subject } = openEmbedded(value);
  if (subject === undefined) return [{ code: 'ENDORSEMENT_REJECTED', path, message: file.summary }];
  if (subject.kind !== 'EndorsementCredential') return [{ code: 'ENDORSEMENT_REJECTED', path, message: 'it is no EndorsementCredential' }];
  const { signature, key } = await checkSignature(subject, { at: options.at, world: options.world });
  const checks = [signature, key, await checkForm(subject), checkDates(subject.document, options.at)];
  const bad = checks.find(({ outcome }) => outcome === 'failed');
  if (bad !== undefined) return [{ code: 'ENDORSEMENT_REJECTED', path, message: `${bad.summary} (by ${quoted(issuerName(subject.document))})` }];
  const open = checks.find(({ outcome }) => outcome === 'undetermined');
  return open === undefined ? [] : [{ code: 'ENDORSEMENT_UNDETERMINED', path, message: open.summary }];
}

function collect(value: Json, path: string): { value: JsonObject | string; path: string }[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => collect(entry, pointer(path, index)));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = pointer(path, key);
    const own = key === 'endorsement' || key === 'endorsementJwt' ? (Array.isArray(member) ? member : [member]) : [];
    const found = own.flatMap((entry, index) => (isJsonObject(entry) || typeof entry === 'string' ? [{ value: entry, path: pointer(at, index) }] : []));
    return found.concat(collect(member, at));
  });
}

function issuerName(document: JsonObject): string {
  const { issuer } = document;
  const id = isJsonObject(issuer) ? issuer['id'] : issuer;
  return typeof id === 'string' ? id : 'unknown';
}
