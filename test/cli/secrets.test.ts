import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openJwk } from '../../src/keys/sealed.ts';
import { filesBelow, type Run, temporaryFolder } from '../support/cli.ts';
import { faulty } from '../support/faults.ts';
import { ENGINES } from '../support/ledgers.ts';
import { TestProgramme } from '../support/programme.ts';

const FIRST = 'planted first passphrase 4c1f';
const SECOND = 'planted second passphrase 9e2d';
const WRONG = 'planted wrong passphrase 77ab';
const DATABASE_PASSWORD = 'plantedpassword5b';
const EMAILS = ['planted.ana@example.org', 'planted.bo@example.org'] as const;

/** A secret in every spelling in which it might slip out. */
function spellings(secret: Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret);
  return [bytes.toString('base64url'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
}

/** The private parts of what a sealed file holds. */
async function secretsIn(programme: TestProgramme, file: string, passphrase: string): Promise<readonly string[]> {
  const sealed = await openJwk(programme.read(file).trim(), passphrase);
  const { keys = [sealed] } = sealed as { readonly keys?: readonly unknown[] };
  return keys.flatMap((jwk) =>
    ['d', 'k', 'p', 'q'].flatMap((member) => {
      const value = (jwk as Readonly<Record<string, unknown>>)[member];
      return typeof value === 'string' ? spellings(Buffer.from(value, 'base64url')) : [];
    }),
  );
}

/** Where any of these texts stands, among files and what runs printed. */
function found(secrets: readonly string[], places: ReadonlyMap<string, string>): readonly string[] {
  return [...places].flatMap(([place, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${place}`),
  );
}

describe.each(ENGINES)('planted secrets, on $engine', ({ newPlace }) => {
  test('stand nowhere but where they belong, whatever is done and whatever goes wrong', async () => {
    const place = (await newPlace()).replace('badgekit@', `badgekit:${DATABASE_PASSWORD}@`);
    const programme = await TestProgramme.make(place);
    const [printed, folder] = [new Map<string, string>(), temporaryFolder()];
    let passphrase = FIRST;
    const run = async (...args: readonly string[]): Promise<Run> => {
      const done = await programme.runWith(
        { env: { BADGEKIT_PASSPHRASE: passphrase, BADGEKIT_NEW_PASSPHRASE: SECOND } },
        ...args,
      );
      printed.set(`${printed.size}: badgekit ${args.join(' ')}`, `${done.out}\n${done.err}`);
      return done;
    };
    const from = (file: string): readonly string[] => ['--passphrase-file', join(folder, file)];
    writeFileSync(join(folder, 'first'), `${FIRST}\n`);
    writeFileSync(join(folder, 'wrong'), `${WRONG}\n`);
    await programme.run('keys', 'change-passphrase', '--new-passphrase-file', join(folder, 'first'));
    programme.write(
      'r.csv',
      `email,name\n${EMAILS.map((email) => `${email},Planted\n`).join('')}planted broken@@example.org,X\n`,
    );
    await run('issue', 'r.csv', '--dry-run');
    expect((await run('issue', 'r.csv', ...from('first'))).code).toBe(1);
    for (const args of [
      ['issue', 'r.csv', '--debug', ...from('wrong')],
      ['issue', 'r.csv', '--json', '--debug', ...from('wrong')],
      ['issue', 'nowhere.csv', '--debug'],
      ['verify', 'credentials', '--offline', '--json'],
      ['revoke', EMAILS[0], '--debug'],
      ['list', '--json'],
      ['ledger', 'check', '--json'],
      ['ledger', 'export', 'export.jsonl'],
      ['ledger', 'import', 'badgekit.yaml', '--debug'],
      ['keys', 'rotate', '--debug'],
      ['keys', 'list'],
      ['keys', 'export-public'],
      ['keys', 'compromised', 'key-1', '--since', '2026-01-01'],
      ['keys', 'recover', 'key-1'],
      ['keys', 'change-passphrase', '--debug'],
    ])
      await run(...args);
    passphrase = SECOND;
    expect((await run('status', 'refresh', '--debug')).err).toBe('');
    expect((await run('publish', '--debug')).err).toBe('');
    const secrets = [
      FIRST,
      SECOND,
      WRONG,
      DATABASE_PASSWORD,
      ...(await secretsIn(programme, 'keys/key-1.jwe', SECOND)),
      ...(await secretsIn(programme, 'keys/key-2.jwe', SECOND)),
      ...(await secretsIn(programme, 'keys/award-ids.jwe', SECOND)),
    ];
    expect(secrets.length).toBe(19);

    for (const kind of ['ENOSPC', 'EACCES', 'EIO', 'short'] as const)
      for (const at of [1, 4, 9]) {
        programme.write('more.csv', `email\nplanted.${kind}${at}@example.org\n`);
        const failed = await faulty(programme, { kind, at }, 'issue', 'more.csv', '--debug', ...from('first'));
        printed.set(`${kind} at ${at}`, `${failed.out}\n${failed.err}`);
      }
    programme.write('keys/key-2.jwe', programme.read('keys/key-2.jwe').slice(0, -30));
    await run('issue', 'r.csv', '--debug');
    const unreachable = place.startsWith('postgres:')
      ? place.replace(/@[^/]+/, '@127.0.0.1:1')
      : `mysql://badgekit:${DATABASE_PASSWORD}@127.0.0.1:1/x`;
    const refused = await programme.runWith({ env: { BADGEKIT_LEDGER_URL: unreachable } }, 'list', '--debug');
    printed.set('an unreachable ledger', `${refused.out}\n${refused.err}`);
    expect(refused.code).not.toBe(0);

    const files = new Map(
      filesBelow(programme.cwd).map((file) => [file, readFileSync(join(programme.cwd, file), 'latin1')]),
    );
    expect(files.size).toBeGreaterThan(20);
    expect(printed.size).toBeGreaterThan(30);
    expect(found(secrets, printed)).toEqual([]);
    expect(found(secrets, files)).toEqual([]);

    expect(found(['planted.'], files)).toEqual(
      expect.arrayContaining(['planted. in r.csv', 'planted. in export.jsonl']),
    );
    const belong = /^(?:r\.csv|more\.csv|r\.rejected\.csv|export\.jsonl|\.badgekit\/.*)$/;
    expect(found(['planted.'], new Map([...files].filter(([file]) => !belong.test(file))))).toEqual([]);
    expect([...files.keys()].filter((file) => /^(?:public|credentials)\//.test(file)).length).toBeGreaterThan(8);
  });
});
