import { hash } from 'node:crypto';
import { BadgekitError } from '../errors.ts';
import { assembleCredential } from '../openbadges/credential.ts';
import { credentialFault } from '../openbadges/credential-fault.ts';
import type { DefinitionFault } from '../openbadges/definition.ts';
import { tierPolicyOf } from '../openbadges/tier-policy.ts';
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
    faults: [
      ...faults,
      ...tried.flatMap(({ fault }) => fault ?? []),
      ...variantFaults(programme, definitions),
      ...(await sharedImageFaults(programme, definitions)),
      ...sharedKeyFaults(programme, definitions),
    ],
  };
}

/** One image for a light badge and a heavy one makes the light one look like the heavy one. */
async function sharedImageFaults(
  programme: Programme,
  definitions: readonly LoadedDefinition[],
): Promise<readonly DefinitionFault[]> {
  if (!tierPolicyOf(programme.config.tiers).apart.includes('image')) return [];
  const first = new Map<string, LoadedDefinition>();
  const faults: DefinitionFault[] = [];
  for (const definition of definitions)
    for (const { format, bytes } of definition.images) {
      const looks = hash('sha256', format === 'png' ? (await import('../bake/pixels.ts')).decodePixels(bytes) : bytes);
      const other = first.get(looks);
      if (other === undefined) first.set(looks, definition);
      if (other === undefined || other.source.tier === definition.source.tier) continue;
      faults.push({
        where: { file: programme.shown(`${BADGES_FOLDER}/${definition.badge}.yaml`), path: 'image.file' },
        message: `a ${definition.source.tier} badge has the image of the ${other.source.tier} badge ${other.badge}`,
        hint: 'give it another one; badgekit.yaml says what tiers may share: tiers: { apart: [type] }',
      });
    }
  return faults;
}

/** A programme signs with one key: where the policy wants another one for qualifications, they are a programme of their own. */
function sharedKeyFaults(programme: Programme, definitions: readonly LoadedDefinition[]): readonly DefinitionFault[] {
  if (!tierPolicyOf(programme.config.tiers).apart.includes('key')) return [];
  const qualification = definitions.find(({ source }) => source.tier === 'qualification');
  if (qualification === undefined) return [];
  return definitions
    .filter(({ source }) => source.tier === 'participation')
    .map(({ badge }) => ({
      where: { file: programme.shown(`${BADGES_FOLDER}/${badge}.yaml`), path: 'tier' },
      message: `a participation badge would be signed with the key of the qualification ${qualification.badge}`,
      hint: 'keep qualifications in a programme of their own, with a key of its own',
    }));
}

/** A badge in another language is earned as the badge is. */
function variantFaults(programme: Programme, definitions: readonly LoadedDefinition[]): readonly DefinitionFault[] {
  const rules = new Map(definitions.map(({ badge, source }) => [badge, source.award_when]));
  const tiers = new Map(definitions.map(({ badge, source }) => [badge, source.tier]));
  return definitions.flatMap(({ badge, source: { award_when: own, tier } }) => {
    const base = badge.split('.', 1)[0] ?? badge;
    const file = programme.shown(`${BADGES_FOLDER}/${badge}.yaml`);
    if (tiers.has(base) && tiers.get(base) !== tier)
      return {
        where: { file, path: 'tier' },
        message: `it is of another tier than ${BADGES_FOLDER}/${base}.yaml`,
        hint: `write tier: ${tiers.get(base) ?? ''}`,
      };
    if (base === badge || own === undefined || !rules.has(base) || rules.get(base) === own) return [];
    return {
      where: { file, path: 'award_when' },
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
