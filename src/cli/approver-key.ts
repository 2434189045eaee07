import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Session } from './session.ts';

const VARIABLE = 'BADGEKIT_APPROVER_KEY';

/** Where a person's own key lies: as the option says, or the variable, or else in the person's own home. */
export function approverKeyFile(name: string, named: string | undefined, { env }: Pick<Session, 'env'>): string {
  const variable = env[VARIABLE];
  if (named !== undefined) return named;
  return variable === undefined || variable === '' ? join(homedir(), '.badgekit', `${name}.jwe`) : variable;
}
