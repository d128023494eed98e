import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { ApiKey, Logger } from '#libs/platform';
import { API_KEYS, ApiKeyGuard } from './api-key.guard.ts';
import { DecisionDoor } from './decision-door.ts';
import { DecisionsController } from './decisions.controller.ts';
import { LOGGER, ProblemFilter } from './problem.filter.ts';

/** The HTTP door in Nest: one controller over a door that is built outside. */
@Module({})
export class ApiModule {
  static over(parts: {
    readonly door: DecisionDoor;
    readonly apiKeys: readonly ApiKey[];
    readonly logger: Logger;
  }): DynamicModule {
    return {
      module: ApiModule,
      controllers: [DecisionsController],
      providers: [
        { provide: DecisionDoor, useValue: parts.door },
        { provide: API_KEYS, useValue: parts.apiKeys },
        { provide: LOGGER, useValue: parts.logger },
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
