import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** An answer as it came from the socket; header names in lower case. */
export interface ReceivedAnswer {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed; undefined when there is none. */
  readonly body: unknown;
}

interface Described {
  readonly headers: readonly { name: string; required: boolean; check: ValidateFunction }[];
  readonly bodies: ReadonlyMap<string, ValidateFunction>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly responses: Readonly<Record<string, Response>>;
}

interface Response {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: object }>>;
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

/** What a request that meets no operation is answered: a problem, and none of its own making. */
const ELSEWHERE = [400, 401, 404];

/**
 * Checks answers against an OpenAPI document. The document's objects are closed for it, though clients must leave them open: a field that is answered
 * and not described is a fault. Headers that the document does not name are not looked at.
 */
export class AnswerChecker {
  readonly #ajv: Ajv2020;
  readonly #operations: readonly { method: string; path: RegExp; responses: ReadonlyMap<number, Described> }[];

  constructor(document: object) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    const { paths, components } = document as OpenApi;
    const schemas = Object.entries(components.schemas).map(([name, schema]) => {
      return [name, { ...schema, additionalProperties: false }] as const;
    });
    this.#ajv.addSchema({ $id: ROOT, components: { schemas: Object.fromEntries(schemas) } });
    this.#operations = Object.entries(paths).flatMap(([template, item]) =>
      Object.entries(item).map(([method, { responses }]) => ({
        method: method.toUpperCase(),
        path: new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
        responses: new Map(Object.entries(responses).map(([status, it]) => [Number(status), this.#describe(it)])),
      })),
    );
  }

  /** What is wrong with an answer, one line each; [] when the document describes it. */
  faults(answer: ReceivedAnswer): string[] {
    const { method, status, body } = answer;
    const path = answer.path.split('?', 1)[0] ?? '';
    const type = answer.headers['content-type']?.split(';', 1)[0] ?? '';
    const operation = this.#operations.find((known) => known.method === method && known.path.test(path));
    if (operation === undefined) return this.#faultsElsewhere(status, type, body);
    const described = operation.responses.get(status);
    if (described === undefined) return [`status ${status} is not described`];
    const check = described.bodies.get(type);
    if (check === undefined) return [`content type ${type} is not described for ${status}`];
    const ofHeaders = described.headers.flatMap(({ name, required, check: checkHeader }) => {
      const value = answer.headers[name.toLowerCase()];
      if (value === undefined) return required ? [`header ${name} is missing`] : [];
      return this.#errors(checkHeader, value).map((fault) => `header ${name}: ${fault}`);
    });
    return [...ofHeaders, ...this.#errors(check, body)];
  }

  #faultsElsewhere(status: number, type: string, body: unknown): string[] {
    if (body === undefined) return [];
    if (!ELSEWHERE.includes(status)) return [`status ${status} where there is no operation`];
    if (type !== 'application/problem+json') return [`content type ${type} where there is no operation`];
    return this.#errors(this.#compile({ $ref: '#/components/schemas/Problem' }), body);
  }

  #describe({ headers = {}, content }: Response): Described {
    return {
      headers: Object.entries(headers).map(([name, { required = false, schema }]) => {
        return { name, required, check: this.#compile(schema) };
      }),
      bodies: new Map(Object.entries(content).map(([type, { schema }]) => [type, this.#compile(schema)])),
    };
  }

  #compile(schema: object): ValidateFunction {
    return this.#ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${ROOT}#/`)) as object);
  }

  #errors(check: ValidateFunction, body: unknown): string[] {
    if (check(body)) return [];
    return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  }
}

const ROOT = 'urn:holdfast:openapi';
