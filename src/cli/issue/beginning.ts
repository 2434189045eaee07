import { findProgrammeRoot } from '../../programme/places.ts';
import { beginUnsealing, type Unsealing } from '../../programme/unsealing.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { withPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';

/** What is begun before a run is even loaded. */
export interface Beginning {
  /** The key, which is being opened; undefined where somebody is to be asked for the passphrase. */
  readonly key: Promise<{ readonly passphrase: string; readonly begun: Unsealing | undefined }> | undefined;
}

/** Begins to open the key, which takes a while by design. A failure is met where the key is needed. */
export async function beginRun(
  { programme, passphraseFile }: Pick<CommonOptions, 'programme' | 'passphraseFile'>,
  session: Session,
): Promise<Beginning> {
  const root = session.isInteractive ? undefined : findProgrammeRoot(session.cwd, programme);
  if (root === undefined) return { key: undefined };
  const key = withPassphrase(session, passphraseFile, async (passphrase) => {
    return { passphrase, begun: await beginUnsealing(root, passphrase) };
  });
  await key.catch(() => undefined);
  return { key };
}
