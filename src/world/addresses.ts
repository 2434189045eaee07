import { BlockList, isIP } from 'node:net';

/** Address ranges that no public host has (IANA special-purpose registries), metadata services among them. */
const SPECIAL_V4 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  SPECIAL_V4.addSubnet(network, prefix, 'ipv4');

// A list of its own, since Node looks IPv4 addresses up among IPv6 ranges too. Only the global unicast range 2000::/3
// is public, and of that not what tunnels or documents.
const SPECIAL_V6 = new BlockList();
for (const [network, prefix] of [
  ['::', 3],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['4000::', 2],
  ['8000::', 1],
] as const)
  SPECIAL_V6.addSubnet(network, prefix, 'ipv6');

/** Whether an IP address belongs to a public host. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !SPECIAL_V4.check(address, 'ipv4');
  return family === 6 && !SPECIAL_V6.check(address, 'ipv6');
}

/** Whether a URL's host is a name that could be public: no address, no single label, no local domain. */
export function isPublicHostName(host: string): boolean {
  const name = host.toLowerCase();
  if (name.startsWith('[') || isIP(name) !== 0 || !name.includes('.') || name.endsWith('.')) return false;
  return !/\.(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa|onion)$/.test(`.${name}`);
}

/** Whether a URL's host is this very computer. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host.replace(/^\[|\]$/g, ''));
}

export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
