import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApiUnderTest } from '../../test/api-under-test.ts';
import { openApiDocument } from './document.ts';
import {
  ACCOUNT_FEATURES_READ,
  DECISION,
  DUPLICATE,
  EXPIRED,
  LABEL,
  LABEL_DUPLICATE,
  LABEL_RECORDED,
  REFUND,
  REFUND_RECORDED,
  TRANSACTION,
} from './examples.ts';

const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
const document = JSON.parse(text) as ReturnType<typeof openApiDocument>;

describe('openapi.json', () => {
  it('is the committed file; npm run schemas writes it', async () => {
    await expect(text).toMatchFileSnapshot(`${import.meta.dirname}/../../openapi.json`);
  });

  it('is OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('refers to nothing that it does not have, and has no schema that nothing refers to', () => {
    const references = [...text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(references)).toEqual(new Set(Object.keys(document.components.schemas)));
  });

  it('has examples that its own schemas take', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const taken: boolean[] = [];
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      const { schema, examples, example } = node as { schema?: object; examples?: object; example?: unknown };
      if (schema !== undefined) {
        const check = ajv.compile({ ...schema, components: document.components });
        const values = Object.values(examples ?? {}).map(({ value }) => value as unknown);
        taken.push(...[...values, ...(example === undefined ? [] : [example])].map((value) => check(value)));
      }
      Object.values(node).forEach(visit);
    };
    visit(document.paths);
    expect(taken.length).toBeGreaterThan(20);
    expect(taken.filter((isTaken) => !isTaken)).toEqual([]);
  });
});

describe('the examples of openapi.json', () => {
  let api: Awaited<ReturnType<typeof startApiUnderTest>>;
  beforeEach(async () => {
    api = await startApiUnderTest();
  });
  afterEach(() => api.close());

  it('are in what the api itself says of its contract', async () => {
    const { status, body } = await api.request({ method: 'GET', path: '/openapi.json' });
    expect({ status, body }).toEqual({ status: 200, body: document });
    const headers = { authorization: 'Bearer nobody' };
    expect((await api.request({ method: 'GET', path: '/openapi.json', headers })).status).toBe(401);
  });

  it('are what the api answers', async () => {
    const ask = async () => {
      const { body } = await api.request({ body: TRANSACTION });
      const { timings_ms: timings } = body as { timings_ms?: object };
      return timings === undefined ? body : { ...body, timings_ms: { ...timings, total: 1.6 } };
    };
    expect(await ask()).toEqual(DECISION);
    expect(await ask()).toEqual(DUPLICATE);
    const { body } = await api.request({ method: 'GET', path: '/v1/accounts/acct-4821/features' });
    const shown = ACCOUNT_FEATURES_READ.features.map(({ name }) => name);
    const features = (body['features'] as { name: string }[]).filter(({ name }) => shown.includes(name));
    expect({ ...body, features }).toEqual(ACCOUNT_FEATURES_READ);
    api.detailCache.clear();
    expect(await ask()).toEqual(EXPIRED);
    expect((await api.request({ body: REFUND })).body).toEqual(REFUND_RECORDED);
    const label = async () => (await api.request({ path: '/v1/labels', body: LABEL })).body;
    expect(await label()).toEqual(LABEL_RECORDED);
    expect(await label()).toEqual(LABEL_DUPLICATE);
  });
});
