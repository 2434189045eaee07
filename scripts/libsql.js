// What of libsql is JavaScript comes along in the bundle. Its binary stays in a package of its own, which is looked for from
// where libsql lies, as libsql does itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const BINARY = 'require(`@libsql/${target}`)';
const FROM_LIBSQL = "require('node:module').createRequire(require.resolve('libsql'))(`@libsql/${target}`)";

/**
 * Says which binary it is. To know which C library there is, @neon-rs/load has Node report about the whole process, which
 * takes a while; detect-libc, which libsql has too, looks at a file. Where that does not say glibc, as libsql does otherwise.
 */
const TARGET = `
const { familySync, GLIBC } = require('detect-libc');
exports.currentTarget = () =>
  ['x64', 'arm64'].includes(process.arch) && familySync() === GLIBC
    ? \`linux-\${process.arch}-gnu\`
    : require('@neon-rs/load').currentTarget();
exports.load = () => null;
`;
/** As a last resort it runs a program: what that takes is loaded then. */
const LATER = "exports.execSync = (...args) => require('node:child_process').execSync(...args);";

export const libsql = {
  name: 'libsql',
  setup({ onResolve, onLoad, initialOptions: { absWorkingDir } }) {
    const resolveDir = join(absWorkingDir, 'node_modules/libsql');
    onLoad({ filter: /[\\/]node_modules[\\/]libsql[\\/]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (!source.includes(BINARY)) throw new Error(`libsql does not look for its binary by ${BINARY} any more`);
      return { contents: source.replace(BINARY, FROM_LIBSQL), resolveDir };
    });
    onResolve({ filter: /^@neon-rs\/load$/ }, ({ path, namespace }) =>
      namespace === 'target' ? undefined : { path, namespace: 'target' },
    );
    onLoad({ filter: /.*/, namespace: 'target' }, () => ({ contents: TARGET, resolveDir }));
    onResolve({ filter: /^child_process$/ }, ({ path, importer }) =>
      /[\\/]detect-libc[\\/]/.test(importer) ? { path, namespace: 'later' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'later' }, () => ({ contents: LATER }));
  },
};
