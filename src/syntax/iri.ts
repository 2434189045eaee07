// RFC 3986 characters plus the RFC 3987 ucschar range; quotes, angle brackets, braces, backslash and spaces are refused.
const ABSOLUTE_IRI =
  /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\u{10000}-\u{efffd}]|%[0-9A-Fa-f]{2})+$/u;
const EMAIL =
  /^[^\s@<>()[\]\\,;:"\p{Cc}\p{Cf}]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])$/u;
/** What most of them are like. The other expression takes milliseconds to be made ready. */
const PLAIN_EMAIL =
  /^[!#-'*+\-./\w=?^`{|}~]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])$/;
const DID = /^did:[a-z0-9]+:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}|:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})$/;

/** RFC 3987 admits some of Unicode's spaces, of which JSON-LD processors do not take one in an absolute IRI. */
const SPACE = /\s/;

/** An absolute IRI (RFC 3987) in the strict form that survives JSON-LD and N-Quads unchanged. */
export function isAbsoluteIri(text: string): boolean {
  return ABSOLUTE_IRI.test(text) && !SPACE.test(text);
}

/** An absolute http or https URL that the platform's parser accepts too. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && isAbsoluteIri(text) && URL.canParse(text);
}

/** A DID (W3C DID Core, section 3.1), without path, query or fragment. */
export function isDid(text: string): boolean {
  return DID.test(text);
}

/** An addr-spec as people use it: one @, no spaces, quotes or brackets, a domain with a dot. */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && (PLAIN_EMAIL.test(text) || EMAIL.test(text)) && !/^\.|\.@|\.\./.test(text);
}
