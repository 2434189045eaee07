import type { SetUpCommand } from './commands/shared.ts';

/** What the list of the commands shows of one, and where the rest of it is said. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  /** What it takes, what that is, and what is taken without it. */
  readonly argument?: readonly [flags: string, description: string, byDefault?: string];
  /** Whether it is nothing but commands of its own, which have the options. */
  readonly isGroup?: true;
  /** To read all of them takes as long as to read the rest of the command line: who asks for one waits for no other. */
  readonly load: () => Promise<{ readonly setUp: SetUpCommand }>;
}

/** In the order in which they are shown. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'init-issuer',
    summary: 'make a programme: issuer, key, folders',
    argument: ['[folder]', 'the folder to make it in', '.'],
    load: () => import('./commands/init-issuer.ts'),
  },
  {
    name: 'define',
    summary: 'write a badge definition, or check them all',
    argument: ['[names...]', "the badge's name; with --check, the files to check"],
    load: () => import('./commands/define.ts'),
  },
  {
    name: 'frameworks',
    summary: 'frameworks of skills that badges are aligned with: import, list',
    isGroup: true,
    load: () => import('./commands/frameworks.ts'),
  },
  {
    name: 'align',
    summary: 'find the skills of a framework that a badge shows',
    argument: ['<definition>', 'badges/<name>.yaml'],
    load: () => import('./commands/align.ts'),
  },
  {
    name: 'roster',
    summary: 'how a roster file is read, and what differs between two: inspect, diff',
    isGroup: true,
    load: () => import('./commands/roster.ts'),
  },
  {
    name: 'issue',
    summary: 'issue the badges of a roster (CSV)',
    argument: ['[rosters...]', 'a CSV file with a header line; with --join further ones'],
    load: () => import('./commands/issue.ts'),
  },
  {
    name: 'approve',
    summary: 'approve a plan, so that it can be carried out',
    argument: ['<plan>', 'a plan that issue --plan-out wrote'],
    load: () => import('./commands/approve.ts'),
  },
  {
    name: 'bake',
    summary: 'put a credential into an image, or take it out',
    argument: ['<files...>', 'a credential and an image; with --extract, a baked image'],
    load: () => import('./commands/bake.ts'),
  },
  {
    name: 'verify',
    summary: 'verify credentials and baked images',
    argument: [
      '<files...>',
      'files, archives (.tar, .jsonl), folders, patterns, - for standard input, or https addresses',
    ],
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'list',
    summary: 'what was issued to whom, and how it stands',
    argument: ['[credential]', "a credential's id, or the recipient's e-mail address or id"],
    load: () => import('./commands/list.ts'),
  },
  {
    name: 'why',
    summary: "say what became of somebody's badge, or why nothing did",
    argument: ['<person>', 'the address or id that rosters know them by'],
    load: () => import('./commands/why.ts'),
  },
  {
    name: 'record',
    summary: "write a person's evidence record, a page to read, print or send",
    argument: ['<person>', 'the address or id that the ledger knows them by'],
    load: () => import('./commands/record.ts'),
  },
  {
    name: 'portfolio',
    summary: 'what can be said against the badges of the programme as a whole',
    load: () => import('./commands/portfolio.ts'),
  },
  {
    name: 'renew',
    summary: 'issue badges once more that are about to expire',
    load: () => import('./commands/renew.ts'),
  },
  {
    name: 'revoke',
    summary: 'revoke, suspend or reinstate badges',
    argument: ['[credential]', "a credential's id, or the recipient's e-mail address or id"],
    load: () => import('./commands/revoke.ts'),
  },
  {
    name: 'erase',
    summary: 'remove the personal data of one person',
    argument: ['<recipient>', "the person's e-mail address or id, as the roster had it"],
    load: () => import('./commands/erase.ts'),
  },
  {
    name: 'publish',
    summary: 'bring the folder public/ up to date',
    load: () => import('./commands/publish.ts'),
  },
  {
    name: 'status',
    summary: 'status lists: sign them anew when they need it',
    isGroup: true,
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'ledger',
    summary: "the issuer's record: export, import, check, rebuild",
    isGroup: true,
    load: () => import('./commands/ledger.ts'),
  },
  {
    name: 'keys',
    summary: 'signing keys: list, rotate, retire, and what to do when one is stolen',
    isGroup: true,
    load: () => import('./commands/keys.ts'),
  },
];
