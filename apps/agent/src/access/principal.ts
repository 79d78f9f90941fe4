import type { Request } from 'express';
import { ROLES, type Role } from '@app/config';

/** Who calls. Without configured keys every caller is `local`. */
export interface Principal {
  readonly name: string;
  readonly role: Role;
}

/** The caller without keys: may do everything that does not need a named person. */
export const LOCAL_PRINCIPAL: Principal = { name: 'local', role: 'admin' };

export interface AgentRequest extends Request {
  correlationId?: string;
  principal?: Principal;
}

/** True when `role` includes `needed`. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
