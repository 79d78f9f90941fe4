/**
 * Bus ids come as `00000000:3B:00.0` from the driver and as `0000:3b:00` in its kernel messages;
 * both become `0000:3b:00`.
 */
export function normalizedBusId(busId: string | null): string | null {
  const match = /^(?:PCI:)?(?:([0-9a-f]+):)?([0-9a-f]{2}):([0-9a-f]{2})(?:\.[0-9a-f])?$/i.exec(busId?.trim() ?? '');
  if (!match) return null;
  const domain = (match[1] ?? '').slice(-4).padStart(4, '0');
  return `${domain}:${match[2]}:${match[3]}`.toLowerCase();
}
