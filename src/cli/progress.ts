import { count } from './style.ts';
import type { Session } from './session.ts';

const REDRAW_MS = 100;

/** A progress line on standard error: a bar, the numbers, the rate and the time that is left. */
export interface Progress {
  step(): void;
  /** Takes the line away. */
  end(): void;
}

const SILENT: Progress = { step: () => undefined, end: () => undefined };

/** A bar for work of a known size, or else numbers; silent where standard error is no terminal. */
export function startProgress(session: Session, label: string, total: number | undefined): Progress {
  if (!session.showsProgress || total === 0) return SILENT;
  const started = session.clock();
  let [done, drawn] = [0, 0];
  const draw = (now: number): void => {
    drawn = now;
    session.err(
      `\r\u001b[2K${progressLine({ label, done, total, elapsedMs: now - started, columns: session.columns.err })}`,
    );
  };
  return {
    step: () => {
      done++;
      const now = session.clock();
      if (now - drawn >= REDRAW_MS || done === total) draw(now);
    },
    end: () => session.err('\r\u001b[2K'),
  };
}

export interface ProgressState {
  readonly label: string;
  readonly done: number;
  /** Undefined where nobody knows. */
  readonly total: number | undefined;
  readonly elapsedMs: number;
  readonly columns: number;
}

export function progressLine({ label, done, total, elapsedMs, columns }: ProgressState): string {
  const rate = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
  if (total === undefined) return `${label} ${count(done)}  ${count(Math.round(rate))}/s`;
  const left = rate > 0 ? Math.ceil((total - done) / rate) : 0;
  const numbers = `${count(done)}/${count(total)}  ${count(Math.round(rate))}/s${done < total && elapsedMs > 1000 ? `  ${duration(left)} left` : ''}`;
  const width = Math.max(0, Math.min(24, columns - label.length - numbers.length - 6));
  const filled = Math.round((done / total) * width);
  return `${label} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${numbers}`;
}

function duration(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
