import { BadgekitError, EXIT, type ExitCode } from '../../errors.ts';
import { keyOfDidKey } from '../../keys/did-key.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import type { EndedKey } from '../../ports.ts';
import { readDidFile } from '../../programme/did-file.ts';
import { sealedFiles } from '../../programme/key-files.ts';
import { keyFile } from '../../programme/places.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import { formatDay, formatStamp } from '../../syntax/datetime.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import type { Session } from '../session.ts';
import { count, counted, styles } from '../style.ts';

interface ListedKey {
  readonly name: string;
  readonly key: PublicKey;
  readonly state: 'signing' | 'standby' | EndedKey['state'];
  readonly since: number | undefined;
  /** Whether the DID document lets it assert credentials: what it signed verifies. */
  readonly isPublished: boolean;
  /** Whether its sealed private half is in keys/. */
  readonly isHere: boolean;
  readonly badges: number;
}

/** `keys list`: every key of the programme, how it stands, and how many badges it signed. */
export async function runKeysList(options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const keys = await listKeys(programme, session);
  if (options.json === true) {
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'keys list', keys: keys.map(({ key, since, ...rest }) => ({ ...rest, algorithm: key.algorithm.name, multikey: key.multikey ?? null, since: since === undefined ? null : formatStamp(since) })) })}\n`,
    );
    return EXIT.yes;
  }
  const { out } = styles(session);
  for (const { name, key, state, since, isPublished, isHere, badges } of keys) {
    const facts = [
      key.algorithm.name,
      ...(since === undefined ? [] : [`since ${formatDay(since)}`]),
      isPublished ? 'what it signed verifies' : 'withdrawn: nothing that it signed verifies',
      isHere ? 'sealed in keys/' : 'not in keys/',
      counted(badges, 'badge'),
    ];
    session.out(`${out.bold(name.padEnd(12))}  ${state.padEnd(11)}  ${facts.join(', ')}\n`);
  }
  return EXIT.yes;
}

async function listKeys(programme: Programme, session: Session): Promise<readonly ListedKey[]> {
  const { config } = programme;
  const sealed = new Set(await sealedFiles(programme));
  const known = config.issuer.id.startsWith('did:key:')
    ? new Map([[config.key, { key: keyOfDidKey(config.issuer.id), forAssertion: true, endsAt: undefined }]])
    : (await readDidFile(programme)).keys;
  const { ended, counts } = await inLedger(programme, session);
  return [...known].map(([name, { key, forAssertion, endsAt }]) => {
    const end = ended.get(name);
    return {
      name,
      key,
      state: end?.state ?? (name === config.key ? 'signing' : 'standby'),
      since: end?.state === 'compromised' ? end.since : end?.at,
      isPublished: forAssertion && endsAt === undefined,
      isHere: sealed.has(keyFile(name)),
      badges: counts.get(name) ?? 0,
    };
  });
}

async function inLedger(
  programme: Programme,
  session: Session,
): Promise<{ readonly ended: ReadonlyMap<string, EndedKey>; readonly counts: ReadonlyMap<string, number> }> {
  const counts = new Map<string, number>();
  if (!(await hasLedger(programme, session.env))) return { ended: new Map(), counts };
  return await usingLedger(programme, undefined, session, async (ledger) => {
    for await (const { verificationMethod } of ledger.select({})) {
      const name = programme.config.issuer.id.startsWith('did:key:')
        ? programme.config.key
        : (verificationMethod ?? '').replace(/^.*#|-jwk$/g, '');
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return { ended: await ledger.endedKeys(), counts };
  });
}

/** `keys export-public`: the public half of a key, as a JWK or a Multikey. */
export async function runKeysExportPublic(
  named: string | undefined,
  options: CommonOptions,
  session: Session,
): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const name = named ?? programme.config.key;
  const keys = await listKeys(programme, session);
  const found = keys.find((key) => key.name === name);
  if (found === undefined)
    throw new BadgekitError('KEY_MISSING', `the issuer publishes no key named ${name}`, {
      hint: `there are: ${keys.map((key) => key.name).join(', ')} (${count(keys.length)})`,
    });
  const { key } = found;
  session.out(
    `${JSON.stringify(
      {
        id: `${programme.config.issuer.id}#${name}`,
        controller: programme.config.issuer.id,
        algorithm: key.algorithm.name,
        ...(key.multikey === undefined ? {} : { publicKeyMultibase: key.multikey }),
        publicKeyJwk: key.jwk,
      },
      null,
      2,
    )}\n`,
  );
  return EXIT.yes;
}
