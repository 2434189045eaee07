import { createHash } from 'node:crypto';
import { relative, resolve, sep } from 'node:path';
import type { LoadedDefinition } from '../../programme/definitions.ts';
import { streamFile } from '../../programme/files.ts';
import type { PlanInputs, PlanOptions } from '../../programme/plan-file.ts';
import { canonicalJson } from '../../syntax/jcs.ts';
import type { IssueOptions, Run } from './open-run.ts';

/** The options that make another plan. */
const PLAN_OPTIONS = [
  'badge',
  'proof',
  'supersede',
  'shard',
  'format',
  'map',
  'badgeId',
  'dates',
  'delimiter',
  'encoding',
  'join',
] as const satisfies readonly (keyof IssueOptions & keyof PlanOptions)[];

/** Those of the options that make another plan. */
export function planOptionsOf(options: IssueOptions): PlanOptions {
  return Object.fromEntries(
    PLAN_OPTIONS.flatMap((name) =>
      options[name] === undefined || options[name] === false ? [] : [[name, options[name]]],
    ),
  );
}

/** What a plan is made of, each with its digest. */
export async function inputsOf(
  { files: rosters, programme, definitions, session }: Run,
  planFolder: string,
): Promise<PlanInputs> {
  const files = rosters.map(({ shownAs }) => resolve(session.cwd, shownAs));
  const { approvers: _who, ...config } = programme.config;
  return {
    rosters: await Promise.all(
      files.map(async (file) => ({
        file: relative(planFolder, file).split(sep).join('/'),
        sha256: await fileDigest(file),
      })),
    ),
    programme: textDigest(canonicalJson(config)),
    definitions: Object.fromEntries(definitions.map((definition) => [definition.badge, definitionDigest(definition)])),
  };
}

function definitionDigest({ source, images, endorsement, endorsementJwt }: LoadedDefinition): string {
  const pictures = images.map(({ name, bytes }) => [name, createHash('sha256').update(bytes).digest('hex')]);
  return textDigest(canonicalJson({ source, pictures, endorsement, endorsementJwt }));
}

function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of streamFile(file)) hash.update(piece);
  return hash.digest('hex');
}
