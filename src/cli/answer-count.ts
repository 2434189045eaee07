/** What a thread counts, for others to see at any time: 0 until it is there, then 1 and how many answers it has given. */
export type AnswerCount = Int32Array<SharedArrayBuffer>;

export function newAnswerCount(): AnswerCount {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Counts one more: that the thread is there, or an answer, before it is given. */
export function countOne(count: AnswerCount): void {
  Atomics.add(count, 0, 1);
}

export function isThereBy(count: AnswerCount): boolean {
  return Atomics.load(count, 0) > 0;
}

/** How many answers the thread has given, among them those that nobody has heard yet. */
export function answersBy(count: AnswerCount): number {
  return Math.max(0, Atomics.load(count, 0) - 1);
}
