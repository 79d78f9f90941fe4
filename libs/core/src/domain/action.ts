export const ACTION_RISKS = ['read-only', 'reversible', 'disruptive', 'destructive'] as const;
export type ActionRisk = (typeof ACTION_RISKS)[number];
export const ACTION_GATES = ['automatic', 'approval', 'recommend'] as const;
/** Who lets it happen: nobody has to, a person has to, or a person does it. */
export type ActionGate = (typeof ACTION_GATES)[number];

/** JSON Schema of an action's parameters, as far as the catalogue uses it. */
export interface ParameterSchema {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A catalogue entry: what an action is, not how it is done. */
export interface ActionDefinition {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly risk: ActionRisk;
  readonly gate: ActionGate;
  readonly reversible: boolean;
  readonly parameters: ParameterSchema;
  readonly preconditions: readonly string[];
  /** Type of the action that undoes it, or null. */
  readonly inverse: string | null;
}
