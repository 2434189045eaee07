import type { AlignmentDefinition } from '../openbadges/definition.ts';

/** A skill, competency or occupation of a framework, as its snapshot holds it. */
export interface FrameworkSkill {
  /** What a definition calls it, behind the name of the framework: `esco:…`. */
  readonly code: string;
  /** Its web address. */
  readonly url: string;
  readonly name: string;
  readonly description?: string;
  /** Further names. */
  readonly also?: readonly string[];
  /** Whether the framework itself says that it is no longer to be used. */
  readonly deprecated?: true;
  /** The code, or the address, of what is to be used instead. */
  readonly replacedBy?: string;
}

/** What a framework's own files say of it. */
export interface FrameworkTitle {
  readonly title: string;
  readonly version: string | undefined;
  /** What alignments call things of this kind (Open Badges 3.0, AlignmentTargetType). */
  readonly targetType: string | undefined;
}

/** A framework as it was read from the files that it is published in. */
export interface ReadFramework extends FrameworkTitle {
  readonly skills: readonly FrameworkSkill[];
}

/** The Alignment (Open Badges 3.0, B.1.5) with a skill. */
export function alignmentWith(
  { code, url, name, description }: FrameworkSkill,
  { title, version, targetType }: FrameworkTitle,
): AlignmentDefinition {
  return {
    targetName: name,
    targetUrl: url,
    ...(description === undefined ? {} : { targetDescription: description }),
    targetFramework: version === undefined ? title : `${title} ${version}`,
    targetCode: code,
    ...(targetType === undefined ? {} : { targetType }),
  };
}
