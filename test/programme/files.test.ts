import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WholeFile } from '../../src/ports.ts';
import { createFiles } from '../../src/programme/files.ts';
import { temporaryFolder } from '../support/cli.ts';

const fileAt = (path: string): WholeFile => ({ path, content: [Buffer.from('whole, '), Buffer.from('in pieces')] });

async function* groups(...all: readonly (readonly WholeFile[])[]): AsyncGenerator<readonly WholeFile[]> {
  for (const group of all) yield await Promise.resolve(group);
}

describe('files below a folder', () => {
  test('are written into folders that are made for them', async () => {
    const root = temporaryFolder();
    await createFiles(root).writeAll(groups([fileAt('a/b/1.json'), fileAt('a/c/2.json')], [fileAt('a/b/3.json')]));
    for (const path of ['a/b/1.json', 'a/c/2.json', 'a/b/3.json'])
      expect(readFileSync(join(root, path), 'utf8')).toBe('whole, in pieces');
  });

  test('are removed, and are not missed where they or their folder are not there', async () => {
    const root = temporaryFolder();
    const files = createFiles(root);
    await files.write('a/1.json', '{}');
    await files.remove('a/1.json');
    expect(existsSync(join(root, 'a/1.json'))).toBe(false);
    await expect(files.remove('a/1.json')).resolves.toBeUndefined();
    await expect(files.remove('b/c/1.json')).resolves.toBeUndefined();
    expect(existsSync(join(root, 'b'))).toBe(false);
  });

  test('are neither written nor removed where a link leads out of it', async () => {
    const [root, outside] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(outside, '1.json'), 'mine');
    symlinkSync(outside, join(root, 'a'));
    const files = createFiles(root);
    const refused = expect.objectContaining({ code: 'PATH_OUTSIDE' });
    await expect(files.writeAll(groups([fileAt('a/1.json')]))).rejects.toEqual(refused);
    await expect(files.writeAll(groups([fileAt('a/new/1.json')]))).rejects.toEqual(refused);
    await expect(files.write('a/1.json', '{}', { replace: true })).rejects.toEqual(refused);
    await expect(files.remove('a/1.json')).rejects.toEqual(refused);
    expect(readFileSync(join(outside, '1.json'), 'utf8')).toBe('mine');
    expect(existsSync(join(outside, 'new'))).toBe(false);
  });

  test('that cannot all be written are told of by the first that cannot, and those before it are there', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'a/2.json'), { recursive: true });
    const all = groups([fileAt('a/1.json')], [fileAt('a/2.json')], [fileAt('a/3.json')]);
    await expect(createFiles(root).writeAll(all)).rejects.toEqual(
      expect.objectContaining({ code: 'FILE_UNREADABLE', where: { file: 'a/2.json' } }),
    );
    expect(readFileSync(join(root, 'a/1.json'), 'utf8')).toBe('whole, in pieces');
    expect(existsSync(join(root, 'a/3.json'))).toBe(false);
  });
});
