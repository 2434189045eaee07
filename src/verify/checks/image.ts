import { kindOf } from '../../bake/bake.ts';
import { decodePixels } from '../../bake/pixels.ts';
import { strippedPng } from '../../bake/png.ts';
import { strippedSvg } from '../../bake/svg.ts';
import { ifUsable } from '../../errors.ts';
import type { World } from '../../ports.ts';
import { isJsonObject, type JsonObject } from '../../syntax/json.ts';
import { readPng } from '../../syntax/png.ts';
import { decodeUtf8 } from '../../syntax/text.ts';
import type { Subject } from '../subject.ts';
import { type CheckResult, passed, skipped, undetermined } from '../verdict.ts';

const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
const MAX_PIXELS = 4 * 1024 * 1024;

/**
 * Step 13: whether the picture that carries the credential is the one that it names. Anybody can bake a true credential
 * into another picture. What is compared is a picture inside the credential (a data: URL), or a linked one that lies
 * in a folder or bundle of the reader's; no picture is ever fetched.
 */
export async function checkImage({ document, image }: Subject, world: World): Promise<CheckResult> {
  if (image === undefined) return skipped('image', 'it came without one');
  const named = imagesOf(document);
  const read = (await Promise.all(named.map((id) => readImage(id, world)))).filter((bytes) => bytes !== undefined);
  // One picture can be issued in two formats; how they look is for people to compare.
  const found = read.filter((bytes) => kindOf(bytes) === image.format);
  if (found.length === 0) {
    const message = 'the picture around it is not signed: judge by the text, not by the picture';
    return skipped('image', message, [{ code: 'IMAGE_NOT_NAMED', message }]);
  }
  if (found.some((bytes) => isSamePicture(bytes, image))) return passed('image', 'the one that the badge names');
  return undetermined('image', [
    {
      code: 'IMAGE_DIFFERS',
      message: 'the picture around it is not the one that the badge names',
      advice: 'judge by the text, not by the picture',
    },
  ]);
}

/** The pictures that the badge, its subject and its achievement name (Open Badges 3.0, B.5.5). */
function imagesOf(document: JsonObject): readonly string[] {
  const { credentialSubject: subject } = document;
  const achievement = isJsonObject(subject) ? subject['achievement'] : undefined;
  return [document, subject, achievement]
    .filter((node) => isJsonObject(node))
    .map(({ image }) => (isJsonObject(image) ? image['id'] : image))
    .filter((id) => typeof id === 'string');
}

async function readImage(id: string, world: World): Promise<Uint8Array | undefined> {
  if (id.startsWith('data:')) return dataUrl(id);
  const found = await world.local.read(id, MAX_IMAGE_BYTES);
  return found.found ? found.value : undefined;
}

function dataUrl(id: string): Uint8Array | undefined {
  const [, encoding = '', body = ''] = /^data:[^,;]*((?:;[^,;]+)*),(.*)$/s.exec(id) ?? [];
  if (body === '') return undefined;
  try {
    return encoding.endsWith(';base64')
      ? new Uint8Array(Buffer.from(body, 'base64'))
      : new TextEncoder().encode(decodeURIComponent(body));
  } catch {
    return undefined;
  }
}

function isSamePicture(signed: Uint8Array, { format, bytes }: NonNullable<Subject['image']>): boolean {
  const isSame = ifUsable(() =>
    format === 'png'
      ? Buffer.compare(strippedPng(signed), strippedPng(bytes)) === 0 || areSamePixels(signed, bytes)
      : squeezed(signed) === squeezed(bytes),
  );
  return isSame === true;
}

/** Decoded only where the sizes are the same, and no larger than a badge is. */
function areSamePixels(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [readPng(one), readPng(other)];
  if (a.width !== b.width || a.height !== b.height || a.width * a.height > MAX_PIXELS) return false;
  return Buffer.compare(decodePixels(one), decodePixels(other)) === 0;
}

function squeezed(svg: Uint8Array): string {
  return strippedSvg(decodeUtf8(svg)).replace(/\s+/g, ' ').trim();
}
