import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { ApiKey } from '#libs/platform';
import { findApiKey } from './api-keys.ts';
import type { Request } from './http-types.ts';
import { ProblemError } from './problem-error.ts';

export const API_KEYS = Symbol('API_KEYS');

/** Lets requests in that carry a known API key. Global, so that no route can be forgotten; a guard, because paths can be spelled past a middleware. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(@Inject(API_KEYS) private readonly keys: readonly ApiKey[]) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>();
    if (findApiKey(headers['authorization'], this.keys) === undefined) throw new ProblemError('unauthorized');
    return true;
  }
}
