import { dirname, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../errors.ts';
import { didKeyOf } from '../../keys/did-key.ts';
import { exportPrivateJwk, generatePrivateKey } from '../../keys/private-key.ts';
import { sealJwk } from '../../keys/sealed.ts';
import { makeFolder, writeWhole } from '../../programme/files.ts';
import { SECRET_MODE } from '../../programme/keyring.ts';
import { visible } from '../../syntax/text.ts';
import { approverKeyFile } from '../approver-key.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { refuseKeyName } from '../key-name.ts';
import { askApproverPassphrase } from '../passphrase.ts';
import type { Session } from '../session.ts';

const PRIVATE_FOLDER = 0o700;

interface ApproverOptions extends CommonOptions {
  readonly out?: string;
}

/** `keys approver`: a person's own key, to approve plans with. */
export async function runKeysApprover(name: string, options: ApproverOptions, session: Session): Promise<ExitCode> {
  refuseKeyName('the name', name);
  const file = approverKeyFile(name, options.out, session);
  const path = resolve(session.cwd, file);
  if (options.out === undefined) await makeFolder(dirname(path), file, PRIVATE_FOLDER);
  const passphrase = await askApproverPassphrase(session, options.passphraseFile);
  const key = generatePrivateKey('Ed25519');
  const sealed = `${await sealJwk(exportPrivateJwk(key), passphrase)}\n`;
  await writeWhole(path, Buffer.from(sealed, 'utf8'), {
    replace: false,
    mode: SECRET_MODE,
    shownAs: file,
  });
  const did = didKeyOf(key.publicKey) ?? '';
  if (options.json === true)
    session.out(`${JSON.stringify({ badgekit: 1, command: 'keys approver', name, file, did })}\n`);
  else
    session.out(
      `The key of ${name} is in ${visible(file)}, sealed with the passphrase of ${name} alone.\nTo let it approve plans, put this into badgekit.yaml:\n\napprovers:\n  ${name}: ${did}\n`,
    );
  return EXIT.yes;
}
