import { EXIT, type ExitCode } from '../../errors.ts';
import {
  DEFAULT_THRESHOLDS,
  IssuedCounts,
  PORTFOLIO_FINDINGS,
  type PortfolioFinding,
  portfolioFindings,
} from '../../issue/portfolio.ts';
import { hasLedger } from '../../programme/ledger.ts';
import { openProgramme } from '../../programme/programme.ts';
import { requireDefinitions } from '../../programme/sound-definitions.ts';
import { visible } from '../../syntax/text.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import type { Session } from '../session.ts';
import { count, counted, styles } from '../style.ts';

/** `portfolio`: what can be said against the badges of a programme as a whole. */
export async function runPortfolio(options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const definitions = await requireDefinitions(programme);
  const issued = new IssuedCounts();
  if (await hasLedger(programme, session.env))
    await usingLedger(programme, undefined, session, async (ledger) => {
      for await (const award of ledger.select({}))
        if (award.erasedAt === undefined && award.supersededBy === undefined) issued.add(award);
    });
  const { limits = {}, ...own } = programme.config.portfolio ?? {};
  const findings = portfolioFindings(definitions, issued, { ...DEFAULT_THRESHOLDS, ...own }, session.clock());
  const counts = PORTFOLIO_FINDINGS.map((kind) => ({
    kind,
    found: findings.filter((finding) => finding.kind === kind).length,
    limit: limits[kind],
  }));
  const exceeded = counts.filter(({ found, limit }) => limit !== undefined && found > limit);
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'portfolio', badges: definitions.length, people: issued.people, findings, exceeded: exceeded.map(({ kind, found, limit = 0 }) => ({ kind, found, limit })) })}\n`,
    );
  else
    session.out(
      `${findings.map((finding) => findingAsText(finding, session)).join('')}${findings.length === 0 ? 'Nothing is to be said against the badges.\n' : `${counted(findings.length, 'finding')} about ${counted(definitions.length, 'definition')}.\n`}${exceeded.map(({ kind, found, limit = 0 }) => `More than badgekit.yaml allows: ${count(found)} ${kind}, and ${count(limit)} ${limit === 1 ? 'is' : 'are'} allowed.\n`).join('')}`,
    );
  return exceeded.length === 0 ? EXIT.yes : EXIT.no;
}

function findingAsText({ kind, badges, message, hint }: PortfolioFinding, session: Session): string {
  const { out } = styles(session);
  return `${out.bold(kind.padEnd('issued-to-everyone'.length))}  ${badges.join(', ')}: ${visible(message, 300)}\n${' '.repeat('issued-to-everyone'.length)}  ${visible(hint, 300)}\n`;
}
