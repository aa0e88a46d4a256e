import { networkInterfaces } from 'node:os';

/** Interfaces of containers and virtual machines, which phones do not see. */
const VIRTUAL_INTERFACE = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|podman|lxc)/;

/** IPv4 addresses that other machines may reach: private ones first, as those are the LAN's. */
export function lanAddresses(interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): string[] {
  const addresses = Object.entries(interfaces)
    .filter(([name]) => !VIRTUAL_INTERFACE.test(name))
    .flatMap(([, found]) => found ?? [])
    .filter((found) => found.family === 'IPv4' && !found.internal && !found.address.startsWith('169.254.'))
    .map((found) => found.address);
  return [...new Set(addresses)].sort((a, b) => Number(isPrivate(b)) - Number(isPrivate(a)));
}

/** RFC 1918. */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);
}
