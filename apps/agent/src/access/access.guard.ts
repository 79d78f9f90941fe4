import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '@app/core';
import { ACCESS_METADATA, type Access } from './access.decorators.js';
import { type AgentRequest, includesRole } from './principal.js';

/** Lets a caller in by the role that the route declares. A route that declares none is closed to everybody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'open') return true;
    const { principal } = context.switchToHttp().getRequest<AgentRequest>();
    if (principal === undefined) throw keyNeeded();
    if (access === undefined) throw new AppError('forbidden', 'This route declares no role and is closed.');
    if (!includesRole(principal.role, access)) {
      throw new AppError(
        'forbidden',
        `This needs the role ${access}; the key "${principal.name}" has ${principal.role}.`,
      );
    }
    return true;
  }
}

export function keyNeeded(): AppError {
  return new AppError('unauthorized', 'A valid key is needed: send "Authorization: Bearer KEY" or "X-API-Key: KEY".');
}
