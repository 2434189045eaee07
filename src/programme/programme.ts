import { join, relative } from 'node:path';
import { BadgekitError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { type ProgrammeConfig, readConfig } from './config.ts';
import { createFiles } from './files.ts';
import { CONFIG_FILE, findProgrammeRoot, MAX_CONFIG_BYTES } from './places.ts';

/** A programme folder that was found and whose badgekit.yaml was read. */
export interface Programme {
  readonly root: string;
  readonly config: ProgrammeConfig;
  readonly files: Files;
  /** A path inside the programme as a person in the working folder would type it. */
  shown(path: string): string;
}

/**
 * Opens the programme.
 * @throws BadgekitError PROGRAMME_NOT_FOUND | CONFIG_INVALID | YAML_*
 */
export async function openProgramme(workingFolder: string, named: string | undefined): Promise<Programme> {
  const root = findProgrammeRoot(workingFolder, named);
  if (root === undefined) {
    const where = named === undefined ? 'this folder or any above it' : `the folder ${named}`;
    throw new BadgekitError('PROGRAMME_NOT_FOUND', `there is no ${CONFIG_FILE} in ${where}`, {
      hint: 'make a programme with: badgekit init-issuer',
    });
  }
  const files = createFiles(root);
  const shown = (path: string): string => relative(workingFolder, join(root, path)) || '.';
  return {
    root,
    config: readConfig(await files.read(CONFIG_FILE, MAX_CONFIG_BYTES), shown(CONFIG_FILE)),
    files,
    shown,
  };
}
