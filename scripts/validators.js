// The modules validators:…, whose functions check by the JSON Schemas of schemas/. They are compiled when badgekit is
// built: compiling them in each run takes longer than most runs.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { _, Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';

const NAME = /^validators:([\w-]+)$/;
const FORMATS = fileURLToPath(new URL('../src/syntax/formats.ts', import.meta.url));

/** Nobody wrote the functions: their lines are no help in a trace. */
const NO_MAP = JSON.stringify({ version: 3, sources: [''], mappings: 'A' });
const UNMAPPED = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(NO_MAP).toString('base64')}`;

/** What a module's functions check by. */
function schemasOf(module) {
  if (module !== 'credential') return { validate: read(module) };
  return {
    classes: { $defs: { ...read('open-badges-3.0').$defs, ...read('clr-2.0').$defs } },
    ...Object.fromEntries(
      ['AchievementCredential', 'EndorsementCredential', 'ClrCredential'].map((name) => [
        name,
        { $ref: `classes#/$defs/${name}` },
      ]),
    ),
  };
}

function read(name) {
  return JSON.parse(readFileSync(new URL(`../schemas/${name}.json`, import.meta.url), 'utf8'));
}

function codeOf(module) {
  const schemas = schemasOf(module);
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    strictTuples: false,
    allowUnionTypes: true,
    // Otherwise there is a third more code to be read at each start.
    inlineRefs: false,
    code: { source: true, esm: true, formats: _`FORMATS` },
  });
  ajv.addVocabulary(['x-hint', 'x-secret']);
  const formats = JSON.stringify(schemas).matchAll(/"format":"([^"]+)"/g);
  // Their own functions come from src/syntax/formats.ts, when the code runs.
  for (const [, format] of formats) ajv.addFormat(format, { validate: () => true });
  for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, name);
  const names = Object.keys(schemas).filter((name) => name !== 'classes');
  const code = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])));
  return `import { FORMATS } from ${JSON.stringify(FORMATS)};\n${code}\n${UNMAPPED}`;
}

/** Gives esbuild the modules. */
export const validators = {
  name: 'validators',
  setup(build) {
    build.onResolve({ filter: NAME }, ({ path }) => ({ path, namespace: 'validators' }));
    build.onLoad({ filter: NAME, namespace: 'validators' }, ({ path }) => ({
      contents: codeOf(NAME.exec(path)[1]),
      loader: 'js',
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    }));
  },
};

/**
 * What comes before bundled CommonJS, and before the modules in tests: both ask for other pieces by require. For Node's own
 * pieces no loader has to be made first.
 */
export const REQUIRE = [
  "const requireFrom = () => process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  'const require = (name) => process.getBuiltinModule(name) ?? requireFrom()(name);',
  'require.resolve = (name) => requireFrom().resolve(name);\n',
].join(' ');

/** Gives Vite, which runs the tests, the same modules. */
export const validatorsInTests = {
  name: 'validators',
  enforce: 'pre',
  resolveId: (id) => (NAME.test(id) ? `\0${id}` : undefined),
  load: (id) => (id.startsWith('\0validators:') ? `${REQUIRE}${codeOf(NAME.exec(id.slice(1))[1])}` : undefined),
};
