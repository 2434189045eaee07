import { availableParallelism } from 'node:os';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BadgekitError, placedIn } from '../../errors.ts';
import { MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { readBounded, writeWhole } from '../../programme/files.ts';
import { quoted } from '../../syntax/text.ts';
import type { Copy } from '../../verify/explain.ts';
import { type Report, reportOf } from '../../verify/report.ts';
import { openFile } from '../../verify/subject.ts';
import { undetermined } from '../../verify/verdict.ts';
import { BundleRecorder } from '../../world/bundle.ts';
import { createTrust } from '../../world/trust.ts';
import { createWorld } from '../../world/world.ts';
import { readJobs } from '../jobs.ts';
import { startProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';
import { sourcesIn } from '../verify/archive.ts';
import { type Source, type Verifier, verifyBytes, verifyFiles } from '../verify/file.ts';
import { type Input, readInputs, readStandardInput } from '../verify/inputs.ts';
import { Output } from '../verify/output.ts';
import { type FailedFile, verifyOnWorkers } from '../verify/pool.ts';
import { type Asked, readSettings, type Sources, type VerifyCommandOptions } from '../verify/settings.ts';

/** Starting threads costs more than it saves on fewer files. */
const MIN_FILES_FOR_WORKERS = 100;

/** `verify`: a report for each file, and an exit code for all. */
export async function runVerify(
  files: readonly string[],
  options: VerifyCommandOptions,
  session: Session,
): Promise<number> {
  const started = session.clock();
  const asked = await readSettings(options, session);
  const { inputs, passedOver: named } = await readInputs(files, session.cwd);
  const passedOver = [...named];
  if (asked.sources.offline && inputs.some(({ kind, name }) => kind === 'url' && !isSaved(name, asked.sources)))
    throw new BadgekitError('USAGE', '--offline opens no connection, so no address can be read', {
      hint: 'save what stands there as a file, and name that',
    });
  await checkTargets(options, inputs, session);
  const recorder = options.saveBundle === undefined ? undefined : new BundleRecorder();
  const verifier = createVerifier(asked, options, recorder, session);
  const total = holdsMany(inputs) ? undefined : inputs.length;
  const output = new Output(options, asked.settings, total === 1, session);
  const progress = startProgress(session, 'Verifying', total);
  for await (const { input, report, bytes } of reports(inputs, passedOver, verifier, options)) {
    progress.step();
    if (recorder !== undefined) await record(input, bytes, report, recorder, session);
    output.add(input.name, report);
  }
  progress.end();
  output.end(session.clock() - started, passedOver);
  await write(options, output, recorder, session);
  return output.exitCode;
}

/** Where the report and the bundle are to go is looked at before the work is done. */
async function checkTargets(
  { report, saveBundle, force = false }: VerifyCommandOptions,
  inputs: readonly Input[],
  { cwd }: Session,
): Promise<void> {
  const read = new Set(inputs.map(({ name }) => resolve(cwd, name)));
  for (const target of [report, saveBundle].filter((file) => file !== undefined)) {
    const path = resolve(cwd, target);
    if (read.has(path))
      throw new BadgekitError(
        'USAGE',
        `${quoted(target)} is one of the files to be verified, and is not written over`,
        {
          hint: 'choose another name',
        },
      );
    const folder = await stat(dirname(path)).catch(() => undefined);
    if (folder?.isDirectory() !== true)
      throw new BadgekitError('FILE_NOT_FOUND', 'there is no folder to write it into', { where: { file: target } });
    const taken = await stat(path).catch(() => undefined);
    if (taken?.isDirectory() === true)
      throw new BadgekitError('USAGE', `${quoted(target)} is a folder`, { hint: 'name a file' });
    if (taken !== undefined && !force)
      throw new BadgekitError('FILE_EXISTS', 'the file exists already', {
        where: { file: target },
        hint: 'give --force to replace it, or another name',
      });
  }
}

function isSaved(url: string, { bundle, hosting }: Sources): boolean {
  return bundle?.documents.has(url) === true || hosting.some((host) => url.startsWith(`${host.url}/`));
}

function createVerifier(
  { settings, sources }: Asked,
  { explain }: VerifyCommandOptions,
  recorder: BundleRecorder | undefined,
  session: Session,
): Verifier {
  const { bundle, trust, offline, hosting, allowLoopback } = sources;
  const world = createWorld({
    offline,
    hosting,
    isForOneRun: true,
    https: { allowLoopback },
    bundle,
    ...(recorder === undefined
      ? {}
      : { record: (url: string, bytes: Uint8Array) => recorder.document(url, bytes, session.clock()) }),
  });
  return {
    settings,
    world,
    trust: trust === undefined ? undefined : createTrust(trust, world),
    cwd: session.cwd,
    explains: explain === true,
    copyOf: async (id): Promise<Copy | undefined> => {
      const text = bundle?.credentials.get(id);
      return bundle === undefined || text === undefined
        ? undefined
        : { name: bundle.path, bytes: new TextEncoder().encode(text) };
    },
  };
}

interface NamedReport {
  readonly input: Input;
  readonly report: Report;
  /** What was verified, where it is no file of its own. */
  readonly bytes?: Uint8Array | undefined;
}

/** The answers in the order of the inputs: many files on all cores, few in this thread. */
async function* reports(
  inputs: readonly Input[],
  passedOver: string[],
  verifier: Verifier,
  { jobs }: VerifyCommandOptions,
): AsyncGenerator<NamedReport> {
  const isMany = inputs.length >= MIN_FILES_FOR_WORKERS || holdsMany(inputs);
  const workers = readJobs(jobs) ?? (isMany ? availableParallelism() : 1);
  // Of several files, one that cannot be read keeps nobody from the others.
  const isAlone = inputs.length === 1 && !holdsMany(inputs);
  if (!inputs.every(({ kind }) => kind === 'file' || kind === 'archive')) {
    for (const input of inputs)
      if (input.kind === 'archive')
        yield* reportsOf(sourcesOf([input], passedOver, verifier, isAlone), verifier, 1, false);
      else {
        const report = verifyInput(input, verifier).catch((error: unknown) => unreadable(error, input.name, isAlone));
        yield { input, report: await report };
      }
    return;
  }
  yield* reportsOf(sourcesOf(inputs, passedOver, verifier, inputs.length === 1), verifier, workers, isAlone);
}

function holdsMany(inputs: readonly Input[]): boolean {
  return inputs.some(({ kind }) => kind === 'archive');
}

interface NamedSource {
  readonly input: Input;
  readonly source: Source;
}

/** Files, and what is in archives, as it comes. */
async function* sourcesOf(
  inputs: readonly Input[],
  passedOver: string[],
  { cwd }: Verifier,
  isAlone: boolean,
): AsyncGenerator<NamedSource> {
  for (const input of inputs) {
    if (input.kind !== 'archive') {
      yield { input, source: input.name };
      continue;
    }
    try {
      for await (const source of sourcesIn(input.name, input.form, cwd, (name) => passedOver.push(name)))
        yield { input: { ...input, name: typeof source === 'string' ? source : source.name }, source };
    } catch (error) {
      if (!(error instanceof BadgekitError) || isAlone) throw error;
      const { message, hint } = error;
      yield { input, source: { name: input.name, message, hint } };
    }
  }
}

async function* reportsOf(
  sources: AsyncIterable<NamedSource>,
  verifier: Verifier,
  workers: number,
  isAlone: boolean,
): AsyncGenerator<NamedReport> {
  // What was handed on, until it is answered.
  const inHand: NamedSource[] = [];
  async function* handedOn(): AsyncGenerator<Source> {
    for await (const each of sources) {
      inHand.push(each);
      yield each.source;
    }
  }
  const answers = workers === 1 ? verifyFiles(handedOn(), verifier) : verifyOnWorkers(handedOn(), verifier, workers);
  for await (const answer of answers) {
    const named = inHand.shift();
    if (named === undefined) return;
    const { input, source } = named;
    const bytes = typeof source === 'object' && 'bytes' in source ? source.bytes : undefined;
    const isReport = !(answer instanceof BadgekitError) && 'verdict' in answer;
    const fault = answer instanceof BadgekitError ? unreadable(answer, input.name, isAlone) : undefined;
    yield { input, bytes, report: isReport ? answer : (fault ?? notRead(answer)) };
  }
}

async function verifyInput(input: Exclude<Input, { kind: 'archive' }>, verifier: Verifier): Promise<Report> {
  switch (input.kind) {
    case 'file':
      return await verifyBytes(
        await readBounded(resolve(verifier.cwd, input.name), MAX_IMAGE_BYTES, input.name),
        input.name,
        verifier,
      );
    case 'standard input':
      return await verifyBytes(await readStandardInput(MAX_IMAGE_BYTES), input.name, verifier);
    case 'url': {
      const found = await verifier.world.read(input.name, MAX_IMAGE_BYTES);
      if (found.found) return await verifyBytes(found.value, input.name, verifier);
      return reportOf(
        [undetermined('file', [{ code: 'FILE_UNREACHABLE', message: `it could not be read: ${found.message}` }])],
        undefined,
      );
    }
  }
}

/** A file that stands alone and cannot be read is a fault of the command; one of several has its own answer. */
function unreadable(error: unknown, name: string, isAlone: boolean): Report {
  if (!(error instanceof BadgekitError) || isAlone) throw placedIn(name, error);
  return notRead(error);
}

function notRead({ message, hint }: Pick<FailedFile, 'message' | 'hint'>): Report {
  return reportOf([undetermined('file', [{ code: 'FILE_UNUSABLE', message, advice: hint }])], undefined);
}

/** What is verified goes into the bundle, so that a later copy can be compared with it. */
async function record(
  { kind, name }: Input,
  read: Uint8Array | undefined,
  report: Report,
  recorder: BundleRecorder,
  session: Session,
): Promise<void> {
  const id = report.claims?.id;
  if (report.verdict !== 'verified' || id === undefined || (kind !== 'file' && read === undefined)) return;
  const bytes = read ?? (await readBounded(resolve(session.cwd, name), MAX_IMAGE_BYTES, name));
  const { subject } = openFile(bytes);
  if (subject === undefined) return;
  recorder.credential(id, subject.jwt?.text ?? JSON.stringify(subject.document));
}

async function write(
  { report, saveBundle, force = false }: VerifyCommandOptions,
  { html }: Output,
  recorder: BundleRecorder | undefined,
  session: Session,
): Promise<void> {
  if (report !== undefined && html !== undefined) {
    await writeWhole(resolve(session.cwd, report), Buffer.from(html.write()), {
      replace: force,
      mode: 0o644,
      shownAs: report,
    });
    session.err(`The report is in ${report}\n`);
  }
  if (saveBundle === undefined || recorder === undefined) return;
  const text = await recorder.write(session.clock());
  await writeWhole(resolve(session.cwd, saveBundle), Buffer.from(text), {
    replace: force,
    mode: 0o600,
    shownAs: saveBundle,
  });
  const { documents, credentials } = recorder.size;
  session.err(
    `The bundle ${saveBundle} holds ${counted(documents, 'document')} and ${counted(credentials, 'credential')}${credentials > 0 ? ', with what they say of people' : ''}\n`,
  );
}
