#!/usr/bin/env node
const argv = process.argv.slice(2);
// Before anything is loaded: for what is there already the lines of the source are not known any more.
if (argv.includes('--debug')) process.setSourceMapsEnabled(true);
// To open the key takes as long as to load the rest, and does not keep it waiting.
const begun =
  argv[0] === 'issue' ? await (await import('../dist/chunks/issue-beginning.js')).beginAhead(argv.slice(1)) : undefined;
const { main } = await import('../dist/cli.js');

process.exitCode = await main(argv, begun);
