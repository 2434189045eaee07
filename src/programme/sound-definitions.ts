import { BadgekitError } from '../errors.ts';
import { assembleCredential } from '../openbadges/credential.ts';
import { credentialFault } from '../openbadges/credential-fault.ts';
import type { DefinitionFault } from '../openbadges/definition.ts';
import { dotted } from '../syntax/schema.ts';
import {
  BADGES_FOLDER,
  type DefinitionsOutcome,
  faultLine,
  type LoadedDefinition,
  loadDefinitions,
} from './definitions.ts';
import { issuableBadge, issuerProfile } from './issuer.ts';
import type { Programme } from './programme.ts';

/** Reads definitions and tries each as a badge, to find what only shows together with the issuer. */
export async function checkDefinitions(programme: Programme, badges?: readonly string[]): Promise<DefinitionsOutcome> {
  const { definitions, faults } = await loadDefinitions(programme, badges);
  const tried = definitions.map((definition) => ({ definition, fault: trialFault(programme, definition) }));
  return {
    definitions: tried.filter(({ fault }) => fault === undefined).map(({ definition }) => definition),
    faults: [...faults, ...tried.flatMap(({ fault }) => fault ?? []), ...variantFaults(programme, definitions)],
  };
}

/** A badge in another language is earned as the badge is. */
function variantFaults(programme: Programme, definitions: readonly LoadedDefinition[]): readonly DefinitionFault[] {
  const rules = new Map(definitions.map(({ badge, source }) => [badge, source.award_when]));
  return definitions.flatMap(({ badge, source: { award_when: own } }) => {
    const base = badge.split('.', 1)[0] ?? badge;
    if (base === badge || own === undefined || !rules.has(base) || rules.get(base) === own) return [];
    return {
      where: { file: programme.shown(`${BADGES_FOLDER}/${badge}.yaml`), path: 'award_when' },
      message: `it says otherwise than ${BADGES_FOLDER}/${base}.yaml who has earned the badge`,
      hint: `leave it out: that of ${base}.yaml counts`,
    };
  });
}

/**
 * Every definition of the programme, all of them in order.
 * @throws BadgekitError DEFINITION_INVALID, naming every fault; DEFINITION_UNKNOWN where there are none
 */
export async function requireDefinitions(programme: Programme): Promise<readonly LoadedDefinition[]> {
  const { definitions, faults } = await checkDefinitions(programme);
  const [first, ...more] = faults;
  if (first !== undefined) {
    throw new BadgekitError('DEFINITION_INVALID', first.message, {
      where: first.where,
      hint: first.hint,
      more: more.map(faultLine),
    });
  }
  if (definitions.length > 0) return definitions;
  throw new BadgekitError('DEFINITION_UNKNOWN', 'the programme defines no badges yet', {
    where: { file: programme.shown(BADGES_FOLDER) },
    hint: 'make one with: badgekit define <name>',
  });
}

function trialFault(programme: Programme, definition: LoadedDefinition): DefinitionFault | undefined {
  const fault = credentialFault(
    assembleCredential({
      id: 'urn:uuid:00000000-0000-8000-8000-000000000000',
      issuer: issuerProfile(programme.config, undefined),
      achievement: issuableBadge(programme.config, definition).achievement,
      validFrom: 0,
      validUntil: undefined,
      awardedDate: undefined,
      subject: {
        id: 'urn:uuid:00000000-0000-8000-8000-000000000001',
        identifier: [],
        narrative: undefined,
        creditsEarned: undefined,
        result: [],
      },
      evidence: [],
      status: [],
    }),
  );
  if (fault === undefined) return undefined;
  const file = programme.shown(`${BADGES_FOLDER}/${definition.badge}.yaml`);
  return {
    where: { file, path: dotted(fault.path.replace('/credentialSubject/achievement', '')) },
    message: `a badge made from it would break the standard: ${fault.message}`,
    hint: 'let each thing stand in one place, and each value once in a list',
  };
}
