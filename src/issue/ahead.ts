/**
 * Does work on items as they come, on several at a time, and gives what comes of it in their order. Nothing more is taken up
 * while so much is in hand.
 * @throws what the first work throws that fails
 */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const inHand: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // A failure is met when its turn comes.
      result.catch(() => undefined);
      inHand.push(result);
      const [first] = inHand;
      if (inHand.length < width || first === undefined) continue;
      inHand.shift();
      yield await first;
    }
    for (let first = inHand.shift(); first !== undefined; first = inHand.shift()) yield await first;
  } finally {
    // What was begun is finished before a fault is told, so that nothing is left half done.
    await Promise.allSettled(inHand);
  }
}

/** Items in batches of a size, the last one smaller. */
export async function* inBatches<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  size: number,
): AsyncGenerator<readonly Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
