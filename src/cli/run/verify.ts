import { availableParallelism } from 'node:os';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BadgekitError, EXIT, placedIn } from '../../errors.ts';
import { MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { readBounded, writeWhole } from '../../programme/files.ts';
import { quoted } from '../../syntax/text.ts';
import type { Copy } from '../../verify/explain.ts';
import { type Report, reportOf } from '../../verify/report.ts';
import { openFile } from '../../verify/subject.ts';
import { undetermined } from '../../verify/verdict.ts';
import { type Bundle, BundleRecorder } from '../../world/bundle.ts';
import { createTrust } from '../../world/trust.ts';
import { createWorld } from '../../world/world.ts';
import { startProgress } from '../progress.ts';
import { HtmlReport } from '../render-html.ts';
import { reportAsText, Summary } from '../render-report.ts';
import { jsonLine, reportAsJson } from '../report-json.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';
import { type FileReport, type Verifier, verifyBytes, verifyFile } from '../verify/file.ts';
import { type Input, readInputs, readStandardInput } from '../verify/inputs.ts';
import { type FailedFile, verifyOnWorkers } from '../verify/pool.ts';
import { readSettings, type Sources, type VerifyCommandOptions, type VerifySettings } from '../verify/settings.ts';

/** Starting threads costs more than it saves on fewer files. */
const MIN_FILES_FOR_WORKERS = 100;
const MAX_JOBS = 64;

/** `verify`: a report for each file, and an exit code for all. */
export async function runVerify(
  named: readonly string[],
  options: VerifyCommandOptions,
  session: Session,
): Promise<number> {
  const started = session.clock();
  const settings = await readSettings(options, session);
  const { inputs, passedOver } = await readInputs(named, session.cwd);
  if (settings.offline && inputs.some(({ kind, name }) => kind === 'url' && !isSaved(name, settings)))
    throw new BadgekitError('USAGE', '--offline opens no connection, so no address can be read', {
      hint: 'save what stands there as a file, and name that',
    });
  await checkTargets(options, inputs, session);
  const recorder = options.saveBundle === undefined ? undefined : new BundleRecorder();
  const verifier = createVerifier(settings, options, recorder, session);
  const output = new Output(options, settings, inputs.length, session);
  const progress = startProgress(session, 'Verifying', inputs.length);
  for await (const { file, report } of reports(inputs, verifier, options, settings)) {
    progress.step();
    if (recorder !== undefined) await record(file, report, inputs, recorder, session);
    output.add(file, report);
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

type MainVerifier = Verifier & { readonly bundle: Bundle | undefined };

function createVerifier(
  settings: VerifySettings & Sources,
  { explain }: VerifyCommandOptions,
  recorder: BundleRecorder | undefined,
  session: Session,
): MainVerifier {
  const { bundle, trust, offline, hosting, allowLoopback } = settings;
  const world = createWorld({
    offline,
    hosting,
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
    bundle,
    copyOf: async (id): Promise<Copy | undefined> => {
      const text = bundle?.credentials.get(id);
      return bundle === undefined || text === undefined
        ? undefined
        : { name: bundle.path, bytes: new TextEncoder().encode(text) };
    },
  };
}

/** The answers in the order of the inputs: many files on all cores, few in this thread. */
async function* reports(
  inputs: readonly Input[],
  verifier: MainVerifier,
  { jobs }: VerifyCommandOptions,
  { keys, ...settings }: VerifySettings,
): AsyncGenerator<FileReport> {
  const workers = readJobs(jobs) ?? (inputs.length < MIN_FILES_FOR_WORKERS ? 1 : availableParallelism());
  if (workers === 1 || inputs.some(({ kind }) => kind !== 'file')) {
    for (const input of inputs)
      yield {
        file: input.name,
        report: await verifyInput(input, verifier).catch((error: unknown) => unreadable(error, input, inputs.length)),
      };
    return;
  }
  const files = inputs.map(({ name }) => name);
  const { at, recipient, needs, evidence, refresh, domain, challenge, allowsWithheld, maxStatusAgeMs } = settings;
  const start = {
    settings: {
      at,
      recipient,
      needs,
      evidence,
      refresh,
      domain,
      challenge,
      allowsWithheld,
      maxStatusAgeMs,
      keys: keys.map(({ key, controller, method, endsAt }) => ({ jwk: key.jwk, controller, method, endsAt })),
    },
    cwd: verifier.cwd,
    explains: verifier.explains,
    hasTrust: verifier.trust !== undefined,
  };
  let index = 0;
  for await (const answer of verifyOnWorkers(files, { start, workers, ...verifier })) {
    const file = files[index++] ?? '';
    yield { file, report: 'verdict' in answer ? answer : notRead(answer) };
  }
}

function readJobs(jobs: string | undefined): number | undefined {
  if (jobs === undefined) return undefined;
  const number = Number(jobs);
  if (!/^[1-9]\d*$/.test(jobs) || number > MAX_JOBS)
    throw new BadgekitError('USAGE', `--jobs ${quoted(jobs)} is not a number from 1 to ${MAX_JOBS}`);
  return number;
}

async function verifyInput(input: Input, verifier: MainVerifier): Promise<Report> {
  switch (input.kind) {
    case 'file':
      return await verifyFile(input.name, verifier);
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

/** Of several files, one that cannot be read keeps nobody from the others. */
function unreadable(error: unknown, { name }: Input, total: number): Report {
  if (!(error instanceof BadgekitError) || total === 1) throw placedIn(name, error);
  return notRead(error);
}

function notRead({ message, hint }: Pick<FailedFile, 'message' | 'hint'>): Report {
  return reportOf([undetermined('file', [{ code: 'FILE_UNUSABLE', message, advice: hint }])], undefined);
}

/** What is verified goes into the bundle, so that a later copy can be compared with it. */
async function record(
  file: string,
  report: Report,
  inputs: readonly Input[],
  recorder: BundleRecorder,
  session: Session,
): Promise<void> {
  const id = report.claims?.id;
  const isFile = inputs.some(({ name, kind }) => name === file && kind === 'file');
  if (report.verdict !== 'verified' || id === undefined || !isFile) return;
  const bytes = await readBounded(resolve(session.cwd, file), MAX_IMAGE_BYTES, file);
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

/** What the reader asked for, in words, for a page that is handed on. */
function askedFor({
  recipient,
  trust,
  require: demanded,
  offline,
  bundle,
  evidence,
}: VerifyCommandOptions): readonly string[] {
  return [
    ...(recipient === undefined ? [] : [`awarded to ${recipient}`]),
    ...(trust ?? []).map((list) => `by an issuer in ${list}`),
    ...(demanded ?? []).map((checks) => `with the checks ${checks}`),
    ...(evidence === undefined ? [] : [`with the evidence in ${evidence}`]),
    ...(bundle === undefined ? [] : [`with what was saved in ${bundle}`]),
    ...(offline === true ? ['without a network'] : []),
  ];
}

const OPENING = '{"badgekit":1,"command":"verify","results":[';

/** What goes to standard output, as it comes; and the verdict of all. */
class Output {
  readonly html: HtmlReport | undefined;
  readonly #options: VerifyCommandOptions;
  readonly #session: Session;
  readonly #recipient: string | undefined;
  readonly #total: number;
  readonly #summary = new Summary();
  #isRejected = false;
  #isOpen = false;

  constructor(options: VerifyCommandOptions, { at, recipient }: VerifySettings, total: number, session: Session) {
    this.#options = options;
    this.#session = session;
    this.#recipient = recipient;
    this.#total = total;
    this.html =
      options.report === undefined ? undefined : new HtmlReport(at, options.at !== undefined, askedFor(options));
  }

  get #isOneDocument(): boolean {
    return this.#options.json === true && this.#options.jsonl !== true;
  }

  add(file: string, report: Report): void {
    this.#isRejected ||= report.verdict === 'rejected';
    this.#isOpen ||= report.verdict === 'undetermined';
    this.html?.add(file, report);
    if (this.#options.jsonl === true) this.#session.out(`${jsonLine(reportAsJson(file, report))}\n`);
    else if (this.#isOneDocument)
      this.#session.out(`${this.#summary.total === 0 ? OPENING : ','}${jsonLine(reportAsJson(file, report))}`);
    else if (this.#total === 1)
      this.#session.out(reportAsText(report, this.#recipient, this.#session, { all: this.#options.all === true }));
    this.#summary.add(file, report);
  }

  end(elapsedMs: number, passedOver: readonly string[]): void {
    this.html?.passOver(passedOver);
    if (this.#isOneDocument)
      this.#session.out(
        `],"counts":${JSON.stringify(Object.fromEntries(this.#summary.counts))},"passedOver":${jsonLine(passedOver)}}\n`,
      );
    else if (this.#options.jsonl !== true && this.#total > 1)
      this.#session.out(this.#summary.asText(this.#session, elapsedMs, passedOver, this.#options.all === true));
  }

  /** Rejected outweighs undetermined: a no is certain. */
  get exitCode(): number {
    if (this.#isRejected) return EXIT.no;
    return this.#isOpen ? EXIT.undetermined : EXIT.yes;
  }
}
