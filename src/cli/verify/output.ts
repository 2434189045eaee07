import { EXIT, type ExitCode } from '../../errors.ts';
import type { Report } from '../../verify/report.ts';
import { HtmlReport } from '../render-html.ts';
import { reportAsText, Summary } from '../render-report.ts';
import { jsonLine, reportAsJson } from '../report-json.ts';
import type { Session } from '../session.ts';
import { counted } from '../style.ts';
import type { VerifyCommandOptions, VerifySettings } from './settings.ts';

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
export class Output {
  readonly html: HtmlReport | undefined;
  readonly #options: VerifyCommandOptions;
  readonly #session: Session;
  readonly #recipient: string | undefined;
  readonly #isOne: boolean;
  readonly #summary = new Summary();
  #isRejected = false;
  #isOpen = false;

  /** @param isOne whether there is one file, and nothing in it but one credential */
  constructor(options: VerifyCommandOptions, { at, recipient }: VerifySettings, isOne: boolean, session: Session) {
    this.#options = options;
    this.#session = session;
    this.#recipient = recipient;
    this.#isOne = isOne;
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
    else if (this.#isOne)
      this.#session.out(reportAsText(report, this.#recipient, this.#session, { all: this.#options.all === true }));
    this.#summary.add(file, report);
  }

  end(elapsedMs: number, passedOver: readonly string[]): void {
    this.html?.passOver(passedOver);
    if (this.#options.jsonl === true && passedOver.length > 0)
      this.#session.err(`${counted(passedOver.length, 'file or folder was', 'files or folders were')} passed over\n`);
    if (this.#isOneDocument)
      this.#session.out(
        `${this.#summary.total === 0 ? OPENING : ''}],"counts":${JSON.stringify(Object.fromEntries(this.#summary.counts))},"passedOver":${jsonLine(passedOver)}}\n`,
      );
    else if (this.#options.jsonl !== true && !this.#isOne)
      this.#session.out(this.#summary.asText(this.#session, elapsedMs, passedOver, this.#options.all === true));
  }

  /** Rejected outweighs undetermined: a no is certain. */
  get exitCode(): ExitCode {
    if (this.#isRejected) return EXIT.no;
    return this.#isOpen ? EXIT.undetermined : EXIT.yes;
  }
}
