import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { Settings } from '@app/config';
import { LOCAL_PRINCIPAL, type Principal } from './principal.js';

/** Recognises callers by the SHA-256 of their key, in constant time over all configured keys. */
@Injectable()
export class KeyRing {
  private readonly keys: readonly { readonly digest: Buffer; readonly principal: Principal }[];

  constructor(settings: Settings) {
    this.keys = settings.http.apiKeys.map((key) => ({
      digest: Buffer.from(key.sha256, 'hex'),
      principal: { name: key.name, role: key.role },
    }));
  }

  /** Without keys every caller is `local`. */
  get isOpen(): boolean {
    return this.keys.length === 0;
  }

  /** The caller of these headers; null when a key is needed and none or an unknown one was sent. */
  identify(headers: IncomingHttpHeaders): Principal | null {
    if (this.isOpen) return LOCAL_PRINCIPAL;
    const presented = presentedKey(headers);
    if (presented === null) return null;
    const digest = createHash('sha256').update(presented, 'utf8').digest();
    let found: Principal | null = null;
    for (const key of this.keys) {
      if (timingSafeEqual(key.digest, digest)) found = key.principal;
    }
    return found;
  }
}

function presentedKey(headers: IncomingHttpHeaders): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '');
  if (bearer?.[1] !== undefined) return bearer[1];
  const header = headers['x-api-key'];
  return typeof header === 'string' && header !== '' ? header : null;
}
