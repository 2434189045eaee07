// Builds dist/: bundled ES modules by esbuild, then the library's type declarations by tsc.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { libsql } from './libsql.js';
import { unbundled } from './unbundled.js';
import { REQUIRE, validators } from './validators.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version, dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/**
 * What libraries bring along and badgekit never calls: jsonld's way to ask the network for contexts, commander's to run
 * commands that are programs of their own, and chalk's to find out what a terminal can do. For each of them Node would load
 * parts of its own.
 */
const withoutExcess = {
  name: 'without excess',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:@digitalbazaar\/http-client|node:child_process)$/ }, ({ path, importer }) =>
      path === 'node:child_process' && !/[\\/]commander[\\/]/.test(importer) ? undefined : { path, namespace: 'none' },
    );
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export const httpClient = undefined;' }));
    // To import all that a process knows of itself makes Node find it out.
    onResolve({ filter: /^node:process$/ }, ({ path }) => ({ path, namespace: 'process' }));
    onLoad({ filter: /.*/, namespace: 'process' }, () => ({ contents: 'module.exports = globalThis.process;' }));
    onResolve({ filter: /^#supports-color$/ }, ({ path }) => ({ path, namespace: 'plain' }));
    onLoad({ filter: /.*/, namespace: 'plain' }, () => ({ contents: 'export default {};' }));
    // It loads Node's https; contexts come from the loader that badgekit gives.
    onLoad({ filter: /[\\/]jsonld[\\/]lib[\\/]documentLoaders[\\/]node\.js$/ }, () => ({
      contents: "module.exports = () => () => { throw new Error('contexts are never fetched'); };",
    }));
  },
};

/** To import Node's fs as an ES module makes Node load all that it can do, streams included, before the first line is read. */
const withoutStreams = {
  name: 'without streams',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:fs$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:fs', namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * What reads the command line is one piece: to find and open another takes as long as to read 10 KB of one. What one command
 * alone can be asked is one more, and what it runs is loaded late, from pieces of its own.
 */
const late = {};
const latePieces = (folder) => ({
  name: 'late pieces',
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const source = join(resolveDir, path);
      const piece = `chunks/${relative(join(root, 'src/cli'), source).replace(/\.ts$/, '').replaceAll(sep, '-')}`;
      if (![undefined, source].includes(late[piece])) throw new Error(`two sources would become ${piece}`);
      late[piece] = source;
      return {
        path:
          relative(folder, piece)
            .replace(/^(?!\.)/, './')
            .replaceAll(sep, '/') + '.js',
        external: true,
      };
    });
  },
});
/** What the command line loads of one command, to know what it can be asked. */
const isCommand = ([piece]) => piece.startsWith('chunks/commands-');
/** The command that is run most is bundled apart, in a few pieces: what it shares with the others would come in some seventy. */
const APART = new Set(['chunks/issue-beginning', 'chunks/run-issue']);
/**
 * What is imported late is said to need the whole run, which is there by then: the beginning imports nothing late, and the
 * run waits for nothing while it is loaded. So esbuild makes one piece of what several of them share with the run, and not
 * one for each set of them that shares something.
 */
const RUN = join(root, 'src/cli/run/issue.ts');
const inOnePiece = {
  name: 'in one piece',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^\..*\.ts$/ }, async ({ path, kind, importer, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const found = await resolve(path, { kind: 'import-statement', importer, resolveDir });
      return { ...found, pluginData: { isLate: true } };
    });
    onLoad({ filter: /\.ts$/ }, ({ path, pluginData }) =>
      pluginData?.isLate === true
        ? { contents: `${readFileSync(path, 'utf8')}\nimport ${JSON.stringify(RUN)};\n`, loader: 'ts' }
        : undefined,
    );
  },
};
/** What all pieces throw is one class. Pieces lie in more than one folder; whose place is known finds it sooner by its path. */
const sameErrors = (path = '#errors') => ({
  name: 'same errors',
  setup({ onResolve }) {
    onResolve({ filter: /\/errors\.ts$/ }, () => ({ path, external: true }));
  },
});

const OPTIONS = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: unbundled(dependencies),
  // The same in ES modules, of which only what is used comes along.
  alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
  metafile: true,
  // Bundled CommonJS asks for Node's own modules by require.
  banner: { js: REQUIRE },
  chunkNames: 'chunks/[name]-[hash]',
  define: { __BADGEKIT_VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  // Less to read at each start. With --debug the traces name the lines of the source, by the maps.
  minify: true,
  lineLimit: 160,
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
};

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
const bundles = [
  await build({ ...OPTIONS, splitting: false, entryPoints: { errors: 'src/errors.ts' } }),
  await build({
    ...OPTIONS,
    splitting: false,
    entryPoints: { cli: 'src/cli/main.ts' },
    plugins: [withoutExcess, withoutStreams, sameErrors('./errors.js'), latePieces('.')],
  }),
];
bundles.push(
  await build({
    ...OPTIONS,
    // Each is whole: what commands have in common is not worth a file.
    splitting: false,
    entryPoints: Object.fromEntries(Object.entries(late).filter(isCommand)),
    plugins: [sameErrors('../errors.js'), latePieces('chunks')],
  }),
);
for (const piece of APART) if (late[piece] === undefined) throw new Error(`nothing becomes ${piece}`);
const isApart = ([piece]) => APART.has(piece);
bundles.push(
  await build({
    ...OPTIONS,
    entryPoints: {
      index: 'src/index.ts',
      'issue-worker': 'src/cli/issue/worker.ts',
      'verify-worker': 'src/cli/verify/worker.ts',
      ...Object.fromEntries(Object.entries(late).filter((entry) => !isApart(entry) && !isCommand(entry))),
    },
    plugins: [validators, withoutExcess, libsql, sameErrors()],
  }),
  await build({
    ...OPTIONS,
    entryPoints: Object.fromEntries(Object.entries(late).filter(isApart)),
    plugins: [validators, withoutExcess, libsql, sameErrors('../errors.js'), inOnePiece],
  }),
);

// Most pieces ask for nothing by require, and load sooner without being given it.
for (const output of bundles.flatMap(({ metafile }) => Object.keys(metafile.outputs))) {
  if (output.endsWith('.map')) continue;
  const path = join(root, output);
  const code = readFileSync(path, 'utf8');
  // Its line stays, empty: the maps count it.
  const own = code.replace(REQUIRE, '\n');
  if (!/\brequire\b/.test(own)) writeFileSync(path, own);
}

writeFileSync(
  new URL('../dist/THIRD-PARTY.txt', import.meta.url),
  licences(bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))),
);

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const types = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
process.exitCode = types.status ?? 1;

/** Whose code is in the bundle, and under which licence: as those licences ask for. */
function licences(inputs) {
  const folders = new Set(
    inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input.replaceAll('\\', '/'))?.[0] ?? []),
  );
  return [...folders]
    .sort()
    .map((folder) => {
      const about = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const files = readdirSync(join(root, folder)).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
      const texts = files.map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
      return [`${about.name} ${about.version} (${about.license ?? 'see below'})`, ...texts].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}
