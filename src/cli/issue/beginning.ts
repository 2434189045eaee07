import { findProgrammeRoot } from '../../programme/places.ts';
import { beginUnsealing, type Unsealing } from '../../programme/unsealing.ts';
import { givenPassphrase } from '../given-passphrase.ts';
import { type Surroundings, surroundings } from '../surroundings.ts';

/** What is begun before a run is even loaded. */
export interface Beginning {
  /** The key, which is being opened; undefined where somebody is to be asked for the passphrase. */
  readonly key: Promise<{ readonly passphrase: string; readonly begun: Unsealing | undefined }> | undefined;
}

/** What the command line says of the key. */
export interface KeyOptions {
  readonly programme?: string;
  readonly passphraseFile?: string;
}

/** Options that say which key is opened and with what, or that nothing is to be done. What is begun in vain is waited for. */
const HAS_A_SAY = /^(?:--(?:programme|passphrase-file)(?:=|$)|(?:--help|-h|--version|-V)$)/;

/**
 * Begins to open the key before the command line is even read.
 * @param args what comes behind the command
 * @returns undefined where an option has a say in it
 */
export async function beginAhead(args: readonly string[]): Promise<Beginning | undefined> {
  return args.some((arg) => HAS_A_SAY.test(arg)) ? undefined : await beginRun({}, surroundings());
}

/** Begins to open the key, which takes a while by design. A failure is met where the key is needed. */
export async function beginRun({ programme, passphraseFile }: KeyOptions, place: Surroundings): Promise<Beginning> {
  const root = place.isInteractive ? undefined : findProgrammeRoot(place.cwd, programme);
  if (root === undefined) return { key: undefined };
  const key = givenPassphrase(place, passphraseFile).then(async (passphrase) => {
    if (passphrase === undefined) throw new Error('nobody can be asked for a passphrase');
    return { passphrase, begun: await beginUnsealing(root, passphrase) };
  });
  await key.catch(() => undefined);
  return { key };
}
