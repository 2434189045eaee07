import { BadgekitError } from '../errors.ts';
import { looksLikeJwt } from '../proof/jwt.ts';
import { scanSvg, type Svg, type SvgChild } from '../syntax/svg.ts';
import { CARRIED, type Carrier, type Extracted } from './carrier.ts';

const { namespace: NAMESPACE, element: ELEMENT } = CARRIED[0];
const PREFIX = 'openbadges';

/**
 * Puts credentials into an SVG (Open Badges 3.0, "Baking", SVG): the namespace on the root, and one
 * `openbadges:credential` right after the root's start tag, in place of any earlier one. JSON stands in one CDATA
 * section, a JWT in the attribute `verify`. All other characters stay as they are.
 * @throws BadgekitError IMAGE_INVALID
 */
export function svgCarrier(image: string): Carrier {
  const svg = scanSvg(image);
  const prefix = declaredPrefix(svg) ?? freePrefix(svg);
  const { start, end, opening, closing } = placeIn(image, svg);
  const declaration = { start: svg.rootNameEnd, end: svg.rootNameEnd, text: ` xmlns:${prefix}="${NAMESPACE}"` };
  const before = declaredPrefix(svg) === undefined ? [declaration] : [];
  const after = svg.children.filter((child) => isCarrier(child, 0)).map((child) => ({ ...child, text: '' }));
  const utf8 = new TextEncoder();
  const head = utf8.encode(splice(image.slice(0, start), before) + opening);
  const rest = after.map((edit) => ({ ...edit, start: edit.start - end, end: edit.end - end }));
  const tail = utf8.encode(closing + splice(image.slice(end), rest));
  return (credential) => [head, utf8.encode(writeElement(prefix, credential)), tail];
}

/**
 * Takes the credential out of an SVG. Elements are known by namespace, whatever their prefix, and only as direct
 * children of the root.
 * @throws BadgekitError CREDENTIAL_MISSING | CREDENTIAL_DUPLICATE | IMAGE_INVALID
 */
export function extractSvg(image: string): Extracted {
  const { children } = scanSvg(image);
  for (const [index, { standard }] of CARRIED.entries()) {
    const found = children.filter((child) => isCarrier(child, index));
    const [first] = found;
    if (first === undefined) continue;
    if (found.length > 1)
      throw new BadgekitError(
        'CREDENTIAL_DUPLICATE',
        `the SVG holds ${found.length} credentials where the standard allows one`,
        { hint: 'ask for the original image' },
      );
    return { standard, notes: [], ...readElement(first) };
  }
  throw new BadgekitError('CREDENTIAL_MISSING', 'the SVG holds no credential', {
    hint: 'the image was never baked, or another program saved it again and dropped the credential: ask for the original file',
  });
}

/** An SVG as it was before anything was baked into it. */
export function strippedSvg(image: string): string {
  const { children, rootAttributes } = scanSvg(image);
  const carriers = children.filter((child) => CARRIED.some((_, row) => isCarrier(child, row)));
  const namespaces = rootAttributes.filter(
    ({ name, value }) => name.startsWith('xmlns:') && CARRIED.some(({ namespace }) => namespace === value),
  );
  return splice(
    image,
    [...carriers, ...namespaces].map(({ start, end }) => ({ start, end, text: '' })),
  );
}

/**
 * JSON text that can stand in one CDATA section: `]]>` and the two characters that XML has no room for occur only
 * inside strings, where JSON can escape them.
 */
function inCdata(json: string): string {
  return json.replaceAll(']]>', ']]\\u003e').replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}

function writeElement(prefix: string, credential: string): string {
  if (looksLikeJwt(credential)) return `<${prefix}:${ELEMENT} verify="${credential}"></${prefix}:${ELEMENT}>`;
  return `<${prefix}:${ELEMENT}><![CDATA[${inCdata(credential)}]]></${prefix}:${ELEMENT}>`;
}

function readElement({ attributes, text, hasElements }: SvgChild): { credential: string; how: string } {
  if (hasElements)
    throw new BadgekitError(
      'IMAGE_INVALID',
      'the SVG has elements inside its credential, which readers would take differently',
      {
        hint: 'ask for the original image',
      },
    );
  const verify = attributes.find(({ name }) => name === 'verify')?.value.trim() ?? '';
  const body = text.trim();
  if (verify !== '' && body !== '')
    throw new BadgekitError(
      'CREDENTIAL_DUPLICATE',
      'the SVG holds one credential in its "verify" attribute and another in its body',
      { hint: 'ask for the original image' },
    );
  if (verify !== '') return { credential: verify, how: 'SVG, one credential in a verify attribute' };
  if (body !== '') return { credential: body, how: 'SVG, one credential in an element of the root' };
  throw new BadgekitError('CREDENTIAL_MISSING', 'the SVG has an element for a credential, but it is empty');
}

function isCarrier({ namespace, localName }: SvgChild, row: number): boolean {
  return namespace === CARRIED[row]?.namespace && localName === CARRIED[row]?.element;
}

function declaredPrefix({ rootAttributes }: Svg): string | undefined {
  return rootAttributes
    .find(({ name, value }) => name.startsWith('xmlns:') && value === NAMESPACE)
    ?.name.slice('xmlns:'.length);
}

function freePrefix({ rootAttributes }: Svg): string {
  const taken = new Set(rootAttributes.map(({ name }) => name));
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? PREFIX : `${PREFIX}${number}`;
    if (!taken.has(`xmlns:${candidate}`)) return candidate;
  }
}

/** Where the credential goes, and what has to stand around it: `<svg …/>` is opened. */
function placeIn(
  image: string,
  { selfClosing, rootTagEnd, rootName }: Svg,
): { readonly start: number; readonly end: number; readonly opening: string; readonly closing: string } {
  if (!selfClosing) return { start: rootTagEnd, end: rootTagEnd, opening: '', closing: '' };
  return { start: image.lastIndexOf('/', rootTagEnd), end: rootTagEnd, opening: '>', closing: `</${rootName}>` };
}

function splice(text: string, edits: readonly { start: number; end: number; text: string }[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
