import type { SecuredText } from '../../issue/secure.ts';
import type { Order } from '../../issue/workshop.ts';
import { receivedTexts, type SentTexts, sentTexts } from './sent-texts.ts';

/** Orders on their way to another thread: of awards, since all that one says can be said in JSON. */
export function sentOrders(orders: readonly Order[]): SentTexts {
  if (orders.some(({ content }) => content.kind !== 'award'))
    throw new Error('only awards are ordered of another thread');
  return sentTexts(orders.map((order) => JSON.stringify(order)));
}

/** Orders, each of which is read when its turn comes. */
export function* receivedOrders(sent: SentTexts): Generator<Order> {
  for (const text of receivedTexts(sent)) {
    const order: Order = JSON.parse(text.toString('utf8'));
    yield order;
  }
}

/** Credentials on their way to the thread that delivers them. */
export interface SentCredentials extends Pick<SecuredText, 'extension' | 'verificationMethod'> {
  readonly texts: SentTexts;
}

/** @param groups of credentials in one form, signed by one key */
export async function sentCredentials(groups: AsyncIterable<readonly SecuredText[]>): Promise<SentCredentials> {
  const texts: string[] = [];
  let form: Omit<SentCredentials, 'texts'> | undefined;
  for await (const group of groups)
    for (const { text, extension, verificationMethod } of group) {
      form ??= { extension, verificationMethod };
      if (form.extension !== extension || form.verificationMethod !== verificationMethod)
        throw new Error('what is signed together is signed alike');
      texts.push(text);
    }
  if (form === undefined) throw new Error('something is signed');
  return { ...form, texts: sentTexts(texts) };
}

export function receivedCredentials({ texts, ...form }: SentCredentials): readonly SecuredText[] {
  return Array.from(receivedTexts(texts), (bytes) => new ReceivedCredential(bytes, form));
}

/** A credential whose text is read where it is wanted as such. */
class ReceivedCredential implements SecuredText {
  readonly bytes: Buffer;
  readonly extension: SecuredText['extension'];
  readonly verificationMethod: string;

  constructor(bytes: Buffer, { extension, verificationMethod }: Omit<SentCredentials, 'texts'>) {
    this.bytes = bytes;
    this.extension = extension;
    this.verificationMethod = verificationMethod;
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }
}
