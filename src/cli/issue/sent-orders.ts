import type { SecuredText } from '../../issue/secure.ts';
import type { Order, OrderContent } from '../../issue/workshop.ts';
import { receivedTexts, type SentTexts, TextsToSend } from './sent-texts.ts';

/** An order of which all can be said in JSON. */
export type AwardOrder = Order & { readonly content: Extract<OrderContent, { readonly kind: 'award' }> };

export function isAwardOrder(order: Order): order is AwardOrder {
  return order.content.kind === 'award';
}

const outgoing = new TextsToSend();

export function sentOrders(orders: readonly AwardOrder[]): SentTexts {
  outgoing.begin();
  for (const order of orders) outgoing.add(JSON.stringify(order));
  return outgoing.end();
}

/** Orders, each of which is read when its turn comes. */
export function* receivedOrders(sent: SentTexts): Generator<Order> {
  for (const text of receivedTexts(sent)) {
    const order: AwardOrder = JSON.parse(text.toString('utf8'));
    yield order;
  }
}

/** Credentials on their way to the thread that delivers them. */
export interface SentCredentials extends Pick<SecuredText, 'extension' | 'verificationMethod'> {
  readonly texts: SentTexts;
}

/** @param groups of credentials in one form, signed by one key */
export async function sentCredentials(groups: AsyncIterable<readonly SecuredText[]>): Promise<SentCredentials> {
  outgoing.begin();
  let form: Omit<SentCredentials, 'texts'> | undefined;
  for await (const group of groups)
    for (const { text, extension, verificationMethod } of group) {
      form ??= { extension, verificationMethod };
      if (form.extension !== extension || form.verificationMethod !== verificationMethod)
        throw new Error('what is signed together is signed alike');
      outgoing.add(text);
    }
  if (form === undefined) throw new Error('something is signed');
  return { ...form, texts: outgoing.end() };
}

export function receivedCredentials({ texts, ...form }: SentCredentials): readonly SecuredText[] {
  return Array.from(receivedTexts(texts), (bytes) => new ReceivedCredential(bytes, form));
}

/** A credential whose text is read where it is wanted as such. */
class ReceivedCredential implements SecuredText {
  readonly bytes: Uint8Array;
  readonly extension: SecuredText['extension'];
  readonly verificationMethod: string;
  readonly #text: Buffer;

  constructor(bytes: Buffer, { extension, verificationMethod }: Omit<SentCredentials, 'texts'>) {
    this.bytes = bytes;
    this.extension = extension;
    this.verificationMethod = verificationMethod;
    this.#text = bytes;
  }

  get text(): string {
    return this.#text.toString('utf8');
  }
}
