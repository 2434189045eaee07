import { BadgekitError } from '../../errors.ts';
import { asList } from '../../openbadges/credential.ts';
import { checkCredentialSchema, normalizeForm } from '../../openbadges/credential-schema.ts';
import { plainFormFaults } from '../../openbadges/plain-form.ts';
import { ruleFaults } from '../../openbadges/rules.ts';
import { canonicalize } from '../../proof/canonicalize.ts';
import { type Json, type JsonObject, shownJson } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import type { Subject } from '../subject.ts';
import { type CheckResult, failed, type Finding, nonEmpty, passed } from '../verdict.ts';

const MAX_VALUES: Readonly<Record<Subject['kind'], number>> = {
  AchievementCredential: 2500,
  EndorsementCredential: 400,
  BitstringStatusListCredential: 400,
  other: 2500,
};

/** Step 3: whether the document is in the plain form of its standard, all its terms defined, all its rules kept. */
export async function checkForm(subject: Subject): Promise<CheckResult> {
  const { document, kind } = subject;
  if (countValues(document, MAX_VALUES[kind]) > MAX_VALUES[kind])
    return failed('form', [
      { code: 'TOO_COMPLEX', message: `it says more than ${MAX_VALUES[kind]} things, which nothing of its kind does` },
    ]);
  const plain = plainFormFaults(document).map(({ code, path, message }): Finding => ({ code, path, message }));
  const notes: Finding[] = [];
  const shape =
    kind === 'BitstringStatusListCredential' ? statusListFindings(document) : openBadgeFindings(subject, notes);
  // A document with foreign contexts cannot be expanded, and every term of theirs would be reported again.
  const terms = plain.length > 0 ? [] : await termFindings(document);
  const faults = nonEmpty([...plain, ...shape, ...terms]);
  if (faults !== undefined)
    return failed(
      'form',
      faults,
      faults.length === 1 ? faults[0].message : `${faults[0].message} (and ${faults.length - 1} more)`,
    );
  return passed(
    'form',
    `${FORM_NAMES[kind]}, every term defined${subject.jwt === undefined ? ' and signed' : ''}`,
    notes,
  );
}

/** How many values a document holds; the count stops soon after the limit. */
function countValues(value: Json, limit: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    count += countValues(member, limit - count);
    if (count > limit) return count;
  }
  return count;
}

const FORM_NAMES = {
  AchievementCredential: 'Open Badges 3.0',
  EndorsementCredential: 'Open Badges 3.0 endorsement',
  BitstringStatusListCredential: 'Bitstring Status List 1.0',
  other: 'W3C verifiable credential',
} as const;

function openBadgeFindings({ document, kind }: Subject, notes: Finding[]): Finding[] {
  const { credential, compacted, isVersion1, hasSeveralStatuses } = normalizeForm(document);
  const [first, ...more] = compacted;
  if (first !== undefined)
    notes.push({
      code: 'COMPACT_FORM',
      path: first,
      message: `single values stand where the plain form has lists (${first}${more.length > 0 ? ` and ${more.length} more` : ''})`,
    });
  if (isVersion1)
    notes.push({
      code: 'VCDM_1_1',
      message: 'it follows version 1.1 of the Verifiable Credentials data model, which Open Badges 3.0 has left',
    });
  if (hasSeveralStatuses)
    notes.push({
      code: 'STATUS_SEVERAL',
      path: '/credentialStatus',
      message: 'it has several status entries, where Open Badges 3.0 has room for one; all of them count',
    });
  if (kind === 'other')
    return [
      {
        code: 'TYPE_WRONG',
        path: '/type',
        message: `its type is ${
          asList(document['type'])
            .map((type) => quoted(shownJson(type)))
            .join(', ') || 'missing'
        }, where an Open Badge has OpenBadgeCredential or AchievementCredential`,
      },
    ];
  const outcome = checkCredentialSchema(credential, kind === 'EndorsementCredential' ? kind : 'AchievementCredential');
  const mixed = versionFindings(document, isVersion1);
  if (!outcome.ok)
    return [
      ...mixed,
      ...outcome.faults.map(({ path, message, hint }): Finding => ({ code: 'SCHEMA', path, message, advice: hint })),
    ];
  return [...mixed, ...(kind === 'AchievementCredential' ? ruleFaults(credential) : [])];
}

/** Dates under the names of the other version are not defined by the contexts, or not read by anyone (K1). */
function versionFindings(document: JsonObject, isVersion1: boolean): Finding[] {
  const foreign = (isVersion1 ? ['validFrom', 'validUntil'] : ['issuanceDate', 'expirationDate']).filter(
    (name) => document[name] !== undefined,
  );
  return foreign.map((name) => ({
    code: 'VERSIONS_MIXED',
    path: `/${name}`,
    message: `${name} belongs to another version of the data model than the contexts`,
  }));
}

function statusListFindings(document: JsonObject): Finding[] {
  const missing = ['id', 'issuer', 'credentialSubject'].filter((name) => document[name] === undefined);
  return missing.map((name) => ({ code: 'SCHEMA', path: '', message: `${name} is missing` }));
}

async function termFindings(document: JsonObject): Promise<Finding[]> {
  try {
    await canonicalize(document);
    return [];
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    const code = error.code === 'TERM_UNDEFINED' ? 'TERM_UNDEFINED' : 'TOO_COMPLEX';
    return [{ code, message: error.message, advice: error.hint }];
  }
}
