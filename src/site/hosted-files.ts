import type { Issuer } from '../issue/issuer.ts';
import { CREDENTIALS_V2, OPEN_BADGES_CONTEXT } from '../openbadges/vocabulary.ts';
import type { LoadedDefinition } from '../programme/definitions.ts';
import { hostedImagePath, type ProfileImage } from '../programme/issuer.ts';
import type { JsonObject } from '../syntax/json.ts';

export interface HostedFile {
  /** Below the programme folder. */
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** What credentials refer to by address, as it is to be hosted: profile, achievements and their images. */
export function hostedFiles(
  issuer: Issuer,
  definitions: readonly LoadedDefinition[],
  profileImage: ProfileImage | undefined,
): readonly HostedFile[] {
  if (issuer.hosting === undefined) return [];
  const achievements = [...issuer.badges].map(([badge, { achievement }]) =>
    json(`public/achievements/${badge}.json`, achievement),
  );
  const images = definitions.flatMap((definition) =>
    definition.images.map(({ name, bytes }) => ({ path: `public/${hostedImagePath(name)}`, content: bytes })),
  );
  const own =
    profileImage === undefined ? [] : [{ path: `public/${profileImage.hostedAs}`, content: profileImage.bytes }];
  return [json('public/issuer.json', issuer.profile), ...own, ...achievements, ...images];
}

function json(path: string, value: JsonObject): HostedFile {
  return {
    path,
    content: `${JSON.stringify({ '@context': [CREDENTIALS_V2, OPEN_BADGES_CONTEXT], ...value }, null, 2)}\n`,
  };
}
