import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { temporaryFolder } from './cli.ts';

const server = inject('postgres');

/** The engines that a ledger can be on, each with the way to a new empty one; PostgreSQL where it is installed. */
export const ENGINES: readonly { readonly engine: string; readonly newPlace: () => Promise<string> }[] = [
  { engine: 'SQLite', newPlace: () => Promise.resolve(join(temporaryFolder(), 'ledger.db')) },
  ...(server === undefined ? [] : [{ engine: 'PostgreSQL', newPlace: () => newDatabase(server) }]),
];

async function newDatabase(address: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: `${address}/postgres` });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return `${address}/${name}`;
}
