import { refreshStatusLists } from '../issue/status-lists.ts';
import type { Ledger } from '../ports.ts';
import { listIssuer, listValidity } from '../programme/issuer.ts';
import type { Keyring } from '../programme/keyring.ts';
import { alone } from '../programme/lock.ts';
import type { Programme } from '../programme/programme.ts';
import type { HostedFile } from '../site/hosted-files.ts';
import type { Session } from './session.ts';

/** What was written anew in public/, below the programme folder. */
export interface Refreshed {
  readonly files: readonly string[];
  readonly lists: readonly string[];
}

/** Brings public/ up to date: these files, and the status lists by what the ledger says. */
export async function refreshPublic(
  programme: Programme,
  keyring: Keyring,
  ledger: Ledger | undefined,
  session: Session,
  hosted: readonly HostedFile[] = [],
): Promise<Refreshed> {
  const refresh = async (): Promise<Refreshed> => {
    const files: string[] = [];
    for (const { path, content } of hosted)
      if ((await programme.files.write(path, content, { replace: true, isSole: true })) === 'written') files.push(path);
    const { lists, superseded } =
      ledger === undefined
        ? { lists: [], superseded: [] }
        : await refreshStatusLists({
            issuer: listIssuer(programme, keyring),
            ledger,
            files: programme.files,
            clock: session.clock,
            validFor: listValidity(programme),
          });
    return { files: [...files, ...superseded], lists };
  };
  return await alone(programme, refresh, () =>
    session.err('Waiting for another badgekit that is bringing public/ up to date.\n'),
  );
}
