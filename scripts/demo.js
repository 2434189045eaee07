// The main job on the sample programme, from a new key to a revoked badge, in the folder demo/ or a new one that is named.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [, , named] = process.argv;
const demo = resolve(named ?? join(root, 'demo'));
const passphrase = randomBytes(18).toString('base64url');

if (named === undefined) rmSync(demo, { recursive: true, force: true });
mkdirSync(demo, { recursive: named === undefined });
cpSync(join(root, 'fixtures/tidewater'), demo, { recursive: true });

run(0, 'The school has its definitions and a roster, but no key yet', ['init-issuer', '--key-only']);
run(0, 'Are the definitions in order?', ['define', '--check']);
run(1, 'Issue the roster: good rows are issued, bad rows are named', ['issue', 'rosters/spring.csv']);
const [badge] = readdirSync(join(demo, 'credentials/bicycle-mechanic')).filter((name) => name.endsWith('.png'));
run(0, 'One of the baked images, as somebody would check it', ['verify', `credentials/bicycle-mechanic/${badge}`]);
run(0, 'All of them', ['verify', 'credentials']);
run(0, 'One was issued in error', ['revoke', 'hina@example.com', '--reason', 'issued in error']);
run(1, 'And now', ['verify', 'credentials']);

console.log(
  `Look at ${relative(process.cwd(), join(demo, 'credentials'))}: every .png and .svg there carries its badge.`,
);
console.log('The key of this demo was sealed with a passphrase that nobody knows any more.');

/** Shows a command, runs it in the demo folder, and stops everything if it does not end as it should. */
function run(expected, title, args) {
  console.log(
    `# ${title}\n$ npx badgekit ${args.map((arg) => (arg.includes(' ') ? JSON.stringify(arg) : arg)).join(' ')}`,
  );
  const { status } = spawnSync(process.execPath, [join(root, 'bin/badgekit.js'), ...args], {
    cwd: demo,
    stdio: 'inherit',
    env: { ...process.env, BADGEKIT_PASSPHRASE: passphrase },
  });
  console.log('');
  if (status === expected) return;
  console.error(`The command ended with ${status} where ${expected} was expected.`);
  process.exit(1);
}
