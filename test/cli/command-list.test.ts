import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { createProgram } from '../../src/cli/program.ts';
import { openSession } from '../../src/cli/session.ts';

const session = openSession();
const program = (...argv: readonly string[]): ReturnType<typeof createProgram> =>
  createProgram(session, { exitCode: 0 }, argv);

test('the list of the commands is the same where nothing else of them is set up', async () => {
  const [listed, whole] = [await program('--help'), await program('help', 'issue')];
  expect(listed.helpInformation()).toBe(whole.helpInformation());
  const optionsOf = ({ commands }: typeof whole): number =>
    commands.reduce((sum, { options }) => sum + options.length, 0);
  expect(optionsOf(listed)).toBeLessThan(optionsOf(whole) / 3);
});

test('whatever asks for one command gets the whole of it', async () => {
  const helpOf = async (name: string, ...argv: readonly string[]): Promise<string | undefined> =>
    (await program(...argv)).commands.find((command) => command.name() === name)?.helpInformation();
  for (const { name } of COMMANDS) {
    const whole = await helpOf(name, 'help', name);
    expect(whole).toMatch(/^(?:Options|What it must be):|^Commands:/m);
    expect(await helpOf(name, name)).toBe(whole);
  }
  const whole = await helpOf('issue', 'help', 'issue');
  expect(whole).toContain('--jobs');
  for (const argv of [
    ['--help', 'issue'],
    ['issue', '--help'],
    ['-h', 'issue'],
  ])
    expect(await helpOf('issue', ...argv)).toBe(whole);
});
