import { existsSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { bake, extract, imageFormat, kindOf } from '../../bake/bake.ts';
import { BadgekitError, EXIT, inFile } from '../../errors.ts';
import { MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { readBounded, writeWhole } from '../../programme/files.ts';
import { openText } from '../../verify/subject.ts';
import { decodeUtf8, quoted } from '../../syntax/text.ts';
import type { CommonOptions } from '../commands/shared.ts';
import type { Session } from '../session.ts';

export interface BakeOptions extends CommonOptions {
  readonly extract?: boolean;
  readonly output?: string;
  readonly force?: boolean;
}

const MAX_CREDENTIAL_BYTES = 1024 * 1024;

/** `bake`: a credential into an image, or out of one. */
export async function runBake(files: readonly string[], options: BakeOptions, session: Session): Promise<number> {
  return options.extract === true ? await runExtract(files, options, session) : await runPutIn(files, options, session);
}

async function runPutIn(files: readonly string[], options: BakeOptions, session: Session): Promise<number> {
  const [credentialFile, imageFile, ...more] = files;
  if (credentialFile === undefined || imageFile === undefined || more.length > 0)
    throw new BadgekitError('USAGE', 'baking takes two files: a credential and an image', {
      hint: 'badgekit bake badge.json badge.png -o baked.png',
    });
  const image = await readBounded(resolve(session.cwd, imageFile), MAX_IMAGE_BYTES, imageFile);
  const credential = readCredential(
    await readBounded(resolve(session.cwd, credentialFile), MAX_CREDENTIAL_BYTES, credentialFile),
    credentialFile,
  );
  const baked = inFile(imageFile, () => bake(image, credential));
  const output =
    options.output ?? `${imageFile.slice(0, imageFile.length - extname(imageFile).length)}.baked${extname(imageFile)}`;
  const extension = extname(output).slice(1).toLowerCase();
  const format = imageFormat(image);
  if (['png', 'svg', 'json', 'jwt'].includes(extension) && extension !== format)
    throw new BadgekitError(
      'USAGE',
      `the image is ${format.toUpperCase()}, and ${quoted(output)} would say that it is something else`,
      { hint: `name it .${format}` },
    );
  if (resolve(session.cwd, output) === resolve(session.cwd, imageFile) && options.force !== true)
    throw new BadgekitError('FILE_EXISTS', 'the image would replace itself', {
      where: { file: output },
      hint: 'choose another name with -o, or give --force',
    });
  return await deliver(baked, output, 'bake', options, session);
}

async function runExtract(files: readonly string[], options: BakeOptions, session: Session): Promise<number> {
  const [imageFile, ...more] = files;
  if (imageFile === undefined || more.length > 0)
    throw new BadgekitError('USAGE', 'extracting takes one image', { hint: 'badgekit bake --extract baked.png' });
  const image = await readBounded(resolve(session.cwd, imageFile), MAX_IMAGE_BYTES, imageFile);
  const { credential, standard, how, notes } = inFile(imageFile, () => extract(image));
  session.err(`${imageFile}: ${standard}; ${how}\n${notes.map((note) => `  ${note}\n`).join('')}`);
  if (options.output !== undefined)
    return await deliver(Buffer.from(credential, 'utf8'), options.output, 'bake --extract', options, session);
  session.out(
    options.json === true
      ? `${JSON.stringify({ badgekit: 1, command: 'bake --extract', standard, how, notes, credential })}\n`
      : credential,
  );
  return EXIT.yes;
}

/** The credential's exact text. That it is signed properly is for verify to say; that it is a credential, for here. */
function readCredential(bytes: Uint8Array, file: string): string {
  const kind = kindOf(bytes);
  if (kind !== 'json' && kind !== 'jwt')
    throw new BadgekitError('CREDENTIAL_INVALID', 'the file is no credential', {
      where: { file },
      hint: 'the first file is the credential (.json or .jwt), the second the image',
    });
  const text = inFile(file, () => decodeUtf8(bytes));
  const { subject, file: check } = openText(text, kind);
  if (subject === undefined) throw new BadgekitError('CREDENTIAL_INVALID', check.summary, { where: { file } });
  if (subject.jwt === undefined && subject.document['proof'] === undefined)
    throw new BadgekitError('CREDENTIAL_INVALID', 'the credential is not signed', {
      where: { file },
      hint: 'bake what badgekit issue wrote: an image does not make an unsigned credential a badge',
    });
  return kind === 'jwt' ? text.trim() : text;
}

async function deliver(
  bytes: Uint8Array,
  output: string,
  command: string,
  options: BakeOptions,
  session: Session,
): Promise<number> {
  const folder = dirname(resolve(session.cwd, output));
  if (!existsSync(folder))
    throw new BadgekitError('FILE_NOT_FOUND', 'there is no such folder', {
      where: { file: dirname(output) },
      hint: 'make it first, or write elsewhere',
    });
  if (existsSync(resolve(session.cwd, output)) && statSync(resolve(session.cwd, output)).isDirectory())
    throw new BadgekitError('USAGE', `${quoted(output)} is a folder`, { hint: 'name a file in it' });
  const outcome =
    options.dryRun === true
      ? 'not written'
      : await writeWhole(resolve(session.cwd, output), bytes, {
          replace: options.force === true,
          mode: 0o644,
          shownAs: output,
        });
  if (options.json === true)
    session.out(`${JSON.stringify({ badgekit: 1, command, file: output, bytes: bytes.length, outcome })}\n`);
  else
    session.out(
      outcome === 'written'
        ? `Wrote ${output}\n`
        : outcome === 'unchanged'
          ? `${output} is so already\n`
          : `Would write ${output} (${bytes.length} bytes)\n`,
    );
  return EXIT.yes;
}
