import { BadgekitError, EXIT } from '../../errors.ts';
import type { Files } from '../../ports.ts';
import { loadIssuer, loadProfileImage } from '../../programme/issuer.ts';
import { openKeyring } from '../../programme/keyring.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme } from '../../programme/programme.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import { hostedFiles } from '../../site/hosted-files.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { withPassphrase } from '../passphrase.ts';
import { openLedgerOf } from '../open-ledger.ts';
import { refreshPublic } from '../public-folder.ts';
import type { Session } from '../session.ts';

/** `publish`: writes into public/ what credentials refer to, and signs status lists that near their end. */
export async function runPublish(options: CommonOptions, session: Session): Promise<number> {
  const programme = await openProgramme(session.cwd, options.programme);
  const { hosting } = programme.config;
  if (hosting === undefined)
    throw new BadgekitError('USAGE', 'the programme hosts nothing, so there is nothing to publish', {
      hint: 'badges of a did:key issuer need nothing but themselves',
    });
  const definitions = await requireDefinitions(programme);
  const keyring = await withPassphrase(session, options.passphraseFile, (passphrase) =>
    openKeyring(programme, passphrase, session.env),
  );
  const issuer = await loadIssuer(programme, {
    keyring,
    definitions,
    form: keyring.key.publicKey.algorithm.cryptosuite === undefined ? 'jwt' : 'data-integrity',
  });
  const files = hostedFiles(issuer, definitions, await loadProfileImage(programme));
  const changed: string[] = [];
  if (options.dryRun === true) {
    for (const { path, content } of files) if (!(await isThere(programme.files, path, content))) changed.push(path);
  } else {
    const ledger = (await hasLedger(programme, session.env))
      ? await openLedgerOf(programme, keyring, session)
      : undefined;
    try {
      const refreshed = await refreshPublic(programme, keyring, ledger, session, files);
      changed.push(...refreshed.files, ...refreshed.lists);
    } finally {
      await ledger?.close();
    }
  }
  const shown = changed.map((path) => programme.shown(path));
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'publish', dryRun: options.dryRun === true, hosting, changed: shown })}\n`,
    );
  else
    session.out(
      `${shown.map((path) => `${options.dryRun === true ? 'would write' : 'wrote'} ${path}\n`).join('')}${changed.length === 0 ? 'Everything in public/ is up to date.\n' : ''}Copy the folder ${programme.shown('public')} to your web host, so that it is found at ${hosting}\n`,
    );
  return EXIT.yes;
}

async function isThere(files: Files, path: string, content: Uint8Array | string): Promise<boolean> {
  const wanted = Buffer.from(content);
  return (
    (await files.exists(path)) &&
    Buffer.compare(await files.read(path, wanted.length + 1).catch(() => Buffer.alloc(0)), wanted) === 0
  );
}
