import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { ApiKey, Logger } from '#libs/platform';
import { AccountDoor } from './account-door.ts';
import { AccountsController } from './accounts.controller.ts';
import { API_KEYS, ApiKeyGuard } from './api-key.guard.ts';
import { ContractController } from './contract.controller.ts';
import { DecisionDoor } from './decision-door.ts';
import { DecisionsController } from './decisions.controller.ts';
import { LabelDoor } from './label-door.ts';
import { LabelsController } from './labels.controller.ts';
import { LOGGER, ProblemFilter } from './problem.filter.ts';

/** The HTTP door in Nest: controllers over doors that are built outside. */
@Module({})
export class ApiModule {
  static over(parts: {
    readonly decisions: DecisionDoor;
    readonly labels: LabelDoor;
    readonly accounts: AccountDoor;
    readonly apiKeys: readonly ApiKey[];
    readonly logger: Logger;
  }): DynamicModule {
    return {
      module: ApiModule,
      controllers: [DecisionsController, LabelsController, AccountsController, ContractController],
      providers: [
        { provide: DecisionDoor, useValue: parts.decisions },
        { provide: LabelDoor, useValue: parts.labels },
        { provide: AccountDoor, useValue: parts.accounts },
        { provide: API_KEYS, useValue: parts.apiKeys },
        { provide: LOGGER, useValue: parts.logger },
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
