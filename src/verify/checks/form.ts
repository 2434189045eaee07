import { BadgekitError } from '../../errors.ts';
import { asList } from '../../openbadges/credential.ts';
import { type CredentialClass, checkCredentialSchema, normalizeForm } from '../../openbadges/credential-schema.ts';
import { credentialFaults, presentationFaults } from '../../openbadges/data-model.ts';
import { plainFormFaults } from '../../openbadges/plain-form.ts';
import { learnerRecordFaults, ruleFaults } from '../../openbadges/rules.ts';
import { CREDENTIALS_V1 } from '../../openbadges/vocabulary.ts';
import { canonicalDocument, canonicalOptions } from '../../proof/data-integrity.ts';
import { isJsonObject, type JsonObject, shownJson } from '../../syntax/json.ts';
import { quoted } from '../../syntax/text.ts';
import { countValues } from '../file-budget.ts';
import { type DocumentKind, STANDARDS, type Subject } from '../subject.ts';
import { type CheckResult, failed, type Finding, nonEmpty, passed, skipped } from '../verdict.ts';

const MAX_VALUES: Readonly<Record<DocumentKind, number>> = {
  AchievementCredential: 2500,
  EndorsementCredential: 400,
  ClrCredential: 10_000,
  StatusListCredential: 400,
  VerifiablePresentation: 10_000,
  OpenBadges2: 2500,
  other: 2500,
};

/** Whether a document says what its signature covers, and says it as its standard demands. */
export interface FormChecks {
  readonly contexts: CheckResult;
  readonly form: CheckResult;
  readonly terms: CheckResult;
  readonly schema: CheckResult;
  readonly rules: CheckResult;
}

/** Step 3: contexts, plain form, terms, schema and rules, in this order. */
export async function checkForm(subject: Subject): Promise<FormChecks> {
  const { document, kind } = subject;
  if (countValues(document, MAX_VALUES[kind]) > MAX_VALUES[kind]) return tooComplex(MAX_VALUES[kind]);
  const faults = plainFormFaults(document).map(({ code, path, message }): Finding => ({ code, path, message }));
  const contexts = result('contexts', faults.filter(isOfContexts), contextSummary(document));
  const form = result(
    'form',
    faults.filter((fault) => !isOfContexts(fault)),
    'plain: what it says is what is signed',
  );
  return {
    contexts,
    form,
    // A document with foreign contexts cannot be expanded, and every term of theirs would be reported again.
    terms:
      faults.length > 0
        ? skipped('terms', 'not looked at, because the contexts or the form are at fault')
        : result('terms', await termFindings(document), 'all defined by the contexts'),
    ...shapeOf(subject),
  };
}

function isOfContexts({ code }: Finding): boolean {
  return code.startsWith('CONTEXT_');
}

export function formFaultsOf({ contexts, form, terms, schema, rules }: FormChecks): readonly CheckResult[] {
  return [contexts, form, terms, schema, rules].filter(({ outcome }) => outcome === 'failed');
}

function result(
  check: keyof FormChecks,
  findings: readonly Finding[],
  summary: string,
  notes: readonly Finding[] = [],
): CheckResult {
  const faults = nonEmpty(findings);
  if (faults === undefined) return passed(check, summary, notes);
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`;
  return failed(check, faults, `${faults[0].message}${more}`);
}

function tooComplex(limit: number): FormChecks {
  const unlooked = (check: keyof FormChecks): CheckResult => skipped(check, 'not looked at, because there is too much');
  return {
    contexts: unlooked('contexts'),
    form: failed('form', [
      { code: 'TOO_COMPLEX', message: `it says more than ${limit} things, which nothing of its kind does` },
    ]),
    terms: unlooked('terms'),
    schema: unlooked('schema'),
    rules: unlooked('rules'),
  };
}

function contextSummary(document: JsonObject): string {
  const known = asList(document['@context']);
  const names = known.filter((url) => typeof url === 'string').map((url) => url.replace(/^.*\/(?=[^/]+\/[^/]+$)/, ''));
  return `${names.join(', ')}: all bundled, and as published`;
}

function shapeOf(subject: Subject): Pick<FormChecks, 'schema' | 'rules'> {
  const { document, kind } = subject;
  if (kind === 'other') return foreignType(document);
  if (kind === 'StatusListCredential') return statusListShape(document);
  if (kind === 'VerifiablePresentation')
    return {
      schema: result('schema', presentationFaults(document), STANDARDS[kind]),
      rules: skipped('rules', 'none for presentations'),
    };
  const notes: Finding[] = [];
  const { credential, compacted, isVersion1, hasSeveralStatuses } = normalizeForm(document);
  noteForms(compacted, isVersion1, hasSeveralStatuses, notes);
  const outcome = checkCredentialSchema(credential, CLASSES[kind] ?? 'AchievementCredential');
  const mixed = versionFindings(document, isVersion1);
  if (!outcome.ok) {
    const faults = outcome.faults.map(({ path, message, hint }): Finding => ({
      code: 'SCHEMA',
      path,
      message,
      advice: hint,
    }));
    return {
      schema: result('schema', [...mixed, ...faults], ''),
      rules: skipped('rules', 'not looked at, because the schema is not met'),
    };
  }
  const own =
    kind === 'AchievementCredential'
      ? ruleFaults(credential)
      : kind === 'ClrCredential'
        ? learnerRecordFaults(credential)
        : [];
  // What the classes of Open Badges say more strictly needs no second fault.
  const model =
    own.length > 0 || isVersion1 ? [] : credentialFaults({ ...credential, '@context': document['@context'] ?? [] });
  return {
    schema: result('schema', mixed, STANDARDS[kind], notes),
    rules: result('rules', [...own, ...model], 'kept, as far as a reader can tell'),
  };
}

const CLASSES: Readonly<Partial<Record<DocumentKind, CredentialClass>>> = {
  EndorsementCredential: 'EndorsementCredential',
  ClrCredential: 'ClrCredential',
};

function noteForms(
  compacted: readonly string[],
  isVersion1: boolean,
  hasSeveralStatuses: boolean,
  notes: Finding[],
): void {
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
}

function foreignType(document: JsonObject): Pick<FormChecks, 'schema' | 'rules'> {
  const types = asList(document['type'])
    .map((type) => quoted(shownJson(type)))
    .join(', ');
  return {
    schema: failed('schema', [
      {
        code: 'TYPE_WRONG',
        path: '/type',
        message: `its type is ${types || 'missing'}, where an Open Badge has OpenBadgeCredential or AchievementCredential`,
      },
    ]),
    rules: skipped('rules', 'not looked at, because it is no Open Badge'),
  };
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

function statusListShape(document: JsonObject): Pick<FormChecks, 'schema' | 'rules'> {
  const missing = ['id', 'issuer', 'credentialSubject'].filter((name) => document[name] === undefined);
  const isVersion1 = asList(document['@context']).includes(CREDENTIALS_V1);
  return {
    schema: result(
      'schema',
      missing.map((name) => ({ code: 'SCHEMA', path: '', message: `${name} is missing` })),
      STANDARDS.StatusListCredential,
    ),
    rules: result('rules', isVersion1 ? [] : credentialFaults(document), 'kept, as far as a reader can tell'),
  };
}

async function termFindings(document: JsonObject): Promise<Finding[]> {
  try {
    await canonicalDocument(document);
    for (const proof of asList(document['proof'])) if (isJsonObject(proof)) await canonicalOptions(document, proof);
    return [];
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    const code = error.code === 'TERM_UNDEFINED' ? 'TERM_UNDEFINED' : 'TOO_COMPLEX';
    return [{ code, message: error.message, advice: error.hint }];
  }
}
