import { type SetUpCommand, withDryRun, withOutput, withPassphrase, withProgramme } from './shared.ts';

const LIST_EXAMPLES = `
Examples:
  badgekit keys list
  badgekit keys list --json`;

const ROTATE_EXAMPLES = `
Examples:
  badgekit keys rotate
  badgekit keys rotate --name key-2027 --key-type p256
  badgekit keys rotate --name kms-1 --public kms-1.pem      a key that a program of yours signs with (docs/signer.md)

The old key stays in the DID document: badges signed with it still verify.`;

const RETIRE_EXAMPLES = `
Examples:
  badgekit keys retire key-1`;

const COMPROMISED_EXAMPLES = `
Examples:
  badgekit keys compromised key-1 --since 2026-11-20 --dry-run
  badgekit keys compromised key-1 --since 2026-11-20
  badgekit keys recover key-1

Whoever has a key can date what he signs as he likes, so nothing that it signed can be trusted, whatever its date: every
valid badge is issued once more with another key.`;

const RECOVER_EXAMPLES = `
Examples:
  badgekit keys recover key-1

Withdraws the key in the DID document, issues its valid badges once more with another key and revokes the old ones.
It can be run again, whatever interrupted it.`;

const EXPORT_EXAMPLES = `
Examples:
  badgekit keys export-public
  badgekit keys export-public key-1 > key-1.json
  badgekit verify ana.json --key key-1.json`;

const APPROVER_EXAMPLES = `
Examples:
  badgekit keys approver ana
  badgekit keys approver ana --out /media/stick/ana.jwe
  BADGEKIT_APPROVER_PASSPHRASE=… badgekit keys approver ana --out ana.jwe --json

The key is that person's own, sealed with a passphrase that only they know. Its public half goes into badgekit.yaml.`;

const PASSPHRASE_EXAMPLES = `
Examples:
  badgekit keys change-passphrase
  BADGEKIT_PASSPHRASE=… BADGEKIT_NEW_PASSPHRASE=… badgekit keys change-passphrase
  badgekit keys change-passphrase --passphrase-file old.txt --new-passphrase-file new.txt`;

export const setUp: SetUpCommand = (keys, session, outcome) => {
  withOutput(withProgramme(keys.command('list').summary('every key and how it stands')))
    .description('Lists the keys of the programme, how each stands, and how many badges it signed.')
    .addHelpText('after', LIST_EXAMPLES)
    .action(async (options) => {
      const { runKeysList } = await import('../run/keys-list.ts');
      outcome.exitCode = await runKeysList(options, session);
    });

  const rotate = keys
    .command('rotate')
    .summary('sign with another key from now on')
    .description('Makes another key, publishes it beside the old ones, and signs with it from now on.')
    .option('--name <name>', "the new key's name (default: the next of key-1, key-2 …)")
    .option('--key-type <type>', 'ed25519, p256 or rsa (default: as the present key)')
    .option('--public <file>', 'the public half of a key that is kept elsewhere');
  withOutput(withDryRun(withPassphrase(withProgramme(rotate))))
    .addHelpText('after', ROTATE_EXAMPLES)
    .action(async (options) => {
      const { runKeysRotate } = await import('../run/keys-rotate.ts');
      outcome.exitCode = await runKeysRotate(options, session);
    });

  const retire = keys
    .command('retire')
    .summary('never sign with a key again')
    .description('Notes that a key never signs again; what it signed still verifies.')
    .argument('<name>', "the key's name");
  withOutput(withDryRun(withProgramme(retire)))
    .addHelpText('after', RETIRE_EXAMPLES)
    .action(async (name: string, options) => {
      const { runKeysRetire } = await import('../run/keys-end.ts');
      outcome.exitCode = await runKeysRetire(name, options, session);
    });

  const compromised = keys
    .command('compromised')
    .summary('a key was stolen: stop signing with it, and plan')
    .description('Notes that a key may be in other hands, so that it never signs again, and plans what to do.')
    .argument('<name>', "the key's name")
    .requiredOption('--since <day>', 'since when it may have been in other hands');
  withOutput(withDryRun(withProgramme(compromised)))
    .addHelpText('after', COMPROMISED_EXAMPLES)
    .action(async (name: string, options) => {
      const { runKeysCompromised } = await import('../run/keys-end.ts');
      outcome.exitCode = await runKeysCompromised(name, options, session);
    });

  const recover = keys
    .command('recover')
    .summary('carry out the plan for a stolen key')
    .description('Carries out what keys compromised planned.')
    .argument('<name>', "the key's name");
  withOutput(withPassphrase(withProgramme(recover)))
    .addHelpText('after', RECOVER_EXAMPLES)
    .action(async (name: string, options) => {
      const { runKeysRecover } = await import('../run/keys-recover.ts');
      outcome.exitCode = await runKeysRecover(name, options, session);
    });

  const exporting = keys
    .command('export-public')
    .summary('print the public half of a key')
    .description('Prints the public half of a key as JSON: as a JWK, and as a Multikey where it has one.')
    .argument('[name]', "the key's name (default: the one that signs)");
  withOutput(withProgramme(exporting))
    .addHelpText('after', EXPORT_EXAMPLES)
    .action(async (name: string | undefined, options) => {
      const { runKeysExportPublic } = await import('../run/keys-list.ts');
      outcome.exitCode = await runKeysExportPublic(name, options, session);
    });

  const approver = keys
    .command('approver')
    .summary('make a key with which a person approves plans')
    .description('Makes a key with which a person approves plans, and says what to write into badgekit.yaml.')
    .argument('<name>', 'what badgekit.yaml calls the person, such as ana')
    .option(
      '--out <file>',
      'where the sealed key is to lie: with the person, not in the programme (default: ~/.badgekit/<name>.jwe)',
    )
    .option(
      '--passphrase-file <file>',
      "read the person's own passphrase from a file (or set BADGEKIT_APPROVER_PASSPHRASE)",
    );
  withOutput(approver)
    .addHelpText('after', APPROVER_EXAMPLES)
    .action(async (name: string, options) => {
      const { runKeysApprover } = await import('../run/keys-approver.ts');
      outcome.exitCode = await runKeysApprover(name, options, session);
    });

  const passphrase = keys
    .command('change-passphrase')
    .summary('seal the keys with another passphrase')
    .description('Seals every file in keys/ with another passphrase.')
    .option('--new-passphrase-file <file>', 'read the new passphrase from a file (or set BADGEKIT_NEW_PASSPHRASE)');
  withOutput(withPassphrase(withProgramme(passphrase)))
    .addHelpText('after', PASSPHRASE_EXAMPLES)
    .action(async (options) => {
      const { runKeysChangePassphrase } = await import('../run/keys-passphrase.ts');
      outcome.exitCode = await runKeysChangePassphrase(options, session);
    });
};
