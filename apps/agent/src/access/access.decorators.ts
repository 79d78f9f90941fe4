import { SetMetadata } from '@nestjs/common';
import type { Role } from '@app/config';

export const ACCESS_METADATA = 'agent:access';
/** What a route asks of its caller: a role, or nothing. A route without either is refused. */
export type Access = Role | 'open';

/** The least role that may call this route. */
export const RequireRole = (role: Role): MethodDecorator & ClassDecorator => SetMetadata(ACCESS_METADATA, role);

/** Anybody may call this route, key or not. */
export const Open = (): MethodDecorator & ClassDecorator => SetMetadata(ACCESS_METADATA, 'open');
