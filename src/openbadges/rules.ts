import { Cleared } from '../syntax/constant.ts';
import { readInstant } from '../syntax/datetime.ts';
import { isAbsoluteIri } from '../syntax/iri.ts';
import { isJsonObject, type Json, type JsonObject } from '../syntax/json.ts';
import { type Place, pointerTo, visitMembers } from '../syntax/place.ts';
import { quoted } from '../syntax/text.ts';
import { asList } from './credential.ts';

/** A rule of the specification that a JSON Schema cannot say, and that a credential breaks. */
export interface RuleFault {
  readonly code:
    | 'SUBJECT_UNIDENTIFIED'
    | 'CRITERIA_MISSING'
    | 'RESULT_REFERENCE'
    | 'RESULT_STATUS'
    | 'RESULT_VALUE'
    | 'PERIOD_REVERSED'
    | 'ID_NOT_ABSOLUTE';
  readonly path: string;
  readonly message: string;
}

/** Checks the semantic rules of an AchievementCredential whose shape the schema has accepted. */
export function ruleFaults(credential: JsonObject): readonly RuleFault[] {
  const subject = credential['credentialSubject'];
  if (!isJsonObject(subject)) return [];
  return [...subjectFaults(subject), ...resultFaults(subject), ...periodFaults(credential), ...idFaults(credential)];
}

/** The semantic rules of a ClrCredential (CLR 2.0, B.1.2): its subject is somebody, its period runs forward. */
export function learnerRecordFaults(credential: JsonObject): readonly RuleFault[] {
  const subject = credential['credentialSubject'];
  const isSomebody = isJsonObject(subject) && (subject['id'] !== undefined || asList(subject['identifier']).length > 0);
  const nobody: RuleFault = {
    code: 'SUBJECT_UNIDENTIFIED',
    path: '/credentialSubject',
    message: 'the subject has neither an id nor an identifier: the record is about nobody in particular',
  };
  return [...(isSomebody ? [] : [nobody]), ...periodFaults(credential)];
}

/** Open Badges 3.0, B.1.4: a subject has an id or an identifier; B.1.7: criteria have an id or a narrative. */
function subjectFaults(subject: JsonObject): RuleFault[] {
  const path = '/credentialSubject';
  const faults: RuleFault[] = [];
  if (subject['id'] === undefined && asList(subject['identifier']).length === 0) {
    faults.push({
      code: 'SUBJECT_UNIDENTIFIED',
      path,
      message: 'the subject has neither an id nor an identifier: it was awarded to nobody in particular',
    });
  }
  const achievement = subject['achievement'];
  const criteria = isJsonObject(achievement) ? achievement['criteria'] : undefined;
  if (isJsonObject(criteria) && criteria['id'] === undefined && criteria['narrative'] === undefined) {
    faults.push({
      code: 'CRITERIA_MISSING',
      path: `${path}/achievement/criteria`,
      message: 'the criteria have neither an id nor a narrative: nothing says what was achieved',
    });
  }
  return faults;
}

/** Results refer to ResultDescriptions of the same achievement, and their levels to levels of those (B.5.8, B.5.9). */
function resultFaults(subject: JsonObject): RuleFault[] {
  const achievement = subject['achievement'];
  const descriptions = isJsonObject(achievement) ? asList(achievement['resultDescription']).filter(isJsonObject) : [];
  const faults: RuleFault[] = [];
  for (const [key, result] of asList(subject['result']).filter(isJsonObject).entries())
    faults.push(...resultFault(result, descriptions, { within: RESULTS, key }));
  return faults;
}

const RESULTS: Place = { within: { within: undefined, key: 'credentialSubject' }, key: 'result' };

function resultFault(result: JsonObject, descriptions: readonly JsonObject[], place: Place): RuleFault[] {
  const reference = result['resultDescription'];
  if (reference === undefined) return [];
  const description = descriptions.find(({ id }) => id === reference);
  if (description === undefined)
    return [
      {
        code: 'RESULT_REFERENCE',
        path: pointerTo({ within: place, key: 'resultDescription' }),
        message: 'the result refers to a resultDescription that the achievement does not have',
      },
    ];
  const faults: RuleFault[] = [];
  const { achievedLevel } = result;
  if (achievedLevel !== undefined && !hasLevel(description, achievedLevel)) {
    faults.push({
      code: 'RESULT_REFERENCE',
      path: pointerTo({ within: place, key: 'achievedLevel' }),
      message: "the achieved level is not one of the resultDescription's levels",
    });
  }
  if (description['resultType'] === 'Status' && result['status'] === undefined) {
    faults.push({
      code: 'RESULT_STATUS',
      path: pointerTo(place),
      message: 'the result has no status although its resultDescription is of type Status',
    });
  }
  const allowed = asList(description['allowedValue']);
  if (allowed.length > 0 && result['value'] !== undefined && !allowed.includes(result['value'])) {
    faults.push({
      code: 'RESULT_VALUE',
      path: pointerTo({ within: place, key: 'value' }),
      message: `the result ${quoted(String(result['value']))} is not one of the allowed values`,
    });
  }
  return faults;
}

function hasLevel(description: JsonObject, level: Json): boolean {
  return asList(description['rubricCriterionLevel'])
    .filter(isJsonObject)
    .some(({ id }) => id === level);
}

/** VCDM 2.0, section 4.9: validUntil does not lie before validFrom. */
function periodFaults(credential: JsonObject): RuleFault[] {
  const from = readInstant(credential['validFrom']);
  const until = readInstant(credential['validUntil']);
  if (from === undefined || until === undefined || until >= from) return [];
  return [{ code: 'PERIOD_REVERSED', path: '/validUntil', message: 'validUntil lies before validFrom' }];
}

const clearedOfRelativeIds = new Cleared();

/** Every id is an absolute IRI: a relative one means something else wherever the file lies. */
function idFaults(credential: JsonObject): readonly RuleFault[] {
  const faults: RuleFault[] = [];
  visitMembers(
    credential,
    (key, member, within) => {
      const isRelative = key === 'id' && typeof member === 'string' && !isAbsoluteIri(member);
      if (isRelative)
        faults.push({
          code: 'ID_NOT_ABSOLUTE',
          path: pointerTo({ within, key }),
          message: `the id ${quoted(member)} is not an absolute URL or URI`,
        });
      return !isRelative;
    },
    clearedOfRelativeIds,
  );
  return faults;
}
