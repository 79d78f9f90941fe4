import type { ParameterSchema } from '@app/core';

type Property = Readonly<Record<string, unknown>>;

/** One check per keyword that the catalogue uses. What stands in the schema and not here is not understood, so it fails. */
const KEYWORDS: Readonly<Record<string, (value: unknown, bound: unknown) => boolean>> = {
  type: isOfType,
  const: (value, bound) => value === bound,
  enum: (value, bound) => Array.isArray(bound) && bound.includes(value),
  minimum: (value, bound) => (value as number) >= (bound as number),
  maximum: (value, bound) => (value as number) <= (bound as number),
  exclusiveMinimum: (value, bound) => (value as number) > (bound as number),
  exclusiveMaximum: (value, bound) => (value as number) < (bound as number),
  minLength: (value, bound) => (value as string).length >= (bound as number),
  maxLength: (value, bound) => (value as string).length <= (bound as number),
  pattern: (value, bound) => new RegExp(bound as string, 'u').test(value as string),
  description: () => true,
};

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  return (type === 'string' || type === 'boolean') && typeof value === type;
}

function brokenKeyword(value: unknown, schema: Property): string | null {
  // The other keywords may only look at a value of the right type.
  if (!isOfType(value, schema['type'])) return 'type';
  for (const [keyword, bound] of Object.entries(schema)) {
    const check = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (check === undefined || !check(value, bound)) return keyword;
  }
  return null;
}

/** What is wrong with the parameters, by name and never by value. */
export function parameterProblems(parameters: Readonly<Record<string, unknown>>, schema: ParameterSchema): string[] {
  const { required, properties } = schema;
  const missing = required.filter((name) => parameters[name] === undefined).map((name) => `${name} is missing`);
  const wrong = Object.entries(parameters).flatMap(([name, value]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) return [`${name} is no parameter of the type`];
    if (value === undefined) return [];
    const broken = brokenKeyword(value, property);
    return broken === null ? [] : [`${name} is not what its schema allows (${broken})`];
  });
  return [...missing, ...wrong];
}
