import type { ActionDefinition, CandidateAction } from '@app/core';
import type { DraftAction } from '../insight.schema.js';

/** No action has as many. */
const MOST_PARAMETERS = 20;

type Scalar = string | number | boolean;
type Property = Readonly<Record<string, unknown>>;

export interface CheckedAction {
  /** Null when no finding proposes the action. */
  readonly action: CandidateAction | null;
  readonly problems: readonly string[];
}

function typed(value: string, type: unknown): Scalar | null {
  if (type === 'string') return value;
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : null;
  if (!/^-?\d+(\.\d+)?$/.test(value)) return null;
  const number = Number(value);
  return type === 'integer' && !Number.isSafeInteger(number) ? null : number;
}

function isInRange(value: number, schema: Property): boolean {
  const bound = (name: string, fallback: number): number => {
    const limit = schema[name];
    return typeof limit === 'number' ? limit : fallback;
  };
  return (
    value >= bound('minimum', -Infinity) &&
    value <= bound('maximum', Infinity) &&
    value > bound('exclusiveMinimum', -Infinity) &&
    value < bound('exclusiveMaximum', Infinity)
  );
}

function isAllowed(value: Scalar, schema: Property): boolean {
  if ('const' in schema && schema['const'] !== value) return false;
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) return false;
  if (typeof value === 'number') return isInRange(value, schema);
  if (typeof value !== 'string') return true;
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === 'number' && value.length < minLength) return false;
  if (typeof maxLength === 'number' && value.length > maxLength) return false;
  return typeof pattern !== 'string' || new RegExp(pattern, 'u').test(value);
}

/** A free string may only repeat a name that the analysis knows: a model does not invent paths or targets. */
function isFreeText(schema: Property): boolean {
  return schema['type'] === 'string' && !('const' in schema) && !('enum' in schema);
}

interface Context {
  readonly definition: ActionDefinition;
  readonly given: CandidateAction['parameters'];
  readonly knowsName: (name: string) => boolean;
}

function checkParameter(name: string, text: string, context: Context): { value: Scalar } | { problem: string } {
  const { definition, given, knowsName } = context;
  const fixed = given[name];
  if (fixed !== undefined) {
    return String(fixed) === text
      ? { value: fixed }
      : { problem: `The analysis proposes ${name} = ${String(fixed)}; another value is not accepted.` };
  }
  const schema = Object.hasOwn(definition.parameters.properties, name)
    ? definition.parameters.properties[name]
    : undefined;
  if (!schema) return { problem: `${definition.type} has no parameter ${name}.` };
  const value = typed(text, schema['type']);
  if (value === null || !isAllowed(value, schema)) {
    return { problem: `The value is outside what ${definition.type} allows for ${name}.` };
  }
  if (isFreeText(schema) && !knowsName(text)) return { problem: `The value of ${name} is not in the analysis.` };
  return { value };
}

/** The action as code accepts it: a candidate of the findings, with its parameters and those that its schema allows. */
export function checkAction(
  proposed: DraftAction,
  candidates: readonly CandidateAction[],
  definition: ActionDefinition | undefined,
  knowsName: (name: string) => boolean,
): CheckedAction {
  const ofType = candidates.filter(({ type }) => type === proposed.type);
  const agreement = ({ parameters }: CandidateAction): number =>
    proposed.parameters.filter(({ name, value }) => String(parameters[name]) === value).length;
  const candidate = [...ofType].sort((left, right) => agreement(right) - agreement(left))[0];
  if (!candidate || !definition) {
    return { action: null, problems: [`No finding of the recommendation proposes the action ${proposed.type}.`] };
  }
  const parameters: Record<string, Scalar> = { ...candidate.parameters };
  const problems: string[] = [];
  for (const { name, value } of proposed.parameters.slice(0, MOST_PARAMETERS)) {
    const checked = checkParameter(name, value, { definition, given: candidate.parameters, knowsName });
    if ('value' in checked) parameters[name] = checked.value;
    else problems.push(checked.problem);
  }
  return { action: { type: candidate.type, parameters }, problems };
}
