import { Command } from 'commander';

/** The command line where nothing but the list of its commands is wanted: of each no more is set up than that shows. */
export class CommandList extends Command {
  override createCommand(name?: string): Command {
    return new ListedCommand(name);
  }
}

/** A command with its name, its arguments, its summary, and whether it has options. */
class ListedCommand extends CommandList {
  override option(flags: string, description?: string): this {
    return this.options.length > 0 ? this : super.option(flags, description);
  }

  override addHelpText(): this {
    return this;
  }
}
