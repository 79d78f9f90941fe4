/** A JSON Schema as OpenAPI 3.0 takes it. */
export interface Schema {
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
}

const NULLABLE = { nullable: true } as const;
export const text: Schema = { type: 'string' };
export const textOrNull: Schema = { type: 'string', ...NULLABLE };
export const time: Schema = { type: 'string', format: 'date-time' };
export const timeOrNull: Schema = { ...time, ...NULLABLE };
export const int: Schema = { type: 'integer' };
export const num: Schema = { type: 'number' };
/** The value, or null where the source gives none. */
export const numOrNull: Schema = { type: 'number', ...NULLABLE };
export const bool: Schema = { type: 'boolean' };
export const boolOrNull: Schema = { type: 'boolean', ...NULLABLE };
export const anything: Schema = {};

export const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const orNull = (schema: Schema): Schema =>
  schema.$ref === undefined ? { ...schema, ...NULLABLE } : { allOf: [schema], ...NULLABLE };
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const object = (properties: Readonly<Record<string, Schema>>, description?: string): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...(description === undefined ? {} : { description }),
});
/** Several fields of one schema: `numbers('usedBytes', 'freeBytes')`. */
export const fields = (schema: Schema, ...names: readonly string[]): Record<string, Schema> =>
  Object.fromEntries(names.map((name) => [name, schema]));
/** A page of a list. */
export const page = (item: string): Schema => object({ items: list(ref(item)), nextCursor: textOrNull });
