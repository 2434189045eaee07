// Loaded before badgekit, by `node --import`. Counts what the program does to files, keys and its ledger, and at the point
// that BADGEKIT_FAULT names kills the process with -9, or lets that one call fail. What it did is written to the file
// `log`: one JSON line.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { relative } from 'node:path';

const { log, kind, at, after = 0, afterLabel, backwards = 0 } = JSON.parse(process.env.BADGEKIT_FAULT ?? '{}');
const root = process.cwd();
let [steps, written, isArmed, hit] = [0, 0, after === 0 && afterLabel === undefined, undefined];

/** What a path is for, as a phase of an issuing run. */
function labelOf(path) {
  const inside = relative(root, String(path));
  if (inside.startsWith('..')) return undefined;
  const [, folder = '', name = ''] = /^([^/]*)\/?(.*)$/.exec(inside) ?? [];
  if (folder === 'credentials') return /\.(?:svg|png)(?:\.tmp)?$/.test(name) ? 'image' : 'credential';
  if (folder === 'public') return name.startsWith('status') ? 'status list' : 'public';
  return folder === '.badgekit' ? 'lock' : 'input';
}

function note(label) {
  hit = label;
  fs.writeSync(report, `${JSON.stringify({ hit: label, steps })}\n`);
}

/** Counts one step; true where it is the one that is to fail. */
function step(label) {
  if (label === undefined) return false;
  if (!isArmed && label === afterLabel && written >= after) isArmed = true;
  if (!isArmed || hit !== undefined) return false;
  steps++;
  if (steps !== at) return false;
  note(label);
  if (kind !== 'kill') return true;
  process.kill(process.pid, 'SIGKILL');
  return false;
}

const report = log === undefined ? undefined : fs.openSync(log, 'a');
process.on('exit', () => {
  if (report !== undefined && hit === undefined) note(null);
});

/** Which calls can fail how: a full disk is met by what takes room. */
const MEETS = {
  ENOSPC: new Set(['open to write', 'mkdir', 'link', 'rename', 'write', 'sync']),
  EACCES: new Set(['open to write', 'open to read', 'mkdir', 'link', 'rename', 'unlink', 'rm', 'chmod']),
  EIO: new Set([
    'open to write',
    'open to read',
    'mkdir',
    'link',
    'rename',
    'unlink',
    'rm',
    'chmod',
    'write',
    'sync',
    'close',
    'read',
  ]),
  short: new Set(['write']),
};

function failure(call) {
  const code = kind === 'short' ? 'EIO' : kind;
  return Object.assign(new Error(`${code}: injected, ${call}`), { code, errno: -1, syscall: call });
}

/** Whether a call is to fail now. */
function fails(call, path) {
  if (kind === undefined) return false;
  const counts = kind === 'kill' || (MEETS[kind]?.has(call) ?? false);
  return counts && step(labelOf(path)) && kind !== 'kill';
}

/** Credentials are counted when they have their names. */
function noteMoved(to) {
  if (!/credentials\/.*\.(?:json|jwt)$/.test(String(to))) return;
  written++;
  if (written >= after && afterLabel === undefined) isArmed = true;
}

const paths = new WeakMap();
const { promises } = fs;
const real = { ...promises };
for (const [call, pathAt] of Object.entries({ mkdir: 0, link: 1, unlink: 0, rm: 0 }))
  promises[call] = async (...args) => {
    if (fails(call, args[pathAt])) throw failure(call);
    return await real[call](...args);
  };
promises.rename = async (from, to) => {
  if (fails('rename', to)) throw failure('rename');
  await real.rename(from, to);
  noteMoved(to);
};
promises.open = async (path, flags, ...rest) => {
  const call = typeof flags === 'number' && (flags & fs.constants.O_WRONLY) !== 0 ? 'open to write' : 'open to read';
  if (fails(call, path)) throw failure(call);
  const handle = await real.open(path, flags, ...rest);
  paths.set(handle, path);
  return handle;
};

const probe = await real.open(process.execPath, 'r');
const FileHandle = Object.getPrototypeOf(probe);
await probe.close();
for (const [method, call] of [
  ['sync', 'sync'],
  ['chmod', 'chmod'],
  ['close', 'close'],
  ['read', 'read'],
  ['readFile', 'read'],
]) {
  const original = FileHandle[method];
  FileHandle[method] = async function faulty(...args) {
    const isFailing = paths.has(this) && fails(call, paths.get(this));
    // A handle whose closing fails is closed all the same.
    if (isFailing && method !== 'close') throw failure(call);
    const result = await original.apply(this, args);
    if (isFailing) throw failure(call);
    return result;
  };
}
const { writeFile } = FileHandle;
FileHandle.writeFile = async function faulty(data, ...rest) {
  if (!paths.has(this) || !fails('write', paths.get(this))) return await writeFile.call(this, data, ...rest);
  await writeFile.call(this, data.subarray(0, Math.floor(data.length / 2)), ...rest);
  throw failure('write');
};

// Whole files are written by calls that wait for nothing, at most for the sync.
const files = new Map();
const isWatched = (path) => !relative(root, String(path)).startsWith('.badgekit');
const { mkdirSync, openSync, closeSync, renameSync, linkSync, rmSync, fchmodSync, writevSync, fsync, fsyncSync } = fs;
fs.mkdirSync = (path, ...rest) => {
  if (isWatched(path) && fails('mkdir', path)) throw failure('mkdir');
  return mkdirSync(path, ...rest);
};
fs.openSync = (path, flags, ...rest) => {
  const call = typeof flags === 'number' && (flags & fs.constants.O_WRONLY) !== 0 ? 'open to write' : 'open to read';
  if (isWatched(path) && fails(call, path)) throw failure(call);
  const file = openSync(path, flags, ...rest);
  if (isWatched(path)) files.set(file, path);
  return file;
};
fs.closeSync = (file) => {
  const isFailing = files.has(file) && fails('close', files.get(file));
  files.delete(file);
  // What fails to close is closed all the same.
  closeSync(file);
  if (isFailing) throw failure('close');
};
fs.renameSync = (from, to) => {
  if (fails('rename', to)) throw failure('rename');
  renameSync(from, to);
  noteMoved(to);
};
fs.linkSync = (from, to) => {
  if (fails('link', to)) throw failure('link');
  linkSync(from, to);
};
fs.rmSync = (path, ...rest) => {
  if (isWatched(path) && fails('rm', path)) throw failure('rm');
  rmSync(path, ...rest);
};
fs.fchmodSync = (file, mode) => {
  if (files.has(file) && fails('chmod', files.get(file))) throw failure('chmod');
  fchmodSync(file, mode);
};
fs.writevSync = (file, pieces, ...rest) => {
  if (!files.has(file) || !fails('write', files.get(file))) return writevSync(file, pieces, ...rest);
  const bytes = Buffer.concat(pieces);
  fs.writeSync(file, bytes.subarray(0, Math.floor(bytes.length / 2)));
  throw failure('write');
};
fs.fsyncSync = (file) => {
  if (files.has(file) && fails('sync', files.get(file))) throw failure('sync');
  fsyncSync(file);
};
fs.fsync = (file, done) => {
  if (files.has(file) && fails('sync', files.get(file))) done(failure('sync'));
  else fsync(file, done);
};

if (kind === 'kill') {
  const { sign } = crypto;
  crypto.sign = (...args) => {
    step('sign');
    return sign(...args);
  };
  const require = createRequire(process.argv[1] ?? import.meta.url);
  const sqlLabel = (text) => {
    const [, verb = '', table = ''] = /^\s*(\w+)(?:\s+(?:into|from))?\s+"?(\w+)/i.exec(text) ?? [];
    if (/^commit/i.test(text)) return 'ledger: commit';
    if (/^begin/i.test(text)) return 'ledger: begin';
    if (/^(?:create|alter|drop)/i.test(text)) return 'ledger: migrate';
    if (/^insert/i.test(verb) && table === 'award') return 'ledger: reserve';
    if (/^update/i.test(verb) && table === 'award') return 'ledger: mark';
    if (/^(?:insert|update)/i.test(verb)) return 'ledger: write';
    return 'ledger: read';
  };
  // libsql's binary: its JavaScript comes along in what is built.
  const besideLibsql = createRequire(require.resolve('libsql'));
  const binary = besideLibsql(`@libsql/${besideLibsql('@neon-rs/load').currentTarget()}`);
  const { databaseExecSync, databasePrepareSync } = binary;
  binary.databaseExecSync = function counted(text) {
    step(sqlLabel(text));
    return databaseExecSync.call(this, text);
  };
  const texts = new WeakMap();
  binary.databasePrepareSync = function noted(text) {
    const statement = databasePrepareSync.call(this, text);
    texts.set(statement, text);
    return statement;
  };
  // A statement that is prepared once counts each time that it is run.
  for (const call of ['statementRun', 'statementRowsSync']) {
    const run = binary[call];
    binary[call] = function counted(...parameters) {
      step(sqlLabel(texts.get(this)));
      return run.apply(this, parameters);
    };
  }
  const pg = require('pg');
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function counted(config, ...rest) {
    step(sqlLabel(typeof config === 'string' ? config : (config?.text ?? '')));
    return query.call(this, config, ...rest);
  };
}
if (backwards !== 0) {
  const { now } = Date;
  Date.now = () => now() - backwards;
}
syncBuiltinESMExports();
