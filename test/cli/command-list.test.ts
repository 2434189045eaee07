import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { createProgram } from '../../src/cli/program.ts';
import { openSession } from '../../src/cli/session.ts';

const session = openSession();
const program = (...argv: readonly string[]): ReturnType<typeof createProgram> =>
  createProgram(session, { exitCode: 0 }, argv);

test('the list of the commands is the same where nothing else of them is set up', async () => {
  const [listed, whole] = [await program('--help'), await program('-h', 'issue')];
  expect(listed.helpInformation()).toBe(whole.helpInformation());
  const optionsOf = ({ commands }: typeof whole): number =>
    commands.reduce((sum, { options }) => sum + options.length, 0);
  expect(optionsOf(listed)).toBeLessThan(optionsOf(whole) / 3);
});

test('whatever asks for one command gets the whole of it, and of no other', async () => {
  const all = (await program('-h', 'issue')).commands;
  expect(all.map((command) => command.name())).toEqual(COMMANDS.map(({ name }) => name));
  for (const command of all) {
    const name = command.name();
    expect([name, command.options.length > 0 || command.commands.length > 0]).toEqual([name, true]);
    for (const argv of [[name], [name, '--help'], ['help', name]]) {
      const { commands } = await program(...argv);
      expect(commands.map((each) => each.helpInformation())).toEqual([command.helpInformation()]);
    }
  }
});

test('what a command says of itself is its own', async () => {
  const { commands } = await program('-h', 'issue');
  const leaves = commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]));
  const said = leaves.map((command) => command.description());
  expect(said).not.toContain('');
  expect(new Set(said).size).toBe(leaves.length);
});
