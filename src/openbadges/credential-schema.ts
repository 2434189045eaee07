import { AchievementCredential, ClrCredential, EndorsementCredential } from 'validators:credential';
import { Cleared } from '../syntax/constant.ts';
import { isJsonObject, type Json, type JsonObject, pointer } from '../syntax/json.ts';
import { type Place, pointerTo } from '../syntax/place.ts';
import { schemaReader, type SchemaOutcome } from '../syntax/schema.ts';
import { CREDENTIALS_V1, CREDENTIALS_V2 } from './vocabulary.ts';

export type CredentialClass = 'AchievementCredential' | 'EndorsementCredential' | 'ClrCredential';

const READERS: Readonly<Record<CredentialClass, (value: unknown) => SchemaOutcome<JsonObject>>> = {
  AchievementCredential: schemaReader(AchievementCredential),
  EndorsementCredential: schemaReader(EndorsementCredential),
  ClrCredential: schemaReader(ClrCredential),
};

/** Checks a credential against the Open Badges 3.0 and CLR 2.0 class tables, in the plain serialization of VCDM 2.0. */
export function checkCredentialSchema(
  credential: Json,
  credentialClass: CredentialClass = 'AchievementCredential',
): SchemaOutcome<JsonObject> {
  return READERS[credentialClass](credential);
}

/** A credential rewritten for the schema, and what of it was not in the plain form of Open Badges 3.0. */
export interface NormalizedForm {
  readonly credential: JsonObject;
  /** JSON Pointers of single values that the plain serialization writes as arrays. */
  readonly compacted: readonly string[];
  readonly isVersion1: boolean;
  /** Several status entries, which VCDM 2.0 allows; the class tables of Open Badges 3.0 have room for one. */
  readonly hasSeveralStatuses: boolean;
}

// Classes whose `type` is a single string (Open Badges 3.0, class tables); all others have an array.
const SINGLE_TYPE = new Set(['Image', 'IdentityObject', 'IdentifierEntry', 'GeoCoordinates', 'Association']);
const SINGLE_TYPE_MEMBERS = new Set(['credentialStatus', 'refreshService', 'credentialSchema', 'termsOfUse', 'proof']);
const ARRAY_MEMBERS = ['proof', 'credentialSchema', 'termsOfUse'] as const;

/**
 * The forms that the standard allows besides its plain one, brought into it for checking: single values where the
 * JSON-LD serialization compacts arrays (the dagger rows of the class tables), and VCDM 1.1 names of the dates.
 * What was signed is not touched by this.
 */
export function normalizeForm(credential: JsonObject): NormalizedForm {
  const compacted: string[] = [];
  const withTypes = widenTypes(credential, undefined, compacted);
  const document = isJsonObject(withTypes) ? withTypes : credential;
  const lists = ARRAY_MEMBERS.filter((member) => isJsonObject(document[member]));
  compacted.push(...lists.map((member) => pointer('', member)));
  const statuses = document['credentialStatus'];
  const hasSeveralStatuses = Array.isArray(statuses);
  const widened =
    lists.length === 0 && !hasSeveralStatuses
      ? document
      : {
          ...document,
          ...Object.fromEntries(lists.map((member) => [member, [document[member] ?? null]])),
          ...(hasSeveralStatuses
            ? { credentialStatus: statuses.find((entry) => !isStatusEntry(entry)) ?? statuses[0] ?? null }
            : {}),
        };
  const isVersion1 = Array.isArray(credential['@context']) && credential['@context'].includes(CREDENTIALS_V1);
  return { credential: isVersion1 ? asVersion2(widened) : widened, compacted, isVersion1, hasSeveralStatuses };
}

function isStatusEntry(entry: Json): boolean {
  return isJsonObject(entry) && typeof entry['id'] === 'string' && typeof entry['type'] === 'string';
}

/** Constants in which no type is single that is an array in the plain form. */
const clearedOfSingleTypes = new Cleared();

/** Copies only what it changes. */
function widenTypes(value: Json, within: Place | undefined, compacted: string[], member = ''): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return widenEntries(value, within, compacted, member);
  if (!isJsonObject(value) || clearedOfSingleTypes.has(value)) return value;
  const changed: [string, Json][] = [];
  for (const key in value) {
    const inner = value[key] ?? null;
    if (key === 'type' && typeof inner === 'string' && !SINGLE_TYPE.has(inner) && !SINGLE_TYPE_MEMBERS.has(member)) {
      compacted.push(pointerTo({ within, key }));
      changed.push([key, [inner]]);
    }
    // A wrapped credential is checked on its own, in the form in which it stands.
    if (typeof inner !== 'object' || key === 'verifiableCredential') continue;
    const widened = widenTypes(inner, { within, key }, compacted, key);
    if (widened !== inner) changed.push([key, widened]);
  }
  if (changed.length > 0) return { ...value, ...Object.fromEntries(changed) };
  // Under these names single types are plain, which are not under others.
  if (!SINGLE_TYPE_MEMBERS.has(member)) clearedOfSingleTypes.add(value);
  return value;
}

function widenEntries(list: readonly Json[], within: Place | undefined, compacted: string[], member: string): Json {
  let widened: Json[] | undefined;
  for (let key = 0; key < list.length; key++) {
    const entry = list[key] ?? null;
    if (typeof entry !== 'object') continue;
    const wide = widenTypes(entry, { within, key }, compacted, member);
    if (wide !== entry) (widened ??= [...list])[key] = wide;
  }
  return widened ?? list;
}

/** VCDM 1.1 under the names of 2.0. A document that has the names of both is left to fail. */
function asVersion2(credential: JsonObject): JsonObject {
  const { issuanceDate, expirationDate, '@context': context, ...rest } = credential;
  const urls = Array.isArray(context) ? context.map((url) => (url === CREDENTIALS_V1 ? CREDENTIALS_V2 : url)) : [];
  return {
    ...rest,
    '@context': urls,
    ...(issuanceDate === undefined || rest['validFrom'] !== undefined ? {} : { validFrom: issuanceDate }),
    ...(expirationDate === undefined || rest['validUntil'] !== undefined ? {} : { validUntil: expirationDate }),
  };
}
