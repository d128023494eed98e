import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type BodyRules, createLabelParser, createTransactionParser } from '#libs/contracts';
import type { Clock, DetailCache } from '#libs/core';
import type { ApiKey, Config, Logger, Metrics, Tracing } from '#libs/platform';
import { AccountDoor } from './account-door.ts';
import { ApiModule } from './api.module.ts';
import { DecisionDetails } from '#libs/adapters';
import { DecisionDoor } from './decision-door.ts';
import { createFastifyAdapter } from './fastify-adapter.ts';
import { LabelDoor } from './label-door.ts';
import { NestLog } from './nest-log.ts';
import { RequestIntake } from './request-intake.ts';
import type { Scorer } from './scorer.ts';

/** What the api is built over: the effects, so that tests give others. */
export interface ApiDependencies {
  readonly scorer: Scorer;
  readonly detailCache: DetailCache;
  /** The number of partitions that the state was opened with. */
  readonly partitions: number;
  readonly apiKeys: readonly ApiKey[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

/** An api that is ready to listen. */
export interface Api {
  readonly app: NestFastifyApplication;
  /** Requests that wait or are being worked on. */
  readonly waiting: () => number;
  /** Opens the door; resolves with its port. */
  listen(): Promise<number>;
  /** Stops taking requests in, answers those that are in, then resolves. The dependencies stay open. */
  close(): Promise<void>;
}

/** Composes the api. Nothing of it is global: several can live in one process. */
export async function createApi(config: Pick<Config, 'http' | 'state'>, dependencies: ApiDependencies): Promise<Api> {
  const { scorer, detailCache, partitions, apiKeys, clock, logger, metrics, tracing } = dependencies;
  const details = new DecisionDetails(detailCache, (err) => {
    metrics.add('detailFailures', 1, {});
    logger.debug({ err }, 'decisions in full not kept');
  });
  const limits = { ...config.http, batchMaxTransactions: config.state.batchMaxTransactions };
  const intake = new RequestIntake({ scorer, details, clock, metrics, tracing, partitions, limits });
  const rules: BodyRules = {
    unknownFields: 'refuse',
    refuseCardNumbers: config.state.refuseCardNumbers === 'yes',
  };
  const parser = createTransactionParser(rules);
  const decisions = new DecisionDoor({ intake, scorer, details, parser, clock, partitions });
  const labels = new LabelDoor(intake, createLabelParser(rules));
  const accounts = new AccountDoor({ scorer, partitions });
  let isStopping = false;
  const stopObserving = metrics.observe('httpWaiting', () => [{ value: intake.waiting, labels: {} }]);
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.over({ decisions, labels, accounts, apiKeys, logger }),
    createFastifyAdapter({ logger, metrics, tracing, isStopping: () => isStopping }),
    { logger: new NestLog(logger), bodyParser: false, abortOnError: false },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    waiting: () => intake.waiting,
    listen: async () => {
      await app.listen(config.http.port, config.http.host);
      return (app.getHttpServer().address() as AddressInfo).port;
    },
    close: async () => {
      isStopping = true;
      await app.close();
      await intake.drain();
      stopObserving();
    },
  };
}
