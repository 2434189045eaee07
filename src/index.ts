/** badgekit as a library: assembling, securing, baking and verifying Open Badges 3.0. No logic lives here. */
export { bake, extract, imageFormat, type ImageFormat } from './bake/bake.ts';
export type { Extracted } from './bake/carrier.ts';
export { BadgekitError, type ErrorCode, type ExitCode, type Where } from './errors.ts';
export type { AlgorithmName } from './keys/algorithms.ts';
export { didKeyMethod, didKeyOf } from './keys/did-key.ts';
export { generatePrivateKey, type PrivateKey, privateKeyFromJwk } from './keys/private-key.ts';
export { type PublicKey, publicKeyFromJwk, publicKeyFromMultikey } from './keys/public-key.ts';
export type { Achievement, Profile } from './openbadges/achievement.ts';
export { assembleCredential, type CredentialContent, type Evidence, type Result } from './openbadges/credential.ts';
export { hashedIdentity, type IdentityObject, matchRecipient, plainIdentity } from './openbadges/recipient.ts';
export type { DocumentLoader, Lookup, Reach, World } from './ports.ts';
export { addProof, type SigningOptions } from './proof/data-integrity.ts';
export { signJwt } from './proof/jwt.ts';
export type { Json, JsonObject } from './syntax/json.ts';
export type { EvidenceFile, GivenKey, Trust, TrustAnswer, VerifyOptions } from './verify/context.ts';
export { type Copy, explain } from './verify/explain.ts';
export type { Claims, ContainedReport, Report } from './verify/report.ts';
export { readTrust, type TrustSource } from './verify/trust-list.ts';
export {
  type CheckName,
  type CheckResult,
  DEFAULT_NEEDS,
  type Finding,
  type FindingCode,
  type Needs,
  type Outcome,
  type VerdictWord,
} from './verify/verdict.ts';
export { verify } from './verify/verify.ts';
export { type Bundle, BundleRecorder, readBundle } from './world/bundle.ts';
export { createTrust } from './world/trust.ts';
export { createWorld, type Hosting, type WorldOptions } from './world/world.ts';
